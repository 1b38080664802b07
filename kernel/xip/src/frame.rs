//! The frames of a body being read: blocks, loops and the arms of `if`.

use alloc::vec::Vec;

/// A value on the stack as the translator sees it: its bits, if they are known.
pub(crate) type Operand = Option<u64>;

/// Which arms of an `if` there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arms {
    Both,
    /// The condition is a constant other than zero.
    OnlyThen,
    /// It is zero.
    OnlyElse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Block,
    Loop {
        code: usize,
        entry: usize,
    },
    /// The entries of an `if`: where to go if not, and what either arm costs.
    If {
        arms: Arms,
        entry: usize,
    },
    Else {
        arms: Arms,
        is_then_end_reachable: bool,
    },
    /// A frame in unreachable code.
    Dead,
    /// An arm of a frame in unreachable code.
    DeadElse,
}

/// A branch whose target lies ahead.
pub(crate) struct Ahead {
    pub(crate) entry: usize,
    /// Where its distance is measured from.
    pub(crate) from: usize,
    pub(crate) dropped: usize,
}

pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) parameters: usize,
    pub(crate) results: usize,
    /// Values on the stack below its parameters.
    pub(crate) height: usize,
    pub(crate) is_branched_to: bool,
    /// The entry that what it contains is charged at.
    pub(crate) charge: usize,
    pub(crate) ahead: Vec<Ahead>,
    /// The operands that the other arm of an `if` starts with.
    pub(crate) parameters_of_else: Vec<Operand>,
}
