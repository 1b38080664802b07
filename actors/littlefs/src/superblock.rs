//! The entry by which a littlefs is known (SPEC.md, "superblock").

use crate::config::Config;
use crate::tag::LENGTH_MAX;
use crate::tag::word;

/// The name of the entry.
pub(crate) const MAGIC: &[u8; 8] = b"littlefs";
/// Where the name lies in a block that was just made.
pub(crate) const MAGIC_PLACE: usize = 8;

/// Version 2.1 of the format.
const VERSION: u32 = 0x0002_0001;

/// What was fixed when the file system was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Superblock {
    version: u32,
    pub(crate) block_size: u32,
    pub(crate) block_count: u32,
    pub(crate) name_max: u32,
    pub(crate) file_max: u32,
    attribute_max: u32,
}

impl Superblock {
    pub(crate) fn of(config: &Config) -> Superblock {
        Superblock {
            version: VERSION,
            block_size: config.block_size,
            block_count: config.block_count,
            name_max: config.name_max,
            file_max: config.file_max,
            attribute_max: LENGTH_MAX,
        }
    }

    /// Whether this code understands the format.
    pub(crate) fn is_known(&self) -> bool {
        self.version >> 16 == VERSION >> 16 && self.version <= VERSION
    }

    /// Whether older code made it, which does not know how a commit says what is behind it.
    pub(crate) fn is_older(&self) -> bool {
        self.version < VERSION
    }

    /// The same as this code makes it.
    pub(crate) fn renewed(self) -> Superblock {
        Superblock { version: VERSION, ..self }
    }

    pub(crate) fn to_bytes(self) -> [u8; 24] {
        let words = [
            self.version,
            self.block_size,
            self.block_count,
            self.name_max,
            self.file_max,
            self.attribute_max,
        ];
        let mut bytes = [0; 24];
        for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Superblock> {
        Some(Superblock {
            version: word(bytes, 0)?,
            block_size: word(bytes, 4)?,
            block_count: word(bytes, 8)?,
            name_max: word(bytes, 12)?,
            file_max: word(bytes, 16)?,
            attribute_max: word(bytes, 20)?,
        })
    }
}
