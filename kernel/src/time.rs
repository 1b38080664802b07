//! Virtual time: what the caller of the kernel says it is.

use core::fmt;
use core::ops::Add;
pub use core::time::Duration;

/// A moment: nanoseconds since power came on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Instant(u64);

impl Instant {
    /// When power came on.
    pub const ZERO: Instant = Instant(0);

    /// The last moment there is, 584 years later.
    pub const LAST: Instant = Instant(u64::MAX);

    /// The moment this many nanoseconds after power came on.
    pub const fn from_nanos(nanos: u64) -> Instant {
        Instant(nanos)
    }

    /// Nanoseconds since power came on.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The moment `nanos` later, or [`Instant::LAST`].
    pub const fn saturating_add_nanos(self, nanos: u64) -> Instant {
        Instant(self.0.saturating_add(nanos))
    }

    /// How long ago `earlier` was; zero if it has yet to come.
    pub const fn since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, later: Duration) -> Instant {
        self.saturating_add_nanos(u64::try_from(later.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Instant {
    /// Seconds, milliseconds and microseconds: `0.000 412`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0 / 1_000;
        write!(f, "{}.{:03} {:03}", micros / 1_000_000, micros / 1_000 % 1_000, micros % 1_000)
    }
}
