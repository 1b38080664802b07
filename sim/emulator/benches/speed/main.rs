//! How many instructions a second: `cargo bench -p emulator`. Programs are encoded here, so that no
//! toolchain is needed; an ELF file behind `--` is run as well.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the host's clock")]

mod firmware;
mod stopwatch;

use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::virt::Options;
use emulator::virt::RAM;
use emulator::virt::Virt;

use crate::stopwatch::Stopwatch;

/// Each figure executes so many.
const INSTRUCTIONS: u64 = 400_000_000;
/// The firmware boots so often.
const RUNS: usize = 5;

fn main() {
    let programs: [(&str, Vec<u32>); 3] =
        [("count", count()), ("integer", integer()), ("memory", memory())];
    for (name, words) in programs {
        let (mut cpu, mut machine) = Virt::new(&Options::default()).expect("the default fits");
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert!(cpu.memory_mut().write(RAM, &bytes), "the program fits");
        let begin = Stopwatch::start();
        cpu.run(&mut machine, INSTRUCTIONS);
        figure(name, cpu.retired(), begin);
    }
    let mut paths = std::env::args().skip(1).filter(|argument| !argument.starts_with("--bench"));
    while let Some(path) = paths.next() {
        if path == "--firmware" {
            boot(&paths.next().expect("a firmware"), &paths.next().expect("its image"));
            continue;
        }
        let file = std::fs::read(&path).expect("the file can be read");
        let begin = Stopwatch::start();
        let elf = Elf::parse(&file).unwrap_or_else(|error| panic!("{path}: {error}"));
        let options = Options::default();
        let (mut cpu, mut machine) =
            Virt::boot(&elf, &options).unwrap_or_else(|error| panic!("{path}: {error}"));
        // A program without `tohost` has another way to end, or none.
        let _ = machine.serve_host(&mut cpu, &elf);
        let stop = cpu.run(&mut machine, 20 * INSTRUCTIONS);
        print!("{}", String::from_utf8_lossy(&machine.take_output()));
        match stop {
            Stop::Lost(report) => println!("{}", report.text(&elf.symbols)),
            stop => println!("{stop:?}"),
        }
        figure(&path, cpu.retired(), begin);
    }
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

fn figure(name: &str, retired: u64, begin: Stopwatch) {
    let seconds = begin.elapsed().as_secs_f64();
    let mips = retired as f64 / seconds / 1e6;
    println!("{name:<10} {mips:8.1} MIPS ({retired} instructions, {seconds:.3} s)");
}

/// `addi x1, x1, 1; bne x1, x0, -4`.
fn count() -> Vec<u32> {
    vec![0x0010_8093, 0xfe10_1ee3]
}

/// A shift register with an addition: chains of dependent instructions.
fn integer() -> Vec<u32> {
    vec![
        0x0010_0093, // addi x1, x0, 1
        0x00d0_9113, // slli x2, x1, 13
        0x0020_c0b3, // xor x1, x1, x2
        0x0110_d113, // srli x2, x1, 17
        0x0020_c0b3, // xor x1, x1, x2
        0x0050_9113, // slli x2, x1, 5
        0x0020_c0b3, // xor x1, x1, x2
        0x0011_8233, // add x4, x3, x1
        0x0041_81b3, // add x3, x3, x4
        0x0012_8293, // addi x5, x5, 1
        0xfc02_9ee3, // bne x5, x0, -36
    ]
}

/// Copies a page word by word.
fn memory() -> Vec<u32> {
    vec![
        0x8000_1537, // lui x10, 0x80001
        0x8000_25b7, // lui x11, 0x80002
        0x4000_0613, // addi x12, x0, 1024
        0x0005_2683, // lw x13, 0(x10)
        0x00d5_a023, // sw x13, 0(x11)
        0x0045_0513, // addi x10, x10, 4
        0x0045_8593, // addi x11, x11, 4
        0xfff6_0613, // addi x12, x12, -1
        0xfe06_16e3, // bne x12, x0, -20
        0xfddf_f06f, // jal x0, -36
    ]
}
