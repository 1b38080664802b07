//! Single words made sense of: numbers, durations, sizes, pins, levels and rights.

use std::ops::RangeInclusive;
use std::time::Duration;

use abi::rights::Rights;
use kernel::limits::FLAT_NAME_MAX;
use kernel::limits::PATH_MAX;

use crate::scenario::profile::ProfileName;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::listed;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;
use crate::unit;

/// A whole number from 0 to `max`, decimal or `0x…`.
pub(crate) fn number(report: &mut Report, word: &Word, what: &str, max: u64) -> Option<u64> {
    number_within(report, word, what, 0..=max)
}

/// A whole number in this range, decimal or `0x…`.
pub(crate) fn number_within(
    report: &mut Report,
    word: &Word,
    what: &str,
    range: RangeInclusive<u64>,
) -> Option<u64> {
    let (min, max) = (range.start(), range.end());
    let mistake = Mistake::new(format!("{} is not a {what}", quoted(&word.value)))
        .label(format!("expected a number from {min} to {max}"));
    let number = read_number(&word.value).filter(|number| range.contains(number));
    report.accept(word, number.ok_or(mistake))
}

/// A whole number, decimal or `0x…`.
pub(crate) fn read_number(text: &str) -> Option<u64> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.ok()
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

/// A text to look for; the empty one would be found everywhere.
pub(crate) fn text(report: &mut Report, word: &Word) -> Option<String> {
    let mistake =
        Mistake::new("an empty text is found everywhere").label("expected at least one character");
    let is_empty = word.value.is_empty();
    report.accept(word, if is_empty { Err(mistake) } else { Ok(word.value.clone()) })
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
    let mistake = Mistake::new(format!("{} cannot name {what}", quoted(name)))
        .label(format!("1 to {max} letters, digits, `_`, `-` and `.`, a letter or digit first"));
    report.refuse(word, mistake);
}

/// A path such as `/node/local`.
pub(crate) fn path(text: &str) -> Result<(), Mistake> {
    let inside = text.strip_prefix('/');
    let problem = match inside {
        _ if PATH_MAX < text.len() => format!("paths have at most {PATH_MAX} bytes"),
        None => "expected `/` at its beginning".into(),
        Some(_) if text.chars().any(is_unfit) => "spaces cannot be part of it".into(),
        Some(inside) if inside.split('/').any(str::is_empty) => "a part of it is empty".into(),
        Some(inside) if inside.split('/').any(|part| part == "." || part == "..") => {
            "`.` and `..` lead nowhere".into()
        }
        Some(_) => return Ok(()),
    };
    let mistake = Mistake::new(format!("{} is not a path", quoted(text))).label(problem);
    Err(mistake.hint("write for example `/node/local`"))
}

/// A path, or a flat name such as `echo`.
pub(crate) fn path_or_name(text: &str) -> Result<(), Mistake> {
    if text.contains('/') {
        return path(text);
    }
    let is_sound = !text.is_empty() && text.len() <= FLAT_NAME_MAX && !text.chars().any(is_unfit);
    let mistake = Mistake::new(format!("{} cannot be registered", quoted(text)))
        .label(format!("names have 1 to {FLAT_NAME_MAX} bytes and no spaces"))
        .hint("write a name such as `echo`, or a path such as `/node/local/echo`");
    if is_sound { Ok(()) } else { Err(mistake) }
}

/// What no name or path holds.
fn is_unfit(c: char) -> bool {
    c.is_whitespace() || c.is_control()
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
    fn paths_are_whole_and_lead_down() {
        for right in ["/a", "/node/local/x", "/\u{e4}"] {
            assert!(path_or_name(right).is_ok(), "{right}");
            assert!(path(right).is_ok(), "{right}");
        }
        let long = format!("/{}", "x".repeat(PATH_MAX));
        for wrong in ["", "/", "a/b", "/a//b", "/a/", "/a/../b", "/./a", "/a b", "/a\n", &long] {
            assert!(path_or_name(wrong).is_err(), "{wrong}");
            assert!(path(wrong).is_err(), "{wrong}");
        }
        assert!(path_or_name(&"x".repeat(FLAT_NAME_MAX)).is_ok());
        assert!(path_or_name(&"x".repeat(FLAT_NAME_MAX + 1)).is_err());
        assert!(path("echo").is_err());
    }

    #[test]
    fn rights_are_joined_by_plus() {
        assert_eq!(rights("read + write").ok(), Some(Rights::READ | Rights::WRITE));
        assert!(rights("").is_err());
        assert!(rights("read+").is_err());
        assert!(rights("all").is_err());
    }
}
