//! `orrery doctor`: what this computer has of what Orrery can use, or of what one board needs.

use crate::command::Ending;
use crate::command::check::Check;
use crate::command::check::Remedy;
use crate::command::check::has_target;
use crate::command::check::said;
use crate::command::check::tell;
use crate::command::check_board;
use crate::firmware::BoardName;

const WASM: &str = "wasm32-unknown-unknown";

/// Looks and tells; with `install` it installs what rustup and cargo can. Fails only if something
/// is missing without which nothing works.
pub fn run(board: Option<BoardName>, install: bool) -> Ending {
    let mut checks = toolchain();
    match board {
        Some(board) => checks.extend(check_board::checks(board)),
        None => checks.extend(window()),
    }
    let has_all = tell(&checks, install);
    if board.is_none() {
        println!("`doctor --board NAME` says what a board needs");
    }
    if has_all { Ending::Passed } else { Ending::Failed }
}

/// What everything needs.
fn toolchain() -> Vec<Check> {
    let rustup = "install it from https://rustup.rs".to_owned();
    vec![
        Check {
            name: "rustc".to_owned(),
            purpose: "it builds everything",
            is_needed: true,
            remedy: Remedy::Person(rustup),
            look: Box::new(|| said("rustc", &["--version"]).starts_with("rustc 1.")),
        },
        Check {
            name: format!("target {WASM}"),
            purpose: "actors are built for it",
            is_needed: true,
            remedy: Remedy::command(&format!("rustup target add {WASM}")),
            look: Box::new(|| has_target(WASM)),
        },
    ]
}

/// What `--view` needs, and where a board's needs are said.
fn window() -> Vec<Check> {
    let is_loadable = |library: &str| said("ldconfig", &["-p"]).contains(library);
    vec![
        Check {
            name: "a display (DISPLAY or WAYLAND_DISPLAY)".to_owned(),
            purpose: "`--view` opens its window there",
            is_needed: false,
            remedy: Remedy::Person("without one a run goes on headless".to_owned()),
            look: Box::new(|| ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(has_variable)),
        },
        Check {
            name: "libX11 and libXcursor".to_owned(),
            purpose: "`--view` loads them at run time",
            is_needed: false,
            remedy: Remedy::Package("libx11-6 libxcursor1"),
            look: Box::new(move || is_loadable("libX11.so.6") && is_loadable("libXcursor.so.1")),
        },
    ]
}

/// The one look at the environment outside `main`: whether there is a display is its own.
#[expect(clippy::disallowed_methods, reason = "the doctor examines the environment")]
fn has_variable(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !value.is_empty())
}
