//! Programs as ELF files (System V ABI, chapters Object Files and Program Loading). Whatever the
//! bytes are, the answer is a program or the reason why there is none.

use std::fmt;

use goblin::container::Container;
use goblin::container::Ctx;
use goblin::container::Endian;
use goblin::elf::Header;
use goblin::elf::ProgramHeader;
use goblin::elf::SectionHeader;
use goblin::elf::Sym;
use goblin::elf::header;
use goblin::elf::program_header::PT_LOAD;
use goblin::elf::section_header::SHT_SYMTAB;
use goblin::elf::sym::STT_FUNC;

use crate::memory::Memory;
use crate::symbol::Symbols;

/// Words of 32 bits, the lowest byte first.
const LAYOUT: Ctx = Ctx { container: Container::Little, le: Endian::Little };
/// Bytes of a program header.
const PROGRAM_HEADER_BYTES: u16 = 32;
/// Bytes of a symbol.
const SYMBOL_BYTES: usize = 16;
/// Where the class, the byte order and the machine stand in every ELF file.
const CLASS_AT: usize = 4;
const ORDER_AT: usize = 5;
const MACHINE_AT: usize = 18;

/// Why a file is no program for this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ElfError {
    /// It does not begin as ELF files do.
    NotElf,
    /// Something that it names is not in it.
    Truncated(&'static str),
    /// Its addresses have 64 bits.
    SixtyFourBits(String),
    /// Its bytes are in the other order.
    BigEndian,
    /// It is for another machine.
    Machine(String),
    /// It is an object file, a library or a dump.
    NotExecutable(&'static str),
    /// It needs floating point or another extension in its calling convention.
    FloatAbi,
    /// Nothing in it is to be loaded.
    NothingToLoad,
    /// Two parts want the same place.
    Overlap(Segment, Segment),
    /// A part ends behind the last address, or has more bytes than memory.
    BadSegment(Segment),
    /// There is neither RAM nor ROM for a part.
    Outside(Segment),
    /// It would begin where nothing is loaded.
    Entry(u32),
}

impl fmt::Display for ElfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ElfError::NotElf => f.write_str("not an ELF file"),
            ElfError::Truncated(what) => write!(f, "the file is truncated or damaged: {what}"),
            ElfError::SixtyFourBits(machine) => {
                write!(f, "a 64-bit program for {machine}; this machine is 32-bit RISC-V")
            }
            ElfError::BigEndian => f.write_str("a big-endian program; RISC-V is little-endian"),
            ElfError::Machine(machine) => {
                write!(f, "a program for {machine}; this machine is 32-bit RISC-V")
            }
            ElfError::NotExecutable(what) => write!(f, "{what}, not an executable program"),
            ElfError::FloatAbi => f.write_str(
                "its calls pass numbers in floating point registers, or it has 16 \
                             registers; this machine is RV32IMAC",
            ),
            ElfError::NothingToLoad => f.write_str("no segment is to be loaded"),
            ElfError::Overlap(first, second) => write!(f, "{first} overlaps {second}"),
            ElfError::BadSegment(segment) => {
                write!(f, "{segment} does not fit into 32-bit addresses, or into itself")
            }
            ElfError::Outside(segment) => write!(f, "{segment} is outside of RAM and ROM"),
            ElfError::Entry(entry) => {
                write!(f, "the entry {entry:#010x} is in no segment")
            }
        }
    }
}

impl std::error::Error for ElfError {}

/// A part of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its place among the program headers.
    pub index: usize,
    /// Where it is loaded.
    pub physical: u32,
    /// Where the program believes it to be.
    pub virtual_address: u32,
    /// Its first bytes; the others are 0.
    pub bytes: Vec<u8>,
    /// How large it is in memory.
    pub size: u32,
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = (self.physical, u64::from(self.physical) + u64::from(self.size));
        write!(f, "segment {} ({start:#010x}..{end:#010x})", self.index)
    }
}

