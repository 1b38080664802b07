//! `orrery`: the command line.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitCode;

use clap::ArgGroup;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use emulator::bus::Alignment;
use protocol::image::Drive;
use sim::command::Ending;
use sim::command::actors;
use sim::command::argument;
use sim::command::boards;
use sim::command::build;
use sim::command::doctor;
use sim::command::emu;
use sim::command::emu_board;
use sim::command::emu_trace;
use sim::command::flash;
use sim::command::flash_chip::Consent;
use sim::command::flash_chip::Tool;
use sim::command::header;
use sim::command::new;
use sim::command::on::On;
use sim::command::sim as simulate;
use sim::command::test;
use sim::command::wasm;
use sim::command::wasm::command_line::Wasm;
use sim::debugger;
use sim::engine::EngineName;
use sim::firmware::BoardName;
use sim::firmware::Builder;
use sim::play::Review;
use sim::scenario::plan::FlashCut;
use sim::scenario::schema::schema;
use sim::view;

/// A clockwork world for a kernel of WebAssembly actors: boots it, drives it, breaks it, and
/// states what must be seen.
#[derive(Parser)]
#[command(name = "orrery", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Play one scenario and tell everything about it
    Sim(Sim),
    /// Play every scenario below some paths
    Test(Test),
    /// Print the JSON Schema of scenario files
    Schema,
    /// List the actors of the image: size, hash, grants, imports
    Actors(Actors),
    /// Begin something new
    New(New),
    /// Write the kernel's functions and numbers into the headers of other languages
    Header,
    /// Call functions of wasm modules that are no actors, within limits
    Wasm(Wasm),
    /// Make the firmware of a real board, and an image for it to boot
    Build(Build),
    /// Bring firmware and image to where a board starts from
    Flash(Flash),
    /// Say what firmware that was built takes of its board, and what each actor takes
    Boards(Boards),
    /// Run any ELF file on an emulated machine
    Emu(Emu),
    /// Say what this computer has of what Orrery can use
    Doctor(Doctor),
    /// The window of `sim --view`, which is a process of its own
    #[command(hide = true)]
    Window { title: String, width: usize, height: usize },
}

#[derive(clap::Args)]
struct Actors {
    /// List who there is in this scenario instead, and what runs each of them with
    /// `--engine wasmtime`
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
}

#[derive(clap::Args)]
struct New {
    #[command(subcommand)]
    what: NewWhat,
}

#[derive(Subcommand)]
enum NewWhat {
    /// An actor in Rust: its folder, and a scenario that runs it
    Actor {
        /// Its name: small letters, digits and `_`
        name: String,
    },
}

#[derive(clap::Args)]
#[command(group = ArgGroup::new("live").multiple(true))]
struct Sim {
    /// The scenario file
    #[arg(long, value_name = "FILE")]
    scenario: PathBuf,
    /// What all randomness comes from, instead of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
    /// Play only this one of the boards that the scenario lists
    #[arg(long, value_name = "NAME")]
    board: Option<String>,
    /// Play only this one of the endings that the scenario lists
    #[arg(long, value_name = "NAME")]
    ending: Option<String>,
    /// Show the screen in a window; keys and pointer reach the actors when the steps are done.
    /// Ctrl+Space pauses; paused, `.` lets 10 ms pass and Space goes on
    #[arg(long, group = "live")]
    view: bool,
    /// Make the serial line a pseudo-terminal that any terminal program can attach to; what is typed
    /// there reaches the actors when the steps are done. `--pty=LINK` lets a link lead to it
    #[arg(
        long,
        group = "live",
        value_name = "LINK",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    pty: Option<PathBuf>,
    /// Virtual seconds in a second of yours
    #[arg(long, default_value_t = 1.0, value_parser = argument::speed, requires = "live")]
    speed: f64,
    /// Save what you do in the window and at the terminal as a scenario
    #[arg(long, value_name = "FILE", requires = "live")]
    save: Option<PathBuf>,
    /// Say after the run who can reach what, and through whom: one line for each capability
    #[arg(long)]
    authority: bool,
    /// Approve snapshots that differ
    #[arg(long)]
    update: bool,
    /// Play only this one power cut of an exploration: the flash operation and how far it comes
    #[arg(long, value_name = "OPERATION:MODE", value_parser = argument::cut)]
    cut: Option<FlashCut>,
    /// Where the flash's contents come from, if the file exists, and where they go after the run
    #[arg(long, value_name = "FILE")]
    flash: Option<PathBuf>,
    /// Where pictures and texts go
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// What the scenario runs on: `kernel`, the one in this program; `emulator`, firmware on an
    /// emulated ESP32-C6; `qemu`, firmware on QEMU's PC; `qemu:riscv32`; `serial:DEVICE`, a board at
    /// the other end of a serial line. Everywhere it must be the same story
    #[arg(long, value_name = "TARGET", default_value = "kernel", value_parser = On::parse)]
    on: On,
    /// What runs the actors' modules: `wasmi`, the reference; `wasmtime`, which compiles them for this
    /// computer; `in-place`, as on a board with little memory. The trace is the same, byte for byte
    #[arg(long, value_name = "ENGINE", value_parser = EngineName::parse)]
    engine: Option<EngineName>,
}

