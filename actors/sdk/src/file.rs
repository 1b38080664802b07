//! Files, as a file server has them ([`abi::bus`]): whole changes, one at a time.
//!
//! A client speaks through the server's endpoint, and then its paths begin at the top (`/tmp/a`), or
//! through a directory, and then they begin there (`a`). Every change is whole: whoever reads, and
//! whoever comes back after a power cut, finds the old file or the new one.
//!
//! ```no_run
//! use sdk::Refusal;
//! use sdk::file::Files;
//! use sdk::grant::Grants;
//!
//! fn note(text: &[u8]) -> Result<u32, Refusal> {
//!     let mut files = Grants::new().files().ok_or(Refusal::NoCapability)?;
//!     files.append("/tmp/notes", text)?;
//!     files.list("/tmp", |entry| sdk::log!("{} has {} bytes", entry.name, entry.status.size))?;
//!     files.status("/tmp/notes").map(|status| status.size)
//! }
//! ```

mod watch;

use abi::bus;
use abi::bus::Header;
use abi::bus::PATH_BYTES;
use abi::bus::Status;
use abi::refusal::Refusal;
use abi::rights::Rights;
use core::time::Duration;

pub use crate::file::watch::Change;
pub use crate::file::watch::What;
pub use crate::file::watch::is_watching;

use crate::capability::Owned;
use crate::endpoint::Endpoint;
use crate::endpoint::Inbox;
use crate::endpoint::Message;
use crate::endpoint::PAYLOAD_MAX;
use crate::memory::Memory;
use crate::payload::Reader;

/// Bytes of a file that one answer has room for.
pub const PIECE_MAX: usize = PAYLOAD_MAX - Header::BYTES;

/// A client of a file server.
#[derive(Debug)]
pub struct Files {
    server: Endpoint,
    patience: Option<Duration>,
    seq: u32,
    inbox: Inbox,
}

/// One entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its name, without the directory's path.
    pub name: &'a str,
    /// What it is.
    pub status: Status,
}

/// How much room a mount has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes that there are.
    pub size: u32,
    /// Bytes in use.
    pub used: u32,
}

/// The contents of a file.
#[derive(Debug)]
pub enum Contents<'a> {
    /// They came in the answer.
    Inline(&'a [u8]),
    /// They lie in memory that can be read as long as this is kept: so many bytes of it.
    Granted(Owned, u32),
}

impl Files {
    /// A client of whom this endpoint or directory leads to.
    pub fn new(server: Endpoint) -> Files {
        Files { server, patience: None, seq: 0, inbox: Inbox::new() }
    }

