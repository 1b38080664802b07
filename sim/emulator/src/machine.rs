//! What stands around the processor: devices, interrupt lines, registers of its own, and
//! functions that the host serves. A machine answers; it never calls the processor.

use crate::exception::Width;
use crate::memory::Memory;
use crate::register::Registers;

/// A device refuses an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// How a function ended that the host serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// It did its work in so many instructions' time (at least 1) and returns to `ra`.
    Returned {
        /// What `minstret` and time go on by.
        instructions: u64,
    },
    /// There is no function that the host knows at this address.
    Unknown,
}

/// Why a machine ends a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The program says how it went: 0 is well.
    Exit(u32),
    /// The program did what cannot be done, in words.
    Failure(String),
}

/// Interrupts that wait, the next moment at which a device has something to do, and the end.
#[derive(Clone, Debug)]
pub struct Lines {
    pending: u32,
    event_at: u64,
    verdict: Option<Verdict>,
    is_changed: bool,
}

impl Default for Lines {
    fn default() -> Lines {
        Lines { pending: 0, event_at: u64::MAX, verdict: None, is_changed: true }
    }
}

impl Lines {
    /// The interrupts that wait: bit n is the line whose cause is n.
    pub fn pending(&self) -> u32 {
        self.pending
    }

    /// Sets all lines at once.
    pub fn set_pending(&mut self, pending: u32) {
        self.is_changed |= self.pending != pending;
        self.pending = pending;
    }

    /// Raises or lowers one line, 0 to 31.
    pub fn set(&mut self, line: u32, is_high: bool) {
        let bit = 1 << (line & 31);
        self.set_pending(if is_high { self.pending | bit } else { self.pending & !bit });
    }

    /// When [`Machine::advance`] is called next, in ticks; `u64::MAX` is never.
    pub fn event_at(&self) -> u64 {
        self.event_at
    }

    /// Says when that is. A machine with several devices says the earliest.
    pub fn set_event_at(&mut self, tick: u64) {
        self.is_changed |= self.event_at != tick;
        self.event_at = tick;
    }

    /// Ends the run behind the instruction that is executed now.
    pub fn finish(&mut self, verdict: Verdict) {
        self.verdict = Some(verdict);
        self.is_changed = true;
    }

    pub(crate) fn take_verdict(&mut self) -> Option<Verdict> {
        self.verdict.take()
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.is_changed
    }

    pub(crate) fn settle(&mut self) {
        self.is_changed = false;
    }
}

/// What a machine may reach while it answers.
pub struct Bus<'a> {
    /// Ticks since power-on: one for each instruction, and the time slept.
    pub now: u64,
    /// RAM and ROM.
    pub memory: &'a mut Memory,
    /// Interrupts and the next event.
    pub lines: &'a mut Lines,
}

/// Everything around the processor.
pub trait Machine {
    /// A load from a device.
    fn read(&mut self, address: u32, width: Width, bus: &mut Bus) -> Result<u32, Refused>;

    /// A store to a device.
    fn write(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        bus: &mut Bus,
    ) -> Result<(), Refused>;

    /// The tick of [`Lines::event_at`] has come. That is `u64::MAX` again: say what is next.
    fn advance(&mut self, bus: &mut Bus);

    /// What the `time` register shows; `None` where there is none.
    fn time(&self, now: u64) -> Option<u64>;

    /// A word that [`Memory::watch`] names was stored to.
    fn stored(&mut self, _address: u32, _bus: &mut Bus) {}

    /// A register of the machine's own is read; `None` where there is none.
    fn read_register(&mut self, _number: u16, _bus: &mut Bus) -> Option<u32> {
        None
    }

    /// A register of the machine's own is written; `None` where there is none.
    fn write_register(&mut self, _number: u16, _value: u32, _bus: &mut Bus) -> Option<()> {
        None
    }

    /// The program counter is at an address that [`Memory::map_hosted`] covers.
    fn call(&mut self, _address: u32, _registers: &mut Registers, _bus: &mut Bus) -> Served {
        Served::Unknown
    }
}
