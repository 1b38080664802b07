//! The processor: executes until something outside wants attention, and attends to it at exactly
//! that instruction. An instruction takes one tick; so does one that traps, which does not retire.

use crate::bus::Alignment;
use crate::cache::Cache;
use crate::counter::Counter;
use crate::csr::Csr;
use crate::csr::Identity;
use crate::exception::Exception;
use crate::exception::Privilege;
use crate::exception::Trap;
use crate::execute::Exit;
use crate::execute::execute;
use crate::jump::NO_JUMPS;
use crate::jump::user_bit;
use crate::machine::Bus;
use crate::machine::Lines;
use crate::machine::Machine;
use crate::machine::Served;
use crate::machine::Verdict;
use crate::memory::Memory;
use crate::register::RA;
use crate::register::Registers;
use crate::report::Report;
use crate::run::Code;
use crate::run::Core;
use crate::stream::Stream;
use crate::world::World;

/// Exceptions in a row without a return from any of them, after which nothing good can be
/// expected.
const STORM: u32 = 1 << 16;
/// The longest stretch that is executed at once; only so that a block's length can be compared.
const STRETCH: u64 = 1 << 40;

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The tick has come that was given.
    Limit,
    /// The processor waits for an interrupt, and no device will ever raise one by itself.
    Idle,
    /// The program says how it went: 0 is well.
    Exit(u32),
    /// The program did what cannot be done.
    Lost(Box<Report>),
}

/// What differs from chip to chip.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Who made it, and how interrupts reach it.
    pub identity: Identity,
    /// What becomes of misaligned loads and stores.
    pub alignment: Alignment,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { identity: Identity::default(), alignment: Alignment::Any }
    }
}

/// One RV32IMAC processor with its memory.
pub struct Cpu {
    pub(crate) core: Core,
    pub(crate) pc: u32,
    pub(crate) csr: Csr,
    pub(crate) lines: Lines,
    pub(crate) cache: Cache,
    pub(crate) cycles: Counter,
    pub(crate) instructions: Counter,
    pub(crate) clock: u64,
    pub(crate) retired: u64,
    pub(crate) is_waiting: bool,
    pub(crate) exceptions: u32,
    reservation: Option<u32>,
    alignment: Alignment,
    last_trap: Option<(u32, Trap)>,
    lost: Option<Box<Report>>,
}

impl Cpu {
    /// A processor after reset, at address 0.
    pub fn new(settings: Settings, memory: Memory) -> Cpu {
        Cpu {
            core: Core::new(memory),
            pc: 0,
            csr: Csr::new(settings.identity),
            lines: Lines::default(),
            cache: Cache::new(),
            cycles: Counter::default(),
            instructions: Counter::default(),
            clock: 0,
            retired: 0,
            is_waiting: false,
            exceptions: 0,
            reservation: None,
            alignment: settings.alignment,
            last_trap: None,
            lost: None,
        }
    }

    /// Executes until this tick, or until something ends the run.
    pub fn run(&mut self, machine: &mut dyn Machine, until: u64) -> Stop {
        loop {
            if let Some(stop) = self.attend(machine, until) {
                return stop;
            }
            self.proceed(machine, until);
            if let Some(report) = self.lost.take() {
                return Stop::Lost(report);
            }
        }
    }

    /// Looks at everything that can change between two instructions.
    fn attend(&mut self, machine: &mut dyn Machine, until: u64) -> Option<Stop> {
        loop {
            self.lines.settle();
            if self.core.memory.has_stale_code() {
                let stale = self.core.memory.take_stale();
                self.cache.forget(&stale);
            }
            match self.lines.take_verdict() {
                Some(Verdict::Exit(code)) => return Some(Stop::Exit(code)),
                Some(Verdict::Failure(what)) => return Some(Stop::Lost(self.report(what))),
                None => (),
            }
            if self.lines.event_at() <= self.clock {
                self.lines.set_event_at(u64::MAX);
                let mut bus =
                    Bus { now: self.clock, memory: &mut self.core.memory, lines: &mut self.lines };
                machine.advance(&mut bus);
                // A device that has something to do at once has it at the next tick.
                let event_at = self.lines.event_at().max(self.clock + 1);
                self.lines.set_event_at(event_at);
                continue;
            }
            if until <= self.clock {
                return Some(Stop::Limit);
            }
            if self.is_waiting && !self.csr.is_woken(self.lines.pending()) {
                let event_at = self.lines.event_at();
                if event_at == u64::MAX {
                    return Some(Stop::Idle);
                }
                self.clock = event_at.min(until);
                continue;
            }
            self.is_waiting = false;
            if let Some(line) = self.csr.interrupt(self.lines.pending()) {
                self.pc = self.csr.enter(1 << 31 | line, 0, self.pc);
                self.core.memory.select(self.csr.data_privilege());
            }
            return None;
        }
    }