    /// Waits no longer than this for an answer: then it is [`Refusal::Timeout`]. Needs a clock.
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = Some(patience);
    }

    /// Fills the buffer from `offset` on. Answers how many bytes there were: fewer than asked for
    /// at the end of the file alone.
    pub fn read(&mut self, path: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let mut done = 0;
        while done < buffer.len() {
            let rest = &mut buffer[done..];
            let wanted = rest.len().min(PIECE_MAX);
            let at = u32::try_from(done).ok().and_then(|done| offset.checked_add(done));
            let words = [at.ok_or(Refusal::OutOfRange)?, wanted as u32];
            let answer = self.ask(bus::READ, 0, path, &words_of(words))?;
            let read = answer.data.len().min(wanted);
            rest[..read].copy_from_slice(&answer.data[..read]);
            done += read;
            if read < wanted {
                break;
            }
        }
        Ok(done)
    }

    /// All of a file, without copying it if it is long. [`Refusal::TooLong`]: the server cannot
    /// grant it; [`Files::read`] reads it piece by piece.
    pub fn contents(&mut self, path: &str) -> Result<Contents<'_>, Refusal> {
        let answer = self.ask(bus::READ, 0, path, &[])?;
        match answer.granted {
            Some(memory) => Ok(Contents::Granted(memory, answer.data_len)),
            None => Ok(Contents::Inline(answer.data)),
        }
    }

    /// Makes or replaces a file.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.put(0, path, None, bytes)
    }

    /// Makes a file; [`Refusal::Exists`] if it is there.
    pub fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.put(bus::NEW, path, None, bytes)
    }

    /// Adds bytes at the end of a file, which is made if it is not there.
    pub fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.put(bus::APPEND, path, None, bytes)
    }

    /// Writes over the bytes from `offset` on. Zeros fill what is between the end and `offset`.
    pub fn write_at(&mut self, path: &str, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
        self.put(bus::AT, path, Some(offset), bytes)
    }

    /// Makes or replaces a file with the first bytes of memory that can be passed on.
    pub fn write_granted(&mut self, path: &str, memory: Memory, len: u32) -> Result<(), Refusal> {
        self.put_granted(0, path, None, memory, len)
    }

    /// What is at a path.
    pub fn status(&mut self, path: &str) -> Result<Status, Refusal> {
        let answer = self.ask(bus::STAT, 0, path, &[])?;
        let status = answer.data.first_chunk().and_then(Status::decode);
        status.ok_or(Refusal::NotAvailable)
    }

    /// Tells the entries of a directory in the order of their names; answers how many there are.
    pub fn list(&mut self, path: &str, mut each: impl FnMut(Entry<'_>)) -> Result<u32, Refusal> {
        let mut first = 0u32;
        loop {
            let answer = self.ask(bus::LIST, 0, path, &first.to_le_bytes())?;
            let mut entries = Reader::new(answer.data);
            let total = entries.u32().ok_or(Refusal::NotAvailable)?;
            let before = first;
            while let Some(entry) = next_entry(&mut entries) {
                each(entry);
                first = first.saturating_add(1);
            }
            if first == before || total <= first {
                return Ok(total);
            }
        }
    }

    /// Gives a file or directory another path in the same mount. A file that has it is replaced.
    pub fn rename(&mut self, path: &str, to: &str) -> Result<(), Refusal> {
        self.ask(bus::RENAME, 0, path, to.as_bytes()).map(drop)
    }

    /// Deletes a file or an empty directory.
    pub fn remove(&mut self, path: &str) -> Result<(), Refusal> {
        self.ask(bus::DELETE, 0, path, &[]).map(drop)
    }

    /// Makes a directory.
    pub fn make_directory(&mut self, path: &str) -> Result<(), Refusal> {
        self.ask(bus::MAKE_DIRECTORY, 0, path, &[]).map(drop)
    }

    /// Cuts a file off, or fills it up with zeros, to a length.
    pub fn truncate(&mut self, path: &str, len: u32) -> Result<(), Refusal> {
        self.ask(bus::TRUNCATE, 0, path, &len.to_le_bytes()).map(drop)
    }

    /// Comes back when everything that was answered before is safe from a power cut.
    pub fn sync(&mut self, path: &str) -> Result<(), Refusal> {
        self.ask(bus::SYNC, 0, path, &[]).map(drop)
    }

    /// How much room the mount of a path has.
    pub fn usage(&mut self, path: &str) -> Result<Usage, Refusal> {
        let answer = self.ask(bus::USAGE, 0, path, &[])?;
        let mut words = Reader::new(answer.data);
        let usage = words.u32().zip(words.u32()).map(|(size, used)| Usage { size, used });
        usage.ok_or(Refusal::NotAvailable)
    }

    /// Makes the mount of a path new and empty, whatever it has been.
    pub fn format(&mut self, path: &str) -> Result<(), Refusal> {
        self.ask(bus::FORMAT, 0, path, &[]).map(drop)
    }

    /// A place in a file to read and write on from.
    pub fn open<'a>(&'a mut self, path: &'a str) -> File<'a> {
        File { files: self, path, position: 0 }
    }

    /// Writes bytes that the message has room for, or memory with them.
    fn put(
        &mut self,
        flags: u16,
        path: &str,
        offset: Option<u32>,
        bytes: &[u8],
    ) -> Result<(), Refusal> {
        let len = self.begin_write(flags, path, offset, bytes.len())?;
        if let Some(len) = self.add(len, bytes) {
            return self.exchange(bus::WRITE, len).map(drop);
        }
        let memory = Owned::new(Memory::lend(bytes)?.handle());
        // It was lent, so 32 bits count it.
        let len = bytes.len() as u32;
        self.put_granted(flags, path, offset, Memory::new(memory.handle()), len)
    }

    fn put_granted(
        &mut self,
        flags: u16,
        path: &str,
        offset: Option<u32>,
        memory: Memory,
        len: u32,
    ) -> Result<(), Refusal> {
        let offer = self.begin(bus::OFFER, 0, "", 0)?;
        let (server, opcode) = (self.server, bus::request(bus::OFFER));
        let payload = &self.inbox.request()[..offer];
        server.send_with(opcode, payload, memory.handle(), Rights::READ)?;
        let len = self.begin_write(flags | bus::GRANTED, path, offset, len as usize)?;
        self.exchange(bus::WRITE, len).map(drop)
    }

    /// A request to write without its bytes.
    fn begin_write(
        &mut self,
        flags: u16,
        path: &str,
        offset: Option<u32>,
        bytes: usize,
    ) -> Result<usize, Refusal> {
        // Bytes that are granted are counted without the offset, which comes along.
        let inline = offset.map_or(0, |_| size_of::<u32>());
        let counted = if flags & bus::GRANTED == 0 { bytes.saturating_add(inline) } else { bytes };
        let len = self.begin(bus::WRITE, flags, path, counted)?;
        match offset {
            Some(offset) => self.add(len, &offset.to_le_bytes()).ok_or(Refusal::NameTooLong),
            None => Ok(len),
        }
    }

    fn ask(
        &mut self,
        kind: u8,
        flags: u16,
        path: &str,
        data: &[u8],
    ) -> Result<Answer<'_>, Refusal> {
        let len = self.begin(kind, flags, path, data.len())?;
        let len = self.add(len, data).ok_or(Refusal::NameTooLong)?;
        self.exchange(kind, len)
    }

    /// Writes a request without its data, of which there will be this much. Answers how long it is.
    fn begin(
        &mut self,
        kind: u8,
        flags: u16,
        path: &str,
        data_len: usize,
    ) -> Result<usize, Refusal> {
        self.seq = self.seq.wrapping_add(1);
        let data_len = u32::try_from(data_len).map_err(|_| Refusal::OutOfRange)?;
        let (head, tail) = path.as_bytes().split_at(path.len().min(PATH_BYTES));
        let mut header = Header { kind, flags, seq: self.seq, data_len, path: [0; PATH_BYTES] };
        header.path[..head.len()].copy_from_slice(head);
        let is_continued = !tail.is_empty();
        header.flags |= if is_continued { bus::CONTINUED } else { 0 };
        let mut len = self.add(0, &header.encode());
        if is_continued {
            let count = u16::try_from(tail.len()).map_err(|_| Refusal::NameTooLong)?;
            len = len.and_then(|len| self.add(len, &count.to_le_bytes()));
            len = len.and_then(|len| self.add(len, tail));
        }
        len.ok_or(Refusal::NameTooLong)
    }

    /// Adds bytes to the request that is this long; `None` if they do not fit.
    fn add(&mut self, len: usize, bytes: &[u8]) -> Option<usize> {
        let end = len.checked_add(bytes.len())?;
        self.inbox.request().get_mut(len..end)?.copy_from_slice(bytes);
        Some(end)
    }

    fn exchange(&mut self, kind: u8, len: usize) -> Result<Answer<'_>, Refusal> {
        let opcode = bus::request(kind);
        let message = self.inbox.call_in_place(self.server, opcode, len, self.patience)?;
        Answer::read(message, kind, self.seq)
    }
}

