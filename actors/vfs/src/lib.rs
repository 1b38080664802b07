//! Vfs: serves the files of a TAR ramdisk to whoever asks.
//!
//! It is given, in slot 1, memory to read (and to pass on, for files that do not fit into a
//! message), and a log. It answers as [`sdk::vfs`] says, in the order of the names. A hostile
//! archive costs its own files only: what cannot be read is named in the log and left out.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod header;
mod archive;
mod index;

use sdk::Refusal;
use sdk::Rights;
use sdk::capability::Owned;
use sdk::endpoint::Inbox;
use sdk::endpoint::Message;
use sdk::endpoint::PAYLOAD_MAX;
use sdk::log::Sparse;
use sdk::memory::Memory;
use sdk::payload::Reader;
use sdk::vfs;

use crate::archive::Archive;
use crate::archive::Source;
use crate::archive::normal;
use crate::index::File;
use crate::index::Index;

const RAMDISK: Memory = Memory::slot(1);

sdk::heap!(28 * 1024);
sdk::entry!(main);

fn main() {
    let index = match read_index() {
        Ok(index) => index,
        Err(refusal) => {
            sdk::log!("no ramdisk in slot 1: {refusal}");
            Index::default()
        }
    };
    sdk::log!("{} files", index.len());
    let mut inbox = Inbox::new();
    let mut complaints = Sparse::default();
    loop {
        let message = match inbox.receive() {
            Ok(message) => message,
            Err(refusal) => {
                sdk::log!("cannot receive: {refusal}");
                sdk::entry::exit(1);
            }
        };
        if let Err(refusal) = serve(&index, &message)
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
fn serve(index: &Index, message: &Message<'_>) -> Result<(), Refusal> {
    if message.sender() == sdk::endpoint::KERNEL {
        // A client whose answer was on its way has died.
        return Ok(());
    }
    match message.opcode() {
        vfs::LIST => list(index, message),
        vfs::READ => read(index, message),
        _ => Err(Refusal::OutOfRange),
    }
}

fn list(index: &Index, message: &Message<'_>) -> Result<(), Refusal> {
    let first = Reader::new(message.payload()).u32().unwrap_or(0);
    let entries = index.files_from(first as usize);
    let entries = entries.map(|file| vfs::Entry { name: &file.name, size: file.size });
    let answer = vfs::encode_listing(index.len() as u32, entries).ok_or(Refusal::TooLong)?;
    message.reply(vfs::LIST, answer.payload())
}

fn read(index: &Index, message: &Message<'_>) -> Result<(), Refusal> {
    let found = normal(message.payload()).and_then(|name| index.find(name));
    let Some(file) = found else {
        return message.reply(vfs::READ, &vfs::encode_status(Err(vfs::NO_SUCH_FILE)));
    };
    match answer_file(file, message) {
        // Whoever asks is told why the ramdisk cannot be read or passed on.
        Err(refusal @ (Refusal::NoRight | Refusal::OutOfRange | Refusal::NoSlot)) => {
            message.reply(vfs::READ, &vfs::encode_status(Err(refusal)))
        }
        other => other,
    }
}

fn answer_file(file: &File, message: &Message<'_>) -> Result<(), Refusal> {
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
