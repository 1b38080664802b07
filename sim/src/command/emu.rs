//! `orrery emu`: any ELF file on an emulated machine. Serial output goes to stdout, everything
//! else to stderr.
//!
//! It ends with 0 when the program says that all is well, with 1 when the program says otherwise,
//! cannot go on, waits for ever or is not done at the limit, and with 2 when the file is no
//! program for the machine.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;

use emulator::bus::Alignment;
use emulator::cpu::Cpu;
use emulator::cpu::Settings;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::machine::Machine;
use emulator::register::NAMES;
use emulator::symbol::Symbols;
use emulator::virt::BootError;
use emulator::virt::Virt;
use emulator::virt::signature::signature;

use crate::command::Ending;
use crate::debugger::Debuggee;
use crate::debugger::Session;
use crate::debugger::debug;

/// Instructions between two looks at what the program has sent.
const SLICE: u64 = 10_000_000;

/// What is traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// Every instruction and the register that it changed.
    Instructions,
    /// Every load and store.
    Memory,
    /// Loads and stores of devices.
    Devices,
}

/// What is to be run, and how.
pub struct Options {
    /// The program.
    pub file: PathBuf,
    /// Whether its symbol `tohost` tells the end.
    pub has_host: bool,
    /// Where the memory between `begin_signature` and `end_signature` goes when the program has
    /// ended.
    pub signature: Option<PathBuf>,
    /// What becomes of misaligned loads and stores.
    pub alignment: Alignment,
    /// Bytes of RAM.
    pub ram: u32,
    /// Ticks after which it has failed: one for each instruction, and the time slept.
    pub limit: Option<u64>,
    /// What to tell of the way.
    pub trace: Option<Trace>,
    /// Where a debugger connects.
    pub debugger: Option<SocketAddr>,
}

/// Runs a program to its end.
pub fn run(options: &Options) -> Ending {
    let file = options.file.display();
    let program = fs::read(&options.file).map_err(|error| error.to_string());
    let program = program.and_then(|bytes| Elf::parse(&bytes).map_err(|error| error.to_string()));
    let booted = program.and_then(|elf| {
        let (cpu, machine) = boot(&elf, options).map_err(|error| error.to_string())?;
        Ok((elf, cpu, machine))
    });
    let (elf, mut cpu, mut machine) = match booted {
        Ok(booted) => booted,
        Err(error) => {
            eprintln!("error: {file}: {error}");
            return Ending::Refused;
        }
    };
    let session = options
        .debugger
        .map(|address| wait(address, &mut Emulation { cpu: &mut cpu, machine: &mut machine }));
    let stop = match session {
        None | Some(Ok(Session::Detached)) => drive(&mut cpu, &mut machine, options, &elf.symbols),
        Some(Ok(Session::Killed)) => return Ending::Passed,
        Some(Ok(Session::Ended(stop))) => stop,
        Some(Err(error)) => {
            eprintln!("error: {error}");
            return Ending::Refused;
        }
    };
    if let (Some(path), Stop::Exit(_)) = (&options.signature, &stop)
        && let Err(error) = sign(path, &elf.symbols, &cpu)
    {
        eprintln!("error: {error}");
        return Ending::Refused;
    }
    let what = match stop {
        Stop::Exit(0) => return Ending::Passed,
        Stop::Exit(code) => format!("the program ends with {code}"),
        Stop::Lost(report) => report.text(&elf.symbols),
        Stop::Idle => {
            cpu.report("waits for an interrupt that cannot come".to_owned()).text(&elf.symbols)
        }
        Stop::Limit => {
            cpu.report("not done when the limit was reached".to_owned()).text(&elf.symbols)
        }
    };
    eprintln!("{}", what.trim_end());
    Ending::Failed
}

/// Writes the signature of a program that has ended.
fn sign(path: &Path, symbols: &Symbols, cpu: &Cpu) -> Result<(), String> {
    let text = signature(symbols, cpu.memory()).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Waits for a debugger and lets it drive.
pub(super) fn wait(address: SocketAddr, debuggee: &mut dyn Debuggee) -> Result<Session, String> {
    let named = |error: std::io::Error| format!("{address}: {error}");
    let listener = TcpListener::bind(address).map_err(named)?;
    let place = listener.local_addr().map_err(named)?;
    eprintln!("waiting for a debugger: target remote {place}");
    debug(&listener, debuggee).map_err(named)
}

struct Emulation<'a> {
    cpu: &'a mut Cpu,
    machine: &'a mut Virt,
}

impl Debuggee for Emulation<'_> {
    fn parts(&mut self) -> (&mut Cpu, &mut dyn Machine) {
        (self.cpu, self.machine)
    }

    fn show(&mut self) {
        show(&self.machine.take_output());
    }
}

fn boot(elf: &Elf, options: &Options) -> Result<(Cpu, Virt), BootError> {
    let settings = Settings { alignment: options.alignment, ..Default::default() };
    let shape = emulator::virt::Options { ram: options.ram, settings, ..Default::default() };
    let (mut cpu, mut machine) = Virt::boot(elf, &shape)?;
    if options.has_host {
        machine.serve_host(&mut cpu, elf)?;
    }
    cpu.memory_mut().set_traced(options.trace.is_some_and(|trace| trace != Trace::Instructions));
    Ok((cpu, machine))
}

fn drive(cpu: &mut Cpu, machine: &mut Virt, options: &Options, symbols: &Symbols) -> Stop {
    let limit = options.limit.unwrap_or(u64::MAX);
    loop {
        let stop = match options.trace {
            None => cpu.run(machine, limit.min(cpu.clock().saturating_add(SLICE))),
            Some(trace) => step(cpu, machine, trace, symbols),
        };
        show(&machine.take_output());
        if stop != Stop::Limit || limit <= cpu.clock() {
            return stop;
        }
    }
}

fn show(output: &[u8]) {
    if output.is_empty() {
        return;
    }
    let mut stdout = std::io::stdout().lock();
    // Whoever closes the pipe does not want to see it.
    let _ = stdout.write_all(output).and_then(|()| stdout.flush());
}

/// One instruction, and a line for each thing that it did.
fn step(cpu: &mut Cpu, machine: &mut Virt, trace: Trace, symbols: &Symbols) -> Stop {
    let before = cpu.registers().all();
    let retired = cpu.retired();
    let stop = cpu.run(machine, cpu.clock().saturating_add(1));
    let Some(pc) = cpu.last() else { return stop };
    if trace == Trace::Instructions && retired < cpu.retired() {
        let after = cpu.registers().all();
        let changed = (0..after.len()).find(|register| before[*register] != after[*register]);
        let change = changed.map(|register| format!("{}={:08x}", NAMES[register], after[register]));
        let word = cpu.memory().word(pc).unwrap_or(0);
        let word =
            if word & 3 == 3 { format!("{word:08x}") } else { format!("{:04x}", word as u16) };
        let (place, change) = (symbols.place(pc), change.unwrap_or_default());
        eprintln!("{retired:>12}  {word:<8}  {change:<14}  {place}");
    }
    for seen in cpu.memory_mut().take_trace() {
        if trace == Trace::Memory || seen.is_device {
            let verb = if seen.is_write { "write" } else { "read " };
            let bits = seen.bytes * 8;
            let (address, value) = (seen.address, seen.value);
            let place = symbols.place(pc);
            eprintln!("{retired:>12}  {verb}{bits:<2} {address:08x} {value:08x}  at {place}");
        }
    }
    stop
}