    /// Executes until attention is needed.
    fn proceed(&mut self, machine: &mut dyn Machine, until: u64) {
        let deadline = self.lines.event_at().min(until).min(self.clock + STRETCH);
        while self.clock < deadline && self.is_quiet() {
            let Some(first) = self.enter(machine) else { continue };
            match self.execute(machine, first, deadline) {
                Exit::Budget(block) => {
                    self.pc = self.cache.stream.address(block);
                    if self.clock < deadline {
                        self.execute_part(machine, deadline - self.clock);
                    }
                }
                Exit::Behind(end) => self.follow(end),
                Exit::Taken(link) => self.take(link),
                exit => self.leave(machine, exit),
            }
        }
    }

    fn is_quiet(&self) -> bool {
        !self.lines.is_changed()
            && !self.core.memory.has_stale_code()
            && !self.is_waiting
            && self.lost.is_none()
            && self.csr.interrupt(self.lines.pending()).is_none()
    }

    /// The block at the program counter; `None` if something else happened there.
    fn enter(&mut self, machine: &mut dyn Machine) -> Option<u32> {
        if self.core.memory.is_hosted(self.pc) {
            self.call(machine);
            return None;
        }
        match self.cache.find(&mut self.core.memory, self.pc, self.csr.privilege) {
            Ok(block) => Some(block),
            Err(trap) => {
                self.miss(trap);
                None
            }
        }
    }

    /// Nothing can be fetched.
    fn miss(&mut self, trap: Trap) {
        self.clock += 1;
        self.trap(self.pc, trap);
    }

    /// The host serves the function at the program counter.
    fn call(&mut self, machine: &mut dyn Machine) {
        let mut bus =
            Bus { now: self.clock, memory: &mut self.core.memory, lines: &mut self.lines };
        match machine.call(self.pc, &mut self.core.registers, &mut bus) {
            Served::Returned { instructions } => {
                let instructions = instructions.max(1);
                self.core.recent.push(self.pc);
                self.clock = self.clock.saturating_add(instructions);
                self.retired += instructions;
                self.pc = self.core.registers.get(RA) & !1;
            }
            Served::Unknown => {
                let what = format!("unknown function of the ROM at {:#010x}", self.pc);
                self.lost = Some(self.report(what));
            }
        }
    }

    fn execute(&mut self, machine: &mut dyn Machine, first: u32, deadline: u64) -> Exit {
        let budget = deadline - self.clock;
        let mut left = budget;
        let mut world = World {
            reservation: &mut self.reservation,
            lines: &mut self.lines,
            machine,
            alignment: self.alignment,
            deadline,
        };
        let Stream { operations, origins, links, .. } = &self.cache.stream;
        let (jumps, user_bit) = (&*self.cache.jumps, user_bit(self.csr.privilege));
        let code = Code { operations, origins, links, jumps, user_bit };
        let exit = execute(&mut self.core, &mut world, code, first, &mut left);
        self.clock += budget - left;
        self.retired += budget - left;
        exit
    }

    /// Executes the beginning of a block that is longer than what is left.
    fn execute_part(&mut self, machine: &mut dyn Machine, mut left: u64) {
        let privilege = self.csr.privilege;
        let part = self.cache.decode_part(&mut self.core.memory, self.pc, privilege, left);
        let first = match part {
            Ok(first) => first,
            Err(trap) => return self.miss(trap),
        };
        let before = left;
        let mut world = World {
            reservation: &mut self.reservation,
            lines: &mut self.lines,
            machine,
            alignment: self.alignment,
            deadline: self.clock + left,
        };
        let Stream { operations, origins, links, .. } = &self.cache.part;
        let code = Code { operations, origins, links, jumps: &NO_JUMPS, user_bit: 0 };
        let exit = execute(&mut self.core, &mut world, code, first, &mut left);
        self.clock += before - left;
        self.retired += before - left;
        match exit {
            Exit::Behind(end) => self.pc = self.cache.part.origins[end as usize].pc,
            Exit::Taken(link) => self.pc = self.cache.part.links[link as usize].pc,
            exit => self.leave(machine, exit),
        }
    }

    /// Goes on behind the end of a block, and remembers which one is there.
    fn follow(&mut self, end: u32) {
        self.pc = self.cache.stream.origins[end as usize].pc;
        if let Some(next) = self.known() {
            self.cache.stream.go_on(end, next);
        }
    }

    /// Goes the way of a branch, and remembers which block is there.
    fn take(&mut self, link: u32) {
        self.pc = self.cache.stream.links[link as usize].pc;
        if let Some(next) = self.known() {
            self.cache.stream.links[link as usize].place = next;
        }
    }

    /// The block at the program counter, if it can be remembered.
    fn known(&mut self) -> Option<u32> {
        if self.core.memory.is_hosted(self.pc) {
            return None;
        }
        let kept = self.cache.stream.operations.len();
        // What cannot be found traps when it is entered.
        let found = self.cache.find(&mut self.core.memory, self.pc, self.csr.privilege).ok()?;
        // Finding may have cleared the cache.
        (kept <= self.cache.stream.operations.len()).then_some(found)
    }