/// A program that was found to be sound.
#[derive(Clone, Debug)]
pub struct Elf {
    /// Where it begins.
    pub entry: u32,
    /// What is to be loaded, in the order of the file.
    pub segments: Vec<Segment>,
    /// Names of addresses; empty in a stripped file.
    pub symbols: Symbols,
}

impl Elf {
    /// Reads a file.
    pub fn parse(file: &[u8]) -> Result<Elf, ElfError> {
        check_kind(file)?;
        let header = goblin::elf::Elf::parse_header(file)
            .map_err(|_| ElfError::Truncated("its header is not whole"))?;
        check_type(&header)?;
        let segments = segments(file, &header)?;
        check_overlaps(&segments)?;
        let entry = header.e_entry as u32;
        // What a segment's flags permit does not count: nothing here enforces them, and the public
        // test suites are linked into a segment that is not marked as code.
        let is_inside = |segment: &Segment| {
            let offset = entry.checked_sub(segment.virtual_address);
            offset.is_some_and(|offset| offset < segment.size)
        };
        if !segments.iter().any(is_inside) {
            return Err(ElfError::Entry(entry));
        }
        Ok(Elf { entry, segments, symbols: symbols(file, &header).unwrap_or_default() })
    }

    /// Copies the segments to their physical addresses. Memory is zero before.
    pub fn load(&self, memory: &mut Memory) -> Result<(), ElfError> {
        for segment in &self.segments {
            if memory.bytes(segment.physical, segment.size).is_none() {
                return Err(ElfError::Outside(segment.clone()));
            }
            memory.write(segment.physical, &segment.bytes);
        }
        Ok(())
    }
}

/// What every ELF file says in its first bytes.
fn check_kind(file: &[u8]) -> Result<(), ElfError> {
    if !file.starts_with(header::ELFMAG) {
        return Err(ElfError::NotElf);
    }
    let machine = file.get(MACHINE_AT..MACHINE_AT + 2);
    let (Some([low, high]), Some(class), Some(order)) =
        (machine, file.get(CLASS_AT), file.get(ORDER_AT))
    else {
        return Err(ElfError::Truncated("its header is not whole"));
    };
    let is_big = *order == header::ELFDATA2MSB;
    let number =
        if is_big { u16::from_be_bytes([*low, *high]) } else { u16::from_le_bytes([*low, *high]) };
    if *class == header::ELFCLASS64 {
        return Err(ElfError::SixtyFourBits(machine_name(number)));
    }
    if number != header::EM_RISCV {
        return Err(ElfError::Machine(machine_name(number)));
    }
    if is_big {
        return Err(ElfError::BigEndian);
    }
    Ok(())
}

fn machine_name(number: u16) -> String {
    let name = match number {
        3 => "x86",
        8 => "MIPS",
        20 => "PowerPC",
        21 => "64-bit PowerPC",
        22 => "S/390",
        40 => "ARM",
        62 => "x86-64",
        83 => "AVR",
        94 => "Xtensa",
        183 => "AArch64",
        243 => "RISC-V",
        258 => "LoongArch",
        _ => return format!("machine {number}"),
    };
    name.to_owned()
}

fn check_type(header: &Header) -> Result<(), ElfError> {
    /// `EF_RISCV_FLOAT_ABI` and `EF_RISCV_RVE`.
    const UNSUPPORTED: u32 = 0x6 | 0x8;
    match header.e_type {
        1 => return Err(ElfError::NotExecutable("an object file that is not linked")),
        2 => (),
        3 => return Err(ElfError::NotExecutable("a shared library or relocatable program")),
        4 => return Err(ElfError::NotExecutable("a memory dump")),
        _ => return Err(ElfError::NotExecutable("a file of unknown type")),
    }
    if header.e_flags & UNSUPPORTED != 0 {
        return Err(ElfError::FloatAbi);
    }
    Ok(())
}

