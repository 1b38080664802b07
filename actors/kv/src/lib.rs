//! Kv: keeps values by key, one file each, below `/home/kv`; below `/tmp/kv` where there is no
//! `/home`.
//!
//! It is given, in slot 1, the file service or one of its directories, then a log, and a clock if
//! values shall end. It does what [`sdk::kv`] says. Each change is one change of one file, so that
//! it is there or not after a power cut; nothing is kept elsewhere, so that another life of this
//! actor goes on where this one ended. Who asks wrongly is answered, and told in the log, though not
//! every time, if it cannot be.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod name;
mod request;
mod drawer;
#[cfg(test)]
mod shelf;
mod calendar;
mod store;
mod server;

use alloc::boxed::Box;
use sdk::endpoint::Endpoint;
use sdk::endpoint::Inbox;
use sdk::file::Files;
use sdk::grant::Grants;
use sdk::log::Sparse;

use crate::drawer::Folder;
use crate::server::Server;

const FILES: Endpoint = Endpoint::slot(1);

/// Where values are, in the order of preference.
const PATHS: [&str; 2] = ["home/kv", "tmp/kv"];

sdk::heap!(12 * 1024);
sdk::entry!(main);

fn main() {
    let mut server = start();
    let mut inbox = new_inbox();
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
        if let Err(refusal) = server.serve(&mut message)
            && let Some(count) = complaints.count()
        {
            let (opcode, sender) = (message.opcode(), message.sender());
            sdk::log!("no answer to {opcode} of #{sender}: {refusal} (no. {count})");
        }
    }
}

/// Where nothing can be kept now, everybody is answered with why, until the cause is gone.
#[inline(never)]
fn start() -> Box<Server<Folder>> {
    let (folder, wrong) = Folder::open(Files::new(FILES), PATHS);
    match wrong {
        None => sdk::log!("keys are in /{}", folder.path()),
        Some(refusal) => sdk::log!("/{}: {refusal}", folder.path()),
    }
    let clock = Grants::new().clock();
    Box::new(Server::start(folder, clock))
}

/// An inbox that takes nothing of the stack, which is small.
#[inline(never)]
fn new_inbox() -> Box<Inbox> {
    Box::new(Inbox::new())
}
