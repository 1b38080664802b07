//! How many instructions a second: `cargo bench -p emulator`, and beside it how fast QEMU is, if
//! it is there. Behind `--` can stand ELF files, which are run as well, and `--firmware ELF IMAGE`:
//! what `cargo run build --board esp32c6` has made.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the host's clock")]

#[path = "../../tests/it/assembler.rs"]
#[allow(dead_code, reason = "the tests name more instructions")]
mod assembler;
mod firmware;
mod program;
mod qemu;
mod stopwatch;

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

/// A program that has not ended then never will.
const INSTRUCTIONS_MAX: u64 = 20_000_000_000;
/// The firmware boots so often.
const RUNS: usize = 5;

fn main() {
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
    let mut paths = std::env::args().skip(1).filter(|argument| !argument.starts_with("--bench"));
    while let Some(path) = paths.next() {
        match path.as_str() {
            "--firmware" => {
                boot(&paths.next().expect("a firmware"), &paths.next().expect("its image"))
            }
            _ => run(&path),
        }
    }
}

/// Any program.
fn run(path: &str) {
    let file = std::fs::read(path).expect("the file can be read");
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

/// A board's firmware from power-on until its shell has answered.
fn boot(firmware: &str, image: &str) {
    let read = |path: &str| std::fs::read(path).expect("the file can be read");
    let (firmware, image) = (read(firmware), read(image));
    for _ in 0..RUNS {
        let figures = firmware::measure(&firmware, &image).unwrap_or_else(|what| panic!("{what}"));
        let (retired, seconds) = (figures.retired, figures.seconds);
        let mips = retired as f64 / seconds / 1e6;
        println!(
            "firmware   {mips:8.1} MIPS ({retired} instructions, {seconds:.3} s), first byte after \
             {:.1} ms",
            figures.first_byte * 1e3
        );
    }
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
