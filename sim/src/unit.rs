//! Durations and sizes as people write them: a number and a unit, never a bare number.

use std::fmt;
use std::time::Duration;

/// The longest duration that a scenario can name. Sums of some of them still fit in the 64-bit
/// nanoseconds of virtual time.
pub const DURATION_MAX: Duration = Duration::from_secs(10_000 * 3600);

const DURATION_UNITS: [(&str, u128); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60 * 1_000_000_000),
    ("h", 3600 * 1_000_000_000),
];

const SIZE_UNITS: [(&str, u128); 4] =
    [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError {
    /// What is wrong.
    pub problem: Problem,
    /// What to do about it.
    pub hint: String,
}

/// What is wrong with a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It does not begin with a number.
    NoNumber,
    /// Nothing follows the number.
    NoUnit,
    /// What follows the number is no unit.
    UnknownUnit,
    /// It is finer than one nanosecond or one byte.
    TooFine,
    /// It is too large.
    TooLarge,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Problem::NoNumber => "not a number with a unit",
            Problem::NoUnit => "the unit is missing",
            Problem::UnknownUnit => "unknown unit",
            Problem::TooFine => "too fine",
            Problem::TooLarge => "too large",
        })
    }
}

/// Reads a duration such as `200ms` or `1.5s`. Units: ns, us (or µs), ms, s, min, h.
pub fn duration(text: &str) -> Result<Duration, UnitError> {
    let quantity = Quantity::split(text).map_err(|problem| UnitError {
        problem,
        hint: "write a number and a unit, such as `200ms`, `1.5s` or `2min`".into(),
    })?;
    if quantity.unit.is_empty() {
        let number = quantity.number;
        let hint = format!("write `{number}ms` or `{number}s`: durations need a unit");
        return Err(UnitError { problem: Problem::NoUnit, hint });
    }
    let scale = scale(&DURATION_UNITS, quantity.unit).ok_or_else(|| UnitError {
        problem: Problem::UnknownUnit,
        hint: "units of time are ns, us, ms, s, min and h, such as `200ms`".into(),
    })?;
    let nanoseconds = quantity.times(scale).map_err(|problem| UnitError {
        problem,
        hint: "durations go from `1ns` to `10000h`, in whole nanoseconds".into(),
    })?;
    if DURATION_MAX.as_nanos() < nanoseconds {
        let hint = "durations go from `1ns` to `10000h`".into();
        return Err(UnitError { problem: Problem::TooLarge, hint });
    }
    // `DURATION_MAX` fits in 64 bits of nanoseconds.
    Ok(Duration::from_nanos(nanoseconds as u64))
}

/// Reads a size such as `64KiB`. Units: B, KiB, MiB, GiB; all are powers of 1024.
pub fn size(text: &str) -> Result<usize, UnitError> {
    let quantity = Quantity::split(text).map_err(|problem| UnitError {
        problem,
        hint: "write a number and a unit, such as `512B`, `64KiB` or `1MiB`".into(),
    })?;
    if quantity.unit.is_empty() {
        let number = quantity.number;
        let hint = format!("write `{number}KiB` or `{number}B`: sizes need a unit");
        return Err(UnitError { problem: Problem::NoUnit, hint });
    }
    let scale = scale(&SIZE_UNITS, quantity.unit).ok_or_else(|| UnitError {
        problem: Problem::UnknownUnit,
        hint: "units of size are B, KiB (1024 bytes), MiB and GiB, such as `64KiB`".into(),
    })?;
    let too_large = UnitError {
        problem: Problem::TooLarge,
        hint: "sizes end below 4 GiB: simulated chips have 32-bit addresses".into(),
    };
    let bytes = quantity.times(scale).map_err(|problem| UnitError {
        problem,
        hint: "sizes are whole bytes below 4 GiB".into(),
    })?;
    u32::try_from(bytes).ok().and_then(|bytes| usize::try_from(bytes).ok()).ok_or(too_large)
}

fn scale(units: &[(&str, u128)], unit: &str) -> Option<u128> {
    units.iter().find(|(name, _)| *name == unit).map(|(_, scale)| *scale)
}

/// A decimal number and what follows it.
struct Quantity<'a> {
    number: &'a str,
    whole: &'a str,
    fraction: &'a str,
    unit: &'a str,
}

impl<'a> Quantity<'a> {
    fn split(text: &'a str) -> Result<Quantity<'a>, Problem> {
        let text = text.trim();
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let end = text.find(|c| !is_number(c)).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
            return Err(Problem::NoNumber);
        }
        Ok(Quantity { number, whole, fraction, unit: unit.trim_start() })
    }

    /// The number in units that are `scale` times smaller, if it is whole in them.
    fn times(&self, scale: u128) -> Result<u128, Problem> {
        let fraction = self.fraction.trim_end_matches('0');
        let too_large = Problem::TooLarge;
        let digits = u32::try_from(fraction.len()).map_err(|_| Problem::TooFine)?;
        let parts = 10_u128.checked_pow(digits).ok_or(Problem::TooFine)?;
        let whole: u128 = self.whole.parse().map_err(|_| too_large)?;
        let fraction = if fraction.is_empty() { 0 } else { fraction.parse().unwrap_or(u128::MAX) };
        let scaled = fraction.checked_mul(scale).ok_or(Problem::TooFine)?;
        if scaled % parts != 0 {
            return Err(Problem::TooFine);
        }
        let whole = whole.checked_mul(scale).ok_or(too_large)?;
        whole.checked_add(scaled / parts).ok_or(too_large)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<T>(result: Result<T, UnitError>) -> Option<Problem> {
        result.err().map(|error| error.problem)
    }

    #[test]
    fn durations_are_exact() {
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("10us"), Ok(Duration::from_micros(10)));
        assert_eq!(duration("10 µs"), Ok(Duration::from_micros(10)));
        assert_eq!(duration("2min"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("0.000000001s"), Ok(Duration::from_nanos(1)));
        assert_eq!(duration("10000h"), Ok(DURATION_MAX));
    }

    #[test]
    fn a_duration_without_a_known_unit_is_refused() {
        assert_eq!(problem(duration("200")), Some(Problem::NoUnit));
        assert_eq!(problem(duration("200msec")), Some(Problem::UnknownUnit));
        assert_eq!(problem(duration("-1s")), Some(Problem::NoNumber));
        assert_eq!(problem(duration("1.s")), Some(Problem::NoNumber));
        assert_eq!(problem(duration("1.2.3s")), Some(Problem::NoNumber));
        assert_eq!(problem(duration("")), Some(Problem::NoNumber));
        assert_eq!(problem(duration("0.5ns")), Some(Problem::TooFine));
        assert_eq!(problem(duration("10001h")), Some(Problem::TooLarge));
        assert_eq!(problem(duration(&"9".repeat(99))), Some(Problem::NoUnit));
        assert_eq!(problem(duration(&("9".repeat(99) + "s"))), Some(Problem::TooLarge));
        assert_eq!(problem(duration(&format!("0.{}1s", "0".repeat(99)))), Some(Problem::TooFine));
    }

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!(size("64KiB"), Ok(65_536));
        assert_eq!(size("1.5MiB"), Ok(1_572_864));
        assert_eq!(size("512B"), Ok(512));
        assert_eq!(problem(size("64")), Some(Problem::NoUnit));
        assert_eq!(problem(size("64KB")), Some(Problem::UnknownUnit));
        assert_eq!(problem(size("0.5B")), Some(Problem::TooFine));
        assert_eq!(problem(size("4GiB")), Some(Problem::TooLarge));
    }
}
