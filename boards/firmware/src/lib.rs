//! What the firmware of every board has in common: it reads the image, boots its population and
//! turns the handle, by its own clock or for a host.
//!
//! A board implements [`hardware::Hardware`], which is the kernel's own `Board` with a clock and a
//! way to wait, and calls [`run::run`]. It decides nothing.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

pub mod hardware;
pub mod driven;
pub mod session;
pub mod run;
