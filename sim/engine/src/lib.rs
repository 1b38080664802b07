//! The engine for a desk: wasmtime compiles the actors' modules, and they keep wasmi's account of
//! fuel themselves (`metering`). A kernel is given it by `Foundry::external`.
//!
//! It promises what every engine does: nobody can tell by a trace which one it was. What it cannot
//! promise that for it does not take, and says why ([`Compiler::refusal`]).
//!
//! Nothing here is unsafe but two lines, each in a file of its own that says why it holds: compiled
//! code comes back from the disk (`cache`), and a suspended instance shows its memory (`view`).
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod view;
mod cache;
mod wire;
mod desk;
mod instance;
mod compiler;

pub use compiler::Compiler;
pub use compiler::External;
