//! A request of the bus as it came in ([`sdk::abi::bus`]), and the answer that it gets.

use alloc::string::String;
use sdk::Refusal;
use sdk::abi::bus;
use sdk::abi::bus::Header;
use sdk::payload::Reader;

use crate::path;

/// Bytes of a path: files of the ramdisk have names as long as this.
const PATH_MAX: usize = sdk::vfs::NAME_MAX;

/// A request, not yet understood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) kind: u8,
    pub(crate) flags: u16,
    pub(crate) seq: u32,
    /// Bytes of data, of which those that are granted are elsewhere.
    pub(crate) data_len: u32,
    head: [u8; bus::PATH_BYTES],
    tail: &'a [u8],
    /// What came with it behind the path.
    pub(crate) data: &'a [u8],
}

impl<'a> Request<'a> {
    /// Takes a payload apart.
    pub(crate) fn decode(kind: u8, payload: &'a [u8]) -> Result<Request<'a>, Refusal> {
        let (bytes, rest) = payload.split_first_chunk().ok_or(Refusal::Invalid)?;
        let header = Header::decode(bytes).filter(|header| header.kind == kind);
        let Header { flags, seq, data_len, path: head, .. } = header.ok_or(Refusal::Invalid)?;
        let mut rest = Reader::new(rest);
        let mut tail: &[u8] = &[];
        if flags & bus::CONTINUED != 0 {
            let len = rest.u16().ok_or(Refusal::Invalid)?;
            tail = rest.bytes(usize::from(len)).ok_or(Refusal::Invalid)?;
        }
        let mut data = rest.rest();
        if flags & bus::GRANTED == 0 {
            data = data.get(..data_len as usize).ok_or(Refusal::Invalid)?;
        }
        Ok(Request { kind, flags, seq, data_len, head, tail, data })
    }

    /// The path from the root on, of what is asked for below a directory of this path.
    pub(crate) fn path(&self, directory: &str) -> Result<String, Refusal> {
        let len = self.head.iter().position(|byte| *byte == 0).unwrap_or(self.head.len());
        let head = &self.head[..len];
        if self.tail.is_empty() {
            return joined(directory, head);
        }
        joined(directory, &[head, self.tail].concat())
    }

    /// The new path of what is renamed.
    pub(crate) fn new_path(&self, directory: &str) -> Result<String, Refusal> {
        joined(directory, self.data)
    }

    /// The first word of the data, if there is data.
    pub(crate) fn word(&self) -> Option<u32> {
        Reader::new(self.data).u32()
    }
}

/// The header of the answer to a request, with this much data.
pub(crate) fn answer_header(kind: u8, flags: u16, seq: u32, data_len: u32) -> [u8; Header::BYTES] {
    Header { kind, flags, seq, data_len, path: [0; bus::PATH_BYTES] }.encode()
}

fn joined(directory: &str, bytes: &[u8]) -> Result<String, Refusal> {
    let path = path::parse_within(bytes, PATH_MAX)?;
    let slash = if directory.is_empty() || path.is_empty() { "" } else { "/" };
    let mut whole = String::with_capacity(directory.len() + slash.len() + path.len());
    [directory, slash, path].iter().for_each(|part| whole.push_str(part));
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(flags: u16, data_len: u32, path: &[u8], rest: &[u8]) -> Vec<u8> {
        let mut header =
            Header { kind: bus::WRITE, flags, seq: 1, data_len, path: [0; bus::PATH_BYTES] };
        header.path[..path.len()].copy_from_slice(path);
        [&header.encode()[..], rest].concat()
    }

    #[test]
    fn a_header_of_the_seeds_is_understood_and_a_long_path_goes_on() {
        let bytes = request(0, 2, b"/tmp/a", b"xy");
        let read = Request::decode(bus::WRITE, &bytes).unwrap();
        assert_eq!((read.path("").unwrap().as_str(), read.data), ("tmp/a", &b"xy"[..]));
        assert_eq!(read.path("docs").unwrap(), "docs/tmp/a", "no path leaves its directory");
        let bytes = request(bus::CONTINUED, 1, &[b'n'; 20], b"\x02\0/mz");
        let read = Request::decode(bus::WRITE, &bytes).unwrap();
        assert_eq!((read.path("").unwrap().len(), read.data), (22, &b"z"[..]));
    }

    #[test]
    fn what_lies_about_its_length_is_refused() {
        let cases = [
            request(0, 3, b"/a", b"xy"),
            request(bus::CONTINUED, 0, b"/a", b"\x05\0ab"),
            request(bus::CONTINUED, 0, b"/a", b"\x05"),
            vec![1; Header::BYTES - 1],
            vec![2; Header::BYTES],
        ];
        for bytes in cases {
            assert_eq!(Request::decode(bus::WRITE, &bytes).unwrap_err(), Refusal::Invalid);
        }
        let other = request(0, 0, b"/a", b"");
        assert_eq!(Request::decode(bus::READ, &other).unwrap_err(), Refusal::Invalid);
    }
}
