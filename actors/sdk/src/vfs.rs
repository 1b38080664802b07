//! The protocol of the file service, from both sides.
//!
//! | opcode | request | answer |
//! |---|---|---|
//! | [`LIST`] | first entry wanted u32, or nothing | total u32, count u32, then the entries |
//! | [`READ`] | name | status i32, size u32, then the contents |
//!
//! An entry is the size u32, the length of the name u16, and the name. A request comes with an
//! endpoint to answer through. An answer lists as many entries as fit; ask
//! again from there. Contents that do not fit into the answer come as a capability to read the
//! memory that the file lies in; files that lie in no such memory, as those in `/tmp`, are
//! [`Refusal::TooLong`] then, and can be read piece by piece through a directory capability
//! ([`abi::file`]). A status below 0 is the number of a [`Refusal`],
//! [`NO_SUCH_FILE`] among them.

use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::endpoint::Endpoint;
use crate::endpoint::Message;
use crate::endpoint::PAYLOAD_MAX;
use crate::memory::Memory;
use crate::payload::Reader;
use crate::payload::Writer;

/// Which files there are.
pub const LIST: u32 = 1;

/// What is in a file.
pub const READ: u32 = 2;

/// The status of a file that there is not.
pub const NO_SUCH_FILE: Refusal = Refusal::NoCapability;

/// Bytes of contents that fit into an answer.
pub const INLINE_MAX: usize = PAYLOAD_MAX - 8;

/// Bytes that a name can have, so that one entry always fits into an answer.
pub const NAME_MAX: usize = 512;

/// Asks for entries from `first` on. The answer comes through `reply`, which goes along with the
/// right to send.
pub fn ask_list(service: Endpoint, reply: Handle, first: u32) -> Result<(), Refusal> {
    service.send_with(LIST, &first.to_le_bytes(), reply, Rights::WRITE)
}

/// Asks for a file. The answer comes through `reply`, which goes along with the right to send.
pub fn ask_read(service: Endpoint, reply: Handle, name: &str) -> Result<(), Refusal> {
    service.send_with(READ, name.as_bytes(), reply, Rights::WRITE)
}

/// One file of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its name, without a leading `/`.
    pub name: &'a str,
    /// Bytes it has.
    pub size: u32,
}

/// A part of the listing.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// How many files there are in all.
    pub total: u32,
    /// How many of them are in this part.
    pub count: u32,
    entries: Reader<'a>,
}

impl<'a> Listing<'a> {
    /// Reads an answer to [`LIST`].
    pub fn decode(payload: &'a [u8]) -> Option<Listing<'a>> {
        let mut entries = Reader::new(payload);
        Some(Listing { total: entries.u32()?, count: entries.u32()?, entries })
    }

    /// The entries in this part, up to the first that is malformed.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let mut entries = self.entries;
        (0..self.count).map_while(move |_| {
            let size = entries.u32()?;
            let len = entries.u16()?;
            let name = core::str::from_utf8(entries.bytes(usize::from(len))?).ok()?;
            Some(Entry { name, size })
        })
    }
}

/// Writes an answer to [`LIST`].
#[derive(Clone, Debug)]
pub struct ListingWriter {
    answer: Writer,
    count: u32,
}

impl ListingWriter {
    /// An answer without entries yet, of this many in all.
    pub fn new(total: u32) -> ListingWriter {
        let mut answer = Writer::new();
        let begun = answer.u32(total).and_then(|()| answer.u32(0));
        debug_assert!(begun.is_some(), "two words fit into an empty message");
        ListingWriter { answer, count: 0 }
    }

    /// Adds an entry; `None` if it does not fit, and then nothing was added.
    #[must_use]
    pub fn push(&mut self, entry: Entry<'_>) -> Option<()> {
        let Entry { name, size } = entry;
        let len = u16::try_from(name.len()).ok()?;
        if self.answer.room() < 6 + name.len() {
            return None;
        }
        self.answer.u32(size)?;
        self.answer.u16(len)?;
        self.answer.bytes(name.as_bytes())?;
        self.count += 1;
        self.answer.replace_u32(4, self.count);
        Some(())
    }

    /// The answer with the entries that fitted.
    pub fn payload(&self) -> &[u8] {
        self.answer.payload()
    }
}

/// A file as it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents<'a> {
    /// The contents are in the message.
    Inline(&'a [u8]),
    /// The contents are in memory that the message grants, as long as it is not dropped.
    Granted(Memory, u32),
}

/// Reads an answer to [`READ`].
pub fn decode_contents<'a>(message: &Message<'a>) -> Result<Contents<'a>, Refusal> {
    let mut reader = Reader::new(message.payload());
    let status = reader.u32().ok_or(Refusal::NotAvailable)?.cast_signed();
    if status < 0 {
        return Err(Refusal::from_code(i64::from(status)).unwrap_or(Refusal::NotAvailable));
    }
    let size = reader.u32().ok_or(Refusal::NotAvailable)?;
    match message.capability() {
        Some(memory) => Ok(Contents::Granted(Memory::new(memory), size)),
        None => Ok(Contents::Inline(reader.rest())),
    }
}

/// The first words of an answer to [`READ`].
pub fn encode_status(status: Result<u32, Refusal>) -> [u8; 8] {
    let (status, size) = match status {
        Ok(size) => (0, size),
        Err(refusal) => (refusal as i32, 0),
    };
    let mut words = [0; 8];
    words[..4].copy_from_slice(&status.to_le_bytes());
    words[4..].copy_from_slice(&size.to_le_bytes());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_listing_survives_the_boundary_and_says_how_much_fitted() {
        let name = "n".repeat(NAME_MAX);
        let long = Entry { name: &name, size: 3 };
        let short = Entry { name: "a.txt", size: u32::MAX };
        let mut answer = ListingWriter::new(3);
        let pushed = [short, long, long].map(|entry| answer.push(entry).is_some());
        assert_eq!(pushed, [true, true, false]);
        let listing = Listing::decode(answer.payload()).unwrap();
        assert_eq!((listing.total, listing.count), (3, 2));
        assert_eq!(listing.entries().collect::<Vec<_>>(), [short, long]);
    }

    #[test]
    fn a_listing_that_lies_about_its_count_ends_early() {
        let mut bytes = ListingWriter::new(1);
        assert_eq!(bytes.push(Entry { name: "x", size: 1 }), Some(()));
        bytes.answer.replace_u32(4, u32::MAX);
        assert_eq!(Listing::decode(bytes.payload()).unwrap().entries().count(), 1);
    }

    #[test]
    fn a_status_is_a_size_or_a_refusal() {
        assert_eq!(encode_status(Ok(258)), [0, 0, 0, 0, 2, 1, 0, 0]);
        assert_eq!(encode_status(Err(Refusal::NoCapability)), [255, 255, 255, 255, 0, 0, 0, 0]);
    }
}
