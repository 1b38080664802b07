//! RV32I: arithmetic on registers and constants.

use emulator::virt::RAM;

use crate::assembler::FENCE;
use crate::assembler::FENCE_I;
use crate::assembler::addi;
use crate::assembler::auipc;
use crate::assembler::i;
use crate::assembler::lui;
use crate::assembler::r;
use crate::bench::Bench;
use crate::bench::result;

const MIN: u32 = 0x8000_0000;
const MAX: u32 = 0x7fff_ffff;
const MINUS_1: u32 = u32::MAX;

fn constant(funct3: u32, x5: u32, value: i32) -> u32 {
    result(i(0x13, funct3, 7, 5, value), x5, 0)
}

fn registers(funct3: u32, funct7: u32, x5: u32, x6: u32) -> u32 {
    result(r(0x33, funct3, funct7, 7, 5, 6), x5, x6)
}

#[test]
fn lui_loads_the_upper_bits() {
    assert_eq!(result(lui(7, 0xabcd_e000), 0, 0), 0xabcd_e000);
}

#[test]
fn auipc_adds_to_its_own_address() {
    assert_eq!(result(auipc(7, 0xffff_f000), 0, 0), RAM - 0x1000);
}

#[test]
fn addi_wraps_and_extends_its_sign() {
    assert_eq!(constant(0, MAX, 1), MIN);
    assert_eq!(constant(0, 5, -2048), (-2043_i32) as u32);
    assert_eq!(constant(0, 5, 0), 5);
}

#[test]
fn slti_compares_with_sign() {
    assert_eq!(constant(2, MINUS_1, 0), 1);
    assert_eq!(constant(2, 0, -1), 0);
    assert_eq!(constant(2, 3, 3), 0);
}

#[test]
fn sltiu_compares_without_sign_against_an_extended_constant() {
    assert_eq!(constant(3, MINUS_1, 0), 0);
    assert_eq!(constant(3, 5, -1), 1);
    assert_eq!(constant(3, 0, 1), 1);
}

#[test]
fn xori_ori_and_andi_extend_their_constant() {
    assert_eq!(constant(4, 0x0f0f_0f0f, -1), 0xf0f0_f0f0);
    assert_eq!(constant(6, 0x0f00_0000, -256), 0xffff_ff00);
    assert_eq!(constant(7, 0x0f0f_0f0f, -256), 0x0f0f_0f00);
}

#[test]
fn slli_shifts_up_to_31() {
    assert_eq!(constant(1, 1, 31), MIN);
    assert_eq!(constant(1, 0xffff_0001, 0), 0xffff_0001);
}

#[test]
fn srli_fills_with_zeros_and_srai_with_the_sign() {
    assert_eq!(constant(5, MIN, 31), 1);
    assert_eq!(constant(5, MIN, 0x400 | 31), MINUS_1);
    assert_eq!(constant(5, 0x4000_0000, 0x400 | 30), 1);
}

#[test]
fn add_and_sub_wrap() {
    assert_eq!(registers(0, 0, MINUS_1, 1), 0);
    assert_eq!(registers(0, 0x20, 0, 1), MINUS_1);
    assert_eq!(registers(0, 0x20, MIN, 1), MAX);
}

#[test]
fn sll_srl_and_sra_use_five_bits_of_the_amount() {
    assert_eq!(registers(1, 0, 1, 33), 2);
    assert_eq!(registers(5, 0, MIN, 63), 1);
    assert_eq!(registers(5, 0x20, MIN, 32 + 4), 0xf800_0000);
}

#[test]
fn slt_has_a_sign_and_sltu_has_none() {
    assert_eq!(registers(2, 0, MIN, MAX), 1);
    assert_eq!(registers(3, 0, MIN, MAX), 0);
    assert_eq!(registers(3, 0, 0, MINUS_1), 1);
    assert_eq!(registers(2, 0, 0, MINUS_1), 0);
}

#[test]
fn xor_or_and_work_on_bits() {
    assert_eq!(registers(4, 0, 0b1100, 0b1010), 0b0110);
    assert_eq!(registers(6, 0, 0b1100, 0b1010), 0b1110);
    assert_eq!(registers(7, 0, 0b1100, 0b1010), 0b1000);
}

#[test]
fn x0_stays_0() {
    let mut bench = Bench::new(&[addi(0, 0, 5), lui(0, 0x1000), r(0x33, 0, 0, 7, 0, 0)]);
    bench.set(7, 9);
    bench.run(3);
    assert_eq!((bench.x(0), bench.x(7)), (0, 0));
}

#[test]
fn a_result_may_go_where_an_operand_was() {
    let mut bench = Bench::new(&[r(0x33, 0, 0, 5, 5, 5), r(0x33, 0, 0x20, 5, 5, 6)]);
    bench.set(5, 21);
    bench.set(6, 2);
    bench.run(2);
    assert_eq!(bench.x(5), 40);
}

#[test]
fn fences_change_nothing() {
    let mut bench = Bench::new(&[FENCE, FENCE_I, 0x8330_000f, addi(7, 0, 1)]);
    bench.run(4);
    assert_eq!(bench.x(7), 1);
    assert_eq!(bench.cpu.pc(), RAM + 16);
}

#[test]
fn encodings_that_are_none_are_illegal_and_shown() {
    let wrong = [
        0x0000_0000_u32,
        0xffff_ffff,
        i(0x13, 1, 7, 5, 0x20),
        i(0x13, 5, 7, 5, 0x20),
        i(0x13, 5, 7, 5, 0x420),
        r(0x33, 1, 0x20, 7, 5, 6),
        r(0x33, 0, 2, 7, 5, 6),
        r(0x33, 4, 0x20, 7, 5, 6),
        i(0x03, 3, 7, 5, 0),
        i(0x03, 6, 7, 5, 0),
        0x0000_3023,
        0x0000_2063,
        0x0000_3063,
        0x0000_1067,
        0x0000_200f,
        0x0000_0007,
        0x0000_0053,
        0x0000_001b,
        0x0000_4073,
        0x1020_0073,
        0x0020_0073,
        0x1200_0073,
        0x3020_0173,
        0x7b20_0073,
    ];
    for word in wrong {
        let mut bench = Bench::new(&[word]);
        bench.run(1);
        let shown = if word & 3 == 3 { word } else { word & 0xffff };
        bench.assert_trapped(2, shown, RAM);
        assert_eq!(bench.cpu.retired(), 0, "what traps does not retire");
    }
}
