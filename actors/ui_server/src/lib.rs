//! Ui server: composes the desktop from what others draw, and hands them the keys and the pointer.
//!
//! It is given, in slot 1, the framebuffer, in slot 2, memory with a PSF2 font, then keyboard,
//! pointer, a log, a clock and the process table, where there are; what the last two are for is
//! left out of its bar without them. It does what [`sdk::ui`] says, on any resolution and pixel
//! format. Nobody can make it fail, draw outside of his own window or take the room of others: what
//! is no request is left out and said so in the log, though not every time.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod area;
mod font;
mod theme;
mod band;
mod list;
mod sky;
mod cursor;
mod window;
mod bar;
mod desk;
mod pointer;
mod focus;
mod server;

use sdk::Refusal;
use sdk::endpoint::Inbox;
use sdk::endpoint::KERNEL;
use sdk::log::Sparse;

use crate::server::Server;

sdk::heap!(52 * 1024);
sdk::entry!(main);

fn main() {
    let Some(mut server) = Server::start() else {
        sdk::entry::exit(1);
    };
    let mut inbox = Inbox::new();
    let mut complaints = Sparse::default();
    loop {
        let received = match server.patience() {
            Some(patience) => inbox.receive_within(patience),
            None => inbox.receive(),
        };
        let (done, about) = match received {
            Ok(mut message) => {
                let done = server.serve(&mut message);
                (done, (message.opcode(), message.sender()))
            }
            Err(Refusal::Timeout) => (server.rest(), (0, KERNEL)),
            Err(refusal) => {
                sdk::log!("cannot receive: {refusal}");
                sdk::entry::exit(1);
            }
        };
        if let Err(refusal) = done
            && let Some(count) = complaints.count()
        {
            let (opcode, sender) = about;
            sdk::log!("opcode {opcode} of {sender:#x} left out: {refusal} (complaint {count})");
        }
    }
}
