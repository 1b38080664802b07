//! The members of an archive: ustar, with the long names of pax and GNU.
//!
//! Nothing in the archive is believed: a header counts only if its sum is right and its contents
//! lie inside the ramdisk. Behind one that does not, nothing can be found any more.

use core::fmt;

use crate::header::BLOCK;
use crate::header::Header;
use crate::header::Kind;
use crate::path::strip_start;

/// Where the archive lies.
pub(crate) trait Source {
    /// Fills the buffer from `offset` on; false if there is not that much.
    fn read(&self, offset: u32, buffer: &mut [u8]) -> bool;
}

/// A file in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member<'a> {
    /// Its name, without a leading `/` or `./`.
    pub(crate) name: &'a str,
    /// Where its contents begin.
    pub(crate) offset: u32,
    /// Bytes it has.
    pub(crate) size: u32,
}

/// What is wrong with the archive, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// No header can be read here: the archive is over.
    BrokenHeader(u64),
    /// The contents of a member end behind the ramdisk: the archive is over.
    SticksOut(u64),
    /// The name of this member is longer than a request could be, or no UTF-8: it is left out.
    BadName(u64),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::BrokenHeader(at) => {
                write!(f, "broken header at byte {at}: nothing behind it is served")
            }
            Flaw::SticksOut(at) => write!(
                f,
                "the member at byte {at} is longer than the ramdisk: nothing from there is served"
            ),
            Flaw::BadName(at) => {
                write!(f, "the name of the member at byte {at} is no short UTF-8: it is left out")
            }
        }
    }
}

/// A name without a leading `/` or `./`; `None` if nothing or no UTF-8 is left.
pub(crate) fn normal(name: &[u8]) -> Option<&str> {
    let name = strip_start(core::str::from_utf8(name).ok()?);
    (!name.is_empty()).then_some(name)
}

/// A name in the making.
#[derive(Debug)]
struct Name {
    bytes: [u8; sdk::vfs::NAME_MAX],
    /// `None` once it was too long.
    len: Option<usize>,
}

impl Name {
    /// The bytes to write `count` more into.
    fn extend(&mut self, count: usize) -> Option<&mut [u8]> {
        let begin = self.len.take()?;
        let end = begin.checked_add(count).filter(|end| *end <= self.bytes.len())?;
        self.len = Some(end);
        Some(&mut self.bytes[begin..end])
    }

    fn push(&mut self, text: &[u8]) {
        if let Some(place) = self.extend(text.len()) {
            place.copy_from_slice(text);
        }
    }

    fn text(&self) -> Option<&[u8]> {
        self.len.map(|len| &self.bytes[..len])
    }
}

/// Reads members one after another.
#[derive(Debug)]
pub(crate) struct Archive<S> {
    source: S,
    /// Bytes of the ramdisk.
    size: u64,
    /// Where the next header is.
    at: u64,
    name: Name,
    /// What an extended header said about the next member.
    has_name: bool,
    long_size: Option<u64>,
}

impl<S: Source> Archive<S> {
    /// An archive that begins with the source, which has this many bytes. What lies behind
    /// 4 GiB cannot be reached.
    pub(crate) fn new(source: S, size: u64) -> Archive<S> {
        let name = Name { bytes: [0; sdk::vfs::NAME_MAX], len: Some(0) };
        let size = size.min(u64::from(u32::MAX));
        Archive { source, size, at: 0, name, has_name: false, long_size: None }
    }

