//! Single words made sense of: numbers, durations, sizes, pins, levels and rights.

use std::time::Duration;

use abi::rights::Rights;

use crate::scenario::profile::ProfileName;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::listed;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;
use crate::unit;

/// A whole number from 0 to `max`, decimal or `0x…`.
pub(crate) fn number(report: &mut Report, word: &Word, what: &str, max: u64) -> Option<u64> {
    let parsed = match word.value.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => word.value.parse(),
    };
    let mistake = Mistake::new(format!("{} is not a {what}", quoted(&word.value)))
        .label(format!("expected a number from 0 to {max}"));
    report.accept(word, parsed.ok().filter(|number| *number <= max).ok_or(mistake))
}

/// A duration.
pub(crate) fn duration(report: &mut Report, word: &Word) -> Option<Duration> {
    let parsed = unit::duration(&word.value);
    report.accept(word, parsed.map_err(|error| Mistake::unit("duration", &word.value, error)))
}

/// A size.
pub(crate) fn size(report: &mut Report, word: &Word) -> Option<usize> {
    let parsed = unit::size(&word.value);
    report.accept(word, parsed.map_err(|error| Mistake::unit("size", &word.value, error)))
}

/// The number in `gpio2`; `None` if the text does not name a pin at all.
pub(crate) fn pin_number(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("gpio").or_else(|| text.strip_prefix("GPIO"))?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A number that does not fit is still a pin, one that no board has.
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// A pin that boards of this profile have.
pub(crate) fn pin(text: &str, profile: ProfileName) -> Result<u8, Mistake> {
    let (name, last) = (profile.name(), profile.pins() - 1);
    let mistake = Mistake::new(format!("unknown pin {}", quoted(text)))
        .label(format!("{name} has `gpio0` to `gpio{last}`"));
    let Some(number) = pin_number(text) else {
        return Err(mistake.hint("pins are written as `gpio2`"));
    };
    match u8::try_from(number) {
        Ok(number) if number < profile.pins() => Ok(number),
        _ => Err(mistake),
    }
}

/// A level, as whether it is high.
pub(crate) fn level(word: &Word) -> Result<bool, Mistake> {
    match word.value.as_str() {
        "high" | "1" => Ok(true),
        "low" | "0" => Ok(false),
        other => Err(Mistake::unknown("level", other, ["high", "low", "1", "0"])),
    }
}

/// Rights joined by `+`.
pub(crate) fn rights(text: &str) -> Result<Rights, Mistake> {
    const NAMES: [&str; 3] = ["read", "write", "grant"];
    let mut rights = Rights::NONE;
    for name in text.split('+').map(str::trim) {
        rights = rights
            | match name {
                "read" => Rights::READ,
                "write" => Rights::WRITE,
                "grant" => Rights::GRANT,
                other => {
                    return Err(Mistake::unknown("right", other, NAMES)
                        .label(format!("rights are {}, joined by `+`", listed(&NAMES))));
                }
            };
    }
    Ok(rights)
}

/// A name that people, traces and file systems can all live with.
pub(crate) fn name(report: &mut Report, word: &Word, what: &str, max: usize) {
    let name = &word.value;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts_well && name.chars().all(is_plain) && name.len() <= max {
        return;
    }
    let mistake = Mistake::new(format!("{} cannot name a {what}", quoted(name)))
        .label(format!("1 to {max} letters, digits, `_`, `-` and `.`, a letter or digit first"));
    report.refuse(word, mistake);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_end_where_the_board_does() {
        assert_eq!(pin("gpio30", ProfileName::Esp32c6).ok(), Some(30));
        assert_eq!(pin("GPIO2", ProfileName::Pc).ok(), Some(2));
        for wrong in ["gpio31", "gpio", "gpio-1", "led", "", "gpio99999999999999999999999"] {
            assert!(pin(wrong, ProfileName::Esp32c6).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rights_are_joined_by_plus() {
        assert_eq!(rights("read + write").ok(), Some(Rights::READ | Rights::WRITE));
        assert!(rights("").is_err());
        assert!(rights("read+").is_err());
        assert!(rights("all").is_err());
    }
}
