//! RV32A.

use emulator::virt::RAM;

use crate::assembler::amo;
use crate::assembler::s;
use crate::bench::Bench;
use crate::bench::DATA;

const LR: u32 = 2;
const SC: u32 = 3;

/// What an operation gives and what it leaves.
fn operate(operation: u32, old: u32, operand: u32) -> (u32, u32) {
    let mut bench = Bench::new(&[amo(operation, 7, 5, 6)]);
    bench.put(DATA, &[old]);
    bench.set(5, DATA);
    bench.set(6, operand);
    bench.run(1);
    assert_eq!(bench.cpu.retired(), 1);
    (bench.x(7), bench.word(DATA))
}

#[test]
fn amoswap_exchanges() {
    assert_eq!(operate(1, 5, 9), (5, 9));
}

#[test]
fn amoadd_wraps() {
    assert_eq!(operate(0, u32::MAX, 2), (u32::MAX, 1));
}

#[test]
fn amoxor_amoor_and_amoand_work_on_bits() {
    assert_eq!(operate(4, 0b1100, 0b1010), (0b1100, 0b0110));
    assert_eq!(operate(8, 0b1100, 0b1010), (0b1100, 0b1110));
    assert_eq!(operate(12, 0b1100, 0b1010), (0b1100, 0b1000));
}

#[test]
fn amomin_and_amomax_have_a_sign() {
    assert_eq!(operate(16, u32::MAX, 1), (u32::MAX, u32::MAX));
    assert_eq!(operate(20, u32::MAX, 1), (u32::MAX, 1));
}

#[test]
fn amominu_and_amomaxu_have_none() {
    assert_eq!(operate(24, u32::MAX, 1), (u32::MAX, 1));
    assert_eq!(operate(28, 1, u32::MAX), (1, u32::MAX));
}

#[test]
fn the_old_value_goes_even_where_the_operand_was() {
    let mut bench = Bench::new(&[amo(0, 6, 5, 6)]);
    bench.put(DATA, &[40]);
    bench.set(5, DATA);
    bench.set(6, 2);
    bench.run(1);
    assert_eq!((bench.x(6), bench.word(DATA)), (40, 42));
}

#[test]
fn a_conditional_store_succeeds_once_behind_its_reservation() {
    let mut bench = Bench::new(&[amo(LR, 7, 5, 0), amo(SC, 8, 5, 6), amo(SC, 9, 5, 0)]);
    bench.put(DATA, &[11]);
    bench.set(5, DATA);
    bench.set(6, 22);
    bench.run(3);
    assert_eq!((bench.x(7), bench.x(8), bench.x(9)), (11, 0, 1));
    assert_eq!(bench.word(DATA), 22);
}

#[test]
fn a_conditional_store_without_or_beside_its_reservation_fails() {
    let mut bench = Bench::new(&[amo(SC, 7, 5, 6), amo(LR, 0, 5, 0), amo(SC, 8, 10, 6)]);
    bench.set(5, DATA);
    bench.set(10, DATA + 4);
    bench.set(6, 22);
    bench.run(3);
    assert_eq!((bench.x(7), bench.x(8)), (1, 1));
    assert_eq!((bench.word(DATA), bench.word(DATA + 4)), (0, 0));
}

#[test]
fn misaligned_atomics_trap_whatever_the_processor_can() {
    for (word, cause) in [(amo(LR, 7, 5, 0), 4), (amo(SC, 7, 5, 6), 6), (amo(0, 7, 5, 6), 6)] {
        let mut bench = Bench::new(&[word]);
        bench.set(5, DATA + 2);
        bench.run(1);
        bench.assert_trapped(cause, DATA + 2, RAM);
    }
}

#[test]
fn atomics_on_devices_and_on_nothing_are_store_faults_and_reservations_load_faults() {
    for address in [0x1000_0000, 0x4000_0000] {
        for (word, cause) in [(amo(LR, 7, 5, 0), 5), (amo(0, 7, 5, 6), 7), (amo(1, 7, 5, 6), 7)] {
            let mut bench = Bench::new(&[word]);
            bench.set(5, address);
            bench.set(7, 77);
            bench.run(1);
            bench.assert_trapped(cause, address, RAM);
            assert_eq!(bench.x(7), 77);
        }
    }
}

#[test]
fn ordering_bits_change_nothing_and_other_encodings_are_illegal() {
    let mut bench = Bench::new(&[amo(0, 7, 5, 6) | 3 << 25]);
    bench.set(5, DATA);
    bench.run(1);
    assert_eq!(bench.cpu.retired(), 1);
    for word in [amo(LR, 7, 5, 1), amo(5, 7, 5, 6), amo(0, 7, 5, 6) ^ 1 << 12] {
        let mut bench = Bench::new(&[word]);
        bench.set(5, DATA);
        bench.run(1);
        bench.assert_trapped(2, word, RAM);
    }
}

#[test]
fn a_store_in_between_by_the_same_processor_keeps_the_reservation() {
    let mut bench = Bench::new(&[amo(LR, 7, 5, 0), s(2, 5, 6, 0), amo(SC, 8, 5, 6)]);
    bench.set(5, DATA);
    bench.run(3);
    assert_eq!(bench.x(8), 0);
}
