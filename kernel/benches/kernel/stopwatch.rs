//! Measures, and keeps the best: the other runs were disturbed.

use std::time::Duration;
use std::time::Instant;

/// Every figure is the best of so many runs.
pub(crate) const RUNS: usize = 60;

/// How long this takes.
pub(crate) fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// How long this takes at best.
pub(crate) fn best(mut work: impl FnMut()) -> Duration {
    (0..RUNS).map(|_| time(&mut work)).min().unwrap_or_default()
}

/// Nanoseconds for each of so many.
pub(crate) fn each(took: Duration, count: usize) -> f64 {
    took.as_nanos() as f64 / count as f64
}
