//! Files that somebody has damaged: whatever is wrong with them, the answer is a program or the
//! reason why there is none. It is the same if only what a program needs is read of the file.

use std::io::Cursor;

use emulator::elf::Elf;
use emulator::elf::Segment;
use emulator::elf_file;
use emulator::virt::Options;
use emulator::virt::RAM;
use emulator::virt::Virt;
use proptest::prelude::*;

use crate::assembler::addi;

const HEADER: u32 = 52;
const PROGRAM_HEADER: u32 = 32;
const SECTION_HEADER: u32 = 40;
const NAMES: &[u8] = b"\0main\0tohost\0";

/// A program of one instruction, with a table of two symbols.
fn whole() -> Vec<u8> {
    let code = HEADER + PROGRAM_HEADER;
    let symbols = code + 4;
    let names = symbols + 3 * 16;
    let sections = names + NAMES.len() as u32;
    let mut bytes = vec![0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let words = |bytes: &mut Vec<u8>, words: &[u32]| {
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    };
    words(&mut bytes, &[2 | 243 << 16, 1, RAM, HEADER, sections, 1]);
    words(&mut bytes, &[HEADER | PROGRAM_HEADER << 16, 1 | SECTION_HEADER << 16, 3]);
    words(&mut bytes, &[1, code, RAM, RAM, 4, 0x1000, 5, 4]);
    words(&mut bytes, &[addi(7, 0, 9)]);
    words(&mut bytes, &[0, 0, 0, 0]);
    words(&mut bytes, &[1, RAM, 4, 2 | 1 << 16]);
    words(&mut bytes, &[6, RAM + 8, 8, 1 | 1 << 16]);
    bytes.extend(NAMES);
    words(&mut bytes, &[0; 10]);
    words(&mut bytes, &[0, 2, 0, 0, symbols, 3 * 16, 2, 0, 4, 16]);
    words(&mut bytes, &[0, 3, 0, 0, names, NAMES.len() as u32, 0, 0, 1, 0]);
    bytes
}

/// What can be compared of a program.
fn described(elf: &Elf) -> (u32, Vec<Segment>, Vec<(String, u32)>) {
    let names = elf.symbols.all().map(|(name, address)| (name.to_owned(), address)).collect();
    (elf.entry, elf.segments.clone(), names)
}

/// What anybody does with a file.
fn use_it(bytes: &[u8]) {
    let sparse = elf_file::read(&mut Cursor::new(bytes)).unwrap();
    let (whole, sparse) = (Elf::parse(bytes), Elf::parse(&sparse));
    assert_eq!(whole.as_ref().map(described), sparse.as_ref().map(described));
    let Ok(elf) = whole else { return };
    for (name, address) in elf.symbols.all() {
        assert!(!name.is_empty() && !elf.symbols.place(address).to_string().is_empty());
    }
    let Ok((mut cpu, mut machine)) =
        Virt::boot(&elf, &Options { ram: 1 << 16, ..Options::default() })
    else {
        return;
    };
    let _ = machine.serve_host(&mut cpu, &elf);
    cpu.run(&mut machine, 100);
}

#[test]
fn a_table_of_symbols_is_read() {
    let elf = Elf::parse(&whole()).unwrap();
    assert_eq!(elf.symbols.address("main"), Some(RAM));
    assert_eq!(elf.symbols.address("tohost"), Some(RAM + 8));
    use_it(&whole());
}

#[test]
fn a_file_without_its_end_is_a_program_without_names_or_none() {
    let whole = whole();
    for length in 0..whole.len() {
        use_it(&whole[..length]);
    }
}

proptest! {
    #[test]
    fn damaged_files_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        words in prop::collection::vec((any::<prop::sample::Index>(), any::<u32>()), 0..3),
        end in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = whole();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        for (place, value) in words {
            let place = place.index(bytes.len() / 4) * 4;
            bytes[place..place + 4].copy_from_slice(&value.to_le_bytes());
        }
        if is_cut {
            bytes.truncate(end.index(bytes.len()));
        }
        use_it(&bytes);
    }

    #[test]
    fn what_follows_the_first_bytes_is_anything(
        tail in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut bytes = whole()[..20].to_vec();
        bytes.extend(tail);
        use_it(&bytes);
    }
}
