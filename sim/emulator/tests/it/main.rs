//! The laws of the emulator: an own test for each instruction and each cause of a trap, and random
//! programs beside an evaluator that decodes every instruction anew.

mod assembler;
mod bench;
mod reference;
mod integer;
mod multiply;
mod jump;
mod memory;
mod atomic;
mod compressed;
mod privileged;
mod protection;
mod interrupt;
mod code;
mod random;
mod elf;
mod hostile;
mod report;
