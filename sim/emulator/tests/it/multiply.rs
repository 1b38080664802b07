//! RV32M.

use crate::assembler::r;
use crate::bench::result;

const MIN: u32 = 0x8000_0000;
const MINUS_1: u32 = u32::MAX;

fn operate(funct3: u32, x5: u32, x6: u32) -> u32 {
    result(r(0x33, funct3, 1, 7, 5, 6), x5, x6)
}

#[test]
fn mul_gives_the_low_word() {
    assert_eq!(operate(0, 0xffff_fffe, 3), (-6_i32) as u32);
    assert_eq!(operate(0, 0x1_0000, 0x1_0000), 0);
}

#[test]
fn mulh_gives_the_high_word_of_two_signed() {
    assert_eq!(operate(1, MIN, MIN), 0x4000_0000);
    assert_eq!(operate(1, MINUS_1, 1), MINUS_1);
}

#[test]
fn mulhsu_takes_only_the_first_as_signed() {
    assert_eq!(operate(2, MINUS_1, MINUS_1), MINUS_1);
    assert_eq!(operate(2, 2, MIN), 1);
}

#[test]
fn mulhu_gives_the_high_word_of_two_unsigned() {
    assert_eq!(operate(3, MINUS_1, MINUS_1), 0xffff_fffe);
}

#[test]
fn div_rounds_to_zero_and_never_traps() {
    assert_eq!(operate(4, (-7_i32) as u32, 2), (-3_i32) as u32);
    assert_eq!(operate(4, 7, 0), MINUS_1);
    assert_eq!(operate(4, MIN, MINUS_1), MIN);
}

#[test]
fn divu_by_zero_is_all_ones() {
    assert_eq!(operate(5, MINUS_1, 2), 0x7fff_ffff);
    assert_eq!(operate(5, 7, 0), MINUS_1);
}

#[test]
fn rem_has_the_sign_of_the_dividend_and_never_traps() {
    assert_eq!(operate(6, (-7_i32) as u32, 2), MINUS_1);
    assert_eq!(operate(6, 7, (-2_i32) as u32), 1);
    assert_eq!(operate(6, 7, 0), 7);
    assert_eq!(operate(6, MIN, MINUS_1), 0);
}

#[test]
fn remu_by_zero_is_the_dividend() {
    assert_eq!(operate(7, MINUS_1, 16), 15);
    assert_eq!(operate(7, MINUS_1, 0), MINUS_1);
}
