//! Why a module can never go on.

use core::fmt;

/// What a module did wrong, as the core specification of WebAssembly names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// It executed `unreachable`.
    Unreachable,
    /// It touched bytes outside its memory.
    MemoryOutOfBounds,
    /// It touched elements outside a table.
    TableOutOfBounds,
    /// It called an empty element of a table.
    IndirectCallToNull,
    /// It called an element of a table that has another type.
    BadSignature,
    /// It divided by zero.
    IntegerDivisionByZero,
    /// A quotient or a converted float does not fit.
    IntegerOverflow,
    /// It converted a NaN to an integer.
    BadConversion,
    /// Its calls are nested too deeply, or their values are too many.
    StackOverflow,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trap::Unreachable => "it executed `unreachable`",
            Trap::MemoryOutOfBounds => "it reached outside its memory",
            Trap::TableOutOfBounds => "it reached outside a table",
            Trap::IndirectCallToNull => "it called an empty element of a table",
            Trap::BadSignature => "it called an element of a table that has another type",
            Trap::IntegerDivisionByZero => "it divided by zero",
            Trap::IntegerOverflow => "an integer does not fit",
            Trap::BadConversion => "it converted a NaN to an integer",
            Trap::StackOverflow => "its stack is full",
        })
    }
}

impl core::error::Error for Trap {}
