//! Interrupts: which, when, and where they go.

use emulator::cpu::Stop;
use emulator::virt::RAM;

use crate::assembler::MCAUSE;
use crate::assembler::MEPC;
use crate::assembler::MIE;
use crate::assembler::MIP;
use crate::assembler::MRET;
use crate::assembler::MSTATUS;
use crate::assembler::MTVEC;
use crate::assembler::WFI;
use crate::assembler::addi;
use crate::assembler::csrrs;
use crate::assembler::csrrw;
use crate::assembler::jal;
use crate::assembler::sw;
use crate::bench::Bench;
use crate::bench::HANDLER;

const MSIP: u32 = 0x0200_0000;
const MTIMECMP: u32 = 0x0200_4000;
const SOFTWARE: u32 = 1 << 3;
const TIMER: u32 = 1 << 7;
const EXTERNAL: u32 = 1 << 11;
const ENABLE: u32 = 1 << 3;

/// Sets the timer to a tick of 10 instructions.
fn set_timer(bench: &mut Bench, tick: u32) {
    let code = [sw(0, 30, 4), sw(31, 30, 0)];
    let pc = bench.cpu.pc();
    bench.put(RAM + 0x7000, &code);
    bench.cpu.set_pc(RAM + 0x7000);
    bench.set(30, MTIMECMP);
    bench.set(31, tick);
    bench.run(2);
    bench.cpu.set_pc(pc);
}

#[test]
fn the_timer_comes_at_every_instruction_of_a_block_at_which_it_is_due() {
    // x5 counts the instructions of a loop of 9 that were executed before the interrupt.
    let mut words = vec![addi(5, 5, 1); 8];
    words.push(jal(0, -32));
    for rounds in 1..12 {
        let mut bench = Bench::new(&words);
        set_timer(&mut bench, rounds);
        bench.set_csr(MIE, TIMER);
        bench.set_csr(MSTATUS, ENABLE);
        bench.run(10 * u64::from(rounds) - 2);
        assert_ne!(bench.cpu.pc(), HANDLER);
        let pc = bench.cpu.pc();
        bench.run(1);
        let executed = 10 * rounds - 2;
        assert_eq!(bench.csr(MCAUSE), 0x8000_0007);
        assert_eq!(bench.csr(MEPC), pc);
        assert_eq!(bench.x(5), executed - executed / 9, "one of nine is the jump");
        assert_eq!(bench.csr(MIP), TIMER);
    }
}

#[test]
fn a_store_to_a_device_interrupts_before_the_next_instruction() {
    let mut bench = Bench::new(&[addi(6, 0, 1), sw(6, 5, 0), addi(7, 0, 9), jal(0, -12)]);
    bench.set(5, MSIP);
    bench.set_csr(MIE, SOFTWARE);
    bench.set_csr(MSTATUS, ENABLE);
    bench.run(3);
    assert_eq!((bench.csr(MCAUSE), bench.csr(MEPC)), (0x8000_0003, RAM + 8));
    assert_eq!(bench.x(7), 0);
}

#[test]
fn an_interrupt_waits_until_it_is_enabled_on_both_sides() {
    for (first, second) in [(MSTATUS, MIE), (MIE, MSTATUS)] {
        let mut bench = Bench::new(&[csrrw(0, first, 8), csrrw(0, second, 8), addi(7, 0, 9)]);
        bench.machine.receive(b"", &mut bench.cpu.bus());
        bench.put(RAM + 0x7000, &[sw(6, 5, 0)]);
        bench.cpu.set_pc(RAM + 0x7000);
        bench.set(5, MSIP);
        bench.set(6, 1);
        bench.run(1);
        bench.cpu.set_pc(RAM);
        // Both registers have the bit at the same place.
        bench.set(8, SOFTWARE);
        bench.run(3);
        assert_eq!(bench.csr(MEPC), RAM + 8);
        assert_eq!(bench.x(7), 0);
    }
}

