//! What an actor is written with: its only library.
//!
//! An actor is a WebAssembly module that owns nothing but capabilities. It is given some at
//! birth, as its manifest says, and gets others in messages. Slot 0 is its own endpoint; the
//! grants of the manifest follow in their order, and [`Grants`](grant::Grants) finds them
//! by what they are.
//!
//! `cargo run new actor hello` makes one that works, and `docs/tutorial.md` goes on from there in
//! five minutes. Headers for other languages lie beside this crate's sources.
//!
//! An actor that does one thing after another exports a start function and blocks in its calls:
//!
//! ```no_run
//! use sdk::grant::Grants;
//! use sdk::endpoint::Inbox;
//!
//! sdk::entry!(main);
//!
//! fn main() {
//!     let clock = Grants::new().clock();
//!     sdk::log!("up for {:?}", clock.map(|clock| clock.now()));
//!     let mut inbox = Inbox::new();
//!     while let Ok(message) = inbox.receive() {
//!         sdk::log!("{} bytes about {}", message.payload().len(), message.opcode());
//!     }
//! }
//! ```
//!
//! One that only answers exports a handler, which the kernel calls for every message. That is
//! faster and smaller:
//!
//! ```no_run
//! use sdk::endpoint::Message;
//! use sdk::handler::Next;
//!
//! sdk::handler!(answer);
//!
//! fn answer(mut message: Message<'_>) -> Next {
//!     if let Err(refusal) = message.reply(message.opcode(), b"pong") {
//!         sdk::log!("nobody hears me: {refusal}");
//!     }
//!     Next::Stay
//! }
//! ```
//!
//! Every call that the kernel may refuse returns a [`Result`] with its [`Refusal`]. On the host
//! there is no kernel: the crate compiles there for tests and documentation, and every call is
//! refused as not available.
#![no_std]
#![warn(missing_docs)]

#[cfg(test)]
extern crate std;

mod raw;
pub mod log;
pub mod capability;
pub mod clock;
pub mod endpoint;
pub mod memory;
pub mod screen;
pub mod pin;
pub mod port;
pub mod interrupt;
pub mod serial;
pub mod flash;
pub mod process;
pub mod namespace;
pub mod spawn;
pub mod state;
pub mod link;
pub mod payload;
pub mod file;
pub mod kv;
pub mod grant;
pub mod heap;
pub mod entry;
pub mod handler;
pub mod vfs;
pub mod tty;
pub mod ui;
pub mod palette;
pub mod window;

pub use abi;
pub use abi::handle::Handle;
pub use abi::refusal::Refusal;
pub use abi::rights::Rights;
