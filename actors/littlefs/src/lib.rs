//! The littlefs v2.1 disk format, on any [`embedded_storage::nor_flash::NorFlash`].
//!
//! It reads and writes what littlefs in C reads and writes, and finishes what a power cut left. A
//! new version of a file becomes visible by one commit, whether the file was there or not, so that
//! a cut leaves the old version or the new one and never an empty file. A version that is open
//! stays readable whatever happens to its path.
//!
//! Nothing here knows a kernel, an actor or a host. Memory is bounded by [`Config`]; a hostile
//! image is answered by an [`Error`], in a time that the number of blocks bounds.
//!
//! The floors: words of the format (`tag`, `log`), the flash as blocks (`medium`), what lies on it
//! (`pair`, `list`), the volume and what changes it (`commit`, `repair`, `directory`, `file`), and
//! what its users see ([`Filesystem`]).
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod error;
mod crc;
mod tag;
mod address;
mod gstate;
mod config;
mod superblock;
mod log;
mod medium;
mod pair;
mod list;
mod allocator;
mod draft;
mod moves;
mod volume;
mod walk;
mod commit;
mod repair;
mod directory;
mod file;
mod filesystem;

pub use config::Config;
pub use directory::Kind;
pub use directory::Metadata;
pub use error::Error;
pub use filesystem::Filesystem;
pub use volume::FileId;