#[test]
fn of_several_external_comes_before_software_before_timer() {
    let mut bench = Bench::new(&[]);
    set_timer(&mut bench, 0);
    bench.put(RAM + 0x7000, &[sw(6, 5, 0), sw(6, 10, 40), sw(11, 12, 0), sw(6, 13, 1)]);
    bench.cpu.set_pc(RAM + 0x7000);
    bench.set(5, MSIP);
    bench.set(6, 1);
    // The serial line's priority, its enable bit, and what it interrupts for.
    bench.set(10, 0x0c00_0000);
    bench.set(11, 1 << 10);
    bench.set(12, 0x0c00_2000);
    bench.set(13, 0x1000_0000);
    bench.put(RAM + 0x700c, &[crate::assembler::s(0, 13, 6, 1)]);
    bench.run(4);
    bench.machine.receive(b"x", &mut bench.cpu.bus());
    assert_eq!(bench.csr(MIP), EXTERNAL | SOFTWARE | TIMER);
    for (enabled, cause) in [(EXTERNAL | SOFTWARE | TIMER, 11), (SOFTWARE | TIMER, 3), (TIMER, 7)] {
        bench.cpu.set_pc(RAM);
        bench.set_csr(MIE, enabled);
        bench.set_csr(MSTATUS, ENABLE);
        bench.run(1);
        assert_eq!(bench.csr(MCAUSE), 1 << 31 | cause);
    }
}

#[test]
fn a_table_of_handlers_has_one_for_each_line() {
    let mut bench = Bench::new(&[addi(7, 7, 1), jal(0, -4)]);
    bench.put(HANDLER + 4 * 7, &[addi(9, 0, 1)]);
    set_timer(&mut bench, 1);
    bench.set_csr(MTVEC, HANDLER | 1);
    bench.set_csr(MIE, TIMER);
    bench.set_csr(MSTATUS, ENABLE);
    bench.run(9);
    assert_eq!((bench.x(9), bench.cpu.pc()), (1, HANDLER + 4 * 8));
}

#[test]
fn user_mode_is_interrupted_whatever_the_global_enable_says() {
    let mut bench = Bench::new(&[MRET]);
    bench.set_csr(0x3b0, u32::MAX);
    bench.set_csr(0x3a0, 0x1f);
    bench.put(RAM + 0x100, &[jal(0, 0)]);
    set_timer(&mut bench, 1);
    bench.set_csr(MIE, TIMER);
    bench.set_csr(MEPC, RAM + 0x100);
    bench.set_csr(MSTATUS, 0);
    bench.run(9);
    assert_eq!((bench.csr(MCAUSE), bench.csr(MEPC)), (0x8000_0007, RAM + 0x100));
    assert_eq!(bench.csr(MSTATUS), 0, "it comes from user mode, which was not enabled");
}

#[test]
fn waiting_ends_when_an_enabled_line_rises_even_if_no_interrupt_is_taken() {
    let mut bench = Bench::new(&[WFI, addi(7, 0, 9), jal(0, 0)]);
    set_timer(&mut bench, 100);
    bench.set_csr(MIE, TIMER);
    bench.set_csr(MSTATUS, 0);
    let until = 1001;
    assert_eq!(bench.cpu.run(&mut bench.machine, until), Stop::Limit);
    assert_eq!((bench.x(7), bench.cpu.pc(), bench.cpu.clock()), (9, RAM + 8, until));
    assert_eq!(bench.cpu.retired(), 4, "sleeping is no instruction");
}

#[test]
fn waiting_with_interrupts_returns_behind_it() {
    let mut bench = Bench::new(&[WFI, addi(7, 0, 9)]);
    set_timer(&mut bench, 50);
    bench.set_csr(MIE, TIMER);
    bench.set_csr(MSTATUS, ENABLE);
    assert_eq!(bench.cpu.run(&mut bench.machine, 501), Stop::Limit);
    assert_eq!((bench.csr(MEPC), bench.x(7)), (RAM + 4, 0));
}

#[test]
fn the_lines_show_what_waits_while_they_are_off() {
    let mut bench = Bench::new(&[csrrs(7, MIP, 0)]);
    set_timer(&mut bench, 0);
    bench.run(1);
    assert_eq!(bench.x(7), TIMER);
}
