//! What a mount can do whose files can be changed. There are two: `/tmp` and `/home`.
//!
//! Each is asked in two ways. The bus names what it means by a path below the mount's top, and every
//! change is whole. The file protocol opens things first: what is open has an [`Id`], and what an id
//! named is never another thing later.

use alloc::string::String;
use sdk::Refusal;
use sdk::abi::bus::Status;

use crate::archive::Source;

/// Bytes that are taken out of memory at once.
const PIECE: usize = 512;

/// One life of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) place: u8,
    /// How often the place was emptied: 48 bits, which last longer than any machine.
    pub(crate) generation: u64,
}

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Directory,
    File,
    /// A file that is not published.
    Draft,
}

/// What becomes of what a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It gives way.
    Whole,
    /// It is written over from this byte on.
    At(u32),
    /// It stays in front.
    Append,
}

/// What is to be written.
#[derive(Clone, Copy)]
pub(crate) enum Data<'a> {
    /// It came with the request.
    Inline(&'a [u8]),
    /// It is so many bytes of memory.
    Granted(&'a dyn Source, u32),
}

impl Data<'_> {
    /// Hands it on piece by piece, each with its offset.
    pub(crate) fn each(
        self,
        mut take: impl FnMut(u32, &[u8]) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let (source, len) = match self {
            Data::Inline(bytes) => return take(0, bytes),
            Data::Granted(source, len) => (source, len),
        };
        let mut piece = [0; PIECE];
        let mut offset = 0;
        while offset < len {
            let piece = &mut piece[..PIECE.min((len - offset) as usize)];
            if !source.read(offset, piece) {
                return Err(Refusal::OutOfRange);
            }
            take(offset, piece)?;
            // A piece is at most as long as the rest.
            offset += piece.len() as u32;
        }
        Ok(())
    }
}

/// Bytes of a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) size: u32,
    pub(crate) used: u32,
}

/// Takes an entry of a directory; answers whether it wants the next one.
pub(crate) type Each<'a> = dyn FnMut(&str, Status) -> bool + 'a;

/// Files that can be changed. Paths are below the mount's top, which is the empty path; their
/// components can be names.
pub(crate) trait Volume {
    /// What is at a path.
    fn status(&mut self, path: &str) -> Result<Status, Refusal>;

    /// Tells the entries of a directory from the `first` on, in the order of their names, as long as
    /// they are wanted. Answers how many there are in all.
    fn list(&mut self, path: &str, first: usize, each: &mut Each<'_>) -> Result<usize, Refusal>;

    /// Fills the buffer from `offset` on. Answers how many bytes there were.
    fn read(&mut self, path: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal>;

    /// Writes a file, which is made if it is not there: all of it or nothing.
    fn write(&mut self, path: &str, how: How, data: Data<'_>) -> Result<(), Refusal>;

    /// Cuts a file off, or fills it up with zeros, to a length.
    fn truncate(&mut self, path: &str, len: u32) -> Result<(), Refusal>;

    /// Makes a directory.
    fn make_directory(&mut self, path: &str) -> Result<(), Refusal>;

    /// Removes a file or a directory with nothing in it.
    fn remove(&mut self, path: &str) -> Result<(), Refusal>;

    /// Gives a file or directory another path. A file there is replaced by a file, an empty
    /// directory by a directory.
    fn rename(&mut self, path: &str, to: &str) -> Result<(), Refusal>;

    /// How much room there is.
    fn usage(&mut self) -> Result<Usage, Refusal>;

    /// Makes everything new and empty.
    fn format(&mut self) -> Result<(), Refusal>;

    /// The directory that everything is in.
    fn top(&self) -> Id;

    /// The published file or the directory at a path below a directory.
    fn find(&mut self, directory: Id, path: &str) -> Result<Id, Refusal>;

    /// What this is; stale if it is no more.
    fn kind(&self, id: Id) -> Result<Kind, Refusal>;

    /// The path of what an id names.
    fn path_of(&self, id: Id) -> Result<String, Refusal>;

    /// Bytes of a file.
    fn size_of(&mut self, id: Id) -> Result<u32, Refusal>;

    /// Fills the buffer from `offset` on. Answers how many bytes there were.
    fn read_from(&mut self, id: Id, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal>;

    /// Begins a file that will have this path, whether there is one already or not.
    fn create(&mut self, directory: Id, path: &str) -> Result<Id, Refusal>;

    /// Writes to a draft: all of the bytes or none.
    fn write_to(&mut self, id: Id, offset: u32, bytes: &[u8]) -> Result<(), Refusal>;

    /// Publishes a draft in place of what has its path. It keeps its id, but can only be read from
    /// now on.
    fn commit(&mut self, id: Id) -> Result<(), Refusal>;

    /// Drops a draft that could not be handed over.
    fn forget(&mut self, id: Id);
}

#[cfg(test)]
mod tests;
