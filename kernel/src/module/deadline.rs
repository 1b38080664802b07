//! Until when a call may run. The kernel reads no clock: virtual time is fuel at a stated rate, and
//! any other clock is a question that is put to the caller between two slices.

use core::fmt;

use crate::limits::WATCH_FUEL;
use crate::time::Duration;

/// How long a logical instruction takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    picos: u64,
}

impl Rate {
    /// A nanosecond: a billion instructions are a second (seed *wasm-runtime-primitive*).
    pub const NANOSECOND: Rate = Rate { picos: 1_000 };

    /// So many picoseconds, at least one.
    pub const fn picos(picos: u64) -> Rate {
        Rate { picos: if picos == 0 { 1 } else { picos } }
    }

    /// Instructions that can be executed within this time.
    pub fn fuel_within(self, time: Duration) -> u64 {
        let picos = time.as_nanos().saturating_mul(1_000);
        u64::try_from(picos / u128::from(self.picos)).unwrap_or(u64::MAX)
    }

    /// How long so many instructions take.
    pub fn time_of(self, fuel: u64) -> Duration {
        let nanos = u128::from(fuel) * u128::from(self.picos) / 1_000;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// Until when a call may run, beside its fuel.
#[derive(Default)]
pub struct Deadline<'a> {
    fuel: Option<u64>,
    has_passed: Option<&'a mut dyn FnMut() -> bool>,
}

impl fmt::Debug for Deadline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deadline {{ fuel: {:?}, watched: {} }}", self.fuel, self.has_passed.is_some())
    }
}

impl<'a> Deadline<'a> {
    /// As long as the fuel lasts.
    pub const fn never() -> Deadline<'a> {
        Deadline { fuel: None, has_passed: None }
    }

    /// So much virtual time. It ends at the same instruction on every host.
    pub fn after(time: Duration, rate: Rate) -> Deadline<'a> {
        Deadline { fuel: Some(rate.fuel_within(time)), has_passed: None }
    }

    /// Until the caller's clock says so too: it is asked at the beginning and then each
    /// [`WATCH_FUEL`] instructions.
    #[must_use]
    pub fn watched(self, has_passed: &'a mut dyn FnMut() -> bool) -> Deadline<'a> {
        Deadline { has_passed: Some(has_passed), ..self }
    }

    /// Fuel that a call which has used so much gets for its next slice, at least `required`; `None`
    /// when its time is up.
    pub(super) fn grant(&mut self, used: u64, required: u64) -> Option<u64> {
        let left = self.fuel.map_or(u64::MAX, |fuel| fuel.saturating_sub(used));
        if left < required {
            return None;
        }
        if self.has_passed.as_mut().is_some_and(|has_passed| has_passed()) {
            return None;
        }
        Some(left.min(WATCH_FUEL.max(required)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_a_billion_instructions() {
        let second = Duration::from_secs(1);
        assert_eq!(Rate::NANOSECOND.fuel_within(second), 1_000_000_000);
        assert_eq!(Rate::NANOSECOND.time_of(1_000_000_000), second);
        assert_eq!(Rate::picos(106_250).fuel_within(Duration::from_nanos(212)), 1);
        assert_eq!(Rate::picos(0).time_of(u64::MAX), Duration::from_nanos(u64::MAX / 1_000));
        assert_eq!(Rate::NANOSECOND.fuel_within(Duration::MAX), u64::MAX);
    }

    #[test]
    fn a_watched_call_is_asked_after_in_slices() {
        let mut answers = [false, false, true].into_iter();
        let mut has_passed = || answers.next().unwrap_or(true);
        let mut deadline =
            Deadline::after(Duration::from_millis(3), Rate::NANOSECOND).watched(&mut has_passed);
        assert_eq!(deadline.grant(0, 0), Some(WATCH_FUEL));
        assert_eq!(deadline.grant(0, 2 * WATCH_FUEL), Some(2 * WATCH_FUEL));
        assert_eq!(deadline.grant(0, 0), None);
    }

    #[test]
    fn virtual_time_is_exact_and_never_too_long() {
        let mut deadline = Deadline::after(Duration::from_micros(1), Rate::NANOSECOND);
        assert_eq!(deadline.grant(0, 10), Some(1_000));
        assert_eq!(deadline.grant(990, 10), Some(10));
        assert_eq!(deadline.grant(990, 11), None);
        assert_eq!(Deadline::never().grant(u64::MAX - 1, 1), Some(WATCH_FUEL));
    }
}
