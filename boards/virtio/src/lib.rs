//! Devices of virtual machines, as the OASIS Committee Specification "Virtual I/O Device (VIRTIO)
//! Version 1.2" has them; chapters below are its own. Devices from before version 1.0 are none.
//!
//! Memory is where its address says, as on all our boards. What a device does wrong is an error of
//! the device, never a panic.
//!
//! | module | noun |
//! |---|---|
//! | [`register`] | a window to a device's registers |
//! | [`memory`] | memory that a device reaches too |
//! | [`transport`] | how a device is found, woken and asked what it is |
//! | [`mmio`] | one whose registers are at a known place |
//! | [`pci`] | one that is plugged in |
//! | [`queue`] | what is asked and what has been answered |
//! | [`block`] | a disk |
//! | [`entropy`] | unpredictable bytes |
//! | [`input`] | a keyboard, a mouse, a tablet |
//! | [`console`] | a serial line without a baud rate |
//! | [`gpu`] | a screen |
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

pub mod register;
pub mod memory;
pub mod transport;
pub mod mmio;
pub mod pci;
pub mod queue;
pub mod block;
pub mod entropy;
pub mod input;
pub mod console;
pub mod gpu;
