//! The bus: what actors and file servers say to each other about whole files, each message with the
//! 32-byte header of seed *minimal-wasm-kernel*.
//!
//! A request is a message with the opcode [`request`]`(kind)`, sent to the server's endpoint or
//! through a [`crate::object::ObjectKind::Directory`]. Its payload is a [`Header`], the part of the
//! path that does not fit into the header, and the data. The answer has the opcode
//! [`answer`]`(kind)`, the `seq` of its request, and comes through the reply capability of a call
//! or through the endpoint that was passed along.
//!
//! | kind | data of the request | data of the answer |
//! |---|---|---|
//! | [`READ`] | offset u32 and length u32, or nothing: all | the bytes, or [`GRANTED`] memory |
//! | [`WRITE`] | with [`AT`], offset u32; then the bytes, unless they are [`GRANTED`] | |
//! | [`RENAME`] | the new path | |
//! | [`DELETE`] | | |
//! | [`CHANGED`] | (told to watchers) | the new path of what was renamed |
//! | [`STAT`] | | a [`Status`] |
//! | [`LIST`] | first entry wanted u32, or nothing | total u32, then entries |
//! | [`MAKE_DIRECTORY`] | | |
//! | [`TRUNCATE`] | bytes u32 | |
//! | [`SYNC`] | | |
//! | [`WATCH`] | (an endpoint is passed along) | |
//! | [`USAGE`] | | bytes that there are u32, bytes in use u32 |
//! | [`OFFER`] | (memory is passed along) | (there is none) |
//! | [`FORMAT`] | | |
//!
//! The order of a listing is that of the names' bytes, but littlefs puts a name before its own
//! beginning.
//!
//! An answer with [`REFUSED`] has the code of a [`crate::refusal::Refusal`] as an i32 for data. An
//! entry of a listing is a [`Status`], the length of the name u16, and the name.
//!
//! Each change is whole: after a power cut a file is as it was before the request or as it is after
//! it. A [`WRITE`] without [`AT`] or [`APPEND`] replaces the file, or makes it. Who holds the
//! server's endpoint may do all of this to every file; who holds a directory may do what its rights
//! say to what is in it.
//!
//! An answer that is [`GRANTED`] brings memory to read, and its `data_len` says how many bytes of it
//! are meant. A call has no room for a second capability, so memory for a [`WRITE`] is passed before
//! it, in an [`OFFER`] of the same sender, and is used up by it; `data_len` counts its bytes then.
//!
//! [`WATCH`] comes with an endpoint, which the server keeps, and is answered through it. Then each
//! change at or below the path is told once, in order: `seq` counts from 1, and paths are as the
//! watcher would ask for them. What is renamed is [`MOVED`] if both paths are watched, else [`MADE`],
//! [`WRITTEN`] or [`GONE`]. Whoever has enough revokes the endpoint.
//!
//! A path that is longer than [`PATH_BYTES`] goes on behind the header, where the seed cut it off:
//! with [`CONTINUED`], a u16 says how many bytes of path follow it. So a header of the seed's is
//! understood as it is.

use crate::word::u16_at;
use crate::word::u32_at;

/// The version of the header.
pub const VERSION: u8 = 1;

/// Reads a file or a part of it (`FS_READ`).
pub const READ: u8 = 1;
/// Writes a file (`FS_WRITE`).
pub const WRITE: u8 = 2;
/// Gives a file or directory another path; a file that is there is replaced (`FS_RENAME`).
pub const RENAME: u8 = 3;
/// Deletes a file or an empty directory (`FS_DELETE`).
pub const DELETE: u8 = 4;
/// Something has changed (`FS_CHANGED`); servers send it to watchers.
pub const CHANGED: u8 = 5;
/// Says what is at a path.
pub const STAT: u8 = 6;
/// Lists a directory, in the order of the names.
pub const LIST: u8 = 7;
/// Makes a directory.
pub const MAKE_DIRECTORY: u8 = 8;
/// Cuts a file off, or fills it up with zeros, to a length.
pub const TRUNCATE: u8 = 9;
/// Answers when everything that was answered before is safe from a power cut.
pub const SYNC: u8 = 10;
/// Wants to be told about every change at or below a path.
pub const WATCH: u8 = 11;
/// Says how much room the mount of a path has.
pub const USAGE: u8 = 12;

/// Passes memory for the next [`WRITE`] of the same sender. It is not answered.
pub const OFFER: u8 = 13;
/// Makes the mount of a path new and empty, whatever it has been.
pub const FORMAT: u8 = 14;

/// The path goes on behind the header.
pub const CONTINUED: u16 = 1;
/// The data is in memory, from its first byte on: what comes along, or what was offered.
pub const GRANTED: u16 = 2;
/// [`WRITE`]: changes the bytes from an offset on.
pub const AT: u16 = 4;
/// [`WRITE`]: adds bytes at the end.
pub const APPEND: u16 = 8;
/// [`WRITE`]: the file must not be there yet.
pub const NEW: u16 = 16;
/// An answer: no, and why.
pub const REFUSED: u16 = 32;
/// [`CHANGED`]: it was made.
pub const MADE: u16 = 256;
/// [`CHANGED`]: its contents are others.
pub const WRITTEN: u16 = 512;
/// [`CHANGED`]: it has another path, which is the data.
pub const MOVED: u16 = 1024;
/// [`CHANGED`]: it is gone.
pub const GONE: u16 = 2048;
/// [`CHANGED`]: the watcher was too slow, and some changes before this one are not told. Its path
/// is the one that is watched: look at all of it again.
pub const OVERRUN: u16 = 4096;

