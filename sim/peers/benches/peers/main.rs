//! Others of the kind in the same run: `cargo bench -p peers`, and
//! `RUSTFLAGS="--cfg madsim" cargo bench -p peers --target-dir target/madsim` for the one that must be
//! built so. Each figure stands beside ours, because machines differ and ratios do not so much.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the host's clock")]

#[cfg(madsim)]
mod empty;
#[cfg(not(madsim))]
mod short;

use std::time::Duration;
use std::time::Instant;

/// Every figure is the best of so many: the others were disturbed.
const RUNS: usize = 200;

fn main() {
    #[cfg(madsim)]
    empty::empty();
    #[cfg(not(madsim))]
    short::short();
}

/// How often this can be done in a second, at best.
fn per_second(mut work: impl FnMut()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let best: Option<Duration> = (0..RUNS).map(once).min();
    best.map_or(0.0, |best| 1.0 / best.as_secs_f64())
}
