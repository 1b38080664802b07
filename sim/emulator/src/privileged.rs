//! Instructions that look at or change privileged state (Unprivileged ISA, chapters Zicsr and
//! Zifencei; Privileged Architecture, chapter Machine-Level ISA).

use crate::cpu::Cpu;
use crate::csr::number::MCOUNTINHIBIT;
use crate::exception::Exception;
use crate::exception::Privilege;
use crate::exception::Trap;
use crate::machine::Bus;
use crate::machine::Machine;
use crate::protection::ENTRIES;

const CALL: u32 = 0x0000_0073;
const BREAK: u32 = 0x0010_0073;
const RETURN: u32 = 0x3020_0073;
const WAIT: u32 = 0x1050_0073;
const FENCE_INSTRUCTIONS: u32 = 0x100f;

const CYCLES: u16 = 0;
const TIME: u16 = 1;
const INSTRUCTIONS: u16 = 2;
const PMPCFG: u16 = 0x3a0;
const PMPADDR: u16 = 0x3b0;
const MCYCLE: u16 = 0xb00;
const MCYCLEH: u16 = 0xb80;
const CYCLE: u16 = 0xc00;
const CYCLEH: u16 = 0xc80;
/// Counters in a bank: 0 cycles, 1 time, 2 instructions, 3 to 31 count nothing.
const COUNTERS: u16 = 32;

impl Cpu {
    /// Executes the instruction at the program counter. Gives where it goes on.
    pub(crate) fn system(
        &mut self,
        machine: &mut dyn Machine,
        word: u32,
        behind: u32,
    ) -> Result<u32, Trap> {
        let illegal = Trap::new(Exception::IllegalInstruction, word);
        let privilege = self.csr.privilege;
        match word {
            CALL if privilege == Privilege::User => Err(Trap::new(Exception::CallFromUser, 0)),
            CALL => Err(Trap::new(Exception::CallFromMachine, 0)),
            BREAK => Err(Trap::new(Exception::Breakpoint, self.pc)),
            RETURN if privilege == Privilege::Machine => {
                self.exceptions = 0;
                Ok(self.csr.leave())
            }
            WAIT if !self.csr.is_waiting_trapped() => {
                self.is_waiting = true;
                Ok(behind)
            }
            // Stores to decoded code are noticed when they happen.
            _ if word & 0x707f == FENCE_INSTRUCTIONS => Ok(behind),
            _ if word & 0x7f == 0x73 && word >> 12 & 3 != 0 => {
                self.exchange(machine, word).ok_or(illegal)?;
                Ok(behind)
            }
            _ => Err(illegal),
        }
    }

    /// Reads and writes a control and status register.
    fn exchange(&mut self, machine: &mut dyn Machine, word: u32) -> Option<()> {
        let number = (word >> 20) as u16;
        let source = word >> 15 & 31;
        let destination = (word >> 7 & 31) as usize;
        let is_constant = word >> 14 & 1 == 1;
        let operand = if is_constant { source } else { self.core.registers.get(source as usize) };
        let operation = word >> 12 & 3;
        let is_swap = operation == 1;
        let is_written = is_swap || source != 0;
        let is_open = u32::from(number) >> 8 & 3 <= self.csr.privilege as u32;
        let is_read_only = number >> 10 == 3;
        if !is_open || is_written && is_read_only {
            return None;
        }
        let old = if is_swap && destination == 0 { 0 } else { self.read_csr(machine, number)? };
        if is_written {
            let new = match operation {
                1 => operand,
                2 => old | operand,
                _ => old & !operand,
            };
            self.write_csr(machine, number, new)?;
        }
        self.core.registers.set(destination, old);
        Some(())
    }

    /// What a register shows; `None` where there is none, or not at this privilege.
    pub fn read_csr(&mut self, machine: &mut dyn Machine, number: u16) -> Option<u32> {
        let mut bus =
            Bus { now: self.clock, memory: &mut self.core.memory, lines: &mut self.lines };
        if let Some(value) = machine.read_register(number, &mut bus) {
            return Some(value);
        }
        let count = |base: u16| number.checked_sub(base).filter(|counter| *counter < COUNTERS);
        if let Some(counter) = count(MCYCLE).filter(|counter| *counter != TIME) {
            return Some(self.counter(counter) as u32);
        }
        if let Some(counter) = count(MCYCLEH).filter(|counter| *counter != TIME) {
            return Some((self.counter(counter) >> 32) as u32);
        }
        for (base, shift) in [(CYCLE, 0), (CYCLEH, 32)] {
            if let Some(counter) = count(base) {
                let is_open = self.csr.is_counter_open(counter);
                let value = match counter {
                    TIME => machine.time(self.clock)?,
                    _ => self.counter(counter),
                };
                return is_open.then_some((value >> shift) as u32);
            }
        }
        if let Some(entry) = protection_entry(number) {
            return Some(self.core.memory.protection().address(entry));
        }
        if (PMPCFG..PMPCFG + 4).contains(&number) {
            return Some(self.core.memory.protection().configuration(usize::from(number - PMPCFG)));
        }
        self.csr.read(number, self.lines.pending())
    }

    fn counter(&self, counter: u16) -> u64 {
        match counter {
            CYCLES => self.cycles.value(self.clock),
            INSTRUCTIONS => self.instructions.value(self.retired),
            _ => 0,
        }
    }

    /// Writes a register, as an instruction does; `None` where there is none.
    pub fn write_csr(&mut self, machine: &mut dyn Machine, number: u16, value: u32) -> Option<()> {
        let mut bus =
            Bus { now: self.clock, memory: &mut self.core.memory, lines: &mut self.lines };
        if machine.write_register(number, value, &mut bus).is_some() {
            return Some(());
        }
        let count = |base: u16| number.checked_sub(base).filter(|counter| *counter < COUNTERS);
        if let Some(counter) = count(MCYCLE).filter(|counter| *counter != TIME) {
            self.set_counter(counter, |old| old & !0xffff_ffff | u64::from(value));
            return Some(());
        }
        if let Some(counter) = count(MCYCLEH).filter(|counter| *counter != TIME) {
            self.set_counter(counter, |old| old & 0xffff_ffff | u64::from(value) << 32);
            return Some(());
        }
        if let Some(entry) = protection_entry(number) {
            self.protect(|protection| protection.set_address(entry, value));
            return Some(());
        }
        if (PMPCFG..PMPCFG + 4).contains(&number) {
            let register = usize::from(number - PMPCFG);
            self.protect(|protection| protection.configure(register, value));
            return Some(());
        }
        self.csr.write(number, value)?;
        if number == MCOUNTINHIBIT {
            self.cycles.set_stopped(self.clock + 1, self.csr.is_inhibited(CYCLES));
            self.instructions.set_stopped(self.retired + 1, self.csr.is_inhibited(INSTRUCTIONS));
        }
        Some(())
    }

    /// A write counts from behind the instruction that writes.
    fn set_counter(&mut self, counter: u16, change: impl FnOnce(u64) -> u64) {
        let old = self.counter(counter);
        match counter {
            CYCLES => self.cycles.set(self.clock + 1, change(old)),
            INSTRUCTIONS => self.instructions.set(self.retired + 1, change(old)),
            _ => (),
        }
    }

    fn protect(&mut self, change: impl FnOnce(&mut crate::protection::Protection) -> bool) {
        if self.core.memory.protect(change) {
            // What may be executed has changed.
            self.cache.clear();
        }
    }
}

fn protection_entry(number: u16) -> Option<usize> {
    number.checked_sub(PMPADDR).map(usize::from).filter(|entry| *entry < ENTRIES)
}
