//! How many instructions a second: `cargo bench -p emulator`, and beside it how fast QEMU is, if
//! it is there. Behind `--` can stand ELF files, which are run as well, `--firmware ELF IMAGE`,
//! what `cargo run build --board esp32c6` has made, and `--virt ELF IMAGE`, what is made for the
//! board `qemu_riscv32` from a scenario whose shell is at the serial line and needs no screen. With
//! `--alone` nothing else runs.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the host's clock")]

#[path = "../../tests/it/assembler.rs"]
#[allow(dead_code, reason = "the tests name more instructions")]
mod assembler;
mod computer;
mod firmware;
mod program;
mod qemu;
mod stopwatch;
mod talk;

use std::path::Path;

use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::virt::Options;
use emulator::virt::RAM;
use emulator::virt::Virt;

use crate::program::Program;
use crate::program::programs;
use crate::qemu::Counting;
use crate::stopwatch::Stopwatch;
use crate::talk::Figures;

/// A program that has not ended then never will.
const INSTRUCTIONS_MAX: u64 = 20_000_000_000;
/// The firmware boots so often.
const RUNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--alone") {
        run_programs();
    }
    let others = ["--bench", "--alone"];
    let mut paths = arguments.into_iter().filter(|argument| !others.contains(&argument.as_str()));
    while let Some(path) = paths.next() {
        let mut file = || paths.next().expect("a firmware and its image");
        match path.as_str() {
            "--firmware" => boot_chip(&file(), &file()),
            "--virt" => boot_computer(&file(), &file()),
            _ => run(&path),
        }
    }
}

/// The programs that are encoded here.
fn run_programs() {
    for Program { name, words } in programs() {
        let (mut cpu, mut machine) = Virt::new(&Options::default()).expect("the default fits");
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert!(cpu.memory_mut().write(RAM, &bytes), "the program fits");
        let path = std::env::temp_dir().join("orrery-speed.bin");
        std::fs::write(&path, &bytes).expect("a file can be written");
        let begin = Stopwatch::start();
        let stop = cpu.run(&mut machine, INSTRUCTIONS_MAX);
        assert_eq!(stop, Stop::Exit(0), "{name} ends");
        figure(name, cpu.retired(), begin, &path);
    }
}

/// Any program.
fn run(path: &str) {
    let file = read(path);
    let begin = Stopwatch::start();
    let elf = Elf::parse(&file).unwrap_or_else(|error| panic!("{path}: {error}"));
    let options = Options::default();
    let (mut cpu, mut machine) =
        Virt::boot(&elf, &options).unwrap_or_else(|error| panic!("{path}: {error}"));
    // A program without `tohost` has another way to end, or none.
    let _ = machine.serve_host(&mut cpu, &elf);
    let stop = cpu.run(&mut machine, INSTRUCTIONS_MAX);
    print!("{}", String::from_utf8_lossy(&machine.take_output()));
    match stop {
        Stop::Lost(report) => println!("{}", report.text(&elf.symbols)),
        stop => println!("{stop:?}"),
    }
    let path = Path::new(path);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    figure(&name, cpu.retired(), begin, path);
}

/// The firmware of the chip.
fn boot_chip(firmware: &str, image: &str) {
    let (firmware, image) = (read(firmware), read(image));
    for _ in 0..RUNS {
        show("esp32c6", firmware::measure(&firmware, &image));
    }
}

/// The firmware of the computer, on both that there are of it.
fn boot_computer(firmware: &str, image: &str) {
    let bytes = (read(firmware), read(image));
    for _ in 0..RUNS {
        let ours = computer::measure(&bytes.0, &bytes.1);
        let counted = ours.as_ref().ok().map(|figures| (figures.boot, figures.answers));
        show("virt", ours);
        for (counting, what) in [(Counting::Free, "QEMU"), (Counting::Exact, "QEMU -icount")] {
            let (firmware, image) = (Path::new(firmware), Path::new(image));
            match computer::measure_qemu(firmware, image, counting) {
                None => println!("{what:<12} no figure"),
                Some(Err(error)) => println!("{what:<12} {error}"),
                Some(Ok(other)) => {
                    print!("{what:<12} boot {:.3} s", other.boot.seconds);
                    print!(", answers {:.3} s", other.answers.seconds);
                    print!(", first byte after {:.1} ms", other.first.seconds * 1e3);
                    if let Some((boot, answers)) = counted {
                        let boot = other.boot.seconds / boot.seconds;
                        let answers = other.answers.seconds / answers.seconds;
                        print!("; we boot at {boot:.2} and answer at {answers:.2} of that speed");
                    }
                    println!();
                }
            }
        }
    }
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(path).expect("the file can be read")
}

fn show(name: &str, measured: Result<Figures, String>) {
    let Figures { first, boot, answers } = measured.unwrap_or_else(|what| panic!("{name}: {what}"));
    print!("{name:<12} boot {:.1} MIPS ({}, {:.3} s)", boot.mips(), boot.retired, boot.seconds);
    print!(", answers {:.1} MIPS", answers.mips());
    print!(" ({}, {:.3} s)", answers.retired, answers.seconds);
    println!(", first byte after {:.1} ms", first.seconds * 1e3);
}

/// What a program took here, and how often longer than in QEMU.
fn figure(name: &str, retired: u64, begin: Stopwatch, path: &Path) {
    let seconds = begin.elapsed().as_secs_f64();
    let mips = retired as f64 / seconds / 1e6;
    print!("{name:<10} {mips:8.1} MIPS ({retired} instructions, {seconds:.3} s)");
    for (counting, what) in [(Counting::Free, "QEMU"), (Counting::Exact, "QEMU -icount")] {
        match qemu::measure(path, counting) {
            Some(other) => print!(", {:.2} of {what}'s speed", other / seconds),
            None => print!(", no figure of {what}"),
        }
    }
    println!();
}
