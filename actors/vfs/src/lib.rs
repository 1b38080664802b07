//! Vfs: serves files to whoever asks: those of a TAR ramdisk, those that are written to `/tmp`, and
//! `/proc`.
//!
//! It is given, in slot 1, memory to read (and to pass on, for files that do not fit into a
//! message), and a log; with the process table, which it finds wherever it was put, there is a
//! `/proc`. It answers as [`sdk::vfs`] says to actors that have its endpoint: the files of the
//! ramdisk in the order of their names, then those of `/tmp` in the order of theirs. To the kernel,
//! which asks for those who have a capability to a directory or file, it answers as
//! [`sdk::abi::file`] says.
//!
//! A hostile archive costs its own files only: what cannot be read, or lies where `/tmp` and `/proc`
//! are, is named in the log and left out. `/tmp` has a quota, and its memory is taken at the start.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod path;
mod header;
mod archive;
mod index;
mod store;
mod scratch;
mod process;
mod node;
mod server;

use sdk::Refusal;
use sdk::Rights;
use sdk::abi::file;
use sdk::capability;
use sdk::capability::Owned;
use sdk::endpoint::Inbox;
use sdk::endpoint::Message;
use sdk::endpoint::PAYLOAD_MAX;
use sdk::grant::Grants;
use sdk::log::Sparse;
use sdk::memory::Memory;
use sdk::payload::Reader;
use sdk::process::Processes;
use sdk::vfs;
use sdk::vfs::Entry;
use sdk::vfs::ListingWriter;

use crate::archive::Archive;
use crate::archive::Source;
use crate::archive::normal;
use crate::index::File;
use crate::index::Index;
use crate::scratch::Scratch;
use crate::server::Answer;
use crate::server::Opened;

const RAMDISK: Memory = Memory::slot(1);

/// All that is served, from where the kernel has it.
type Server = crate::server::Server<Memory, Processes>;

sdk::heap!(28 * 1024 + scratch::QUOTA + 4 * 1024);
sdk::entry!(main);

fn main() {
    let processes = Grants::new().processes();
    let Ok(scratch) = Scratch::new() else {
        sdk::log!("no memory for /tmp");
        sdk::entry::exit(1);
    };
    let index = match read_index() {
        Ok(index) => index,
        Err(refusal) => {
            sdk::log!("no ramdisk in slot 1: {refusal}");
            Index::default()
        }
    };
    sdk::log!("{} files", index.len());
    serve_all(&mut Server::new(RAMDISK, index, scratch, processes));
}

/// Answers until a supervisor asks for the end.
fn serve_all(server: &mut Server) {
    let mut inbox = Inbox::new();
    let mut complaints = Sparse::default();
    loop {
        let mut message = match inbox.receive() {
            Ok(message) => message,
            Err(refusal) => {
                sdk::log!("cannot receive: {refusal}");
                sdk::entry::exit(1);
            }
        };
        if message.is_shutdown() {
            return;
        }
        if let Err(refusal) = serve(server, &mut message)
            && let Some(count) = complaints.count()
        {
            let (opcode, sender) = (message.opcode(), message.sender());
            sdk::log!("no answer to opcode {opcode} of {sender:#x}: {refusal} (complaint {count})");
        }
    }
}

impl Source for Memory {
    fn read(&self, offset: u32, buffer: &mut [u8]) -> bool {
        Memory::read(*self, offset, buffer).is_ok()
    }
}

/// Reads the whole archive once.
fn read_index() -> Result<Index, Refusal> {
    let mut index = Index::default();
    let mut archive = Archive::new(RAMDISK, RAMDISK.size()?);
    let mut dropped = 0;
    while let Some(member) = archive.next_member() {
        match member {
            Ok(member) if path::is_reserved(member.name) => {
                sdk::log!("ramdisk: /tmp and /proc are not its own: {} is left out", member.name);
            }
            Ok(member) if index.insert(member).is_ok() => (),
            Ok(_) => dropped += 1,
            Err(flaw) => sdk::log!("ramdisk: {flaw}"),
        }
    }
    if dropped != 0 {
        sdk::log!("ramdisk: no memory for the names of {dropped} files: they are not served");
    }
    Ok(index)
}

/// Answers one message. The error is why its sender gets no answer.
fn serve(server: &mut Server, message: &mut Message<'_>) -> Result<(), Refusal> {
    if file::is_request(message.opcode()) {
        return answer(server, message);
    }
    if message.sender() == sdk::endpoint::KERNEL {
        // A client whose answer was on its way has died.
        return Ok(());
    }
    match message.opcode() {
        vfs::LIST => list(server, message),
        vfs::READ => read(server, message),
        _ => Err(Refusal::OutOfRange),
    }
}

