//! What the debugger may do to the machine.

use std::collections::BTreeSet;
use std::convert::Infallible;

use emulator::cpu::Stop;
use emulator::exception::Privilege;
use gdbstub::common::Signal;
use gdbstub::stub::SingleThreadStopReason;
use gdbstub::target::Target;
use gdbstub::target::TargetError;
use gdbstub::target::TargetResult;
use gdbstub::target::ext::base::BaseOps;
use gdbstub::target::ext::base::single_register_access::SingleRegisterAccess;
use gdbstub::target::ext::base::single_register_access::SingleRegisterAccessOps;
use gdbstub::target::ext::base::singlethread::SingleThreadBase;
use gdbstub::target::ext::base::singlethread::SingleThreadResume;
use gdbstub::target::ext::base::singlethread::SingleThreadResumeOps;
use gdbstub::target::ext::base::singlethread::SingleThreadSingleStep;
use gdbstub::target::ext::base::singlethread::SingleThreadSingleStepOps;
use gdbstub::target::ext::breakpoints::Breakpoints;
use gdbstub::target::ext::breakpoints::BreakpointsOps;
use gdbstub::target::ext::breakpoints::HwWatchpoint;
use gdbstub::target::ext::breakpoints::HwWatchpointOps;
use gdbstub::target::ext::breakpoints::SwBreakpoint;
use gdbstub::target::ext::breakpoints::SwBreakpointOps;
use gdbstub::target::ext::breakpoints::WatchKind;
use gdbstub::target::ext::target_description_xml_override::TargetDescriptionXmlOverride;
use gdbstub::target::ext::target_description_xml_override::TargetDescriptionXmlOverrideOps;
use gdbstub_arch::riscv::Riscv32;
use gdbstub_arch::riscv::reg::RiscvCoreRegs;
use gdbstub_arch::riscv::reg::id::RiscvRegId;

use crate::debugger::Debuggee;
use crate::debugger::description::description;

/// Ticks between two looks at the connection when nothing is watched.
const STRETCH: u64 = 1_000_000;
/// The same in single steps.
const STEPS: u32 = 20_000;

pub(super) enum Progress {
    Running,
    Stopped(SingleThreadStopReason<u32>),
}

#[derive(Clone, Copy)]
struct Watch {
    start: u32,
    bytes: u32,
    kind: WatchKind,
}

/// A machine and what the debugger wants of it. Breakpoints are no instructions: code stays as it
/// is, and is executed step by step while there are any.
pub(super) struct Debugger<'a> {
    debuggee: &'a mut dyn Debuggee,
    breakpoints: BTreeSet<u32>,
    watches: Vec<Watch>,
    is_stepping: bool,
    /// Why there is nothing left to execute.
    pub(super) end: Option<Stop>,
}

