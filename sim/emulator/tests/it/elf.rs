//! ELF files: what is loaded, and what is refused and why.

use emulator::elf::Elf;
use emulator::elf::ElfError;
use emulator::memory::Memory;
use emulator::virt::BootError;
use emulator::virt::Options;
use emulator::virt::RAM;
use emulator::virt::Virt;

use crate::assembler::addi;

/// A segment to be written: address, bytes in memory, flags.
type Part = (u32, u32, u32);

const EXECUTABLE: u32 = 5;
const WRITABLE: u32 = 6;

/// A file with one instruction at the start of each segment.
fn file(entry: u32, parts: &[Part]) -> Vec<u8> {
    let mut bytes = vec![0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let word = |bytes: &mut Vec<u8>, value: u32| bytes.extend(value.to_le_bytes());
    let half = |bytes: &mut Vec<u8>, value: u16| bytes.extend(value.to_le_bytes());
    half(&mut bytes, 2);
    half(&mut bytes, 243);
    word(&mut bytes, 1);
    word(&mut bytes, entry);
    word(&mut bytes, 52);
    word(&mut bytes, 0);
    word(&mut bytes, 1);
    for value in [52, 32, parts.len() as u16, 40, 0, 0] {
        half(&mut bytes, value);
    }
    let data = 52 + 32 * parts.len() as u32;
    for (index, (address, size, flags)) in parts.iter().enumerate() {
        let offset = data + 4 * index as u32;
        for value in [1, offset, *address, *address, 4, *size, *flags, 4] {
            word(&mut bytes, value);
        }
    }
    for _ in parts {
        word(&mut bytes, addi(7, 0, 9));
    }
    bytes
}

fn error(bytes: &[u8]) -> String {
    Elf::parse(bytes).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_program_is_loaded_and_begins_at_its_entry() {
    let elf = Elf::parse(&file(RAM + 0x1000, &[(RAM + 0x1000, 8, EXECUTABLE)])).unwrap();
    let (mut cpu, mut machine) = Virt::boot(&elf, &Options::default()).unwrap();
    cpu.run(&mut machine, 1);
    assert_eq!((cpu.registers().get(7), cpu.pc()), (9, RAM + 0x1004));
}

#[test]
fn what_is_no_elf_file_is_refused() {
    assert_eq!(error(b"#!/bin/sh\n"), "not an ELF file");
    assert_eq!(error(b""), "not an ELF file");
}

#[test]
fn every_truncation_is_refused_without_a_panic() {
    let whole = file(RAM, &[(RAM, 4, EXECUTABLE), (RAM + 0x1000, 4, WRITABLE)]);
    for length in 4..whole.len() {
        let error = error(&whole[..length]);
        assert!(error.starts_with("the file is truncated or damaged"), "{length}: {error}");
    }
}

#[test]
fn every_flipped_byte_is_a_program_or_an_error_but_no_panic() {
    let whole = file(RAM, &[(RAM, 4, EXECUTABLE), (RAM + 0x1000, 4, WRITABLE)]);
    let (mut loaded, mut refused) = (0, 0);
    for place in 0..whole.len() {
        for value in [0, 0x81, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] = value;
            match Elf::parse(&bytes) {
                Ok(elf) => {
                    let mut memory = Memory::new(1 << 16);
                    memory.map_ram(RAM, 1 << 16).unwrap();
                    loaded += u32::from(elf.load(&mut memory).is_ok());
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(0 < refused && 0 < loaded, "{refused} refused, {loaded} loaded");
}

#[test]
fn other_machines_are_named() {
    let mut bytes = file(RAM, &[(RAM, 4, EXECUTABLE)]);
    bytes[18] = 40;
    assert_eq!(error(&bytes), "a program for ARM; this machine is 32-bit RISC-V");
    bytes[4] = 2;
    bytes[18] = 62;
    assert_eq!(error(&bytes), "a 64-bit program for x86-64; this machine is 32-bit RISC-V");
    bytes[18] = 243;
    assert_eq!(error(&bytes), "a 64-bit program for RISC-V; this machine is 32-bit RISC-V");
}

#[test]
fn what_cannot_be_executed_is_refused() {
    for (kind, text) in [(1, "an object file"), (3, "a shared library"), (4, "a memory dump")] {
        let mut bytes = file(RAM, &[(RAM, 4, EXECUTABLE)]);
        bytes[16] = kind;
        assert!(error(&bytes).starts_with(text));
    }
}

#[test]
fn overlapping_segments_are_both_named() {
    let bytes = file(RAM, &[(RAM, 0x20, EXECUTABLE), (RAM + 0x10, 4, WRITABLE)]);
    assert_eq!(
        error(&bytes),
        "segment 0 (0x80000000..0x80000020) overlaps segment 1 (0x80000010..0x80000014)"
    );
}

#[test]
fn an_entry_must_be_loaded() {
    let bytes = file(RAM + 0x2000, &[(RAM, 4, EXECUTABLE), (RAM + 0x1000, 4, WRITABLE)]);
    assert_eq!(error(&bytes), "the entry 0x80002000 is in no segment");
}

#[test]
fn a_program_in_a_segment_that_is_not_marked_as_code_begins() {
    let bytes = file(RAM + 0x1000, &[(RAM, 4, EXECUTABLE), (RAM + 0x1000, 4, WRITABLE)]);
    assert_eq!(Elf::parse(&bytes).unwrap().entry, RAM + 0x1000);
}

#[test]
fn segments_must_fit_into_addresses_and_into_themselves() {
    for part in [(0xffff_f000, 0x2000, EXECUTABLE), (RAM, 2, EXECUTABLE)] {
        let bytes = file(part.0, &[part]);
        assert!(matches!(Elf::parse(&bytes), Err(ElfError::BadSegment(_))));
    }
    assert_eq!(error(&file(RAM, &[])), "no segment is to be loaded");
}

#[test]
fn a_segment_outside_of_memory_is_named() {
    let elf = Elf::parse(&file(0x4200_0000, &[(0x4200_0000, 4, EXECUTABLE)])).unwrap();
    let Err(error) = Virt::boot(&elf, &Options::default()) else { panic!("it cannot boot") };
    let text = error.to_string();
    assert_eq!(text, "segment 0 (0x42000000..0x42000004) is outside of RAM and ROM");
}

#[test]
fn a_program_without_a_host_cannot_be_served() {
    let elf = Elf::parse(&file(RAM, &[(RAM, 4, EXECUTABLE)])).unwrap();
    let (mut cpu, mut machine) = Virt::boot(&elf, &Options::default()).unwrap();
    assert_eq!(machine.serve_host(&mut cpu, &elf), Err(BootError::NoHost));
}