#[derive(clap::Args)]
struct Test {
    /// Scenario files, and folders that hold some
    #[arg(default_value = "scenarios")]
    paths: Vec<PathBuf>,
    /// Write a report in JUnit's XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// What the scenarios run on, as for `sim`
    #[arg(long, value_name = "TARGET", default_value = "kernel", value_parser = On::parse)]
    on: On,
    /// What runs the actors' modules: `wasmi`, the reference; `wasmtime`, which compiles them for this
    /// computer; `in-place`, as on a board with little memory. The trace is the same, byte for byte
    #[arg(long, value_name = "ENGINE", value_parser = EngineName::parse)]
    engine: Option<EngineName>,
    /// Compare every file that the runs write with those of other runs, which were played with
    /// `--out DIR`: on another engine, by another commit or for another processor
    #[arg(long, value_name = "DIR")]
    same_as: Option<PathBuf>,
    /// Approve snapshots that differ
    #[arg(long)]
    update: bool,
    /// Where pictures and texts go
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

#[derive(clap::Args)]
struct Build {
    /// The board: x86_64, qemu_riscv32 or esp32c6
    #[arg(long, value_name = "NAME", value_parser = BoardName::parse)]
    board: BoardName,
    /// Whose population it boots
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Let a host at the other end of its serial line turn the handle of its kernel
    #[arg(long)]
    host: bool,
    /// Where firmware and image go
    #[arg(long, value_name = "DIR", default_value = "out/boards")]
    out: PathBuf,
}

#[derive(clap::Args)]
struct Boards {
    /// Where `build` has put firmware
    #[arg(long, value_name = "DIR", default_value = "out/boards")]
    out: PathBuf,
}

#[derive(clap::Args)]
struct Flash {
    #[command(flatten)]
    build: Build,
    /// Pack this file instead: the contents of a USB stick or of a chip's flash
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// The serial port that the chip is connected to
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
    /// Overwrite whatever is on the chip without asking
    #[arg(long)]
    yes: bool,
}

#[derive(clap::Args)]
struct Doctor {
    /// Say what this board needs: x86_64, qemu_riscv32 or esp32c6
    #[arg(long, value_name = "NAME", value_parser = BoardName::parse)]
    board: Option<BoardName>,
    /// Install what rustup and cargo can
    #[arg(long)]
    install: bool,
}

#[derive(clap::Args)]
struct Emu {
    /// The program: an executable ELF file for RV32IMAC
    file: PathBuf,
    /// What it runs on
    #[arg(long, visible_alias = "board", value_enum, default_value_t = EmulatedMachine::Virt)]
    machine: EmulatedMachine,
    /// What a board boots, as `build` makes it; on `virt` for the board `qemu_riscv32`
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Where a board's flash is kept; it is made if it is not there
    #[arg(long, value_name = "FILE")]
    flash: Option<PathBuf>,
    /// Where the picture goes that a board's screen shows at the end (PNG)
    #[arg(long, value_name = "FILE")]
    screen: Option<PathBuf>,
    /// The program's symbol `tohost` tells the end, as in the RISC-V test suites
    #[arg(long)]
    tohost: bool,
    /// Where the memory between the program's symbols `begin_signature` and `end_signature` goes at
    /// the end: one word of eight hexadecimal digits in each line
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// Loads and stores trap at addresses that are no multiple of their size
    #[arg(long)]
    aligned: bool,
    /// How much RAM there is, in whole pages of 4KiB
    #[arg(long, value_name = "SIZE", default_value = "128MiB", value_parser = argument::ram)]
    ram: u32,
    /// Instructions after which the program has failed; the time that it sleeps counts
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Tell of every step: `instructions` and the registers that they changed, `memory` for each
    /// load and store, `devices` for those of devices
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = emu_trace::parse)]
    trace: Vec<emu_trace::Kind>,
    /// Where the trace goes; stderr otherwise
    #[arg(long, value_name = "FILE", requires = "trace")]
    trace_to: Option<PathBuf>,
    /// The tick at which the trace begins
    #[arg(long, value_name = "N", requires = "trace", default_value_t = 0)]
    trace_from: u64,
    /// Lines after which the trace ends, and the program goes on without
    #[arg(long, value_name = "N", requires = "trace")]
    trace_lines: Option<u64>,
    /// Wait for a debugger (GDB's `target remote`) before the first instruction. Without an
    /// address only this computer can connect
    #[arg(long, value_name = "[ADDRESS]:PORT", value_parser = debugger::parse)]
    gdb: Option<SocketAddr>,
    /// Show a board's screen in a window; what is typed there goes to its serial line. Ctrl+Space
    /// pauses; paused, `.` lets 10 ms pass and Space goes on
    #[arg(long, conflicts_with_all = ["gdb", "trace"])]
    view: bool,
    /// Seconds of the board in a second of yours
    #[arg(long, default_value_t = 1.0, value_parser = argument::speed, requires = "view")]
    speed: f64,
}