/// Bytes of the path that the header has.
pub const PATH_BYTES: usize = 20;

const REQUEST: u32 = 0x4653_0100;
const ANSWER: u32 = 0x4653_0200;

/// The opcode of a request of this kind; that of [`CHANGED`] is what watchers receive.
pub const fn request(kind: u8) -> u32 {
    REQUEST | kind as u32
}

/// The opcode of the answer to a request of this kind.
pub const fn answer(kind: u8) -> u32 {
    ANSWER | kind as u32
}

/// The kind of request that this opcode is.
pub const fn kind_of(opcode: u32) -> Option<u8> {
    let kind = (opcode & 0xff) as u8;
    if opcode & !0xff == REQUEST && READ <= kind && kind <= FORMAT { Some(kind) } else { None }
}

/// Whether a request of this kind only looks: for the others a directory needs the right to write.
pub const fn only_looks(kind: u8) -> bool {
    matches!(kind, READ | STAT | LIST | WATCH | USAGE)
}

/// The fixed part of every message: `bus_msg_t` of the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What it is about.
    pub kind: u8,
    /// How.
    pub flags: u16,
    /// The asker's number for the request; the watcher's count of the changes, from 1.
    pub seq: u32,
    /// Bytes of data, without the path.
    pub data_len: u32,
    /// The path or its beginning; what it does not need is zero.
    pub path: [u8; PATH_BYTES],
}

impl Header {
    /// Bytes of the encoded form: version u8, kind u8, flags u16, seq u32, data_len u32, path, all
    /// little-endian.
    pub const BYTES: usize = 32;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; Header::BYTES] {
        let mut bytes = [0; Header::BYTES];
        bytes[0] = VERSION;
        bytes[1] = self.kind;
        bytes[2..4].copy_from_slice(&self.flags.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.seq.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.data_len.to_le_bytes());
        bytes[12..].copy_from_slice(&self.path);
        bytes
    }

    /// The inverse of [`Header::encode`]; `None` for another version.
    pub fn decode(bytes: &[u8; Header::BYTES]) -> Option<Header> {
        let mut path = [0; PATH_BYTES];
        path.copy_from_slice(&bytes[12..]);
        (bytes[0] == VERSION).then(|| Header {
            kind: bytes[1],
            flags: u16_at(bytes, 2),
            seq: u32_at(bytes, 4),
            data_len: u32_at(bytes, 8),
            path,
        })
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Whether it can be changed.
    pub is_writable: bool,
    /// Bytes that a file has; 0 for a directory.
    pub size: u32,
}

impl Status {
    /// Bytes of the encoded form: bits u32 (1 directory, 2 writable), size u32.
    pub const BYTES: usize = 8;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; Status::BYTES] {
        let bits = u32::from(self.is_directory) | u32::from(self.is_writable) << 1;
        let mut bytes = [0; Status::BYTES];
        bytes[..4].copy_from_slice(&bits.to_le_bytes());
        bytes[4..].copy_from_slice(&self.size.to_le_bytes());
        bytes
    }

    /// The inverse of [`Status::encode`]; `None` for unknown bits.
    pub fn decode(bytes: &[u8; Status::BYTES]) -> Option<Status> {
        let bits = u32_at(bytes, 0);
        (bits < 4).then(|| Status {
            is_directory: bits & 1 != 0,
            is_writable: bits & 2 != 0,
            size: u32_at(bytes, 4),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_the_seeds() {
        let mut path = [0; PATH_BYTES];
        path[..6].copy_from_slice(b"/tmp/a");
        let header = Header { kind: WRITE, flags: NEW, seq: 7, data_len: 0x0102, path };
        let bytes = header.encode();
        assert_eq!(bytes[..12], [1, 2, 16, 0, 7, 0, 0, 0, 2, 1, 0, 0]);
        assert_eq!(Header::decode(&bytes), Some(header));
        assert_eq!(Header::decode(&[2; Header::BYTES]), None, "another version");
    }

    #[test]
    fn a_status_survives_the_boundary() {
        for (is_directory, is_writable) in [(false, false), (true, false), (false, true)] {
            let status = Status { is_directory, is_writable, size: 0x0102_0304 };
            assert_eq!(Status::decode(&status.encode()), Some(status));
        }
        assert_eq!(Status::decode(&[4, 0, 0, 0, 0, 0, 0, 0]), None);
    }

    #[test]
    fn opcodes_tell_requests_from_answers() {
        for kind in 0..=u8::MAX {
            let is_kind = (READ..=FORMAT).contains(&kind);
            assert_eq!(kind_of(request(kind)), is_kind.then_some(kind));
        }
        assert_eq!(kind_of(answer(READ)), None);
    }
}
