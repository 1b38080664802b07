//! One program on both machines.

use std::collections::BTreeMap;
use std::fmt;

use emulator::cpu::Cpu;
use emulator::cpu::Stop;
use emulator::exception::Privilege;
use emulator::virt::RAM;
use emulator::virt::Virt;

use crate::access::accessed;
use crate::assembler::MRET;
use crate::program::BODY;
use crate::program::Program;
use crate::program::WINDOW;
use crate::qemu::Qemu;
use crate::record::MCAUSE;
use crate::record::MEPC;
use crate::record::MIE;
use crate::record::MIP;
use crate::record::MSTATUS;
use crate::record::MTVAL;
use crate::record::MTVEC;
use crate::record::Record;
use crate::record::STATUS;

const MPRV: u32 = 1 << 17;
const FETCH: u32 = 1;
const BREAKPOINT: u32 = 3;
const LOAD_MISALIGNED: u32 = 4;
const LOAD_ACCESS: u32 = 5;
const STORE_MISALIGNED: u32 = 6;
const STORE_ACCESS: u32 = 7;
const SOFTWARE: u32 = 1 << 31 | 3;

/// What has been compared.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) programs: u64,
    pub(crate) instructions: u64,
    pub(crate) user: u64,
    /// By `mcause`.
    pub(crate) traps: BTreeMap<u32, u64>,
    /// Where QEMU chooses otherwise than the emulator, and may.
    pub(crate) choices: BTreeMap<&'static str, u64>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} programs", self.programs)?;
        writeln!(f, "{} instructions, {} in user mode", self.instructions, self.user)?;
        for (cause, count) in &self.traps {
            writeln!(f, "{count} traps with mcause {cause:#x}")?;
        }
        for (choice, count) in &self.choices {
            writeln!(f, "{count} times {choice}")?;
        }
        Ok(())
    }
}

/// Both machines, the emulator's always one step ahead of what is asked.
struct Pair {
    cpu: Cpu,
    machine: Virt,
    qemu: Qemu,
    last: Option<Record>,
}

/// Runs a program to its end. An error tells where the machines part.
pub(crate) fn compare(program: &Program, tally: &mut Tally) -> Result<(), String> {
    let (cpu, machine) = program.boot();
    let mut pair = Pair { cpu, machine, qemu: Qemu::start(&program.bytes), last: None };
    pair.begin()?;
    while pair.step(tally)? {}
    let Pair { cpu, qemu, .. } = pair;
    let theirs = qemu.finish();
    let ours = cpu.memory().bytes(RAM, WINDOW).expect("RAM is there");
    if let Some(place) = (0..ours.len()).find(|place| ours[*place] != theirs[*place]) {
        let (address, our, their) = (RAM + place as u32, ours[place], theirs[place]);
        return Err(format!("memory at {address:#010x} is {our:#04x}, QEMU's {their:#04x}"));
    }
    tally.programs += 1;
    Ok(())
}

impl Pair {
    /// Both to the first piece: before, registers are as the machines like them.
    fn begin(&mut self) -> Result<(), String> {
        while self.cpu.pc() != BODY {
            let until = self.cpu.clock() + 1;
            self.cpu.run(&mut self.machine, until);
        }
        loop {
            let record = self.qemu.next().ok_or("QEMU has ended before the first piece")?;
            if record.pc == BODY {
                self.last = Some(record);
                return Ok(());
            }
        }
    }

    /// Compares, executes an instruction on the emulator, and reads on. Says whether there is
    /// more.
    fn step(&mut self, tally: &mut Tally) -> Result<bool, String> {
        let ours = Record::of(&mut self.cpu, &mut self.machine);
        let is_user = self.cpu.privilege() == Privilege::User;
        if self.cpu.memory().bytes(ours.pc, 2).is_none() && !is_due(&ours, is_user) {
            // QEMU writes nothing down of an instruction that cannot be fetched.
            let until = self.cpu.clock() + 1;
            self.cpu.run(&mut self.machine, until);
            *tally.traps.entry(FETCH).or_default() += 1;
            return Ok(true);
        }
        self.meet(&ours, is_user, tally)?;
        let retired = self.cpu.retired();
        let until = self.cpu.clock() + 1;
        let stop = self.cpu.run(&mut self.machine, until);
        tally.instructions += 1;
        tally.user += u64::from(is_user);
        if let Stop::Exit(_) = stop {
            return Ok(false);
        }
        if stop != Stop::Limit {
            return Err(format!("the emulator stops with {stop:?}"));
        }
        let after = Record::of(&mut self.cpu, &mut self.machine);
        let has_trapped = retired == self.cpu.retired();
        if has_trapped {
            *tally.traps.entry(after.status[MCAUSE]).or_default() += 1;
        }
        let mut next = self.qemu.next();
        // Sometimes QEMU has to begin an instruction twice.
        while after != ours && next.is_some() && next == self.last {
            next = self.qemu.next();
        }
        self.last = next;
        Ok(true)
    }