/// What can be emulated.
#[derive(Clone, Copy, ValueEnum)]
enum EmulatedMachine {
    /// QEMU's machine of the same name: RAM at 0x80000000, a serial line at 0x10000000
    Virt,
    /// An ESP32-C6 board, as `boards/esp32c6` wires it
    Esp32c6,
}

fn main() -> ExitCode {
    if let Some(code) = run_with_quiet_insta() {
        return code;
    }
    let ending = match Arguments::parse().verb {
        Verb::Sim(sim) => {
            let live = view::Options {
                has_window: sim.view,
                pty: sim.pty.clone().map(pty),
                speed: sim.speed,
                save: sim.save,
            };
            simulate::run(&simulate::Options {
                scenario: sim.scenario,
                seed: sim.seed,
                board: sim.board,
                ending: sim.ending,
                view: (sim.view || sim.pty.is_some()).then_some(live),
                cut: sim.cut,
                flash: sim.flash,
                authority: sim.authority,
                on: sim.on,
                engine: sim.engine,
                builder: builder(),
                review: review(sim.update),
                out: sim.out,
            })
        }
        Verb::Test(test) => test::run(&test::Options {
            paths: test.paths,
            junit: test.junit,
            on: test.on,
            engine: test.engine,
            same_as: test.same_as,
            builder: builder(),
            review: review(test.update),
            out: test.out,
        }),
        Verb::Schema => {
            print!("{}", schema());
            Ending::Passed
        }
        Verb::Actors(Actors { scenario }) => actors::run(scenario.as_deref()),
        Verb::New(New { what: NewWhat::Actor { name } }) => new::run(Path::new("."), &name),
        Verb::Header => header::run(),
        Verb::Wasm(arguments) => wasm::run(&arguments.options()),
        Verb::Build(build) => build::run(&build_options(build)),
        Verb::Flash(flash) => {
            let consent = consent(flash.yes);
            let tool = Tool { program: "espflash".into(), port: flash.port, consent };
            let (build, image) = (build_options(flash.build), flash.image);
            flash::run(&flash::Options { build, image, tool })
        }
        Verb::Boards(Boards { out }) => boards::run(&out),
        Verb::Emu(arguments) => emulate(arguments),
        Verb::Doctor(Doctor { board, install }) => doctor::run(board, install),
        Verb::Window { title, width, height } => {
            view::run_window(&title, width, height);
            Ending::Passed
        }
    };
    ExitCode::from(ending as u8)
}

