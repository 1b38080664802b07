//! Pairs of instructions that are executed as one. Both keep their places, so that counting and
//! traps know nothing of it.

use crate::instruction::Instruction;

/// Marks the first of each pair that the executing loop knows.
pub(crate) fn fuse(_block: &mut [Instruction]) {}
