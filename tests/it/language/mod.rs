//! Actors in other languages: their headers say what the kernel does, and what is written with them
//! runs. A tool that this computer lacks is named, and its cases are skipped; where
//! `ORRERY_REQUIRE_TOOLS` is set, as in the gate, they fail instead.

mod build;
mod header;
mod program;
mod tool;

use libtest_mimic::Failed;
use libtest_mimic::Trial;

/// Every case.
pub(crate) fn trials() -> Vec<Trial> {
    [header::CASES, program::CASES].into_iter().flatten().map(trial).collect()
}

/// A promise and how it is shown; what is shown wrongly panics with what was seen instead.
type Case = (&'static str, fn());

fn trial((name, case): &'static Case) -> Trial {
    Trial::test(format!("language::{name}"), || {
        case();
        Ok::<(), Failed>(())
    })
}
