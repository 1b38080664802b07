//! Programs of public test suites, if there are any: every file of the folder that
//! `ORRERY_CONFORMANCE` names, which is an ELF file with the symbol `tohost`. It must say that it
//! passed; and if beside `NAME` stands `NAME.reference`, its signature must be that. A file whose
//! name ends in `.aligned` runs where misaligned loads and stores trap.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use emulator::bus::Alignment;
use emulator::cpu::Settings;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::virt::Options;
use emulator::virt::Virt;
use emulator::virt::signature::signature;

const FOLDER: &str = "ORRERY_CONFORMANCE";
/// No program of the suites has half as many instructions.
const LIMIT: u64 = 100_000_000;

/// Why a program does not pass.
fn judge(path: &Path) -> Result<(), String> {
    let file = fs::read(path).map_err(|error| error.to_string())?;
    let elf = Elf::parse(&file).map_err(|error| error.to_string())?;
    let is_aligned = path.extension() == Some(OsStr::new("aligned"));
    let alignment = if is_aligned { Alignment::Natural } else { Alignment::Any };
    let options =
        Options { settings: Settings { alignment, ..Default::default() }, ..Default::default() };
    let (mut cpu, mut machine) = Virt::boot(&elf, &options).map_err(|error| error.to_string())?;
    machine.serve_host(&mut cpu, &elf).map_err(|error| error.to_string())?;
    match cpu.run(&mut machine, LIMIT) {
        Stop::Exit(0) => (),
        Stop::Lost(report) => return Err(report.text(&elf.symbols)),
        stop => return Err(format!("{stop:?}")),
    }
    let Ok(reference) = fs::read_to_string(beside(path)) else { return Ok(()) };
    let found = signature(&elf.symbols, cpu.memory()).map_err(|error| error.to_string())?;
    compare(&found, &reference)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".reference");
    PathBuf::from(name)
}

fn compare(found: &str, reference: &str) -> Result<(), String> {
    let (found, wanted): (Vec<&str>, Vec<&str>) =
        (found.lines().collect(), reference.lines().map(str::trim).collect());
    for (number, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        if !found.eq_ignore_ascii_case(wanted) {
            return Err(format!("word {number} of its signature is {found}, not {wanted}"));
        }
    }
    let (found, wanted) = (found.len(), wanted.len());
    if found == wanted { Ok(()) } else { Err(format!("it signs {found} words, not {wanted}")) }
}

#[test]
fn every_program_of_the_suites_passes() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        println!("skipped: {FOLDER} names no folder with programs");
        return;
    };
    let entries = fs::read_dir(&folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let is_program = |path: &PathBuf| path.extension() != Some(OsStr::new("reference"));
    let mut paths: Vec<PathBuf> = paths.filter(is_program).collect();
    paths.sort();
    let signed = paths.iter().filter(|path| beside(path).exists()).count();
    let mut failed = 0;
    for path in &paths {
        if let Err(why) = judge(path) {
            failed += 1;
            println!("{}: {why}", path.display());
        }
    }
    println!("{} programs, {signed} with a reference: {failed} failed", paths.len());
    assert!(!paths.is_empty(), "no program in the folder");
    assert_eq!(failed, 0);
}

#[test]
fn another_signature_is_told_by_its_first_word() {
    assert_eq!(compare("0000000a\n", "0000000A\r\n"), Ok(()));
    let other = compare("00000001\n00000002\n", "00000001\n00000003\n");
    assert_eq!(other, Err("word 1 of its signature is 00000002, not 00000003".to_owned()));
    assert_eq!(compare("00000001\n", ""), Err("it signs 1 words, not 0".to_owned()));
}
