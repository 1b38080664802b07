//! Physical memory protection as programs meet it.

use emulator::exception::Privilege;
use emulator::virt::RAM;

use crate::assembler::MEPC;
use crate::assembler::MRET;
use crate::assembler::MSTATUS;
use crate::assembler::NOP;
use crate::assembler::amo;
use crate::assembler::csrrw;
use crate::assembler::lw;
use crate::assembler::sw;
use crate::bench::Bench;
use crate::bench::DATA;
use crate::bench::HANDLER;

const READ: u32 = 1;
const WRITE: u32 = 2;
const EXECUTE: u32 = 4;
const TOP: u32 = 1 << 3;
const FOUR: u32 = 2 << 3;
const POWER: u32 = 3 << 3;
const LOCK: u32 = 1 << 7;
/// Where user code lies.
const CODE: u32 = RAM + 0x1000;

/// User code that may be executed, and one more entry before that.
fn user(words: &[u32], configuration: u32, address: u32) -> Bench {
    let mut bench = Bench::new(&[MRET]);
    bench.put(CODE, words);
    bench.set_csr(0x3b0, address);
    // 4 KiB of code.
    bench.set_csr(0x3b1, CODE >> 2 | 0x1ff);
    bench.set_csr(0x3a0, configuration | (POWER | EXECUTE) << 8);
    bench.set_csr(MEPC, CODE);
    bench.set_csr(MSTATUS, 0);
    bench.set(5, DATA);
    bench.set(6, 42);
    bench.run(1);
    assert_eq!(bench.cpu.privilege(), Privilege::User);
    bench
}

#[test]
fn user_mode_loads_only_what_it_may_read() {
    let mut bench = user(&[lw(7, 5, 0)], FOUR | READ, DATA >> 2);
    bench.run(1);
    assert_eq!(bench.cpu.pc(), CODE + 4);
    let mut bench = user(&[lw(7, 5, 4)], FOUR | READ, DATA >> 2);
    bench.run(1);
    bench.assert_trapped(5, DATA + 4, CODE);
    let mut bench = user(&[lw(7, 5, 0)], FOUR | EXECUTE, DATA >> 2);
    bench.run(1);
    bench.assert_trapped(5, DATA, CODE);
}

#[test]
fn user_mode_stores_only_where_it_may_write() {
    let mut bench = user(&[sw(6, 5, 0)], FOUR | READ | WRITE, DATA >> 2);
    bench.run(1);
    assert_eq!(bench.word(DATA), 42);
    let mut bench = user(&[sw(6, 5, 0)], FOUR | READ, DATA >> 2);
    bench.run(1);
    bench.assert_trapped(7, DATA, CODE);
    assert_eq!(bench.word(DATA), 0);
}

#[test]
fn an_atomic_operation_that_may_not_write_is_a_store_fault() {
    let mut bench = user(&[amo(0, 7, 5, 6)], FOUR | READ, DATA >> 2);
    bench.run(1);
    bench.assert_trapped(7, DATA, CODE);
}

#[test]
fn user_mode_executes_only_what_it_may() {
    let mut bench = user(&[NOP, NOP], FOUR | READ, (CODE + 4) >> 2);
    bench.run(2);
    bench.assert_trapped(1, CODE + 4, CODE + 4);
}

#[test]
fn an_instruction_whose_second_half_may_not_be_executed_names_that_half() {
    let mut bench = user(&[], FOUR | READ, (CODE + 4) >> 2);
    // c.nop, then a word across the border.
    bench.cpu.memory_mut().write(CODE, &[0x01, 0x00, 0x13, 0x00, 0x00, 0x00]);
    bench.run(2);
    bench.assert_trapped(1, CODE + 4, CODE + 2);
}

#[test]
fn a_page_that_is_divided_is_checked_word_by_word() {
    let mut bench =
        user(&[lw(7, 5, 0), lw(7, 5, 4), lw(7, 5, 8)], TOP | READ | EXECUTE, (DATA + 8) >> 2);
    bench.run(3);
    bench.assert_trapped(5, DATA + 8, CODE + 8);
}

#[test]
fn a_locked_entry_stops_machine_mode_from_now_on() {
    let words = [sw(6, 5, 0), csrrw(0, 0x3a0, 10), sw(6, 5, 0)];
    let mut bench = Bench::new(&words);
    bench.set_csr(0x3b0, DATA >> 2 | 0x1ff);
    bench.set(5, DATA);
    bench.set(10, POWER | READ | LOCK);
    bench.run(3);
    bench.assert_trapped(7, DATA, RAM + 8);
}

#[test]
fn code_that_may_no_longer_be_executed_is_not_executed() {
    // The lock covers the instruction behind the one that sets it.
    let mut bench = Bench::new(&[NOP, csrrw(0, 0x3a0, 10), NOP, NOP]);
    bench.run(4);
    bench.cpu.set_pc(RAM);
    bench.set_csr(0x3b0, (RAM + 8) >> 2);
    bench.set(10, FOUR | READ | LOCK);
    bench.run(3);
    bench.assert_trapped(1, RAM + 8, RAM + 8);
}

#[test]
fn a_trap_in_user_mode_gives_machine_mode_its_memory_back() {
    let mut bench = user(&[lw(7, 5, 0)], 0, 0);
    bench.put(HANDLER, &[lw(8, 5, 0), sw(6, 5, 4)]);
    bench.put(DATA, &[7]);
    bench.run(3);
    assert_eq!((bench.x(8), bench.word(DATA + 4)), (7, 42));
}
