//! Zicsr and machine mode: registers, traps, returns, counters, waiting.

use emulator::cpu::Stop;
use emulator::exception::Privilege;
use emulator::virt::RAM;

use crate::assembler::EBREAK;
use crate::assembler::ECALL;
use crate::assembler::MCAUSE;
use crate::assembler::MCOUNTEREN;
use crate::assembler::MCOUNTINHIBIT;
use crate::assembler::MEPC;
use crate::assembler::MIE;
use crate::assembler::MIP;
use crate::assembler::MISA;
use crate::assembler::MRET;
use crate::assembler::MSCRATCH;
use crate::assembler::MSTATUS;
use crate::assembler::MTVAL;
use crate::assembler::MTVEC;
use crate::assembler::NOP;
use crate::assembler::WFI;
use crate::assembler::addi;
use crate::assembler::csrrc;
use crate::assembler::csrrs;
use crate::assembler::csrrw;
use crate::assembler::jal;
use crate::assembler::lw;
use crate::bench::Bench;
use crate::bench::DATA;
use crate::bench::HANDLER;

const MPP: u32 = 3 << 11;
const MPIE: u32 = 1 << 7;
const MPRV: u32 = 1 << 17;
const TW: u32 = 1 << 21;
const CYCLE: u32 = 0xc00;
const TIME: u32 = 0xc01;
const INSTRET: u32 = 0xc02;
const MCYCLE: u32 = 0xb00;
const MINSTRET: u32 = 0xb02;

/// A program that begins in user mode, with all of memory open.
fn user(words: &[u32]) -> Bench {
    let mut bench = Bench::new(&[MRET]);
    bench.put(RAM + 0x100, words);
    bench.set_csr(0x3b0, u32::MAX);
    bench.set_csr(0x3a0, 0x1f);
    bench.set_csr(MEPC, RAM + 0x100);
    bench.set_csr(MSTATUS, 0);
    bench.run(1);
    assert_eq!(bench.cpu.privilege(), Privilege::User);
    bench
}

#[test]
fn csrrw_exchanges_csrrs_sets_and_csrrc_clears() {
    let words = [csrrw(7, MSCRATCH, 5), csrrs(8, MSCRATCH, 6), csrrc(9, MSCRATCH, 5)];
    let mut bench = Bench::new(&words);
    bench.set_csr(MSCRATCH, 1);
    bench.set(5, 0b1100);
    bench.set(6, 0b0011);
    bench.run(3);
    assert_eq!((bench.x(7), bench.x(8), bench.x(9)), (1, 0b1100, 0b1111));
    assert_eq!(bench.csr(MSCRATCH), 0b0011);
}

#[test]
fn the_forms_with_a_constant_do_the_same_with_five_bits() {
    let constant = 1 << 14;
    let words = [
        csrrw(7, MSCRATCH, 31) | constant,
        csrrs(8, MSCRATCH, 0) | constant,
        csrrc(9, MSCRATCH, 3) | constant,
        csrrs(10, MSCRATCH, 1) | constant,
    ];
    let mut bench = Bench::new(&words);
    bench.run(4);
    assert_eq!((bench.x(7), bench.x(8), bench.x(9), bench.x(10)), (0, 31, 31, 28));
    assert_eq!(bench.csr(MSCRATCH), 29);
}

#[test]
fn an_exchange_reads_before_it_writes_the_same_register() {
    let mut bench = Bench::new(&[csrrw(5, MSCRATCH, 5)]);
    bench.set_csr(MSCRATCH, 1);
    bench.set(5, 2);
    bench.run(1);
    assert_eq!((bench.x(5), bench.csr(MSCRATCH)), (1, 2));
}

#[test]
fn read_only_registers_can_be_read_but_not_written() {
    let constant = 1 << 14;
    for word in [csrrs(7, 0xf14, 0), csrrc(7, INSTRET, 0), csrrs(7, 0xf11, 0) | constant] {
        let mut bench = Bench::new(&[word]);
        bench.run(1);
        assert_eq!(bench.cpu.retired(), 1);
    }
    for word in [csrrw(0, 0xf14, 5), csrrs(7, 0xf14, 5), csrrc(7, CYCLE, 5) | constant] {
        let mut bench = Bench::new(&[word]);
        bench.run(1);
        bench.assert_trapped(2, word, RAM);
    }
}

#[test]
fn registers_that_are_not_there_are_illegal() {
    for number in [0x100, 0x302, 0x303, 0x3a4, 0x3c0, 0x7b0, 0xb01, 0xb81, 0x180, 0x000, 0xfff] {
        for word in [csrrs(7, number, 0), csrrw(0, number, 5)] {
            let mut bench = Bench::new(&[word]);
            bench.run(1);
            bench.assert_trapped(2, word, RAM);
        }
    }
}

