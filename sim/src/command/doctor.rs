//! `orrery doctor`: what this computer has of what Orrery can use.

use std::process::Command;

use crate::command::Ending;

/// One thing that is there or not.
struct Check {
    name: &'static str,
    is_there: bool,
    /// What it is for, and how to get it.
    advice: &'static str,
    is_needed: bool,
}

/// Looks and tells. Fails only if something is missing without which nothing works.
pub fn run() -> Ending {
    let checks = [
        Check {
            name: "rustc",
            is_there: prints("rustc", &["--version"], "rustc 1."),
            advice: "builds everything; install it from rustup",
            is_needed: true,
        },
        Check {
            name: "target wasm32-unknown-unknown",
            is_there: has_target("wasm32-unknown-unknown"),
            advice: "actors are built for it: rustup target add wasm32-unknown-unknown",
            is_needed: true,
        },
        Check {
            name: "target riscv32imac-unknown-none-elf",
            is_there: has_target("riscv32imac-unknown-none-elf"),
            advice: "the kernel for ESP32-C6: rustup target add riscv32imac-unknown-none-elf",
            is_needed: false,
        },
        Check {
            name: "a display (DISPLAY or WAYLAND_DISPLAY)",
            is_there: ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| has_variable(name)),
            advice: "`--view` opens its window there; without one a run goes on headless",
            is_needed: false,
        },
        Check {
            name: "libX11 and libXcursor",
            is_there: prints("ldconfig", &["-p"], "libX11.so.6")
                && prints("ldconfig", &["-p"], "libXcursor.so.1"),
            advice: "`--view` loads them at run time: apt install libx11-6 libxcursor1",
            is_needed: false,
        },
    ];
    let mut ending = Ending::Passed;
    for check in &checks {
        let word = match (check.is_there, check.is_needed) {
            (true, _) => "ok     ",
            (false, true) => "MISSING",
            (false, false) => "absent ",
        };
        println!("{word} {}", check.name);
        if !check.is_there {
            println!("        {}", check.advice);
        }
        if check.is_needed && !check.is_there {
            ending = Ending::Failed;
        }
    }
    ending
}

fn has_target(target: &str) -> bool {
    let arguments = ["--print", "target-libdir", "--target", target];
    let Ok(output) = Command::new("rustc").args(arguments).output() else { return false };
    let folder = String::from_utf8_lossy(&output.stdout);
    output.status.success() && std::path::Path::new(folder.trim()).is_dir()
}

fn prints(program: &str, arguments: &[&str], text: &str) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(text))
}

/// The one look at the environment outside `main`: whether there is a display is its own.
#[expect(clippy::disallowed_methods, reason = "the doctor examines the environment")]
fn has_variable(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !value.is_empty())
}
