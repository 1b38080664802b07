//! Programs that cannot go on end with a report, never with a panic.

use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::report::Report;
use emulator::symbol::Symbols;
use emulator::virt::RAM;

use crate::assembler::MSCRATCH;
use crate::assembler::MTVEC;
use crate::assembler::addi;
use crate::assembler::csrrw;
use crate::assembler::jal;
use crate::assembler::jalr;
use crate::assembler::lui;
use crate::assembler::lw;
use crate::assembler::sw;
use crate::bench::Bench;
use crate::bench::HANDLER;

#[track_caller]
fn lost(bench: &mut Bench) -> Box<Report> {
    match bench.cpu.run(&mut bench.machine, 100_000_000) {
        Stop::Lost(report) => report,
        stop => panic!("the program goes on: {stop:?}"),
    }
}

#[test]
fn a_trap_without_a_handler_is_told_with_its_cause() {
    let mut bench = Bench::new(&[addi(10, 0, 77), lui(5, 0x4000_0000), lw(7, 5, 16)]);
    bench.set_csr(MTVEC, 0);
    let report = lost(&mut bench);
    assert_eq!(
        report.what,
        "load access fault at 0x80000008, about 0x40000010; the trap handler at 0x00000000 \
         (mtvec) cannot begin: instruction access fault"
    );
    assert_eq!((report.registers[10], report.retired), (77, 2));
    let mut symbols = Symbols::default();
    symbols.add("start", RAM, 12);
    let text = report.text(&symbols);
    assert!(text.contains("  a0 0000004d"), "{text}");
    assert!(text.contains("0x80000000 start\n"), "{text}");
    assert!(text.contains("mepc 80000008"), "{text}");
}

#[test]
fn a_jump_to_nowhere_is_told() {
    let mut bench = Bench::new(&[jalr(0, 5, 0)]);
    bench.set(5, 0x1234_5678);
    bench.set_csr(MTVEC, 0);
    let what = lost(&mut bench).what;
    assert!(what.starts_with("instruction access fault at 0x12345678"), "{what}");
}

#[test]
fn a_handler_that_begins_with_nonsense_is_told() {
    let mut bench = Bench::new(&[csrrw(0, 0xfff, 0)]);
    bench.put(HANDLER, &[0]);
    let what = lost(&mut bench).what;
    assert!(what.ends_with("(mtvec) cannot begin: illegal instruction"), "{what}");
}

#[test]
fn a_handler_that_faults_for_ever_is_told() {
    let mut bench = Bench::new(&[lw(7, 0, 0)]);
    bench.put(HANDLER, &[addi(5, 5, 1), csrrw(0, MSCRATCH, 5), sw(5, 0, 0)]);
    let what = lost(&mut bench).what;
    assert_eq!(what, "65536 exceptions and no return from any: now store access fault");
}

#[test]
fn a_program_that_asks_for_a_reset_is_told() {
    let mut bench =
        Bench::new(&[lui(5, 0x10_0000), lui(6, 0x7000), addi(6, 6, 0x777), sw(6, 5, 0)]);
    assert_eq!(lost(&mut bench).what, "the program asks for a reset");
}

#[test]
fn the_finisher_ends_with_its_code() {
    for (value, code) in [(0x5555, 0), (0x2a_3333, 42)] {
        let mut bench = Bench::new(&[sw(6, 5, 0), jal(0, 0)]);
        bench.set(5, 0x10_0000);
        bench.set(6, value);
        assert_eq!(bench.cpu.run(&mut bench.machine, 100), Stop::Exit(code));
        assert_eq!(bench.cpu.retired(), 1);
    }
}

#[test]
fn a_host_is_told_of_passes_failures_and_text() {
    let host = RAM + 0x1000;
    let mut symbols = Symbols::default();
    symbols.add("tohost", host, 8);
    symbols.add("fromhost", host + 64, 8);
    let elf = Elf { entry: RAM, segments: Vec::new(), symbols };
    for (value, stop) in [(1, Stop::Exit(0)), (7, Stop::Exit(3))] {
        let mut bench = Bench::new(&[addi(7, 0, 1), sw(6, 5, 0), jal(0, 0)]);
        bench.machine.serve_host(&mut bench.cpu, &elf).unwrap();
        bench.set(5, host);
        bench.set(6, value);
        assert_eq!(bench.cpu.run(&mut bench.machine, 100), stop);
    }
    let mut bench = Bench::new(&[sw(6, 5, 0), jal(0, 0)]);
    bench.machine.serve_host(&mut bench.cpu, &elf).unwrap();
    bench.put(RAM + 0x2000, &[64, 0, 1, 0, RAM + 0x2100, 0, 3, 0, 0x636261]);
    bench.put(RAM + 0x2100, &[0x0063_6261]);
    bench.set(5, host);
    bench.set(6, RAM + 0x2000);
    bench.run(10);
    assert_eq!(bench.machine.take_output(), b"abc");
    assert_eq!((bench.word(host), bench.word(host + 64), bench.word(RAM + 0x2000)), (0, 1, 3));
}

#[test]
fn the_serial_line_sends_and_receives() {
    let mut bench =
        Bench::new(&[crate::assembler::s(0, 5, 6, 0), crate::assembler::i(3, 4, 7, 5, 0)]);
    bench.set(5, 0x1000_0000);
    bench.set(6, u32::from(b'o'));
    bench.machine.receive(b"k", &mut bench.cpu.bus());
    bench.run(2);
    assert_eq!(bench.machine.take_output(), b"o");
    assert_eq!(bench.x(7), u32::from(b'k'));
}

#[test]
fn a_trace_tells_of_loads_stores_and_devices() {
    let mut bench = Bench::new(&[sw(6, 5, 0x400), lw(7, 5, 0x400), lw(8, 9, 0)]);
    bench.cpu.memory_mut().set_traced(true);
    bench.set(5, RAM);
    bench.set(6, 42);
    bench.set(9, 0x0200_0000);
    bench.run(3);
    let seen = bench.cpu.memory_mut().take_trace();
    let shown: Vec<_> =
        seen.iter().map(|seen| (seen.address, seen.value, seen.is_write, seen.is_device)).collect();
    assert_eq!(
        shown,
        [
            (RAM + 0x400, 42, true, false),
            (RAM + 0x400, 42, false, false),
            (0x0200_0000, 0, false, true)
        ]
    );
}