    /// Brings the emulator to where QEMU's record is, if it may be there.
    fn meet(&mut self, ours: &Record, is_user: bool, tally: &mut Tally) -> Result<(), String> {
        let is_due = is_due(ours, is_user);
        if is_due && self.last.as_ref() == Some(ours) {
            // QEMU begins an instruction, and then sees that it is to be interrupted.
            self.last = self.qemu.next();
        }
        let theirs = self.last.clone().ok_or("QEMU has ended before the emulator")?;
        if *ours == theirs {
            return Ok(());
        }
        let mut agreed = ours.clone();
        if is_due {
            // QEMU writes down the state behind the entry; the emulator enters when it goes on.
            enter(&mut agreed, is_user);
            *tally.traps.entry(SOFTWARE).or_default() += 1;
        }
        if let Some((choice, register)) = self.choice(&agreed, &theirs) {
            // The emulator may still stand before the entry that QEMU's record is behind.
            let value = ours.status[register] ^ agreed.status[register] ^ theirs.status[register];
            agreed.status[register] = theirs.status[register];
            self.cpu.write_csr(&mut self.machine, STATUS[register].1, value);
            *tally.choices.entry(choice).or_default() += 1;
        }
        if agreed == theirs {
            return Ok(());
        }
        let word = self.cpu.memory().word(ours.pc).unwrap_or(0);
        let last = self.cpu.last().unwrap_or(0);
        let before = self.cpu.memory().word(last).unwrap_or(0);
        Err(format!(
            "after {} instructions, {before:08x} at {last:08x}, before {word:08x}\nthe emulator: \
             {agreed}\nQEMU:         {theirs}",
            tally.instructions
        ))
    }

    /// Where QEMU does what it may, or should not, in one register of the trap that was just
    /// taken: which, in words and by its place. Each is explained in `docs/emulator.md`.
    fn choice(&self, ours: &Record, theirs: &Record) -> Option<(&'static str, usize)> {
        let is_kept = theirs.status[MSTATUS] == ours.status[MSTATUS] | MPRV;
        if self.cpu.last().and_then(|last| self.cpu.memory().word(last)) == Some(MRET) && is_kept {
            return Some(("mret to user mode keeps mstatus.MPRV", MSTATUS));
        }
        let status = |register: usize| (ours.status[register], theirs.status[register]);
        let word = self.cpu.memory().word(ours.status[MEPC])?;
        let is_atomic = word & 0x7f == 0x2f;
        match (status(MCAUSE), status(MTVAL)) {
            ((BREAKPOINT, BREAKPOINT), (our, 0)) if our == ours.status[MEPC] => {
                Some(("mtval is 0 after ebreak", MTVAL))
            }
            ((STORE_MISALIGNED, LOAD_MISALIGNED) | (STORE_ACCESS, LOAD_ACCESS), _) if is_atomic => {
                Some(("an atomic operation traps as a load", MCAUSE))
            }
            ((LOAD_ACCESS, LOAD_ACCESS) | (STORE_ACCESS, STORE_ACCESS), (_, their)) => {
                let (address, bytes) = accessed(word, &ours.x)?;
                let from = their.wrapping_sub(address & !3);
                let is_part = from < (address & 3) + bytes && !address.is_multiple_of(bytes);
                is_part.then_some(("mtval is another part of a misaligned access", MTVAL))
            }
            _ => None,
        }
    }
}

/// Whether the software interrupt is taken before the next instruction.
fn is_due(record: &Record, is_user: bool) -> bool {
    let is_open = is_user || record.status[MSTATUS] & 1 << 3 != 0;
    is_open && record.status[MIP] & record.status[MIE] & 1 << 3 != 0
}

/// What the entry into the handler changes (Privileged Architecture, `mstatus` and `mtvec`).
fn enter(record: &mut Record, is_user: bool) {
    let vector = record.status[MTVEC];
    let status = record.status[MSTATUS] & !(3 << 11 | 1 << 7 | 1 << 3);
    let enabled = (record.status[MSTATUS] >> 3 & 1) << 7;
    let previous = if is_user { 0 } else { 3 << 11 };
    record.status[MSTATUS] = status | enabled | previous;
    record.status[MEPC] = record.pc;
    record.status[MCAUSE] = SOFTWARE;
    record.status[MTVAL] = 0;
    record.pc = (vector & !3) + if vector & 1 == 1 { 12 } else { 0 };
}