    /// The next file, or the next flaw; `None` at the end.
    pub(crate) fn next_member(&mut self) -> Option<Result<Member<'_>, Flaw>> {
        loop {
            let here = self.at;
            let mut block = [0; BLOCK];
            if !self.read(here, &mut block) {
                return None;
            }
            let header = Header::new(&block);
            if header.is_end() {
                return None;
            }
            let size = if header.is_intact() { header.size() } else { None };
            let Some(size) = size else {
                return Some(Err(self.end(Flaw::BrokenHeader(here))));
            };
            let begin = here + BLOCK as u64;
            let size = self.contents_size(header.kind(), size);
            let end = begin.checked_add(size).filter(|end| *end <= self.size);
            let Some(end) = end else {
                return Some(Err(self.end(Flaw::SticksOut(here))));
            };
            self.at = end.next_multiple_of(BLOCK as u64);
            match header.kind() {
                Kind::Extended => self.read_records(begin, end),
                Kind::LongName => self.read_name(begin, size),
                Kind::Empty | Kind::Other => self.forget(),
                Kind::File => {
                    if !self.has_name {
                        let (prefix, name) = header.name();
                        self.name.len = Some(0);
                        if !prefix.is_empty() {
                            self.name.push(prefix);
                            self.name.push(b"/");
                        }
                        self.name.push(name);
                    }
                    self.forget();
                    if self.is_directory() {
                        continue;
                    }
                    // Both are at most the size of the ramdisk, which has 32 bits.
                    return Some(self.member(here, begin as u32, size as u32));
                }
            }
        }
    }

    fn member(&self, here: u64, offset: u32, size: u32) -> Result<Member<'_>, Flaw> {
        let name = self.name.text().and_then(normal).ok_or(Flaw::BadName(here))?;
        Ok(Member { name, offset, size })
    }

    /// Before POSIX, a directory was a file with a slash at its end.
    fn is_directory(&self) -> bool {
        self.name.text().is_some_and(|name| name.ends_with(b"/"))
    }

    /// Bytes that follow the header.
    fn contents_size(&self, kind: Kind, size: u64) -> u64 {
        match kind {
            Kind::Empty => 0,
            Kind::File => self.long_size.unwrap_or(size),
            Kind::Extended | Kind::LongName | Kind::Other => size,
        }
    }

    fn forget(&mut self) {
        (self.has_name, self.long_size) = (false, None);
    }

    fn end(&mut self, flaw: Flaw) -> Flaw {
        self.at = self.size;
        flaw
    }

    fn read(&self, at: u64, buffer: &mut [u8]) -> bool {
        let fits = at.checked_add(buffer.len() as u64).is_some_and(|end| end <= self.size);
        // What fits has 32 bits.
        fits && self.source.read(at as u32, buffer)
    }

    /// Takes the name of the next member from the contents of this one.
    fn read_name(&mut self, begin: u64, size: u64) {
        self.has_name = true;
        self.name.len = Some(0);
        let count = usize::try_from(size).unwrap_or(usize::MAX);
        if let Some(place) = self.name.extend(count)
            && self.source.read(begin as u32, place)
        {
            // GNU writes the zero behind the name too.
            let end = place.iter().position(|byte| *byte == 0).unwrap_or(count);
            self.name.len = Some(end);
        }
    }

    /// Takes what is to know of the next member from pax records: `27 path=some/name\n`, the
    /// number being the length of the whole record.
    fn read_records(&mut self, begin: u64, end: u64) {
        const START: usize = 32;
        let mut at = begin;
        while at < end {
            let mut start = [0; START];
            let visible = (end - at).min(START as u64) as usize;
            if !self.read(at, &mut start[..visible]) {
                return;
            }
            let Some(record) = Record::parse(&start[..visible]) else { return };
            // The record's last byte is the end of its line.
            let Some(value_len) = record.len.checked_sub(record.value_at + 1) else { return };
            let next = at.saturating_add(record.len);
            if end < next {
                return;
            }
            let value = at + record.value_at;
            match record.key {
                b"path" => self.read_name(value, value_len),
                b"size" => self.long_size = self.read_decimal(value, value_len),
                _ => (),
            }
            at = next;
        }
    }

    fn read_decimal(&self, at: u64, len: u64) -> Option<u64> {
        let mut digits = [0; 20];
        let digits = digits.get_mut(..usize::try_from(len).ok()?)?;
        if !self.read(at, digits) {
            return None;
        }
        core::str::from_utf8(digits).ok()?.parse().ok()
    }
}

/// The start of a pax record.
struct Record<'a> {
    /// Bytes of all of it.
    len: u64,
    key: &'a [u8],
    /// Where in it the value begins.
    value_at: u64,
}

impl<'a> Record<'a> {
    /// A record with a key too long to be seen whole reads as one with an empty key.
    fn parse(start: &'a [u8]) -> Option<Record<'a>> {
        let space = start.iter().position(|byte| *byte == b' ')?;
        let len = core::str::from_utf8(&start[..space]).ok()?.parse().ok()?;
        let rest = &start[space + 1..];
        let key_len = rest.iter().position(|byte| *byte == b'=').unwrap_or(0);
        let value_at = (space + 1 + key_len + 1) as u64;
        (0 < len).then_some(Record { len, key: &rest[..key_len], value_at })
    }
}

#[cfg(test)]
mod tests;
