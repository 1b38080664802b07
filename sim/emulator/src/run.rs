//! What the functions of operations work on, and why they end.

use crate::instruction::Kind;
use crate::instruction::Operation;
use crate::jump::JUMPS;
use crate::jump::Jump;
use crate::memory::Memory;
use crate::recent::Recent;
use crate::register::Registers;
use crate::stream::Link;
use crate::stream::Origin;

/// Why a run ended.
#[derive(Clone, Copy)]
pub(crate) enum Pause {
    /// The block at this place does not fit into the budget.
    Budget(u32),
    /// It is not known which block follows the end at this place.
    Behind(u32),
    /// It is not known which block follows on this way out of one.
    Taken(u32),
    /// It is not known which block begins there.
    Jump(u32),
    /// The operation at this place, which is of this kind, can only be done slowly.
    Slow(u32, Kind),
    /// The code ended before its block did, which is our own bug.
    Astray,
}

/// Decoded code.
#[derive(Clone, Copy)]
pub(crate) struct Code<'a> {
    pub(crate) operations: &'a [Operation],
    pub(crate) origins: &'a [Origin],
    pub(crate) links: &'a [Link],
    pub(crate) jumps: &'a [Jump; JUMPS],
    pub(crate) user_bit: u32,
}

impl Code<'_> {
    /// The place of the first of these operations, which go on to the end of all.
    #[inline(always)]
    pub(crate) fn place(&self, operations: &[Operation]) -> u32 {
        (self.operations.len() - operations.len()) as u32
    }
}

/// What operations work on.
pub(crate) struct Core {
    pub(crate) registers: Registers,
    pub(crate) memory: Memory,
    pub(crate) recent: Recent,
    /// Why the last run ended.
    pub(crate) pause: Pause,
}

impl Core {
    /// Registers are 0.
    pub(crate) fn new(memory: Memory) -> Core {
        let (registers, recent) = (Registers::default(), Recent::new());
        Core { registers, memory, recent, pause: Pause::Astray }
    }

    /// Ends a run with so much left of its budget.
    #[inline(always)]
    pub(crate) fn stop(&mut self, pause: Pause, left: u64) -> u64 {
        self.pause = pause;
        left
    }
}
