//! RV32I: loads and stores.

use emulator::virt::RAM;

use crate::assembler::i;
use crate::assembler::s;
use crate::bench::Bench;
use crate::bench::DATA;
use crate::bench::SIZE;

const UNMAPPED: u32 = 0x4000_0000;

/// What a load from an offset of the data gives.
fn load(funct3: u32, offset: i32) -> u32 {
    let mut bench = Bench::new(&[i(0x03, funct3, 7, 5, offset)]);
    bench.put(DATA - 4, &[0x1122_3344, 0x8182_8384, 0x0506_0708]);
    bench.set(5, DATA);
    bench.run(1);
    assert_eq!(bench.cpu.retired(), 1);
    bench.x(7)
}

/// The two words that a store of 0xa1b2c3d4 leaves.
fn store(funct3: u32, offset: i32) -> [u32; 2] {
    let mut bench = Bench::new(&[s(funct3, 5, 6, offset)]);
    bench.set(5, DATA);
    bench.set(6, 0xa1b2_c3d4);
    bench.run(1);
    [bench.word(DATA), bench.word(DATA + 4)]
}

#[test]
fn lb_extends_the_sign_and_lbu_does_not() {
    assert_eq!((load(0, 0), load(0, -1)), (0xffff_ff84, 0x11));
    assert_eq!((load(4, 3), load(4, 4)), (0x81, 0x08));
}

#[test]
fn lh_extends_the_sign_and_lhu_does_not() {
    assert_eq!((load(1, 2), load(1, 4)), (0xffff_8182, 0x0708));
    assert_eq!((load(5, 2), load(5, 0)), (0x8182, 0x8384));
}

#[test]
fn lw_loads_words_before_and_behind() {
    assert_eq!((load(2, -4), load(2, 4)), (0x1122_3344, 0x0506_0708));
}

#[test]
fn sb_sh_and_sw_write_what_they_are_wide() {
    assert_eq!(store(0, 1), [0x0000_d400, 0]);
    assert_eq!(store(1, 2), [0xc3d4_0000, 0]);
    assert_eq!(store(2, 4), [0, 0xa1b2_c3d4]);
}

#[test]
fn misaligned_loads_and_stores_work_where_the_processor_can() {
    assert_eq!((load(2, 1), load(5, 3)), (0x0881_8283, 0x0881));
    assert_eq!(store(2, 3), [0xd400_0000, 0x00a1_b2c3]);
    assert_eq!(store(1, 3), [0xd400_0000, 0x0000_00c3]);
}

#[test]
fn a_misaligned_access_may_cross_pages() {
    let mut bench = Bench::new(&[s(2, 5, 6, 0), i(0x03, 2, 7, 5, 0), i(0x03, 5, 8, 5, 1)]);
    bench.set(5, DATA + 0xffe);
    bench.set(6, 0xa1b2_c3d4);
    bench.run(3);
    assert_eq!((bench.x(7), bench.x(8)), (0xa1b2_c3d4, 0xb2c3));
}

#[test]
fn misaligned_loads_and_stores_trap_where_the_processor_cannot() {
    for (word, cause) in [
        (i(0x03, 1, 7, 5, 0), 4),
        (i(0x03, 5, 7, 5, 0), 4),
        (i(0x03, 2, 7, 5, 0), 4),
        (s(1, 5, 6, 0), 6),
        (s(2, 5, 6, 0), 6),
    ] {
        let mut bench = Bench::strict(&[word]);
        bench.set(5, DATA + 1);
        bench.set(7, 77);
        bench.run(1);
        bench.assert_trapped(cause, DATA + 1, RAM);
        assert_eq!((bench.x(7), bench.word(DATA)), (77, 0));
    }
}

#[test]
fn loads_from_where_nothing_is_trap_and_leave_the_register() {
    for funct3 in [0, 1, 2, 4, 5] {
        let mut bench = Bench::new(&[i(0x03, funct3, 7, 5, 8)]);
        bench.set(5, UNMAPPED);
        bench.set(7, 77);
        bench.run(1);
        bench.assert_trapped(5, UNMAPPED + 8, RAM);
        assert_eq!(bench.x(7), 77);
    }
}

#[test]
fn stores_to_where_nothing_is_trap() {
    for funct3 in [0, 1, 2] {
        let mut bench = Bench::new(&[s(funct3, 5, 6, -4)]);
        bench.set(5, UNMAPPED);
        bench.run(1);
        bench.assert_trapped(7, UNMAPPED - 4, RAM);
    }
}

#[test]
fn a_store_that_leaves_memory_half_way_writes_nothing_and_names_the_half() {
    let end = RAM + SIZE;
    let mut bench = Bench::new(&[s(2, 5, 6, 0)]);
    bench.set(5, end - 2);
    bench.set(6, u32::MAX);
    bench.run(1);
    bench.assert_trapped(7, end, RAM);
    assert_eq!(bench.word(end - 4), 0);
}

#[test]
fn a_load_that_leaves_memory_half_way_names_the_half() {
    let end = RAM + SIZE;
    let mut bench = Bench::new(&[i(0x03, 2, 7, 5, 0)]);
    bench.set(5, end - 1);
    bench.run(1);
    bench.assert_trapped(5, end, RAM);
}

#[test]
fn a_device_refuses_what_it_has_no_width_for() {
    let mut bench = Bench::new(&[i(0x03, 0, 7, 5, 0)]);
    bench.set(5, 0x0200_0000);
    bench.run(1);
    bench.assert_trapped(5, 0x0200_0000, RAM);
}

#[test]
fn a_load_into_x0_still_traps() {
    let mut bench = Bench::new(&[i(0x03, 2, 0, 5, 0)]);
    bench.set(5, UNMAPPED);
    bench.run(1);
    bench.assert_trapped(5, UNMAPPED, RAM);
}
