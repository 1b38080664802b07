//! Watching: a file server tells every change at or below a path.

use abi::bus;
use abi::bus::Header;
use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::endpoint::Message;
use crate::file::Files;
use crate::payload::Reader;

/// What has happened to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// It was made.
    Made,
    /// Its contents are others.
    Written,
    /// It has this path now.
    Moved(&'a str),
    /// It is gone.
    Gone,
    /// Some changes are not told: look at all of what is watched.
    Overrun,
}

/// A path in two parts, as a message brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// The watcher's count of the changes, from 1.
    pub seq: u32,
    /// What has happened.
    pub what: What<'a>,
    head: &'a [u8],
    tail: &'a [u8],
}

impl Files {
    /// Wants every change at or below a path to be told through `address`, an endpoint of the
    /// caller's own with the right to be passed on, best with a badge. The server's answer comes
    /// through it too: [`is_watching`] reads it, [`Change::read`] what comes then. Revoking
    /// `address` ends it.
    pub fn watch(&mut self, path: &str, address: Handle) -> Result<(), Refusal> {
        let len = self.begin(bus::WATCH, 0, path, 0)?;
        let (server, opcode) = (self.server, bus::request(bus::WATCH));
        server.send_with(opcode, &self.inbox.request()[..len], address, Rights::WRITE)
    }
}

/// Whether changes will be told, if a message is the answer to [`Files::watch`].
pub fn is_watching(message: &Message<'_>) -> Option<Result<(), Refusal>> {
    let (header, data) = message.payload().split_first_chunk()?;
    let header = Header::decode(header).filter(|_| message.opcode() == bus::answer(bus::WATCH))?;
    if header.flags & bus::REFUSED == 0 {
        return Some(Ok(()));
    }
    let code = Reader::new(data).u32().unwrap_or_default().cast_signed();
    Some(Err(Refusal::from_code(i64::from(code)).unwrap_or(Refusal::NotAvailable)))
}

impl<'a> Change<'a> {
    /// The change that a message tells, if it tells one.
    pub fn read(message: &Message<'a>) -> Option<Change<'a>> {
        Change::decode(message.payload()).filter(|_| message.opcode() == bus::request(bus::CHANGED))
    }

    fn decode(payload: &'a [u8]) -> Option<Change<'a>> {
        let (bytes, rest) = payload.split_first_chunk::<{ Header::BYTES }>()?;
        let Header { flags, seq, path, .. } = Header::decode(bytes)?;
        let mut rest = Reader::new(rest);
        let mut tail: &[u8] = &[];
        if flags & bus::CONTINUED != 0 {
            let len = rest.u16()?;
            tail = rest.bytes(usize::from(len))?;
        }
        let len = path.iter().position(|byte| *byte == 0).unwrap_or(path.len());
        let begin = Header::BYTES - path.len();
        let head = bytes.get(begin..begin + len)?;
        let what = match flags & (bus::MADE | bus::WRITTEN | bus::MOVED | bus::GONE | bus::OVERRUN)
        {
            bus::MADE => What::Made,
            bus::WRITTEN => What::Written,
            bus::MOVED => What::Moved(rest.text()?),
            bus::GONE => What::Gone,
            bus::OVERRUN => What::Overrun,
            _ => return None,
        };
        Some(Change { seq, what, head, tail })
    }

    /// Puts the path together in a buffer; `None` if it has no room or the path is no text.
    pub fn path<'b>(&self, buffer: &'b mut [u8]) -> Option<&'b str> {
        let len = self.head.len() + self.tail.len();
        let whole = buffer.get_mut(..len)?;
        whole[..self.head.len()].copy_from_slice(self.head);
        whole[self.head.len()..].copy_from_slice(self.tail);
        core::str::from_utf8(whole).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn told(flags: u16, path: &[u8], rest: &[&[u8]]) -> Vec<u8> {
        let mut header = Header { kind: bus::CHANGED, flags, seq: 3, data_len: 0, path: [0; 20] };
        header.path[..path.len()].copy_from_slice(path);
        let mut bytes = header.encode().to_vec();
        rest.iter().for_each(|part| bytes.extend_from_slice(part));
        bytes
    }

    #[test]
    fn a_change_says_what_happened_to_which_path() {
        let bytes = told(bus::MOVED, b"/tmp/a", &[b"/tmp/b"]);
        let change = Change::decode(&bytes).unwrap();
        assert_eq!((change.seq, change.what), (3, What::Moved("/tmp/b")));
        assert_eq!(change.path(&mut [0; 20]), Some("/tmp/a"));
        assert_eq!(change.path(&mut [0; 5]), None);
        let long = told(bus::GONE | bus::CONTINUED, &[b'a'; 20], &[&[2, 0], b"bc"]);
        let change = Change::decode(&long).unwrap();
        assert_eq!(change.path(&mut [0; 64]), Some("aaaaaaaaaaaaaaaaaaaabc"));
    }

    #[test]
    fn what_makes_no_sense_is_no_change() {
        for flags in [0, bus::MADE | bus::GONE, bus::MADE | bus::CONTINUED] {
            assert_eq!(Change::decode(&told(flags, b"/a", &[])), None, "{flags}");
        }
        assert_eq!(Change::decode(&[1; 31]), None);
    }
}