#[test]
fn registers_of_machine_mode_are_there() {
    let read_only = 0xf11..=0xf15;
    let plain = [0x300, 0x301, 0x304, 0x305, 0x306, 0x30a, 0x310, 0x31a, 0x320];
    let traps = 0x340..=0x344;
    let events = 0x323..=0x33f;
    let counters =
        [0xb00, 0xb80].into_iter().flat_map(|bank| [bank].into_iter().chain(bank + 2..bank + 32));
    let shadows = (0xc00..0xc20).chain(0xc80..0xca0);
    let protection = (0x3a0..0x3a4).chain(0x3b0..0x3c0);
    let all = read_only.chain(plain).chain(traps).chain(events);
    for number in all.chain(counters).chain(shadows).chain(protection) {
        let mut bench = Bench::new(&[csrrs(7, number, 0)]);
        bench.run(1);
        assert_eq!(bench.cpu.retired(), 1, "register {number:#x}");
    }
}

#[test]
fn fields_take_only_what_they_can_hold() {
    let mut bench = Bench::new(&[]);
    bench.set_csr(MSTATUS, u32::MAX);
    assert_eq!(bench.csr(MSTATUS), 1 << 3 | MPIE | MPP | MPRV | TW);
    bench.set_csr(MSTATUS, 0);
    bench.set_csr(MSTATUS, 1 << 11);
    assert_eq!(bench.csr(MSTATUS), 0, "there is no supervisor");
    let misa = bench.csr(MISA);
    bench.set_csr(MISA, 0);
    assert_eq!((bench.csr(MISA), misa), (misa, 0x4010_1105));
    bench.set_csr(MEPC, 0xffff_ffff);
    assert_eq!(bench.csr(MEPC), 0xffff_fffe);
    bench.set_csr(MIE, u32::MAX);
    assert_eq!(bench.csr(MIE), 0x888);
    bench.set_csr(MIP, u32::MAX);
    assert_eq!(bench.csr(MIP), 0);
    bench.set_csr(MTVEC, 0x1001);
    bench.set_csr(MTVEC, 0x2002);
    assert_eq!(bench.csr(MTVEC), 0x1001, "there is no third mode");
    bench.set_csr(MCAUSE, 0x8000_0007);
    bench.set_csr(MTVAL, 5);
    assert_eq!((bench.csr(MCAUSE), bench.csr(MTVAL)), (0x8000_0007, 5));
}

#[test]
fn a_call_names_the_privilege_it_comes_from() {
    let mut bench = Bench::new(&[NOP, ECALL]);
    bench.run(2);
    bench.assert_trapped(11, 0, RAM + 4);
    assert_eq!(bench.cpu.retired(), 1);
    let mut bench = user(&[ECALL]);
    bench.run(1);
    bench.assert_trapped(8, 0, RAM + 0x100);
    assert_eq!(bench.cpu.privilege(), Privilege::Machine);
}

#[test]
fn a_breakpoint_shows_its_address() {
    let mut bench = Bench::new(&[EBREAK]);
    bench.run(1);
    bench.assert_trapped(3, RAM, RAM);
}

#[test]
fn a_trap_keeps_what_was_and_a_return_brings_it_back() {
    let mut bench = Bench::new(&[ECALL]);
    bench.put(HANDLER, &[MRET]);
    bench.set_csr(MSTATUS, 1 << 3);
    bench.run(1);
    assert_eq!(bench.csr(MSTATUS), MPP | MPIE);
    bench.set_csr(MEPC, RAM + 0x40);
    bench.run(1);
    assert_eq!((bench.csr(MSTATUS), bench.cpu.pc()), (1 << 3 | MPIE, RAM + 0x40));
}

#[test]
fn a_return_to_user_mode_ends_modified_privilege() {
    let mut bench = Bench::new(&[MRET]);
    bench.set_csr(MSTATUS, MPRV | MPP);
    bench.set_csr(MEPC, RAM);
    bench.run(1);
    assert_eq!(bench.csr(MSTATUS) & MPRV, MPRV, "machine mode goes on with it");
    bench.set_csr(MSTATUS, MPRV);
    bench.run(1);
    assert_eq!(bench.csr(MSTATUS) & MPRV, 0);
    assert_eq!(bench.cpu.privilege(), Privilege::User);
}

#[test]
fn user_mode_may_not_touch_machine_mode() {
    for word in [csrrs(7, MSTATUS, 0), csrrw(0, MSCRATCH, 5), csrrs(7, 0xf14, 0), MRET] {
        let mut bench = user(&[word]);
        bench.run(1);
        bench.assert_trapped(2, word, RAM + 0x100);
        assert_eq!(bench.csr(MSTATUS) & MPP, 0);
    }
}

