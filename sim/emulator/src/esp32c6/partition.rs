//! Which part of the flash is for what (ESP-IDF Programming Guide, chapter "Partition Tables"): as
//! text that people write, and as the table at `0x8000` that the boot loader and firmware read.

use std::fmt;

use crate::esp32c6::digest::digest;

/// Where the table is.
pub const TABLE: u32 = 0x8000;

/// Bytes of the table.
pub const TABLE_BYTES: usize = 0xc00;

/// Where an application is when there is no table.
const APPLICATION: u32 = 0x1_0000;

const ENTRY: usize = 32;
const MAGIC: [u8; 2] = [0xaa, 0x50];
const NAME: usize = 16;

/// Behind the last entry stands the digest of all of them.
const DIGEST_MAGIC: [u8; 2] = [0xeb, 0xeb];
const DIGEST: usize = 16;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// What it is called.
    pub name: String,
    /// 0 is an application, 1 data.
    pub kind: u8,
    /// What kind of it.
    pub subkind: u8,
    /// Its first byte.
    pub at: u32,
    /// Its bytes.
    pub len: u32,
}

/// All parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// In the order in which they were written down.
    pub partitions: Vec<Partition>,
}

/// A line that says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// Which, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the partition table: {}", self.line, self.what)
    }
}

impl std::error::Error for TableError {}

impl Table {
    /// Reads lines `name, type, subtype, offset, size`. Every partition says where it is.
    ///
    /// # Errors
    /// The first line that is not one.
    pub fn parse(text: &str) -> Result<Table, TableError> {
        let lines = text.lines().enumerate();
        let lines = lines.map(|(index, line)| (index + 1, line.trim()));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let partitions = lines.map(|(number, line)| {
            parse_line(line).map_err(|what| TableError { line: number, what })
        });
        Ok(Table { partitions: partitions.collect::<Result<_, _>>()? })
    }

    /// Reads the table of a flash. Without one it is empty.
    pub fn read(flash: &[u8]) -> Table {
        let bytes = flash.get(TABLE as usize..TABLE as usize + TABLE_BYTES).unwrap_or_default();
        let entries = bytes.chunks_exact(ENTRY).take_while(|entry| entry[..2] == MAGIC);
        Table { partitions: entries.map(read_entry).collect() }
    }

    /// As it lies in flash.
    ///
    /// # Panics
    /// When there are more partitions than a table can have, which is 95.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0xff; TABLE_BYTES];
        for (partition, entry) in self.partitions.iter().zip(bytes.chunks_exact_mut(ENTRY)) {
            entry.fill(0);
            entry[..2].copy_from_slice(&MAGIC);
            entry[2] = partition.kind;
            entry[3] = partition.subkind;
            entry[4..8].copy_from_slice(&partition.at.to_le_bytes());
            entry[8..12].copy_from_slice(&partition.len.to_le_bytes());
            let name = partition.name.as_bytes();
            let len = name.len().min(NAME);
            entry[12..12 + len].copy_from_slice(&name[..len]);
        }
        let end = self.partitions.len() * ENTRY;
        let digest = digest(&bytes[..end]);
        bytes[end..end + 2].copy_from_slice(&DIGEST_MAGIC);
        bytes[end + DIGEST..end + ENTRY].copy_from_slice(&digest);
        bytes
    }

    /// The part with this name.
    pub fn find(&self, name: &str) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.name == name)
    }

    /// Where the application begins.
    pub fn application(&self) -> u32 {
        let application = self.partitions.iter().find(|partition| partition.kind == 0);
        application.map_or(APPLICATION, |partition| partition.at)
    }
}

fn parse_line(line: &str) -> Result<Partition, &'static str> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let [name, kind, subkind, at, len, ..] = fields[..] else {
        return Err("a partition has a name, a type, a subtype, an offset and a size");
    };
    if name.is_empty() || NAME < name.len() {
        return Err("a name has 1 to 16 bytes");
    }
    let kind = match kind {
        "app" => 0,
        "data" => 1,
        _ => number(kind).ok_or("a type is `app`, `data` or a number")?,
    };
    let subkind = match subkind {
        "factory" => 0x00,
        "ota" => 0x00,
        "phy" => 0x01,
        "nvs" => 0x02,
        "undefined" => 0x06,
        _ => number(subkind).ok_or("this subtype is not known")?,
    };
    Ok(Partition {
        name: name.to_owned(),
        kind: u8::try_from(kind).map_err(|_| "a type has 8 bits")?,
        subkind: u8::try_from(subkind).map_err(|_| "a subtype has 8 bits")?,
        at: number(at).ok_or("an offset is a number")?,
        len: number(len).ok_or("a size is a number")?,
    })
}

/// A number as these tables have it: `4096`, `0x1000`, `4K`, `1M`.
fn number(text: &str) -> Option<u32> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u32::from_str_radix(digits, 16).ok();
    }
    let (digits, unit) = match text.strip_suffix(['K', 'k']) {
        Some(digits) => (digits, 1 << 10),
        None => text.strip_suffix(['M', 'm']).map_or((text, 1), |digits| (digits, 1 << 20)),
    };
    digits.parse::<u32>().ok()?.checked_mul(unit)
}

fn read_entry(entry: &[u8]) -> Partition {
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| entry[at + byte]));
    let name = &entry[12..12 + NAME];
    let len = name.iter().position(|byte| *byte == 0).unwrap_or(NAME);
    Partition {
        name: String::from_utf8_lossy(&name[..len]).into_owned(),
        kind: entry[2],
        subkind: entry[3],
        at: word(4),
        len: word(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Name, Type, SubType, Offset, Size\n\
                        firmware, app, factory, 0x10000, 1M\n\n\
                        home, data, undefined, 0x300000, 64K\n";

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let table = Table::parse(TEXT).unwrap();
        assert_eq!(table.find("home").map(|home| (home.at, home.len)), Some((0x30_0000, 0x1_0000)));
        let mut flash = vec![0xff; TABLE as usize];
        flash.extend(table.bytes());
        assert_eq!(Table::read(&flash), table);
        assert_eq!(table.application(), 0x1_0000);
    }

    #[test]
    fn a_flash_without_a_table_has_no_partitions() {
        assert_eq!(Table::read(&[]), Table::default());
        assert_eq!(Table::read(&[0xff; 0x9000]), Table::default());
    }

    #[test]
    fn a_line_that_says_nothing_is_named() {
        let error = Table::parse("a, app, factory, 0x10000, 1M\nb, data, what, 0, 0").unwrap_err();
        assert_eq!(error.to_string(), "line 2 of the partition table: this subtype is not known");
        assert!(Table::parse("a, app").is_err());
        assert!(Table::parse("a, app, factory, 0x10000, 5000M").is_err());
    }
}
