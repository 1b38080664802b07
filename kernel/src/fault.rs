//! How an actor's life ends.

use abi::exit::ExitKind;
use core::fmt;

/// Something an actor did that it cannot go on from. All of them are abnormal exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Fault {
    /// `unreachable` was executed; a panic in Rust ends so.
    Unreachable,
    /// A load or store outside linear memory.
    MemoryOutOfBounds,
    /// An access outside a table.
    TableOutOfBounds,
    /// A call through an empty table element.
    IndirectCallToNull,
    /// A division by zero.
    IntegerDivisionByZero,
    /// A division or conversion that does not fit.
    IntegerOverflow,
    /// A conversion from a float that is no integer.
    BadConversion,
    /// Calls nested deeper than [`crate::limits::RECURSION_MAX`].
    StackOverflow,
    /// An indirect call with another signature than the callee's.
    BadSignature,
    /// A limit on memory or tables was run into where wasm knows no refusal.
    Limit,
}

impl Fault {
    /// What the fault says to a reader.
    pub const fn text(self) -> &'static str {
        match self {
            Fault::Unreachable => "unreachable executed",
            Fault::MemoryOutOfBounds => "memory access out of bounds",
            Fault::TableOutOfBounds => "table access out of bounds",
            Fault::IndirectCallToNull => "indirect call to null",
            Fault::IntegerDivisionByZero => "integer division by zero",
            Fault::IntegerOverflow => "integer overflow",
            Fault::BadConversion => "bad conversion to integer",
            Fault::StackOverflow => "stack overflow",
            Fault::BadSignature => "indirect call with the wrong signature",
            Fault::Limit => "limit exceeded",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Why an actor is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ExitReason {
    /// It returned, or its handler answered 0: a normal exit.
    Returned,
    /// It called `sys_exit`; 0 is a normal exit.
    Exited(i32),
    /// It faulted.
    Faulted(Fault),
    /// Its supervisor, or an actor that holds it as its child, ended it.
    Killed,
    /// An actor that it was linked to ended abnormally.
    Linked,
    /// Power went.
    PowerOff,
}

impl ExitReason {
    /// Whether a supervisor would call this exit normal.
    pub const fn is_normal(self) -> bool {
        matches!(self, ExitReason::Returned | ExitReason::Exited(0))
    }

    /// The kind of end that others are told of.
    pub const fn kind(self) -> ExitKind {
        self.told().0
    }

    /// As others are told: the kind, and the code it exited with.
    pub const fn told(self) -> (ExitKind, i32) {
        match self {
            ExitReason::Returned | ExitReason::Exited(0) => (ExitKind::Normal, 0),
            ExitReason::Exited(code) => (ExitKind::Abnormal, code),
            ExitReason::Faulted(_) => (ExitKind::Abnormal, -1),
            ExitReason::Killed | ExitReason::PowerOff => (ExitKind::Killed, 0),
            ExitReason::Linked => (ExitKind::Linked, 0),
        }
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExitReason::Returned => f.write_str("returned"),
            ExitReason::Exited(code) => write!(f, "exit {code}"),
            ExitReason::Faulted(fault) => write!(f, "fault: {fault}"),
            ExitReason::Killed => f.write_str("killed"),
            ExitReason::Linked => f.write_str("linked to one that failed"),
            ExitReason::PowerOff => f.write_str("power off"),
        }
    }
}