impl<'a> Debugger<'a> {
    pub(super) fn new(debuggee: &'a mut dyn Debuggee) -> Debugger<'a> {
        let (breakpoints, watches) = (BTreeSet::new(), Vec::new());
        Debugger { debuggee, breakpoints, watches, is_stepping: false, end: None }
    }

    /// Executes for a while.
    pub(super) fn proceed(&mut self) -> Progress {
        let is_free = self.breakpoints.is_empty() && self.watches.is_empty() && !self.is_stepping;
        let progress = if is_free { self.stretch() } else { self.steps() };
        self.debuggee.show();
        progress
    }

    fn stretch(&mut self) -> Progress {
        let (cpu, machine) = self.debuggee.parts();
        let until = cpu.clock().saturating_add(STRETCH);
        let stop = cpu.run(machine, until);
        self.judge(stop).map_or(Progress::Running, Progress::Stopped)
    }

    fn steps(&mut self) -> Progress {
        for _ in 0..STEPS {
            let (cpu, machine) = self.debuggee.parts();
            let before = (cpu.pc(), cpu.retired());
            let until = cpu.clock().saturating_add(1);
            let stop = cpu.run(machine, until);
            let (pc, seen) = (cpu.pc(), cpu.memory_mut().take_trace());
            let is_asleep = before == (pc, cpu.retired());
            if let Some(reason) = self.judge(stop) {
                return Progress::Stopped(reason);
            }
            let is_hit = |watch: &Watch| {
                seen.iter().any(|seen| {
                    let is_meant = match watch.kind {
                        WatchKind::Write => seen.is_write,
                        WatchKind::Read => !seen.is_write,
                        WatchKind::ReadWrite => true,
                    };
                    let reaches = seen.address.wrapping_sub(watch.start) < watch.bytes
                        || watch.start.wrapping_sub(seen.address) < seen.bytes;
                    is_meant && reaches
                })
            };
            if let Some(Watch { start: addr, kind, .. }) = self.watches.iter().find(|w| is_hit(w)) {
                let (kind, addr) = (*kind, *addr);
                return Progress::Stopped(SingleThreadStopReason::Watch { tid: (), kind, addr });
            }
            // Time that is slept away is no step.
            if is_asleep {
                continue;
            }
            if self.breakpoints.contains(&pc) {
                return Progress::Stopped(SingleThreadStopReason::SwBreak(()));
            }
            if self.is_stepping {
                return Progress::Stopped(SingleThreadStopReason::DoneStep);
            }
        }
        Progress::Running
    }

    /// What the debugger is told. A program that cannot go on stays where it is, to be looked at.
    fn judge(&mut self, stop: Stop) -> Option<SingleThreadStopReason<u32>> {
        match stop {
            Stop::Limit => None,
            Stop::Exit(code) => {
                self.end = Some(stop);
                Some(SingleThreadStopReason::Exited(code as u8))
            }
            Stop::Idle => Some(SingleThreadStopReason::Signal(Signal::SIGSTOP)),
            Stop::Lost(_) => Some(SingleThreadStopReason::Signal(Signal::SIGSEGV)),
        }
    }

    /// Loads and stores are noted while one of them is waited for.
    fn note(&mut self) {
        let is_needed = !self.watches.is_empty();
        self.debuggee.parts().0.memory_mut().set_traced(is_needed);
    }
}

impl Target for Debugger<'_> {
    type Arch = Riscv32;
    type Error = Infallible;

    fn base_ops(&mut self) -> BaseOps<'_, Riscv32, Infallible> {
        BaseOps::SingleThread(self)
    }

    fn support_breakpoints(&mut self) -> Option<BreakpointsOps<'_, Self>> {
        Some(self)
    }

    fn support_target_description_xml_override(
        &mut self,
    ) -> Option<TargetDescriptionXmlOverrideOps<'_, Self>> {
        Some(self)
    }
}

impl TargetDescriptionXmlOverride for Debugger<'_> {
    fn target_description_xml(
        &self,
        annex: &[u8],
        offset: u64,
        length: usize,
        buffer: &mut [u8],
    ) -> TargetResult<usize, Self> {
        if annex != b"target.xml" {
            return Err(TargetError::NonFatal);
        }
        let text = description();
        let rest = text.as_bytes().get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(length).min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl SingleThreadBase for Debugger<'_> {
    fn read_registers(&mut self, registers: &mut RiscvCoreRegs<u32>) -> TargetResult<(), Self> {
        let (cpu, _) = self.debuggee.parts();
        registers.x = cpu.registers().all();
        registers.pc = cpu.pc();
        Ok(())
    }

    fn write_registers(&mut self, registers: &RiscvCoreRegs<u32>) -> TargetResult<(), Self> {
        let (cpu, _) = self.debuggee.parts();
        for (register, value) in registers.x.iter().enumerate() {
            cpu.registers_mut().set(register, *value);
        }
        if registers.pc != cpu.pc() {
            cpu.set_pc(registers.pc);
        }
        Ok(())
    }

    fn support_single_register_access(&mut self) -> Option<SingleRegisterAccessOps<'_, (), Self>> {
        Some(self)
    }

    fn read_addrs(&mut self, start: u32, data: &mut [u8]) -> TargetResult<usize, Self> {
        let (cpu, _) = self.debuggee.parts();
        let mut count = 0;
        for (place, byte) in (0..).zip(data) {
            let Some(address) = start.checked_add(place) else { break };
            let Some([found]) = cpu.memory().bytes(address, 1) else { break };
            *byte = *found;
            count += 1;
        }
        if count == 0 { Err(TargetError::NonFatal) } else { Ok(count) }
    }

    fn write_addrs(&mut self, start: u32, data: &[u8]) -> TargetResult<(), Self> {
        let (cpu, _) = self.debuggee.parts();
        if cpu.memory_mut().write(start, data) { Ok(()) } else { Err(TargetError::NonFatal) }
    }

    fn support_resume(&mut self) -> Option<SingleThreadResumeOps<'_, Self>> {
        Some(self)
    }
}

