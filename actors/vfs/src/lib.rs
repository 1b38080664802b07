//! Vfs: serves files to whoever asks: those of a TAR ramdisk, those in flash under `/home`, those that
//! are written to `/tmp`, `/proc` and `/dev`.
//!
//! It is given, in slot 1, memory to read (and to pass on, for files that do not fit into a
//! message), and a log. In any order it may also be given flash, and there is a `/home`; the process
//! table, and there is a `/proc`; the endpoint of a terminal, and there is a `/dev/tty1`; a clock, to
//! tell watchers again whose mailbox was full.
//!
//! To actors that have its endpoint or a directory it answers as [`sdk::abi::bus`] says, and, for
//! modules that there are, as [`sdk::vfs`] says about the ramdisk and `/tmp`. To the kernel, which
//! asks for those who have a capability to a directory or file, it answers as [`sdk::abi::file`]
//! says.
//!
//! A hostile archive costs its own files only: what cannot be read, or lies where a mount is, is
//! named in the log and left out. `/tmp` has a quota, and its memory is taken at the start.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod path;
mod header;
mod archive;
mod index;
mod store;
mod volume;
mod scratch;
mod home;
mod process;
mod mount;
mod node;
mod watch;
mod request;
mod server;
mod service;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::object::ObjectKind;
use sdk::capability;
use sdk::endpoint::Inbox;
use sdk::flash::Flash;
use sdk::grant::Grants;
use sdk::log::Sparse;
use sdk::memory::Memory;

use crate::archive::Archive;
use crate::home::Home;
use crate::home::Mounted;
use crate::index::Index;
use crate::scratch::Scratch;
use crate::service::Server;
use crate::service::Service;
use crate::volume::Volume;

/// Bytes of heap that /home may come to take when it is in use: a pair of metadata more, a block
/// meanwhile, and what is open.
const HOME_HEAP: usize = 14 * 1024;

/// Bytes of heap for the names of the ramdisk, less what /home takes.
const NAMES_HEAP: usize = 44 * 1024;

const RAMDISK: Memory = Memory::slot(1);

sdk::heap!(NAMES_HEAP + scratch::QUOTA + 4 * 1024);
sdk::entry!(main);

/// How long a watcher with a full mailbox is left alone.
const BREATHER: Duration = Duration::from_millis(5);

fn main() {
    let grants = Grants::new();
    let Ok(scratch) = Scratch::new() else {
        sdk::log!("no memory for /tmp");
        sdk::entry::exit(1);
    };
    let home = grants.find(ObjectKind::Flash).and_then(mount_home);
    // The names of the ramdisk take what is left, and nothing of what /home will come to need.
    let kept: Vec<u8> = Vec::with_capacity(home.as_ref().map_or(0, |_| HOME_HEAP));
    let index = match read_index() {
        Ok(index) => index,
        Err(refusal) => {
            sdk::log!("no ramdisk in slot 1: {refusal}");
            Index::default()
        }
    };
    sdk::log!("{} files", index.len());
    let terminal = grants.find(ObjectKind::Endpoint);
    drop(kept);
    let server = Server::new(RAMDISK, index, scratch, grants.processes()).with_home(home);
    serve_all(&mut Service::new(server, RAMDISK, terminal), grants.clock().is_some());
}

/// Answers until a supervisor asks for the end.
fn serve_all(service: &mut Service, has_clock: bool) {
    let mut inbox = Inbox::new();
    let mut complaints = Sparse::default();
    loop {
        let is_told = !service.server.watchers.tell();
        // Without a clock a watcher that was full is told when somebody asks for something.
        let received = match is_told || !has_clock {
            true => inbox.receive(),
            false => inbox.receive_within(BREATHER),
        };
        let mut message = match received {
            Ok(message) => message,
            Err(Refusal::Timeout) => continue,
            Err(refusal) => {
                sdk::log!("cannot receive: {refusal}");
                sdk::entry::exit(1);
            }
        };
        if message.is_shutdown() {
            return;
        }
        if let Err(refusal) = service.serve(&mut message)
            && let Some(count) = complaints.count()
        {
            let (opcode, sender) = (message.opcode(), message.sender());
            sdk::log!("no answer to opcode {opcode} of {sender:#x}: {refusal} (complaint {count})");
        }
    }
}

/// Mounts `/home`, and says what was found.
fn mount_home(handle: Handle) -> Option<Box<dyn Volume>> {
    let info = capability::info(handle).ok()?;
    let flash = match Flash::new(handle) {
        Ok(flash) => flash,
        Err(refusal) => {
            sdk::log!("/home: this flash cannot be used: {refusal}");
            return None;
        }
    };
    let is_read_only = !Rights::WRITE.is_within(info.rights);
    let (home, mounted) = Home::mount(flash, is_read_only);
    match mounted {
        Mounted::Ready if is_read_only => sdk::log!("/home: mounted, read-only"),
        Mounted::Ready => sdk::log!("/home: mounted"),
        Mounted::Formatted => sdk::log!("/home: the flash was blank and has been formatted"),
        Mounted::Refused(refusal) => sdk::log!(
            "/home: {refusal}, nothing was changed; `format /home` makes it new and loses what is there"
        ),
    }
    Some(Box::new(home))
}

/// Reads the whole archive once.
fn read_index() -> Result<Index, Refusal> {
    let mut index = Index::default();
    let mut archive = Archive::new(RAMDISK, RAMDISK.size()?);
    let mut dropped = 0;
    while let Some(member) = archive.next_member() {
        match member {
            Ok(member) if mount::is_reserved(member.name) => {
                sdk::log!("ramdisk: {} lies where a mount is: it is left out", member.name);
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
