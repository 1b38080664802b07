//! What a simulator and the firmware of a board say to each other over a serial line.
//!
//! The host turns the handle of the board's kernel: it says what time it is and what has happened,
//! and is told everything that came of it. Time is an argument of the kernel, on a board as in the
//! simulator; so the same scenario gives the same trace on both, to the byte, however fast the
//! board or the line between them is. The board's own devices are worked meanwhile.
//!
//! | module | noun |
//! |---|---|
//! | [`frame`] | one message on the line: COBS between zero bytes, with a checksum |
//! | [`message`] | what is asked and what is told |
//! | [`image`] | what a board boots: the first population and its bytes |
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

pub mod frame;
pub mod message;
pub mod image;