#[test]
fn modified_privilege_loads_with_the_previous_one() {
    let mut bench = Bench::new(&[csrrw(0, MSTATUS, 6), lw(7, 5, 0)]);
    bench.set(5, DATA);
    bench.set(6, MPRV);
    bench.run(2);
    // User mode has no memory here, but instructions are fetched by machine mode.
    bench.assert_trapped(5, DATA, RAM + 4);
    let mut bench = Bench::new(&[csrrw(0, MSTATUS, 6), lw(7, 5, 0)]);
    bench.set(5, DATA);
    bench.set(6, MPRV | MPP);
    bench.run(2);
    assert_eq!(bench.cpu.retired(), 2);
}

#[test]
fn user_mode_reads_the_counters_that_are_open_to_it() {
    for (counter, number) in [(0, CYCLE), (1, TIME), (2, INSTRET), (5, 0xc05), (0, 0xc80)] {
        let word = csrrs(7, number, 0);
        let mut bench = user(&[word]);
        bench.run(1);
        bench.assert_trapped(2, word, RAM + 0x100);
        let mut bench = user(&[word]);
        bench.set_csr(MCOUNTEREN, 1 << counter);
        bench.run(1);
        assert_eq!(bench.cpu.pc(), RAM + 0x104);
    }
}

#[test]
fn retired_instructions_are_counted_to_the_one() {
    let mut bench = Bench::new(&[NOP, NOP, csrrs(7, MINSTRET, 0), NOP, csrrs(8, INSTRET, 0)]);
    bench.run(5);
    assert_eq!((bench.x(7), bench.x(8)), (2, 4));
}

#[test]
fn a_written_counter_counts_on_behind_the_instruction() {
    let words = [csrrw(0, MINSTRET, 5), csrrs(7, MINSTRET, 0), csrrs(8, MINSTRET, 0)];
    let mut bench = Bench::new(&words);
    bench.set(5, 1000);
    bench.run(3);
    assert_eq!((bench.x(7), bench.x(8)), (1000, 1001));
}

#[test]
fn a_counter_carries_into_its_upper_half() {
    let upper = MCYCLE + 0x80;
    let words = [csrrw(0, MCYCLE, 5), csrrs(7, upper, 0), csrrs(8, upper, 0), csrrs(9, upper, 0)];
    let mut bench = Bench::new(&words);
    bench.set(5, u32::MAX - 1);
    bench.run(4);
    assert_eq!((bench.x(7), bench.x(8), bench.x(9)), (0, 0, 1));
}

#[test]
fn an_inhibited_counter_stands_still() {
    let words =
        [csrrw(0, MCOUNTINHIBIT, 5), NOP, csrrs(7, MINSTRET, 0), NOP, csrrs(8, MINSTRET, 0)];
    let mut bench = Bench::new(&words);
    bench.set(5, u32::MAX);
    bench.run(5);
    assert_eq!((bench.x(7), bench.x(8)), (1, 1));
    assert_eq!(bench.csr(MCOUNTINHIBIT), 0b101);
}

#[test]
fn counters_that_count_nothing_show_0() {
    let mut bench = Bench::new(&[csrrw(0, 0xb03, 5), csrrs(7, 0xb03, 0), csrrs(8, 0xb9f, 0)]);
    bench.set(5, 9);
    bench.run(3);
    assert_eq!((bench.x(7), bench.x(8), bench.cpu.retired()), (0, 0, 3));
}

#[test]
fn waiting_in_user_mode_is_illegal_where_machine_mode_says_so() {
    let mut bench = user(&[WFI]);
    bench.set_csr(MSTATUS, TW);
    bench.run(1);
    bench.assert_trapped(2, WFI, RAM + 0x100);
}

#[test]
fn waiting_without_anything_to_come_is_told() {
    let mut bench = Bench::new(&[WFI]);
    assert_eq!(bench.cpu.run(&mut bench.machine, 1000), Stop::Idle);
    assert_eq!((bench.cpu.pc(), bench.cpu.retired()), (RAM + 4, 1));
}

#[test]
fn exceptions_go_to_the_base_even_of_a_table() {
    let mut bench = Bench::new(&[ECALL]);
    bench.set_csr(MTVEC, HANDLER | 1);
    bench.run(1);
    assert_eq!(bench.cpu.pc(), HANDLER);
}

#[test]
fn a_trap_in_the_middle_of_a_block_is_precise() {
    let mut bench =
        Bench::new(&[addi(5, 0, 1), addi(6, 0, 2), lw(7, 0, 0), addi(8, 0, 3), jal(0, 0)]);
    bench.set(7, 9);
    bench.run(3);
    bench.assert_trapped(5, 0, RAM + 8);
    assert_eq!([5, 6, 7, 8].map(|register| bench.x(register)), [1, 2, 9, 0]);
    assert_eq!((bench.cpu.retired(), bench.cpu.clock()), (2, 3));
}
