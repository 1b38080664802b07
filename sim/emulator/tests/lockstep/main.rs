//! The emulator beside QEMU: random programs, and after every instruction all registers, the
//! program counter and the state of traps; at the end of a program its memory, byte by byte. What
//! is compared, and where the two may differ, is told in `docs/emulator.md`.

#[path = "../it/assembler.rs"]
#[allow(dead_code, reason = "the other tests name more instructions")]
mod assembler;
mod draw;
mod half;
mod piece;
mod program;
mod record;
mod qemu;
mod access;
mod compare;

use std::process::Command;

use crate::compare::Tally;
use crate::compare::compare;
use crate::program::Program;
use crate::program::length;
use crate::qemu::QEMU;

/// Whether QEMU is there. If it is not and may be absent, that is said.
fn has_qemu() -> bool {
    let output = Command::new(QEMU).arg("--version").output();
    if output.is_ok_and(|output| output.status.success()) {
        return true;
    }
    let is_required = std::env::var_os("ORRERY_REQUIRE_TOOLS").is_some_and(|set| set == "1");
    assert!(!is_required, "no {QEMU}, and ORRERY_REQUIRE_TOOLS is set");
    println!("skipped: needs {QEMU} (apt install qemu-system-misc)");
    false
}

/// A number that the environment may say otherwise.
fn setting(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var_os(name);
    text.map_or(otherwise, |text| text.to_string_lossy().parse().expect("a number"))
}

/// Programs of consecutive seeds until so many instructions have been compared.
fn check(first: u64, instructions: u64) -> Tally {
    let mut tally = Tally::default();
    let mut seed = first;
    while tally.instructions < instructions {
        let program = Program::new(seed);
        // A program that runs in circles ends nowhere: that would compare little for long.
        if length(&program).is_some() {
            compare(&program, &mut tally).unwrap_or_else(|what| panic!("seed {seed}: {what}"));
        }
        seed += 1;
    }
    println!("seeds {first}..{seed}\n{tally}");
    tally
}

#[test]
fn every_instruction_leaves_what_qemu_leaves() {
    if !has_qemu() {
        return;
    }
    let tally = check(0, 400_000);
    // Else the law above would compare little.
    for cause in [1, 2, 3, 4, 5, 6, 7, 8, 11] {
        assert!(tally.traps.contains_key(&cause), "no trap with the cause {cause}");
    }
    assert!(tally.traps.contains_key(&(1 << 31 | 3)), "no interrupt");
    assert!(20_000 < tally.user, "{} instructions in user mode", tally.user);
}

#[test]
#[ignore = "minutes; ORRERY_LOCKSTEP_SEED and ORRERY_LOCKSTEP_INSTRUCTIONS say which and how many"]
fn ten_million_instructions_leave_what_qemu_leaves() {
    if !has_qemu() {
        return;
    }
    let first = setting("ORRERY_LOCKSTEP_SEED", 1000);
    check(first, setting("ORRERY_LOCKSTEP_INSTRUCTIONS", 10_000_000));
}
