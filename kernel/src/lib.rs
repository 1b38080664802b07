//! A microkernel whose user space is WebAssembly actors.
//!
//! The crate is a pure state machine: time, events and devices are arguments. A caller, which is a
//! board's firmware or the simulator, turns the handle with [`Kernel::poll`]; each turn takes in
//! what happened, runs at most one slice of one actor, and says when to turn again. The same calls
//! give the same trace, byte for byte, on every host.
//!
//! Actors own nothing but capabilities and speak only by messages. The kernel knows no file
//! system, no window and no actor by name, and it cannot tell a simulator from a board.
//!
//! ```
//! use kernel::{Kernel, Next, bare::Bare, time::Instant, trace::Capacity};
//! use kernel::manifest::{EngineKind, Manifest};
//! let mut board = Bare::default();
//! let trace = Capacity::one_poll(0);
//! let manifest = Manifest {
//!     identity: "bare".into(),
//!     places: 0,
//!     supervisors: vec![],
//!     actors: vec![],
//!     regions: vec![],
//!     arena: 0,
//!     trace,
//!     engine: EngineKind::Wasmi,
//! };
//! let mut kernel = Kernel::boot(&manifest, &mut board).expect("an empty manifest is fine");
//! assert_eq!(kernel.poll(Instant::ZERO, &mut board), Next::Halted);
//! ```
//!
//! # Map
//!
//! The modules stand in the order of their floors: each may name only those above it here.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod limits;
mod headroom;
pub mod time;
pub mod id;
pub mod fault;
pub mod event;
pub mod device;
pub mod bare;
pub mod queue;
pub mod flash;
pub mod call;
pub mod native;
pub mod service;
pub mod capability;
pub mod cspace;
pub mod trace;
pub mod manifest;
mod region;
pub mod mailbox;
pub mod timer;
pub mod schedule;
pub mod lock;
pub mod namespace;
pub mod supervisor;
pub mod engine;
pub mod module;
pub mod personality;
mod actor;
mod console;
mod input;
mod role;
mod state;
mod account;
mod lend;
mod answer;
mod locking;
mod storing;
mod sharing;
mod renewal;
mod death;
mod birth;
mod hear;
pub mod authority;
mod receive;
mod job;
mod invoke;
mod body;
mod crew;
mod foundry;
mod boot;
mod workshop;
mod slice;
mod kernel;

pub use account::Account;
pub use boot::BootError;
pub use boot::BootReason;
pub use foundry::Foundry;
pub use kernel::Kernel;
pub use kernel::Next;
