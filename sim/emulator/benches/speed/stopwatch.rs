//! Measures the time that this program had a processor, where the host tells; the clock on the wall
//! otherwise. Others may use the computer as well.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// Runs from when it is made.
pub(crate) struct Stopwatch {
    begin: Instant,
    used: Option<Duration>,
}

impl Stopwatch {
    pub(crate) fn start() -> Stopwatch {
        Stopwatch { begin: Instant::now(), used: used() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        match (self.used, used()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.begin.elapsed(),
        }
    }
}

fn used() -> Option<Duration> {
    used_of("/proc/self/schedstat")
}

/// The time that all threads of another program had a processor, where the host tells.
pub(crate) fn used_by(program: u32) -> Option<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{program}/task")).ok()?;
    let files = threads.map(|thread| Some(thread.ok()?.path().join("schedstat")));
    files.map(|file| used_of(file?)).sum()
}

fn used_of(file: impl AsRef<Path>) -> Option<Duration> {
    let text = std::fs::read_to_string(file).ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