/// An answer that is not a refusal.
struct Answer<'a> {
    data: &'a [u8],
    data_len: u32,
    granted: Option<Owned>,
}

impl<'a> Answer<'a> {
    fn read(mut message: Message<'a>, kind: u8, seq: u32) -> Result<Answer<'a>, Refusal> {
        let payload: &'a [u8] = message.payload();
        let (header, data) = payload.split_first_chunk().ok_or(Refusal::NotAvailable)?;
        let header = Header::decode(header).ok_or(Refusal::NotAvailable)?;
        if message.opcode() != bus::answer(kind) || header.seq != seq {
            return Err(Refusal::NotAvailable);
        }
        if header.flags & bus::REFUSED != 0 {
            let code = Reader::new(data).u32().unwrap_or_default().cast_signed();
            return Err(Refusal::from_code(i64::from(code)).unwrap_or(Refusal::NotAvailable));
        }
        let is_granted = header.flags & bus::GRANTED != 0;
        let granted = message.take_capability().filter(|_| is_granted);
        if is_granted && granted.is_none() {
            return Err(Refusal::NotAvailable);
        }
        Ok(Answer { data, data_len: header.data_len, granted })
    }
}

/// A place in a file.
#[derive(Debug)]
pub struct File<'a> {
    files: &'a mut Files,
    path: &'a str,
    position: u32,
}

/// Where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// So many bytes behind the beginning.
    Start(u32),
    /// So many bytes from here.
    Here(i64),
    /// So many bytes from the end.
    End(i64),
}

impl File<'_> {
    /// Where it reads and writes on.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// Goes somewhere else, perhaps behind the end; answers where. [`Refusal::OutOfRange`] before
    /// the beginning.
    pub fn seek(&mut self, to: Seek) -> Result<u32, Refusal> {
        let place = match to {
            Seek::Start(place) => Some(i64::from(place)),
            Seek::Here(by) => by.checked_add(i64::from(self.position)),
            Seek::End(by) => by.checked_add(i64::from(self.files.status(self.path)?.size)),
        };
        let place = place.and_then(|place| u32::try_from(place).ok());
        self.position = place.ok_or(Refusal::OutOfRange)?;
        Ok(self.position)
    }

    /// Reads on; answers how many bytes there were.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let count = self.files.read(self.path, self.position, buffer)?;
        self.position = self.position.saturating_add(count as u32);
        Ok(count)
    }

    /// Writes on, over what is there.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.files.write_at(self.path, self.position, bytes)?;
        self.position = self.position.saturating_add(bytes.len() as u32);
        Ok(())
    }
}

fn next_entry<'a>(entries: &mut Reader<'a>) -> Option<Entry<'a>> {
    let status = Status::decode(entries.bytes(Status::BYTES)?.first_chunk()?)?;
    let len = entries.u16()?;
    let name = core::str::from_utf8(entries.bytes(usize::from(len))?).ok()?;
    Some(Entry { name, status })
}

fn words_of(words: [u32; 2]) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&words[0].to_le_bytes());
    bytes[4..].copy_from_slice(&words[1].to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests;
