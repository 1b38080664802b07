//! What a board needs on this computer: to build its firmware, to run it and to bring it there.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::command::check::Check;
use crate::command::check::Remedy;
use crate::command::check::has_target;
use crate::command::check::said;
use crate::command::flash_chip;
use crate::firmware::BoardName;
use crate::target::qemu::Computer;
use crate::target::qemu::Ovmf;

/// Where Linux puts the serial lines of boards that are plugged in, and how they are called.
const DEVICES: &str = "/dev";
const LINES: [&str; 2] = ["ttyACM", "ttyUSB"];

/// All that a board needs.
pub(super) fn checks(board: BoardName) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for target in targets(board) {
        checks.push(Check {
            name: format!("target {target}"),
            purpose: "firmware is built for it",
            is_needed: true,
            remedy: Remedy::command(&format!("rustup target add {target}")),
            look: Box::new(move || has_target(target)),
        });
    }
    match board {
        BoardName::X86_64 => checks.extend([
            qemu(Computer::X86_64, "qemu-system-x86", "`--on qemu` runs firmware in it"),
            ovmf(),
        ]),
        BoardName::QemuRiscv32 => checks.push(qemu(
            Computer::Riscv32,
            "qemu-system-misc",
            "it is the board; `--on qemu:riscv32` runs firmware in it",
        )),
        BoardName::Esp32c6 => checks.extend([espflash(), line()]),
    }
    checks
}

/// The targets of its firmware, each once.
fn targets(board: BoardName) -> Vec<&'static str> {
    let mut targets: Vec<_> = board.binaries().iter().map(|binary| binary.target).collect();
    targets.dedup();
    targets
}

fn qemu(computer: Computer, package: &'static str, purpose: &'static str) -> Check {
    let program = computer.program();
    Check {
        name: program.to_owned(),
        purpose,
        // A PC on a desk starts without it; a computer of QEMU's does not.
        is_needed: computer == Computer::Riscv32,
        remedy: Remedy::Package(package),
        look: Box::new(move || said(program, &["--version"]).starts_with("QEMU")),
    }
}

fn ovmf() -> Check {
    Check {
        name: "OVMF".to_owned(),
        purpose: "a USB stick starts in QEMU with it",
        is_needed: false,
        remedy: Remedy::Package("ovmf"),
        look: Box::new(|| Ovmf::find().is_some()),
    }
}

fn espflash() -> Check {
    Check {
        name: "espflash 4".to_owned(),
        purpose: "`flash --board esp32c6` packs and flashes with it",
        is_needed: true,
        remedy: Remedy::command(flash_chip::INSTALL),
        look: Box::new(|| flash_chip::is_known(&said(flash_chip::PROGRAM, &["--version"]))),
    }
}

/// A board that is plugged in, and may be spoken to. Only a line that may not be is a mistake: that
/// there is none is how it is while the board is not plugged in.
fn line() -> Check {
    let closed = lines(Path::new(DEVICES)).into_iter().find(|line| !is_open(line));
    match closed {
        Some(line) => Check {
            name: format!("serial line {}", line.display()),
            purpose: "the board is at its other end, and you may not read and write there",
            is_needed: true,
            remedy: Remedy::Person(
                "type: sudo usermod -aG dialout $USER; then log in again".to_owned(),
            ),
            look: Box::new(move || is_open(&line)),
        },
        None => Check {
            name: "serial line (/dev/ttyACM0 and the like)".to_owned(),
            purpose: "no board is plugged in",
            is_needed: false,
            remedy: Remedy::Person("plug it in with a cable that carries data".to_owned()),
            look: Box::new(|| !lines(Path::new(DEVICES)).is_empty()),
        },
    }
}

/// The serial lines in a folder of devices.
fn lines(devices: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(devices).into_iter().flatten().flatten();
    let is_line = |name: &str| LINES.iter().any(|line| name.starts_with(line));
    let entries = entries.filter(|entry| is_line(&entry.file_name().to_string_lossy()));
    let mut lines: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    lines.sort();
    lines
}

/// Whether this person may read and write there. It is not opened: that would start the board anew.
#[cfg(unix)]
fn is_open(line: &Path) -> bool {
    use rustix::fs::Access;
    rustix::fs::access(line, Access::READ_OK | Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_board_needs_a_target_and_says_how_all_else_comes() {
        for board in BoardName::ALL {
            let checks = checks(board);
            assert!(checks.iter().any(|check| check.name.starts_with("target ")), "{board:?}");
            for check in checks {
                assert!(!check.purpose.is_empty() && !check.name.is_empty());
            }
        }
        let names: Vec<String> =
            checks(BoardName::X86_64).into_iter().map(|check| check.name).collect();
        assert_eq!(
            names,
            [
                "target x86_64-unknown-none",
                "target x86_64-unknown-uefi",
                "qemu-system-x86_64",
                "OVMF"
            ]
        );
    }

    #[test]
    fn serial_lines_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ttyS0", "ttyUSB1", "ttyACM0", "null"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = lines(folder.path());
        assert_eq!(found, [folder.path().join("ttyACM0"), folder.path().join("ttyUSB1")]);
        assert!(found.iter().all(|line| is_open(line)));
        assert_eq!(lines(Path::new("/nowhere")), Vec::<PathBuf>::new());
    }
}