/// insta is told by its environment what to say and to write, and a program cannot safely change
/// its own; so it starts itself once more with the right one. `None` if it has that already.
fn run_with_quiet_insta() -> Option<ExitCode> {
    const QUIET: [(&str, &str); 2] = [("INSTA_OUTPUT", "none"), ("INSTA_UPDATE", "new")];
    let is_quiet =
        |(name, value): (&str, &str)| std::env::var_os(name).is_some_and(|found| found == *value);
    if QUIET.into_iter().all(is_quiet) {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    let status = Command::new(program).args(std::env::args_os().skip(1)).envs(QUIET).status();
    let code = status.ok()?.code().unwrap_or(1);
    Some(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The cargo that started this program, if one did.
fn builder() -> Builder {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    Builder {
        cargo: variable("CARGO").unwrap_or_else(|| "cargo".into()),
        cargo_home: variable("CARGO_HOME"),
        // It may be relative to here, and cargo works elsewhere.
        target: variable("CARGO_TARGET_DIR").and_then(|folder| std::path::absolute(folder).ok()),
    }
}

fn build_options(arguments: Build) -> build::Options {
    build::Options {
        board: arguments.board,
        scenario: arguments.scenario.unwrap_or_else(|| arguments.board.population().into()),
        drive: if arguments.host { Drive::Host } else { Drive::Board },
        builder: builder(),
        out: arguments.out,
    }
}

/// Whether something that is not ours may be overwritten.
fn consent(is_given: bool) -> Consent {
    if is_given {
        return Consent::Given;
    }
    let has_person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !has_person {
        return Consent::Missing;
    }
    Consent::Asked(|| std::io::stdin().lines().next()?.ok())
}

/// A pseudo-terminal, and a link to it if there is a name for one.
fn pty(link: PathBuf) -> view::pty::Options {
    let has_person = std::io::stdin().is_terminal();
    view::pty::Options {
        link: Some(link).filter(|link| !link.as_os_str().is_empty()),
        until: if has_person { view::pty::Until::Enter } else { view::pty::Until::Left },
    }
}

fn review(update: bool) -> Review {
    if update { Review::Accept } else { Review::Compare }
}

fn emulate(arguments: Emu) -> Ending {
    let Emu { file, machine, image, flash, screen, limit, gdb, trace, .. } = arguments;
    let (to, from) = (arguments.trace_to, arguments.trace_from);
    let lines = arguments.trace_lines.unwrap_or(u64::MAX);
    let trace = emu_trace::Wish { kinds: trace, to, from, lines };
    match machine {
        EmulatedMachine::Virt => {
            let (has_flash, has_screen) = (flash.is_some(), screen.is_some());
            let of_boards =
                [("--flash", has_flash), ("--screen", has_screen), ("--view", arguments.view)];
            if let Some((name, _)) = of_boards.iter().find(|(_, is_given)| *is_given) {
                eprintln!("error: `{name}` is for a board: add `--board esp32c6`");
                return Ending::Refused;
            }
            let alignment = if arguments.aligned { Alignment::Natural } else { Alignment::Any };
            emu::run(&emu::Options {
                file,
                image,
                has_host: arguments.tohost,
                signature: arguments.signature,
                alignment,
                ram: arguments.ram,
                limit,
                trace,
                debugger: gdb,
            })
        }
        EmulatedMachine::Esp32c6 => {
            let debugger = gdb;
            emu_board::run(&emu_board::Options {
                file,
                image,
                flash,
                screen,
                limit,
                trace,
                debugger,
                view: arguments.view.then_some(arguments.speed),
            })
        }
    }
}
