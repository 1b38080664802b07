//! The chip as firmware meets it: small programs that work its devices.

use crate::cpu::Stop;
use crate::elf::Segment;
use crate::esp32c6::board::Board;
use crate::esp32c6::*;
use crate::symbol::Symbols;

const A0: u32 = 10;
const A1: u32 = 11;

fn lui(register: u32, value: u32) -> u32 {
    value & 0xffff_f000 | register << 7 | 0x37
}

fn addi(register: u32, from: u32, value: u32) -> u32 {
    (value & 0xfff) << 20 | from << 15 | register << 7 | 0x13
}

fn load(register: u32, base: u32, offset: u32) -> u32 {
    offset << 20 | base << 15 | 2 << 12 | register << 7 | 0x03
}

fn store(register: u32, base: u32, offset: u32) -> u32 {
    (offset >> 5) << 25 | register << 20 | base << 15 | 2 << 12 | (offset & 31) << 7 | 0x23
}

fn call(base: u32) -> u32 {
    base << 15 | 1 << 7 | 0x67
}

const SPIN: u32 = 0x6f;
const WAIT: u32 = 0x1050_0073;

fn segment(address: u32, words: &[u32]) -> Segment {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    Segment {
        index: 0,
        physical: address,
        virtual_address: address,
        size: bytes.len() as u32,
        bytes,
    }
}

fn board_at(address: u32, words: &[u32]) -> Result<Board, BootError> {
    let segments = vec![segment(address, words)];
    let elf = Elf { entry: address, segments, symbols: Symbols::default() };
    let (quality, wiring) = (Quality::SERIAL, Wiring::default());
    Board::boot(&elf, Options { flash: vec![0xff; 0x10_0000], quality, seed: Seed(1), wiring })
}

fn report(words: &[u32]) -> String {
    match board_at(RAM, words).unwrap().run(20 * TICKS_PER_SECOND) {
        Stop::Lost(report) => report.what,
        stop => panic!("{stop:?} is no report"),
    }
}

#[test]
fn an_access_that_no_device_answers_is_reported_with_its_address() {
    let words = [lui(A0, 0x6001_6000), load(A1, A0, 4), SPIN];
    assert_eq!(report(&words), "a load from 0x60016004, where no device answers");
    let words = [lui(A0, 0x6001_6000), store(A1, A0, 8), SPIN];
    assert_eq!(report(&words), "a store to 0x60016008, where no device answers");
}

#[test]
fn a_function_that_the_rom_has_not_is_reported() {
    let words = [lui(A0, 0x4000_1000), call(A0), SPIN];
    assert_eq!(report(&words), "unknown function of the ROM at 0x40001000");
}

#[test]
fn a_program_that_feeds_no_watchdog_is_reported() {
    // Offsets and numbers from 0x800 are taken as negative: the base is behind the registers.
    let words = [
        lui(A0, 0x600b_2000),
        lui(A1, 0x50d8_4000),
        addi(A1, A1, 0xaa1),
        store(A1, A0, 0xc18),
        addi(A1, 0, 100),
        store(A1, A0, 0xc04),
        lui(A1, 0xc000_0000),
        store(A1, A0, 0xc00),
        SPIN,
    ];
    assert!(report(&words).contains("the low-power system's watchdog was not fed in time"));
}

#[test]
fn a_program_runs_where_it_lies_in_flash_and_is_heard() {
    let words = [lui(A0, USB), addi(A1, 0, 0x41), store(A1, A0, 0), WAIT, SPIN];
    let mut board = board_at(storage::WINDOW + 0x20, &words).unwrap();
    assert_eq!(board.run_until_sent(1_000), Stop::Limit);
    assert_eq!(board.take_sent(), b"A");
    assert_eq!(board.flash().bytes()[0x1_0020..0x1_0024], words[0].to_le_bytes());
    assert_eq!(board.run(1_000), Stop::Idle, "nothing will ever wake it");
}

#[test]
fn a_program_for_another_chip_does_not_begin() {
    let other = board_at(0x3fc8_0000, &[SPIN]);
    assert!(matches!(other, Err(BootError::Outside(_))));
    let long = board_at(storage::WINDOW + 0x80_0000, &[SPIN]);
    assert!(matches!(long, Err(BootError::NoRoom(_))));
}
