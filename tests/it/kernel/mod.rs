//! What the kernel promises to single actors, shown by actors of a few instructions each.

pub(crate) mod bench;
mod entry;
mod hostile;
mod library;
mod life;
mod load;
mod message;
mod profile;
mod reload;
mod stack;
mod supervise;

use libtest_mimic::Failed;
use libtest_mimic::Trial;

/// Every case.
pub(crate) fn trials() -> Vec<Trial> {
    let cases = [
        load::CASES,
        entry::CASES,
        library::CASES,
        life::CASES,
        message::CASES,
        profile::CASES,
        reload::CASES,
        stack::CASES,
        supervise::CASES,
        hostile::CASES,
    ];
    cases.into_iter().flatten().map(trial).collect()
}

/// A promise and how it is shown; what is shown wrongly panics with what was seen instead.
type Case = (&'static str, fn());

fn trial((name, case): &'static Case) -> Trial {
    Trial::test(format!("kernel::{name}"), || {
        case();
        Ok::<(), Failed>(())
    })
}
