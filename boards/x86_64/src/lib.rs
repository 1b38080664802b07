//! The firmware of x86-64 computers, from where firmware or QEMU leave off.
//!
//! | module | noun |
//! |---|---|
//! | [`cpu`] | instructions that Rust has no words for |
//! | [`serial`] | the first serial line of a PC |
//! | [`apic`] | interrupts: who is interrupted, by whom, and when |
//! | [`ending`] | a code for QEMU, and last words |
//! | [`clock`] | time since power-on |
//! | [`ps2`] | keyboard and mouse as PCs have had them since 1987 |
//! | [`interrupt`] | what an interrupt does, and an exception |
//! | [`pci`] | what is plugged in |
//! | [`bochs`] | the display adapter of QEMU |
//! | [`efi`] | what firmware offers before it is told to go |
//! | `memory` | what allocations take from |
//! | [`machine`] | what of a PC is soldered in |
//! | [`start`] | from what was found to the end |
#![no_std]

extern crate alloc;

pub mod cpu;
pub mod serial;
pub mod ending;
pub mod apic;
pub mod clock;
pub mod ps2;
pub mod interrupt;
pub mod pci;
pub mod bochs;
pub mod efi;
mod memory;
pub mod machine;
pub mod start;
