//! The control and status registers of machine mode that the processor itself keeps (Privileged
//! Architecture, chapter Machine-Level ISA). What a field cannot hold, it does not take.

use crate::exception::Privilege;

/// Numbers of registers, as instructions name them.
pub mod number {
    /// Which extensions there are.
    pub const MISA: u16 = 0x301;
    /// Interrupts enabled, the privilege before a trap.
    pub const MSTATUS: u16 = 0x300;
    /// Which interrupts are enabled.
    pub const MIE: u16 = 0x304;
    /// Where traps go.
    pub const MTVEC: u16 = 0x305;
    /// Which counters user mode may read.
    pub const MCOUNTEREN: u16 = 0x306;
    /// What user mode's environment is.
    pub const MENVCFG: u16 = 0x30a;
    /// The upper half of `mstatus`.
    pub const MSTATUSH: u16 = 0x310;
    /// The upper half of `menvcfg`.
    pub const MENVCFGH: u16 = 0x31a;
    /// Which counters stand still.
    pub const MCOUNTINHIBIT: u16 = 0x320;
    /// A word for the trap handler.
    pub const MSCRATCH: u16 = 0x340;
    /// Where a trap came from.
    pub const MEPC: u16 = 0x341;
    /// Why a trap was taken.
    pub const MCAUSE: u16 = 0x342;
    /// What a trap is about.
    pub const MTVAL: u16 = 0x343;
    /// Which interrupts wait.
    pub const MIP: u16 = 0x344;
    /// Which debug trigger the next three are.
    pub const TSELECT: u16 = 0x7a0;
    /// What a debug trigger is.
    pub const TDATA1: u16 = 0x7a1;
    /// What a debug trigger compares with.
    pub const TDATA2: u16 = 0x7a2;
    /// More of a debug trigger.
    pub const TDATA3: u16 = 0x7a3;
    /// Debug triggers in machine mode.
    pub const TCONTROL: u16 = 0x7a5;
    /// Who made it.
    pub const MVENDORID: u16 = 0xf11;
    /// What was made.
    pub const MARCHID: u16 = 0xf12;
    /// Which version of it.
    pub const MIMPID: u16 = 0xf13;
    /// Which processor of several.
    pub const MHARTID: u16 = 0xf14;
    /// Where the configuration is described.
    pub const MCONFIGPTR: u16 = 0xf15;
}

/// 32 bits, A, C, I, M and U.
const MISA: u32 = 1 << 30 | 1 | 1 << 2 | 1 << 8 | 1 << 12 | 1 << 20;
const MIE: u32 = 1 << 3;
const MPIE: u32 = 1 << 7;
const MPP: u32 = 3 << 11;
const MPRV: u32 = 1 << 17;
const TW: u32 = 1 << 21;
/// Software, timer and external interrupts of machine mode.
const STANDARD_LINES: u32 = 1 << 3 | 1 << 7 | 1 << 11;
/// In the order in which they are taken.
const STANDARD_ORDER: [u32; 3] = [11, 3, 7];
/// Cycles and retired instructions: there is no third counter that could stand still.
const INHIBITABLE: u32 = 0b101;

/// How interrupts reach the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupts {
    /// Three lines, enabled by `mie`, shown by `mip`.
    Standard,
    /// A controller outside chooses among 31 lines: the lowest that waits is taken. `mie` and
    /// `mip` are words without effect.
    Numbered,
}

/// What differs from chip to chip.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// `mvendorid`.
    pub vendor: u32,
    /// `marchid`.
    pub architecture: u32,
    /// `mimpid`.
    pub implementation: u32,
    /// How interrupts reach the processor.
    pub interrupts: Interrupts,
    /// Debug triggers can be written and read, but never fire. Otherwise there are none.
    pub has_triggers: bool,
}

impl Default for Identity {
    fn default() -> Identity {
        Identity {
            vendor: 0,
            architecture: 0,
            implementation: 0,
            interrupts: Interrupts::Standard,
            has_triggers: false,
        }
    }
}

/// The registers.
#[derive(Clone, Debug)]
pub(crate) struct Csr {
    identity: Identity,
    pub(crate) privilege: Privilege,
    status: u32,
    enabled: u32,
    waiting: u32,
    vector: u32,
    counter_enable: u32,
    counter_inhibit: u32,
    environment: u32,
    scratch: u32,
    exception_pc: u32,
    cause: u32,
    value: u32,
    triggers: [u32; 4],
}

impl Csr {
    pub(crate) fn new(identity: Identity) -> Csr {
        Csr {
            identity,
            privilege: Privilege::Machine,
            status: MPP,
            enabled: 0,
            waiting: 0,
            vector: 0,
            counter_enable: 0,
            counter_inhibit: 0,
            environment: 0,
            scratch: 0,
            exception_pc: 0,
            cause: 0,
            value: 0,
            triggers: [0; 4],
        }
    }

    /// `None` where this module keeps no such register. `pending` is the state of the lines.
    pub(crate) fn read(&self, number: u16, pending: u32) -> Option<u32> {
        Some(match number {
            number::MSTATUS => self.status,
            number::MSTATUSH | number::MENVCFGH | number::MCONFIGPTR | number::MHARTID => 0,
            number::MISA => MISA,
            number::MIE => self.enabled,
            number::MTVEC => self.vector,
            number::MCOUNTEREN => self.counter_enable,
            number::MENVCFG => self.environment,
            number::MCOUNTINHIBIT => self.counter_inhibit,
            number::MSCRATCH => self.scratch,
            number::MEPC => self.exception_pc,
            number::MCAUSE => self.cause,
            number::MTVAL => self.value,
            number::MIP => match self.identity.interrupts {
                Interrupts::Standard => pending & STANDARD_LINES,
                Interrupts::Numbered => self.waiting,
            },
            number::MVENDORID => self.identity.vendor,
            number::MARCHID => self.identity.architecture,
            number::MIMPID => self.identity.implementation,
            // Event selectors of counters that count nothing.
            0x323..=0x33f => 0,
            number::TSELECT => 0,
            number::TDATA1..=number::TDATA3 => self.triggers[usize::from(number - number::TDATA1)],
            number::TCONTROL => self.triggers[3],
            _ => return None,
        })
    }

