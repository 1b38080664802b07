//! What is asked of files, said in two ways: as messages to a file server, and as calls of the
//! `littlefs` crate, the same that the server makes.

use std::convert::Infallible;

use abi::bus;
use abi::bus::Header;
use littlefs::Error;
use littlefs::Filesystem;

use crate::nor::Nor;

/// Bytes of a long file: the memory that the driver passes on.
pub(crate) const LONG: u32 = 64 << 10;

/// Bytes of a read that an answer has room for.
const PIECE: u32 = 1024 - Header::BYTES as u32;

/// Bytes that the server takes out of memory at once.
const GRANTED_PIECE: usize = 512;

/// One operation on a file in `/home`, by its name.
pub(crate) enum Request {
    /// Makes or replaces a file with so many bytes.
    Write(String, usize),
    /// The same with [`LONG`] bytes that are granted as memory.
    WriteLong(String),
    /// Adds so many bytes at the end; the file is made if it is not there.
    Append(String, usize),
    /// Reads up to [`PIECE`] bytes from an offset on.
    Read(String, u32),
    /// Asks what a file is; the empty name is `/home` itself.
    Status(String),
    /// Lists `/home` from this entry on.
    List(u32),
    /// Gives a file another name.
    Rename(String, String),
    /// Deletes a file.
    Remove(String),
}

impl Request {
    /// All reads of a long file.
    pub(crate) fn reads(name: &str) -> Vec<Request> {
        let offsets = (0..LONG).step_by(PIECE as usize);
        offsets.map(|offset| Request::Read(name.to_owned(), offset)).collect()
    }

    /// The same as messages: opcode, length and payload of each.
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Request::Write(name, len) => message(bus::WRITE, 0, name, &vec![b'x'; *len]),
            Request::Append(name, len) => message(bus::WRITE, bus::APPEND, name, &vec![b'x'; *len]),
            Request::WriteLong(name) => {
                let offer = message(bus::OFFER, 0, "", &[]);
                let mut write = message(bus::WRITE, bus::GRANTED, name, &[]);
                // Behind opcode and length, version, kind, flags and number stands the length.
                write[16..20].copy_from_slice(&LONG.to_le_bytes());
                [offer, write].concat()
            }
            Request::Read(name, offset) => {
                let words = [offset.to_le_bytes(), PIECE.to_le_bytes()];
                message(bus::READ, 0, name, words.as_flattened())
            }
            Request::Status(name) => message(bus::STAT, 0, name, &[]),
            Request::List(first) => message(bus::LIST, 0, "", &first.to_le_bytes()),
            Request::Rename(name, to) => {
                message(bus::RENAME, 0, name, format!("/home/{to}").as_bytes())
            }
            Request::Remove(name) => message(bus::DELETE, 0, name, &[]),
        }
    }

    /// The same natively.
    pub(crate) fn perform(&self, files: &mut Filesystem<Nor>) {
        self.try_perform(files).expect("the flash has room for everything that is asked");
    }

    fn try_perform(&self, files: &mut Filesystem<Nor>) -> Result<(), Error<Infallible>> {
        match self {
            Request::Write(name, len) => {
                let draft = files.create(name)?;
                files.write(draft, 0, &vec![b'x'; *len])?;
                files.commit(draft)?;
                files.close(draft);
            }
            Request::WriteLong(name) => {
                let draft = files.create(name)?;
                for offset in (0..LONG).step_by(GRANTED_PIECE) {
                    files.write(draft, offset, &[0; GRANTED_PIECE])?;
                }
                files.commit(draft)?;
                files.close(draft);
            }
            Request::Append(name, len) => {
                let draft = match files.edit(name) {
                    Err(Error::NotFound) => files.create(name)?,
                    edited => edited?,
                };
                let end = files.size(draft);
                files.write(draft, end, &vec![b'x'; *len])?;
                files.commit(draft)?;
                files.close(draft);
            }
            Request::Read(name, offset) => {
                let mut piece = [0; PIECE as usize];
                let file = files.open(name)?;
                let count = files.read(file, *offset, &mut piece)?;
                assert_eq!(count, PIECE.min(LONG - offset) as usize, "the file is there");
                files.close(file);
            }
            Request::Status(name) => drop(files.stat(name)?),
            Request::List(first) => {
                files.list("", *first as usize, |_, _| true)?;
            }
            Request::Rename(name, to) => files.rename(name, to)?,
            Request::Remove(name) => files.remove(name)?,
        }
        Ok(())
    }
}

/// An entry of the driver's script that is a request of the bus.
fn message(kind: u8, flags: u16, name: &str, data: &[u8]) -> Vec<u8> {
    let slash = if name.is_empty() { "" } else { "/" };
    let whole = format!("/home{slash}{name}");
    let mut path = [0; bus::PATH_BYTES];
    path[..whole.len()].copy_from_slice(whole.as_bytes());
    let header = Header { kind, flags, seq: 0, data_len: data.len() as u32, path }.encode();
    entry(bus::request(kind), &[&header, data].concat())
}

/// An entry of the driver's script.
pub(crate) fn entry(opcode: u32, payload: &[u8]) -> Vec<u8> {
    let words = [opcode.to_le_bytes(), (payload.len() as u32).to_le_bytes()];
    [words.as_flattened(), payload].concat()
}