fn segments(file: &[u8], header: &Header) -> Result<Vec<Segment>, ElfError> {
    let damaged = ElfError::Truncated("its program headers are not whole");
    let count = usize::from(header.e_phnum);
    if count != 0 && header.e_phentsize != PROGRAM_HEADER_BYTES {
        return Err(damaged);
    }
    let headers = ProgramHeader::parse(file, header.e_phoff as usize, count, LAYOUT);
    let mut segments = Vec::new();
    for (index, header) in headers.map_err(|_| damaged)?.iter().enumerate() {
        let size = header.p_memsz as u32;
        if header.p_type != PT_LOAD || size == 0 {
            continue;
        }
        let (physical, virtual_address) = (header.p_paddr as u32, header.p_vaddr as u32);
        let bytes = Vec::new();
        let mut segment = Segment { index, physical, virtual_address, bytes, size };
        let does_fit = [physical, virtual_address].iter().all(|start| fits(*start, size));
        if header.p_memsz < header.p_filesz || !does_fit {
            return Err(ElfError::BadSegment(segment));
        }
        let bytes = part(file, header.p_offset, header.p_filesz);
        let bytes = bytes.ok_or(ElfError::Truncated("a segment's bytes are missing"))?;
        segment.bytes = bytes.to_vec();
        segments.push(segment);
    }
    if segments.is_empty() { Err(ElfError::NothingToLoad) } else { Ok(segments) }
}

/// Bytes of the file, if it has them.
fn part(file: &[u8], offset: u64, bytes: u64) -> Option<&[u8]> {
    let end = offset.checked_add(bytes)?;
    file.get(usize::try_from(offset).ok()?..usize::try_from(end).ok()?)
}

fn fits(start: u32, size: u32) -> bool {
    u64::from(start) + u64::from(size) <= 1 << 32
}

fn check_overlaps(segments: &[Segment]) -> Result<(), ElfError> {
    let mut order: Vec<&Segment> = segments.iter().collect();
    order.sort_by_key(|segment| segment.physical);
    for pair in order.windows(2) {
        if pair[1].physical - pair[0].physical < pair[0].size {
            return Err(ElfError::Overlap(pair[0].clone(), pair[1].clone()));
        }
    }
    Ok(())
}

/// Symbols are a help, not a need: a table that cannot be read is no table.
fn symbols(file: &[u8], header: &Header) -> Option<Symbols> {
    let (offset, count) = (header.e_shoff as usize, usize::from(header.e_shnum));
    let sections = SectionHeader::parse(file, offset, count, LAYOUT).ok()?;
    let table = sections.iter().find(|section| section.sh_type == SHT_SYMTAB)?;
    let names = sections.get(table.sh_link as usize)?;
    let names = part(file, names.sh_offset, names.sh_size)?;
    let bytes = part(file, table.sh_offset, table.sh_size)?;
    let found = Sym::parse(bytes, 0, bytes.len() / SYMBOL_BYTES, LAYOUT).ok()?;
    let mut symbols = Symbols::default();
    for symbol in found {
        // What is no place in the program is a section, a file, or somewhere else.
        let is_place = symbol.st_type() <= STT_FUNC && symbol.st_shndx != 0;
        // `$x` and `$d` mark code and data, `.L` are the compiler's own.
        let name = name(names, symbol.st_name).filter(|name| {
            is_place && !name.is_empty() && !name.starts_with('$') && !name.starts_with(".L")
        });
        if let Some(name) = name {
            symbols.add(name, symbol.st_value as u32, symbol.st_size as u32);
        }
    }
    Some(symbols)
}

/// The text that begins at a place among names.
fn name(names: &[u8], at: usize) -> Option<&str> {
    let rest = names.get(at..)?;
    let length = rest.iter().position(|byte| *byte == 0)?;
    std::str::from_utf8(&rest[..length]).ok()
}
