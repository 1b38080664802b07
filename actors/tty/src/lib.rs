//! Tty: makes a terminal of the serial line, which several can share.
//!
//! It is given, in any order, the serial line, a log and a clock. What is typed goes through a line
//! discipline with the words of POSIX and waits to be read; what is written waits for the line, and
//! who writes waits with it. It answers as [`sdk::tty`] says to actors that have its endpoint, and
//! as [`sdk::abi::file`] says to the kernel, which asks for those who have it as a file,
//! `/dev/tty1`.
//!
//! Nothing in it grows: what is typed and finds no room is lost with a bell and a line in the log,
//! and who writes too much waits. A reader that dies takes nothing with it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod output;
mod width;
mod discipline;
mod crowd;
mod queue;
mod wire;
mod server;

use sdk::Refusal;
use sdk::abi::object::ObjectKind;
use sdk::endpoint::Inbox;
use sdk::grant::Grants;
use sdk::log::Sparse;
use sdk::serial::Serial;

use crate::server::Server;

sdk::heap!(28 * 1024);
sdk::entry!(main);

fn main() {
    let grants = Grants::new();
    let Some(serial) = grants.find(ObjectKind::Serial).map(Serial::new) else {
        sdk::log!("no serial line was given");
        sdk::entry::exit(1);
    };
    let mut server = Server::new(serial, grants.clock());
    let mut inbox = Inbox::new();
    let mut complaints = Sparse::default();
    loop {
        let received = match server.patience() {
            Some(patience) => inbox.receive_within(patience),
            None => inbox.receive(),
        };
        match received {
            Ok(message) if message.is_shutdown() => return,
            Ok(mut message) => {
                if let Err(refusal) = server.serve(&mut message)
                    && let Some(count) = complaints.count()
                {
                    let (opcode, sender) = (message.opcode(), message.sender());
                    sdk::log!(
                        "no answer to opcode {opcode} of {sender:#x}: {refusal} (complaint {count})"
                    );
                }
            }
            Err(Refusal::Timeout) => (),
            Err(refusal) => {
                sdk::log!("cannot receive: {refusal}");
                sdk::entry::exit(1);
            }
        }
        server.settle();
    }
}