    /// `None` where this module keeps no such register. Read-only ones were refused before.
    pub(crate) fn write(&mut self, number: u16, value: u32) -> Option<()> {
        match number {
            number::MSTATUS => self.set_status(value),
            number::MSTATUSH | number::MENVCFGH | number::MISA => (),
            number::MIE => {
                self.enabled = match self.identity.interrupts {
                    Interrupts::Standard => value & STANDARD_LINES,
                    Interrupts::Numbered => value,
                };
            }
            number::MTVEC => {
                if value & 2 == 0 {
                    self.vector = value;
                }
            }
            number::MCOUNTEREN => self.counter_enable = value,
            number::MENVCFG => self.environment = value & 1,
            number::MCOUNTINHIBIT => self.counter_inhibit = value & INHIBITABLE,
            number::MSCRATCH => self.scratch = value,
            number::MEPC => self.exception_pc = value & !1,
            number::MCAUSE => self.cause = value,
            number::MTVAL => self.value = value,
            number::MIP => self.waiting = value,
            0x323..=0x33f | number::TSELECT => (),
            number::TDATA1..=number::TDATA3 => {
                self.set_trigger(usize::from(number - number::TDATA1), value);
            }
            number::TCONTROL => self.set_trigger(3, value),
            _ => return None,
        }
        Some(())
    }

    fn set_trigger(&mut self, index: usize, value: u32) {
        if self.identity.has_triggers {
            self.triggers[index] = value;
        }
    }

    fn set_status(&mut self, value: u32) {
        let mut status = value & (MIE | MPIE | MPRV | TW);
        status |= match value & MPP {
            0 => 0,
            MPP => MPP,
            // There is no third privilege.
            _ => self.status & MPP,
        };
        self.status = status;
    }

    /// The privilege that loads and stores have.
    pub(crate) fn data_privilege(&self) -> Privilege {
        if self.status & MPRV != 0 { self.previous() } else { self.privilege }
    }

    fn previous(&self) -> Privilege {
        if self.status & MPP == MPP { Privilege::Machine } else { Privilege::User }
    }

    /// Whether user mode may not wait for interrupts.
    pub(crate) fn is_waiting_trapped(&self) -> bool {
        self.status & TW != 0 && self.privilege == Privilege::User
    }

    /// Whether user mode may read a counter: 0 cycles, 1 time, 2 instructions, and so on.
    pub(crate) fn is_counter_open(&self, counter: u16) -> bool {
        self.privilege == Privilege::Machine || self.counter_enable >> counter & 1 == 1
    }

    /// Whether a counter stands still.
    pub(crate) fn is_inhibited(&self, counter: u16) -> bool {
        self.counter_inhibit >> counter & 1 == 1
    }

    /// Enters the handler: gives its address.
    pub(crate) fn enter(&mut self, cause: u32, value: u32, pc: u32) -> u32 {
        self.exception_pc = pc & !1;
        self.cause = cause;
        self.value = value;
        let previous = if self.privilege == Privilege::Machine { MPP } else { 0 };
        let before = if self.status & MIE != 0 { MPIE } else { 0 };
        self.status = self.status & !(MPP | MPIE | MIE) | previous | before;
        self.privilege = Privilege::Machine;
        let base = self.vector & !3;
        let is_vectored = self.vector & 1 == 1 && cause >> 31 == 1;
        if is_vectored { base.wrapping_add(cause << 2) } else { base }
    }

    /// Leaves the handler by `mret`: gives where to.
    pub(crate) fn leave(&mut self) -> u32 {
        self.privilege = self.previous();
        let enabled = if self.status & MPIE != 0 { MIE } else { 0 };
        self.status = self.status & !(MPP | MIE) | enabled | MPIE;
        if self.privilege == Privilege::User {
            self.status &= !MPRV;
        }
        self.exception_pc
    }

    /// Whether a line that waits ends `wfi`, whatever `mstatus` says.
    pub(crate) fn is_woken(&self, pending: u32) -> bool {
        match self.identity.interrupts {
            Interrupts::Standard => pending & self.enabled != 0,
            Interrupts::Numbered => pending != 0,
        }
    }

    /// The interrupt that is taken now: its number.
    pub(crate) fn interrupt(&self, pending: u32) -> Option<u32> {
        if self.privilege == Privilege::Machine && self.status & MIE == 0 {
            return None;
        }
        match self.identity.interrupts {
            Interrupts::Standard => {
                let ready = pending & self.enabled;
                STANDARD_ORDER.into_iter().find(|line| ready >> line & 1 == 1)
            }
            Interrupts::Numbered => (pending != 0).then(|| pending.trailing_zeros()),
        }
    }

    /// Lets a machine boot as a boot ROM would have left it.
    pub(crate) fn set_interrupts_enabled(&mut self, is_enabled: bool) {
        self.status = if is_enabled { self.status | MIE } else { self.status & !MIE };
    }

    pub(crate) fn handler(&self) -> u32 {
        self.vector & !3
    }
}
