//! The laws of the kernel, each against a small reference model.

mod cache;
mod call;
mod cspace;
mod fuel;
mod library;
mod lock;
mod mailbox;
mod namespace;
mod reload;
mod schedule;
mod supervisor;
mod watch;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use proptest::strategy::Strategy;
use proptest::test_runner::Config;
use proptest::test_runner::TestCaseError;
use proptest::test_runner::TestRunner;

/// Every law.
pub(crate) fn trials() -> Vec<Trial> {
    let suites = [
        schedule::trials(),
        mailbox::trials(),
        lock::trials(),
        namespace::trials(),
        cspace::trials(),
        call::trials(),
        cache::trials(),
        fuel::trials(),
        library::trials(),
        reload::trials(),
        supervisor::trials(),
        watch::trials(),
    ];
    suites.into_iter().flatten().collect()
}

/// A law as a test case: 256 random cases, or as many as `PROPTEST_CASES` says.
fn law<S: Strategy + Send + 'static>(
    name: &str,
    strategy: S,
    holds: impl Fn(S::Value) -> Result<(), TestCaseError> + Send + 'static,
) -> Trial {
    let name = format!("law::{name}");
    Trial::test(name, move || {
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        runner.run(&strategy, holds).map_err(|error| Failed::from(error.to_string()))
    })
}
