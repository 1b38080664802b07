//! What stands around registers and memory, and the long way to it.

use crate::atomic::operate;
use crate::bus::Alignment;
use crate::bus::load;
use crate::bus::store;
use crate::exception::Trap;
use crate::exception::Width;
use crate::machine::Bus;
use crate::machine::Lines;
use crate::machine::Machine;
use crate::memory::Memory;

/// What instructions reach beyond registers and memory.
pub(crate) struct World<'a> {
    pub(crate) reservation: &'a mut Option<u32>,
    pub(crate) lines: &'a mut Lines,
    pub(crate) machine: &'a mut dyn Machine,
    pub(crate) alignment: Alignment,
    /// The tick at which the budget is used up.
    pub(crate) deadline: u64,
}

impl World<'_> {
    pub(crate) fn load(
        &mut self,
        memory: &mut Memory,
        left: u64,
        address: u32,
        width: Width,
    ) -> Result<u32, Trap> {
        let now = self.deadline - left;
        let mut bus = Bus { now, memory, lines: self.lines };
        load(self.machine, &mut bus, self.alignment, address, width)
    }

    pub(crate) fn store(
        &mut self,
        memory: &mut Memory,
        left: u64,
        address: u32,
        width: Width,
        value: u32,
    ) -> Result<(), Trap> {
        let now = self.deadline - left;
        let mut bus = Bus { now, memory, lines: self.lines };
        store(self.machine, &mut bus, self.alignment, address, width, value)
    }

    /// The instruction's bits, and what its two registers hold.
    pub(crate) fn atomic(
        &mut self,
        memory: &mut Memory,
        left: u64,
        word: u32,
        [first, second]: [u32; 2],
    ) -> Result<u32, Trap> {
        let now = self.deadline - left;
        let mut bus = Bus { now, memory, lines: self.lines };
        operate(self.machine, &mut bus, self.reservation, word, first, second)
    }

    pub(crate) fn wants_attention(&self, memory: &Memory) -> bool {
        self.lines.is_changed() || memory.has_stale_code()
    }
}
