//! Every scenario of the repository, each variant a named case.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::test::scenarios;
use sim::diagnostic::Look;
use sim::firmware::Builder;
use sim::play::Review;
use sim::play::play;
use sim::play::title;
use sim::present;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::stock::Stock;

/// Folders whose scenarios must be the same story whatever runs them.
pub(crate) const FOLDERS: [&str; 15] = [
    "blinky",
    "capability",
    "chaos",
    "desktop",
    "files",
    "flash",
    "kv",
    "names",
    "reload",
    "schedule",
    "shell",
    "state",
    "supervision",
    "tty",
    "wires",
];

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Who builds firmware for a test: the cargo that has built the test.
pub(crate) fn builder() -> Builder {
    Builder {
        cargo: std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from),
        cargo_home: std::env::var_os("CARGO_HOME").map(PathBuf::from),
        target: std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from),
    }
}

/// Every scenario; one that cannot be read is a case that fails.
pub(crate) fn trials() -> Vec<Trial> {
    let files = scenarios(&[PathBuf::from("scenarios")]).expect("there are scenarios");
    let compared = Trial::test(
        "scenario::the_session_in_the_window_is_the_one_over_the_serial_line",
        same_session,
    );
    files.into_iter().flat_map(trials_of).chain([compared]).collect()
}

/// The two scenarios type the same lines in the same order, apart from those that make room.
fn same_session() -> Result<(), Failed> {
    let lines = |name: &str, key: &str, end: &str| -> std::io::Result<Vec<String>> {
        let text = fs::read_to_string(root().join("scenarios/shell").join(name))?;
        let typed = text.lines().filter_map(|line| line.split_once(key)?.1.strip_suffix(end));
        Ok(typed.filter(|line| *line != "\"clear").map(String::from).collect())
    };
    let serial = lines("a_session_over_the_serial_line.yaml", "write-serial: ", "\\r\"")?;
    let window = lines("a_session_in_the_window.yaml", "type: ", "\\n\"")?;
    assert!(20 < serial.len(), "there is a session");
    assert_eq!(serial, window);
    Ok(())
}

fn trials_of(file: PathBuf) -> Vec<Trial> {
    match load(&file, &Stock) {
        Ok(plans) => plans.into_iter().map(trial).collect(),
        Err(diagnostics) => {
            let name = format!("scenario::{}", file.display());
            vec![Trial::test(name, move || Err(Failed::from(diagnostics.to_string())))]
        }
    }
}

fn trial(plan: Plan) -> Trial {
    Trial::test(format!("scenario::{}", title(&plan)), move || {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let outcome = play(&plan, None, out, Review::Compare)
            .map_err(|error| Failed::from(present::error(&plan, &error)))?;
        if outcome.has_passed() {
            return Ok(());
        }
        Err(Failed::from(present::failures(&plan, &outcome, Look::Plain)))
    })
}