/// Answers a request of the file protocol.
fn answer(server: &mut Server, message: &mut Message<'_>) -> Result<(), Refusal> {
    let mut bytes = [0; PAYLOAD_MAX];
    let (status, contents) = bytes.split_at_mut(file::STATUS_BYTES);
    let answer = server.answer(message.badge(), message.opcode(), message.payload(), contents);
    let (code, len) = match answer {
        Ok(Answer::Capability(opened)) => match give(message, opened) {
            Ok(()) => return Ok(()),
            Err(refusal) => {
                server.take_back(opened);
                (refusal as i32, 0)
            }
        },
        Ok(Answer::Status(number)) => (number.cast_signed(), 0),
        Ok(Answer::Bytes(len)) => (len as i32, len),
        Err(refusal) => (refusal as i32, 0),
    };
    status.copy_from_slice(&code.to_le_bytes());
    message.reply(file::ANSWER, &bytes[..file::STATUS_BYTES + len])
}

/// Answers with what was opened.
fn give(message: &mut Message<'_>, opened: Opened) -> Result<(), Refusal> {
    let Opened { kind, rights, badge } = opened;
    let given = Owned::new(capability::narrow(kind, rights | Rights::GRANT, badge)?);
    message.reply_with(file::ANSWER, &0i32.to_le_bytes(), given.handle(), rights)
}

fn list(server: &Server, message: &mut Message<'_>) -> Result<(), Refusal> {
    let first = Reader::new(message.payload()).u32().unwrap_or(0) as usize;
    let in_ramdisk = server.index.len();
    let mut answer = ListingWriter::new((in_ramdisk + server.scratch.file_count()) as u32);
    for file in server.index.files_from(first) {
        if answer.push(Entry { name: &file.name, size: file.size }).is_none() {
            return message.reply(vfs::LIST, answer.payload());
        }
    }
    let first = first.saturating_sub(in_ramdisk);
    server.scratch.list(first, |name, size| answer.push(Entry { name, size }));
    message.reply(vfs::LIST, answer.payload())
}

fn read(server: &Server, message: &mut Message<'_>) -> Result<(), Refusal> {
    let found = normal(message.payload()).and_then(|name| server.index.find(name));
    let answered = match found {
        Some(file) => answer_file(file, message),
        None => answer_whole(server, message),
    };
    match answered {
        // Whoever asks is told why the ramdisk cannot be read or passed on.
        Err(refusal @ (Refusal::NoRight | Refusal::OutOfRange | Refusal::NoSlot)) => {
            message.reply(vfs::READ, &vfs::encode_status(Err(refusal)))
        }
        other => other,
    }
}

/// Answers with a file that is not of the ramdisk. None of them can be passed on as memory.
fn answer_whole(server: &Server, message: &mut Message<'_>) -> Result<(), Refusal> {
    let mut answer = [0; PAYLOAD_MAX];
    let (status, contents) = answer.split_at_mut(PAYLOAD_MAX - vfs::INLINE_MAX);
    let (code, len) = match server.read_whole(message.payload(), contents) {
        Ok(len) => (Ok(len as u32), len),
        Err(Refusal::NotFound | Refusal::WrongObject) => (Err(vfs::NO_SUCH_FILE), 0),
        Err(refusal) => (Err(refusal), 0),
    };
    status.copy_from_slice(&vfs::encode_status(code));
    message.reply(vfs::READ, &answer[..PAYLOAD_MAX - vfs::INLINE_MAX + len])
}

fn answer_file(file: &File, message: &mut Message<'_>) -> Result<(), Refusal> {
    let mut answer = [0; PAYLOAD_MAX];
    let (status, contents) = answer.split_at_mut(PAYLOAD_MAX - vfs::INLINE_MAX);
    status.copy_from_slice(&vfs::encode_status(Ok(file.size)));
    if let Some(contents) = contents.get_mut(..file.size as usize) {
        RAMDISK.read(file.offset, contents)?;
        let end = PAYLOAD_MAX - vfs::INLINE_MAX + file.size as usize;
        return message.reply(vfs::READ, &answer[..end]);
    }
    let part = RAMDISK.part(Rights::READ | Rights::GRANT, file.offset, file.size)?;
    let part = Owned::new(part.handle());
    message.reply_with(vfs::READ, status, part.handle(), Rights::READ)
}
