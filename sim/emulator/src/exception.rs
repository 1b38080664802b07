//! Why an instruction does not complete, in the numbers of `mcause` (Privileged Architecture,
//! table of machine cause values).

use std::fmt;

/// A synchronous cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exception {
    /// A jump to an odd address; cannot happen with compressed instructions.
    InstructionMisaligned = 0,
    /// Nothing can be fetched there.
    InstructionAccess = 1,
    /// No such instruction or register, or not at this privilege.
    IllegalInstruction = 2,
    /// `ebreak`.
    Breakpoint = 3,
    /// A load or `lr` from an address that is no multiple of its size.
    LoadMisaligned = 4,
    /// A load from where nothing can be read.
    LoadAccess = 5,
    /// A store or atomic operation at an address that is no multiple of its size.
    StoreMisaligned = 6,
    /// A store or atomic operation where nothing can be written.
    StoreAccess = 7,
    /// `ecall` in user mode.
    CallFromUser = 8,
    /// `ecall` in machine mode.
    CallFromMachine = 11,
}

impl Exception {
    /// The number that `mcause` shows.
    pub fn number(self) -> u32 {
        self as u32
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Exception::InstructionMisaligned => "misaligned instruction address",
            Exception::InstructionAccess => "instruction access fault",
            Exception::IllegalInstruction => "illegal instruction",
            Exception::Breakpoint => "breakpoint",
            Exception::LoadMisaligned => "misaligned load",
            Exception::LoadAccess => "load access fault",
            Exception::StoreMisaligned => "misaligned store",
            Exception::StoreAccess => "store access fault",
            Exception::CallFromUser => "call from user mode",
            Exception::CallFromMachine => "call from machine mode",
        })
    }
}

/// An exception and what `mtval` says about it: an address, or the bits of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The cause.
    pub exception: Exception,
    /// The value of `mtval`.
    pub value: u32,
}

impl Trap {
    pub(crate) fn new(exception: Exception, value: u32) -> Trap {
        Trap { exception, value }
    }
}

/// The two privileges that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privilege {
    /// Applications.
    User = 0,
    /// Everything else.
    Machine = 3,
}

/// What an access does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A load.
    Read,
    /// A store.
    Write,
    /// An instruction is fetched.
    Execute,
}

/// How many bytes an access moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// One.
    Byte = 1,
    /// Two.
    Half = 2,
    /// Four.
    Word = 4,
}

impl Width {
    /// In bytes.
    pub fn bytes(self) -> u32 {
        self as u32
    }
}
