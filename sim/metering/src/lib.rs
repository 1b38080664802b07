//! Rewrites a module so that any engine counts what wasmi 2.0.0 counts.
//!
//! Logical time is wasmi's fuel (`docs/why/0002-logical-time.md`). [`meter`] makes a module keep that
//! account itself: in a global, with imported functions for what only the host knows
//! ([`interface`]). The module that comes out calls the host at the same fuel, runs out of it at the
//! same places, traps with the same fuel left, and is refused the same calls when its stack is
//! full. What wasmi charges where is not decided here: `xip::tariffs` knows.
//!
//! A module that cannot be treated so is refused with a [`Untreatable`]: it belongs on wasmi.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod untreatable;
mod limits;
pub mod interface;
mod renumber;
mod shape;
mod stack;
mod helper;
mod host_call;
mod body;
mod pass;

pub use limits::Limits;
pub use pass::Metered;
pub use pass::meter;
pub use untreatable::Untreatable;
