//! The interfaces of the three seeds, call by call: what a module built for one of them sees.

pub(crate) mod bench;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod mk;
pub(crate) mod ping_pong;
mod printed;
mod shell;
pub(crate) mod sp;
pub(crate) mod sys;

use libtest_mimic::Failed;
use libtest_mimic::Trial;

/// Every case.
pub(crate) fn trials() -> Vec<Trial> {
    let cases = [ping_pong::CASES, shell::CASES];
    cases
        .into_iter()
        .flatten()
        .chain(mk::cases())
        .chain(sp::cases())
        .chain(sys::cases())
        .map(trial)
        .collect()
}

/// A promise and how it is shown; what is shown wrongly panics with what was seen instead.
type Case = (&'static str, fn());

fn trial((name, case): &'static Case) -> Trial {
    Trial::test(format!("seed::{name}"), || {
        case();
        Ok::<(), Failed>(())
    })
}
