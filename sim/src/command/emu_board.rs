//! `orrery emu --board`: a board's firmware on its emulated chip. What the board sends goes to
//! stdout, everything else to stderr.
//!
//! It ends with 1 when the firmware cannot go on, waits for ever or is not done at the limit, and
//! with 2 when a file is not what it should be.

use std::fmt::Display;
use std::fs;
use std::fs::File;
use std::io::ErrorKind;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;

use devices::flash::Quality;
use devices::stream::Seed;
use emulator::cpu::Cpu;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::elf_file;
use emulator::esp32c6;
use emulator::esp32c6::Wiring;
use emulator::esp32c6::board::Board;
use emulator::machine::Machine;

use crate::command::Ending;
use crate::command::emu::wait;
use crate::command::emu_trace::Tracer;
use crate::command::emu_trace::Wish;
use crate::debugger::Debuggee;
use crate::debugger::Session;
use crate::partition;
use crate::view::chip::ChipOptions;
use crate::view::chip::Unseen;
use crate::view::chip::watch;

/// Ticks between two looks at what the board has sent.
const SLICE: u64 = esp32c6::TICKS_PER_SECOND / 100;

/// What is to be run, and with what.
pub struct Options {
    /// The firmware.
    pub file: PathBuf,
    /// What it boots; what is in the flash otherwise.
    pub image: Option<PathBuf>,
    /// What is in the flash, and where it is kept; a file that is not there yet is made.
    pub flash: Option<PathBuf>,
    /// Where the picture goes that the screen shows at the end.
    pub screen: Option<PathBuf>,
    /// Ticks after which it ends: one for each instruction, and the time slept.
    pub limit: Option<u64>,
    /// What to tell of the way.
    pub trace: Wish,
    /// Where a debugger connects.
    pub debugger: Option<SocketAddr>,
    /// Seconds of the board in one of a person's who sees its screen in a window, if one does.
    pub view: Option<f64>,
}

/// Runs firmware to its end.
pub fn run(options: &Options) -> Ending {
    let (elf, mut board) = match boot(options) {
        Ok(booted) => booted,
        Err(error) => {
            eprintln!("error: {error}");
            return Ending::Refused;
        }
    };
    let tracer = match Tracer::new(&options.trace, &elf.symbols, esp32c6::TICKS_PER_SECOND) {
        Ok(tracer) => tracer,
        Err(error) => {
            eprintln!("error: {error}");
            return Ending::Refused;
        }
    };
    let session = options.debugger.map(|address| wait(address, &mut board));
    let stop = match session {
        None if options.view.is_some() => watched(&mut board, options),
        None | Some(Ok(Session::Detached)) => drive(&mut board, options.limit, tracer),
        Some(Ok(Session::Killed)) => Stop::Limit,
        Some(Ok(Session::Ended(stop))) => stop,
        Some(Err(error)) => {
            eprintln!("error: {error}");
            return Ending::Refused;
        }
    };
    if let Err(error) = keep(&board, options) {
        eprintln!("error: {error}");
        return Ending::Refused;
    }
    let what = match stop {
        Stop::Exit(_) | Stop::Limit => return Ending::Passed,
        Stop::Idle => "the board sleeps, and nothing is left that could wake it".to_owned(),
        Stop::Lost(report) => report.text(&elf.symbols),
    };
    eprintln!("{}", what.trim_end());
    Ending::Failed
}

impl Debuggee for Board {
    fn parts(&mut self) -> (&mut Cpu, &mut dyn Machine) {
        Board::parts(self)
    }

    fn show(&mut self) {
        show(&self.take_sent());
    }
}

fn boot(options: &Options) -> Result<(Elf, Board), String> {
    let program = File::open(&options.file).and_then(|mut file| elf_file::read(&mut file));
    let program = program.map_err(|error| named(&options.file, &error))?;
    let elf = Elf::parse(&program).map_err(|error| named(&options.file, &error))?;
    let mut flash = flash(options.flash.as_deref())?;
    if let Some(path) = &options.image {
        let inserted = partition::insert(&mut flash, partition::IMAGE, &read(path)?);
        inserted.map_err(|error| named(path, &error))?;
    }
    let (quality, wiring) = (Quality::SERIAL, Wiring::default());
    let made = esp32c6::Options { flash, quality, seed: Seed(0), wiring };
    let board = Board::boot(&elf, made).map_err(|error| named(&options.file, &error))?;
    Ok((elf, board))
}

/// What is in the flash: as it was kept, or as it is new.
fn flash(path: Option<&Path>) -> Result<Vec<u8>, String> {
    let new = || partition::flash(&[], &[]).map_err(|error| error.to_string());
    let Some(path) = path else { return new() };
    let flash = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return new(),
        found => found.map_err(|error| named(path, &error))?,
    };
    if flash.len() != partition::FLASH_BYTES {
        let what = format!("a flash has {} bytes, not {}", partition::FLASH_BYTES, flash.len());
        return Err(named(path, &what));
    }
    Ok(flash)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| named(path, &error))
}

fn named(path: &Path, error: &dyn Display) -> String {
    format!("{}: {error}", path.display())
}

/// Lets a board run before a person's eyes, and without a window if there is none.
fn watched(board: &mut Board, options: &Options) -> Stop {
    let name = options.file.file_name().unwrap_or_default().to_string_lossy();
    let seen = ChipOptions {
        title: format!("Orrery - {name}"),
        speed: options.view.unwrap_or(1.0),
        limit: options.limit.unwrap_or(u64::MAX),
    };
    match watch(board, &seen, show) {
        Unseen::Stopped(stop) => stop,
        Unseen::Closed => Stop::Limit,
        Unseen::NoWindow(reason) => {
            eprintln!("no window: {reason}; the run goes on without one");
            drive(board, options.limit, None)
        }
    }
}

/// Without a limit a board runs until it cannot go on.
fn drive(board: &mut Board, limit: Option<u64>, mut tracer: Option<Tracer>) -> Stop {
    let limit = limit.unwrap_or(u64::MAX);
    loop {
        let until = limit.min(board.cpu().clock().saturating_add(SLICE));
        let (cpu, machine) = board.parts();
        let stop = match &mut tracer {
            None => cpu.run(machine, until),
            Some(tracer) => tracer.run(cpu, machine, until),
        };
        show(&board.take_sent());
        if stop != Stop::Limit || limit <= board.cpu().clock() {
            return stop;
        }
    }
}

fn show(sent: &[u8]) {
    if sent.is_empty() {
        return;
    }
    let mut stdout = std::io::stdout().lock();
    // Whoever closes the pipe does not want to see it.
    let _ = stdout.write_all(sent).and_then(|()| stdout.flush());
}

/// Flash outlives the board, and so does a picture.
fn keep(board: &Board, options: &Options) -> Result<(), String> {
    let write =
        |path: &Path, bytes: &[u8]| fs::write(path, bytes).map_err(|error| named(path, &error));
    if let Some(path) = &options.flash {
        write(path, board.flash().bytes())?;
    }
    if let Some(path) = &options.screen {
        write(path, &board.screen().picture().png())?;
    }
    Ok(())
}
