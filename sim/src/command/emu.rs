//! `orrery emu`: any ELF file on an emulated machine. Serial output goes to stdout, everything
//! else to stderr.
//!
//! It ends with 0 when the program says that all is well, with 1 when the program says otherwise,
//! cannot go on, waits for ever or is not done at the limit, and with 2 when the file is no
//! program for the machine.

use std::fs;
use std::fs::File;
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
use emulator::elf_file;
use emulator::machine::Machine;
use emulator::symbol::Symbols;
use emulator::virt::BootError;
use emulator::virt::IMAGE;
use emulator::virt::Virt;
use emulator::virt::signature::signature;

use crate::command::Ending;
use crate::command::emu_trace::Tracer;
use crate::command::emu_trace::Wish;
use crate::debugger::Debuggee;
use crate::debugger::Session;
use crate::debugger::debug;

/// Instructions between two looks at what the program has sent.
const SLICE: u64 = 10_000_000;
/// As many as make `mtime` go on by 10 million.
const TICKS_PER_SECOND: u64 = 100_000_000;

/// What is to be run, and how.
pub struct Options {
    /// The program.
    pub file: PathBuf,
    /// What the firmware of `boards/qemu_riscv32` boots.
    pub image: Option<PathBuf>,
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
    pub trace: Wish,
    /// Where a debugger connects.
    pub debugger: Option<SocketAddr>,
}

/// Runs a program to its end.
pub fn run(options: &Options) -> Ending {
    let file = options.file.display();
    let program = File::open(&options.file).and_then(|mut file| elf_file::read(&mut file));
    let program = program.map_err(|error| error.to_string());
    let program = program.and_then(|bytes| Elf::parse(&bytes).map_err(|error| error.to_string()));
    let booted = program.and_then(|elf| {
        let (mut cpu, machine) = boot(&elf, options).map_err(|error| error.to_string())?;
        insert(&mut cpu, options.image.as_deref())?;
        Ok((elf, cpu, machine))
    });
    let (elf, mut cpu, mut machine) = match booted {
        Ok(booted) => booted,
        Err(error) => {
            eprintln!("error: {file}: {error}");
            return Ending::Refused;
        }
    };
    let tracer = match Tracer::new(&options.trace, &elf.symbols, TICKS_PER_SECOND) {
        Ok(tracer) => tracer,
        Err(error) => {
            eprintln!("error: {error}");
            return Ending::Refused;
        }
    };
    let session = options
        .debugger
        .map(|address| wait(address, &mut Emulation { cpu: &mut cpu, machine: &mut machine }));
    let stop = match session {
        None | Some(Ok(Session::Detached)) => drive(&mut cpu, &mut machine, options.limit, tracer),
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
    Ok((cpu, machine))
}

/// Lays an image where the firmware looks for it, as QEMU's `-device loader` does.
fn insert(cpu: &mut Cpu, image: Option<&Path>) -> Result<(), String> {
    let Some(path) = image else { return Ok(()) };
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = fs::read(path).map_err(|error| named(&error))?;
    if cpu.memory_mut().write(IMAGE, &bytes) {
        return Ok(());
    }
    Err(named(&format!("there is no RAM for it at {IMAGE:#x}")))
}

fn drive(
    cpu: &mut Cpu,
    machine: &mut Virt,
    limit: Option<u64>,
    mut tracer: Option<Tracer>,
) -> Stop {
    let limit = limit.unwrap_or(u64::MAX);
    loop {
        let until = limit.min(cpu.clock().saturating_add(SLICE));
        let stop = match &mut tracer {
            None => cpu.run(machine, until),
            Some(tracer) => tracer.run(cpu, machine, until),
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