    fn leave(&mut self, machine: &mut dyn Machine, exit: Exit) {
        match exit {
            Exit::Jump(pc) | Exit::Attention(pc) => self.pc = pc,
            // Whoever executed has seen to it.
            Exit::Budget(_) | Exit::Behind(_) | Exit::Taken(_) => (),
            Exit::Trap(pc, trap) => {
                self.clock += 1;
                self.trap(pc, trap);
            }
            Exit::System(pc, word, behind) => {
                self.pc = pc;
                match self.system(machine, word, behind) {
                    Ok(next) => {
                        self.retired += 1;
                        self.pc = next;
                    }
                    Err(trap) => self.trap(pc, trap),
                }
                self.clock += 1;
                self.core.memory.select(self.csr.data_privilege());
            }
        }
    }

    /// Enters the trap handler, unless that is where the trap comes from.
    fn trap(&mut self, pc: u32, trap: Trap) {
        let before = self.last_trap.replace((pc, trap));
        self.pc = pc;
        let is_call =
            matches!(trap.exception, Exception::CallFromUser | Exception::CallFromMachine);
        if !is_call {
            self.exceptions += 1;
        }
        if pc == self.csr.handler() && self.csr.privilege == Privilege::Machine {
            let what = self.handler_missing(trap, before);
            self.lost = Some(self.report(what));
            return;
        }
        if STORM <= self.exceptions {
            let exception = trap.exception;
            let what = format!("{STORM} exceptions and no return from any: now {exception}");
            self.lost = Some(self.report(what));
            return;
        }
        self.pc = self.csr.enter(trap.exception.number(), trap.value, pc);
        self.core.memory.select(self.csr.data_privilege());
    }

    fn handler_missing(&self, trap: Trap, before: Option<(u32, Trap)>) -> String {
        let handler = self.csr.handler();
        let mut what =
            format!("the trap handler at {handler:#010x} (mtvec) cannot begin: {}", trap.exception);
        if let Some((pc, Trap { exception, value })) = before
            && pc != handler
        {
            what = format!("{exception} at {pc:#010x}, about {value:#010x}; {what}");
        }
        what
    }
}

/// What others see and change.
impl Cpu {
    /// The program counter.
    pub fn pc(&self) -> u32 {
        self.pc
    }

    /// Goes on there.
    pub fn set_pc(&mut self, pc: u32) {
        self.pc = pc & !1;
        self.is_waiting = false;
    }

    /// The integer registers.
    pub fn registers(&self) -> &Registers {
        &self.core.registers
    }

    /// The integer registers, to write them.
    pub fn registers_mut(&mut self) -> &mut Registers {
        &mut self.core.registers
    }

    /// Memory.
    pub fn memory(&self) -> &Memory {
        &self.core.memory
    }

    /// Memory, to load programs and change what is mapped.
    pub fn memory_mut(&mut self) -> &mut Memory {
        &mut self.core.memory
    }

    /// The privilege of the next instruction.
    pub fn privilege(&self) -> Privilege {
        self.csr.privilege
    }

    /// Ticks since power-on.
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// Instructions that have completed.
    pub fn retired(&self) -> u64 {
        self.retired
    }

    /// Where the instruction or block began that was executed last.
    pub fn last(&self) -> Option<u32> {
        self.core.recent.addresses().last().copied()
    }

    /// Sets `mstatus.MIE`, as a boot ROM may do before it starts a program.
    pub fn set_interrupts_enabled(&mut self, is_enabled: bool) {
        self.csr.set_interrupts_enabled(is_enabled);
    }

    /// Lets devices be reached between two runs: for input from outside. Changed lines are looked
    /// at before the next instruction.
    pub fn bus(&mut self) -> Bus<'_> {
        Bus { now: self.clock, memory: &mut self.core.memory, lines: &mut self.lines }
    }

    /// The processor as it is now.
    pub fn report(&self, what: String) -> Box<Report> {
        use crate::csr::number::{MCAUSE, MEPC, MIE, MIP, MSTATUS, MTVAL, MTVEC};
        let registers = [
            ("mstatus", MSTATUS),
            ("mtvec", MTVEC),
            ("mepc", MEPC),
            ("mcause", MCAUSE),
            ("mtval", MTVAL),
            ("mie", MIE),
            ("mip", MIP),
        ];
        let read = |number| self.csr.read(number, self.lines.pending()).unwrap_or_default();
        Box::new(Report {
            what,
            pc: self.pc,
            word: self.core.memory.word(self.pc),
            privilege: self.csr.privilege,
            registers: self.core.registers.all(),
            status: registers.map(|(name, number)| (name, read(number))).to_vec(),
            recent: self.core.recent.addresses(),
            retired: self.retired,
            ticks: self.clock,
        })
    }
}
