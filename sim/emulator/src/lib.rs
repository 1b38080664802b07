//! An RV32IMAC machine: boots any firmware ELF, counts every instruction, and takes interrupts at
//! exactly the instruction at which they are due.
//!
//! A [`cpu::Cpu`] owns registers, memory and decoded code. What stands around it is a
//! [`machine::Machine`]: it answers loads and stores of devices, raises lines, and says when it
//! wants to be called next. [`virt::Virt`] and [`esp32c6::Esp32c6`] are such machines.
//!
//! # Map
//!
//! The modules stand in the order of their floors: each may name only those above it here.
#![forbid(unsafe_code)]

pub mod register;
pub mod exception;
mod instruction;
mod compressed;
mod decode;
pub mod protection;
mod near;
mod view;
pub mod memory;
pub mod machine;
pub mod bus;
pub mod csr;
mod counter;
mod fuse;
mod stream;
mod jump;
mod fetch;
mod cache;
mod arithmetic;
mod atomic;
mod recent;
mod world;
mod run;
mod handler;
mod execute;
pub mod symbol;
pub mod report;
pub mod cpu;
mod privileged;
pub mod elf_file;
pub mod elf;
pub mod virt;
pub mod esp32c6;
