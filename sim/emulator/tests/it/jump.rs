//! RV32I: jumps and branches.

use emulator::virt::RAM;

use crate::assembler::addi;
use crate::assembler::b;
use crate::assembler::jal;
use crate::assembler::jalr;
use crate::bench::Bench;

/// Where a branch leads with these in x5 and x6.
fn branch(funct3: u32, x5: u32, x6: u32) -> u32 {
    let mut bench = Bench::new(&[b(funct3, 5, 6, 64)]);
    bench.set(5, x5);
    bench.set(6, x6);
    bench.run(1);
    assert_eq!(bench.cpu.retired(), 1);
    bench.cpu.pc() - RAM
}

#[test]
fn beq_and_bne_compare_all_bits() {
    assert_eq!((branch(0, 7, 7), branch(0, 7, 0x8000_0007)), (64, 4));
    assert_eq!((branch(1, 7, 7), branch(1, 7, 0x8000_0007)), (4, 64));
}

#[test]
fn blt_and_bge_compare_with_sign() {
    assert_eq!((branch(4, u32::MAX, 0), branch(4, 0, 0)), (64, 4));
    assert_eq!((branch(5, u32::MAX, 0), branch(5, 0, 0)), (4, 64));
}

#[test]
fn bltu_and_bgeu_compare_without_sign() {
    assert_eq!((branch(6, u32::MAX, 0), branch(6, 0, 1)), (4, 64));
    assert_eq!((branch(7, u32::MAX, 0), branch(7, 0, 1)), (64, 4));
}

#[test]
fn a_branch_reaches_back() {
    let mut bench = Bench::new(&[addi(5, 0, 3), addi(5, 5, -1), b(1, 5, 0, -4)]);
    bench.run(7);
    assert_eq!((bench.x(5), bench.cpu.pc()), (0, RAM + 12));
}

#[test]
fn jal_links_and_goes() {
    let mut bench = Bench::new(&[jal(1, 0x7ff0)]);
    bench.run(1);
    assert_eq!((bench.cpu.pc(), bench.x(1)), (RAM + 0x7ff0, RAM + 4));
}

#[test]
fn jal_without_a_link_only_goes() {
    let mut bench = Bench::new(&[addi(5, 0, 1), jal(0, -4)]);
    bench.run(3);
    assert_eq!((bench.cpu.pc(), bench.x(0)), (RAM + 4, 0));
}

#[test]
fn jalr_clears_the_lowest_bit_and_links_after_it_has_read() {
    let mut bench = Bench::new(&[jalr(5, 5, -4)]);
    bench.set(5, RAM + 0x105);
    bench.run(1);
    assert_eq!((bench.cpu.pc(), bench.x(5)), (RAM + 0x100, RAM + 4));
}

#[test]
fn a_jump_to_an_address_between_words_is_no_trap() {
    let mut bench = Bench::new(&[jalr(0, 5, 0)]);
    bench.put(RAM + 0x102, &[addi(7, 0, 9)]);
    bench.set(5, RAM + 0x103);
    bench.run(2);
    assert_eq!((bench.x(7), bench.cpu.pc()), (9, RAM + 0x106));
}

#[test]
fn a_jump_to_where_nothing_is_traps_there() {
    let mut bench = Bench::new(&[jalr(1, 5, 0)]);
    bench.set(5, 0x4000_0000);
    bench.run(2);
    bench.assert_trapped(1, 0x4000_0000, 0x4000_0000);
    assert_eq!((bench.x(1), bench.cpu.retired()), (RAM + 4, 1));
}
