//! Modules that services call: the command, the metrics, a service, and hostile bytes.

mod command;
mod hostile;
mod metrics;
mod service;

use libtest_mimic::Failed;
use libtest_mimic::Trial;

/// Every case.
pub(crate) fn trials() -> Vec<Trial> {
    let cases = [command::CASES, metrics::CASES, service::CASES];
    let mut trials: Vec<Trial> = cases.into_iter().flatten().map(trial).collect();
    trials.extend(hostile::trials());
    trials
}

/// A promise and how it is shown.
type Case = (&'static str, fn());

fn trial((name, case): &'static Case) -> Trial {
    Trial::test(format!("module::{name}"), || {
        case();
        Ok::<(), Failed>(())
    })
}
