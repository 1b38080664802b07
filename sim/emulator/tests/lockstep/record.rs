//! What is compared: the state before an instruction, as QEMU writes it down and as the emulator
//! has it.

use std::fmt;

use emulator::cpu::Cpu;
use emulator::register::NAMES;
use emulator::virt::Virt;

/// Names as QEMU writes them, and numbers, of the registers of traps.
pub(crate) const STATUS: [(&str, u16); 8] = [
    ("mstatus", 0x300),
    ("mip", 0x344),
    ("mie", 0x304),
    ("mtvec", 0x305),
    ("mepc", 0x341),
    ("mcause", 0x342),
    ("mtval", 0x343),
    ("mscratch", 0x340),
];
pub(crate) const MSTATUS: usize = 0;
pub(crate) const MIP: usize = 1;
pub(crate) const MIE: usize = 2;
pub(crate) const MTVEC: usize = 3;
pub(crate) const MEPC: usize = 4;
pub(crate) const MCAUSE: usize = 5;
pub(crate) const MTVAL: usize = 6;

/// The state before an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) pc: u32,
    pub(crate) x: [u32; 32],
    pub(crate) status: [u32; STATUS.len()],
}

impl Record {
    /// The emulator's.
    pub(crate) fn of(cpu: &mut Cpu, machine: &mut Virt) -> Record {
        let read = |(_, number)| cpu.read_csr(machine, number).expect("every machine has it");
        let status = STATUS.map(read);
        Record { pc: cpu.pc(), x: cpu.registers().all(), status }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pc {:08x}", self.pc)?;
        for ((name, _), value) in STATUS.iter().zip(self.status) {
            write!(f, "  {name} {value:08x}")?;
        }
        for (register, value) in self.x.iter().enumerate() {
            let gap = if register % 8 == 0 { "\n   " } else { "" };
            write!(f, "{gap} {} {value:08x}", NAMES[register])?;
        }
        Ok(())
    }
}

/// Where in the text of a record each value stands. All records of a run are alike.
pub(crate) struct Layout {
    /// Bytes of a record.
    pub(crate) bytes: usize,
    pc: usize,
    x: [usize; 32],
    status: [usize; STATUS.len()],
}

impl Layout {
    /// Reads it off the first record.
    pub(crate) fn of(text: &str) -> Layout {
        let behind = |name: &str| {
            let place = text.find(name).unwrap_or_else(|| panic!("QEMU writes no {name}: {text}"));
            let rest = &text[place + name.len()..];
            place + name.len() + (rest.len() - rest.trim_start().len())
        };
        let x = std::array::from_fn(|register| {
            let abi = NAMES[register];
            behind(&format!(" x{register}/{abi} "))
        });
        let status = STATUS.map(|(name, _)| behind(&format!(" {name} ")));
        Layout { bytes: text.len(), pc: behind(" pc "), x, status }
    }

    /// `None` if these bytes are no such record.
    pub(crate) fn read(&self, text: &[u8]) -> Option<Record> {
        let word = |place: usize| {
            let digits = std::str::from_utf8(text.get(place..place + 8)?).ok()?;
            u32::from_str_radix(digits, 16).ok()
        };
        let mut record = Record { pc: word(self.pc)?, x: [0; 32], status: [0; STATUS.len()] };
        for (value, place) in record.x.iter_mut().zip(self.x) {
            *value = word(place)?;
        }
        for (value, place) in record.status.iter_mut().zip(self.status) {
            *value = word(place)?;
        }
        Some(record)
    }
}