impl SingleRegisterAccess<()> for Debugger<'_> {
    fn read_register(
        &mut self,
        _tid: (),
        register: RiscvRegId<u32>,
        buffer: &mut [u8],
    ) -> TargetResult<usize, Self> {
        let (cpu, machine) = self.debuggee.parts();
        let value = match register {
            RiscvRegId::Gpr(number) => Some(cpu.registers().get(usize::from(number))),
            RiscvRegId::Pc => Some(cpu.pc()),
            RiscvRegId::Csr(number) => cpu.read_csr(machine, number),
            RiscvRegId::Priv => Some(if cpu.privilege() == Privilege::User { 0 } else { 3 }),
            _ => None,
        };
        let bytes = value.ok_or(TargetError::NonFatal)?.to_le_bytes();
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn write_register(
        &mut self,
        _tid: (),
        register: RiscvRegId<u32>,
        bytes: &[u8],
    ) -> TargetResult<(), Self> {
        let (cpu, machine) = self.debuggee.parts();
        let value = bytes.try_into().map(u32::from_le_bytes).map_err(|_| TargetError::NonFatal)?;
        match register {
            RiscvRegId::Gpr(number) => cpu.registers_mut().set(usize::from(number), value),
            RiscvRegId::Pc => cpu.set_pc(value),
            RiscvRegId::Csr(number) => {
                cpu.write_csr(machine, number, value).ok_or(TargetError::NonFatal)?;
            }
            _ => return Err(TargetError::NonFatal),
        }
        Ok(())
    }
}

impl SingleThreadResume for Debugger<'_> {
    fn resume(&mut self, _signal: Option<Signal>) -> Result<(), Infallible> {
        self.is_stepping = false;
        Ok(())
    }

    fn support_single_step(&mut self) -> Option<SingleThreadSingleStepOps<'_, Self>> {
        Some(self)
    }
}

impl SingleThreadSingleStep for Debugger<'_> {
    fn step(&mut self, _signal: Option<Signal>) -> Result<(), Infallible> {
        self.is_stepping = true;
        Ok(())
    }
}

impl Breakpoints for Debugger<'_> {
    fn support_sw_breakpoint(&mut self) -> Option<SwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_watchpoint(&mut self) -> Option<HwWatchpointOps<'_, Self>> {
        Some(self)
    }
}

impl SwBreakpoint for Debugger<'_> {
    fn add_sw_breakpoint(&mut self, address: u32, _kind: usize) -> TargetResult<bool, Self> {
        self.breakpoints.insert(address);
        Ok(true)
    }

    fn remove_sw_breakpoint(&mut self, address: u32, _kind: usize) -> TargetResult<bool, Self> {
        Ok(self.breakpoints.remove(&address))
    }
}

impl HwWatchpoint for Debugger<'_> {
    fn add_hw_watchpoint(
        &mut self,
        start: u32,
        bytes: u32,
        kind: WatchKind,
    ) -> TargetResult<bool, Self> {
        self.watches.push(Watch { start, bytes, kind });
        self.note();
        Ok(true)
    }

    fn remove_hw_watchpoint(
        &mut self,
        start: u32,
        bytes: u32,
        kind: WatchKind,
    ) -> TargetResult<bool, Self> {
        let is_it = |watch: &Watch| (watch.start, watch.bytes, watch.kind) == (start, bytes, kind);
        let found = self.watches.iter().position(is_it);
        if let Some(place) = found {
            self.watches.remove(place);
        }
        self.note();
        Ok(found.is_some())
    }
}
