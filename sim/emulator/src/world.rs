//! What instructions work on, and the long way out of the executing loop to it.

use crate::atomic::operate;
use crate::bus::Alignment;
use crate::bus::load;
use crate::bus::store;
use crate::exception::Trap;
use crate::exception::Width;
use crate::instruction::Instruction;
use crate::machine::Bus;
use crate::machine::Lines;
use crate::machine::Machine;
use crate::memory::Memory;
use crate::recent::Recent;
use crate::register::Registers;

/// What instructions work on.
pub(crate) struct World<'a> {
    pub(crate) registers: &'a mut Registers,
    pub(crate) reservation: &'a mut Option<u32>,
    pub(crate) memory: &'a mut Memory,
    pub(crate) lines: &'a mut Lines,
    pub(crate) machine: &'a mut dyn Machine,
    pub(crate) recent: &'a mut Recent,
    pub(crate) alignment: Alignment,
    /// The tick at which the budget is used up.
    pub(crate) deadline: u64,
}

impl World<'_> {
    pub(crate) fn load(&mut self, left: u64, address: u32, width: Width) -> Result<u32, Trap> {
        let now = self.deadline - left;
        let mut bus = Bus { now, memory: self.memory, lines: self.lines };
        load(self.machine, &mut bus, self.alignment, address, width)
    }

    pub(crate) fn store(
        &mut self,
        left: u64,
        address: u32,
        width: Width,
        value: u32,
    ) -> Result<(), Trap> {
        let now = self.deadline - left;
        let mut bus = Bus { now, memory: self.memory, lines: self.lines };
        store(self.machine, &mut bus, self.alignment, address, width, value)
    }

    pub(crate) fn atomic(&mut self, left: u64, instruction: Instruction) -> Result<u32, Trap> {
        let now = self.deadline - left;
        let first = self.registers.words[usize::from(instruction.first)];
        let second = self.registers.words[usize::from(instruction.second)];
        let mut bus = Bus { now, memory: self.memory, lines: self.lines };
        operate(self.machine, &mut bus, self.reservation, instruction, first, second)
    }

    pub(crate) fn wants_attention(&self) -> bool {
        self.lines.is_changed() || self.memory.has_stale_code()
    }
}
