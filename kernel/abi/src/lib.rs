//! The words that kernel and actors share, and nothing else.
//!
//! Everything here has one fixed layout: little-endian words at fixed offsets,
//! encoded and decoded by hand so that no compiler decides about it. The crate
//! depends on `core` alone and knows no behaviour.
//!
//! ```
//! use abi::handle::Handle;
//! use abi::rights::Rights;
//!
//! let first = Handle::new(0, 3);
//! assert_eq!(first.word(), 3, "a fresh slot's handle is its number");
//! assert!(Rights::READ.is_within(Rights::READ | Rights::WRITE));
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod word;
pub mod rights;
pub mod handle;
pub mod refusal;
pub mod object;
pub mod message;
pub mod input;
pub mod graphics;
pub mod process;
pub mod held;
pub mod spawn;
pub mod exit;
pub mod file;
pub mod bus;
pub mod flash;
