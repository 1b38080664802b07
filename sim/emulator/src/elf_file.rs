//! Of an ELF file only what a program needs: its headers, what is loaded, and its names. What a
//! debugger wants beside it is ten times as much.

use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

use goblin::container::Container;
use goblin::container::Ctx;
use goblin::container::Endian;
use goblin::elf::Elf;
use goblin::elf::Header;
use goblin::elf::ProgramHeader;
use goblin::elf::SectionHeader;
use goblin::elf::program_header::PT_LOAD;
use goblin::elf::section_header::SHT_SYMTAB;

const LAYOUT: Ctx = Ctx { container: Container::Little, le: Endian::Little };
const HEADER_BYTES: u64 = 52;
const PROGRAM_HEADER_BYTES: u64 = 32;
const SECTION_HEADER_BYTES: u64 = 40;
/// No program is so long.
const BYTES_MAX: u64 = 1 << 30;

/// A file as it is read.
struct Sparse<'a, F> {
    file: &'a mut F,
    bytes: Vec<u8>,
}

impl<F: Read + Seek> Sparse<'_, F> {
    /// Reads a part; what is behind the end of the file is not there.
    fn fetch(&mut self, offset: u64, bytes: u64) -> io::Result<()> {
        let len = self.bytes.len() as u64;
        let (start, end) = (offset.min(len), offset.saturating_add(bytes).min(len));
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_exact(&mut self.bytes[start as usize..end as usize])
    }

    fn header(&self) -> Option<Header> {
        Elf::parse_header(&self.bytes).ok()
    }
}

/// The bytes of a file, at their places. What a program does not need is left 0, and takes no
/// memory.
///
/// # Errors
/// When the file cannot be read, or is longer than a gibibyte.
pub fn read(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    let len = file.seek(SeekFrom::End(0))?;
    if BYTES_MAX < len {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "no program is that long"));
    }
    let mut sparse = Sparse { file, bytes: vec![0; len as usize] };
    sparse.fetch(0, HEADER_BYTES)?;
    let Some(header) = sparse.header() else { return Ok(sparse.bytes) };
    sparse.fetch(header.e_phoff, u64::from(header.e_phnum) * PROGRAM_HEADER_BYTES)?;
    sparse.fetch(header.e_shoff, u64::from(header.e_shnum) * SECTION_HEADER_BYTES)?;
    for (offset, bytes) in needed(&sparse.bytes, &header) {
        sparse.fetch(offset, bytes)?;
    }
    Ok(sparse.bytes)
}

/// Where what is loaded and the names are. What cannot be understood is refused later.
fn needed(bytes: &[u8], header: &Header) -> Vec<(u64, u64)> {
    let count = usize::from(header.e_phnum);
    let programs = ProgramHeader::parse(bytes, header.e_phoff as usize, count, LAYOUT);
    let mut parts: Vec<(u64, u64)> = programs
        .unwrap_or_default()
        .iter()
        .filter(|program| program.p_type == PT_LOAD)
        .map(|program| (program.p_offset, program.p_filesz))
        .collect();
    let count = usize::from(header.e_shnum);
    let sections = SectionHeader::parse(bytes, header.e_shoff as usize, count, LAYOUT);
    let sections = sections.unwrap_or_default();
    if let Some(table) = sections.iter().find(|section| section.sh_type == SHT_SYMTAB) {
        let names = sections.get(table.sh_link as usize);
        let found = [Some(table), names].into_iter().flatten();
        parts.extend(found.map(|section| (section.sh_offset, section.sh_size)));
    }
    parts
}
