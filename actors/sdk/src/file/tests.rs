//! Requests are what [`abi::bus`] says, and answers are read as it says.

use super::*;
use crate::endpoint::MESSAGE_MAX;
use abi::message;
use std::vec::Vec;

fn files() -> Files {
    Files::new(Endpoint::slot(1))
}

fn buffer(kind: u8, header: Header, data: &[u8]) -> [u8; MESSAGE_MAX] {
    let payload = [&header.encode()[..], data].concat();
    let envelope = message::Header {
        sender: 9,
        badge: 0,
        capability: None,
        opcode: bus::answer(kind),
        payload_len: payload.len() as u32,
    };
    let mut buffer = [0; MESSAGE_MAX];
    buffer[..message::Header::BYTES].copy_from_slice(&envelope.encode());
    buffer[message::Header::BYTES..][..payload.len()].copy_from_slice(&payload);
    buffer
}

#[test]
fn a_long_path_goes_on_behind_the_header() {
    let mut files = files();
    let len = files.begin(bus::WRITE, bus::NEW, "/home/a/b/c/d/e/f/g/h", 3).unwrap();
    let len = files.add(len, b"xyz").unwrap();
    let (header, rest) = files.inbox.request()[..len].split_first_chunk().unwrap();
    let header = Header::decode(header).unwrap();
    assert_eq!((header.flags, header.data_len), (bus::NEW | bus::CONTINUED, 3));
    assert_eq!((&header.path, rest), (b"/home/a/b/c/d/e/f/g/", &b"\x01\0hxyz"[..]));
    let short = files.begin(bus::STAT, 0, "/home/a/b/c/d/e/f/g/", 0);
    assert_eq!(short, Ok(Header::BYTES), "it fits to the byte");
    let long = "n".repeat(PAYLOAD_MAX);
    assert_eq!(files.begin(bus::STAT, 0, &long, 0), Err(Refusal::NameTooLong));
}

#[test]
fn an_offset_is_data_of_the_message_and_not_of_granted_memory() {
    let mut files = files();
    let data_len = |files: &mut Files, flags| {
        files.begin_write(flags, "/a", Some(7), 5).unwrap();
        Header::decode(files.inbox.request().first_chunk().unwrap()).unwrap().data_len
    };
    assert_eq!(data_len(&mut files, bus::AT), 9);
    assert_eq!(data_len(&mut files, bus::AT | bus::GRANTED), 5);
}

#[test]
fn an_answer_is_bytes_or_a_named_refusal() {
    let header = Header { kind: bus::READ, flags: 0, seq: 7, data_len: 2, path: [0; 20] };
    let plain = buffer(bus::READ, header, b"ab");
    assert_eq!(Answer::read(Message::new(&plain), bus::READ, 7).ok().unwrap().data, b"ab");
    let stranger = Answer::read(Message::new(&plain), bus::READ, 8).err();
    assert_eq!(stranger, Some(Refusal::NotAvailable), "another request's");
    let code = (Refusal::Quota as i32).to_le_bytes();
    let refused = buffer(bus::READ, Header { flags: bus::REFUSED, ..header }, &code);
    assert_eq!(Answer::read(Message::new(&refused), bus::READ, 7).err(), Some(Refusal::Quota));
    let empty = buffer(bus::READ, Header { flags: bus::GRANTED, ..header }, &[]);
    assert_eq!(Answer::read(Message::new(&empty), bus::READ, 7).err(), Some(Refusal::NotAvailable));
}

#[test]
fn a_listing_ends_where_it_makes_no_sense() {
    let status = Status { is_directory: false, is_writable: true, size: 5 };
    let mut bytes = Vec::new();
    for name in ["a", "é"] {
        bytes.extend_from_slice(&status.encode());
        bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
        bytes.extend_from_slice(name.as_bytes());
    }
    bytes.extend_from_slice(&[0xff; 12]);
    let mut reader = Reader::new(&bytes);
    let names: Vec<&str> =
        core::iter::from_fn(|| next_entry(&mut reader).map(|entry| entry.name)).collect();
    assert_eq!(names, ["a", "é"]);
}
