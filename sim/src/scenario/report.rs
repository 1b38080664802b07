//! Collects mistakes, so that one reading of a scenario shows all of them.

use std::ops::Range;

use serde_saphyr::Location;
use serde_saphyr::Spanned;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::unit::UnitError;

/// Characters of a user's text that a message repeats.
const QUOTE_MAX: usize = 60;

/// Names that a hint lists at most.
const LIST_MAX: usize = 40;

/// A mistake whose place is not said yet.
pub(crate) struct Mistake {
    message: String,
    label: String,
    hint: Option<String>,
}

impl Mistake {
    /// What is wrong, in one line.
    pub(crate) fn new(message: impl Into<String>) -> Mistake {
        Mistake { message: message.into(), label: String::new(), hint: None }
    }

    /// What is said beside the place.
    pub(crate) fn label(self, label: impl Into<String>) -> Mistake {
        Mistake { label: label.into(), ..self }
    }

    /// What to do.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Mistake {
        Mistake { hint: Some(hint.into()), ..self }
    }

    /// A name that is not among the known ones.
    pub(crate) fn unknown<'a>(
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Mistake {
        let known: Vec<&str> = known.into_iter().collect();
        let mistake = Mistake::new(format!("unknown {what} {}", quoted(name)))
            .label(format!("there is no such {what}"));
        match (nearest(name, &known), known.is_empty()) {
            (Some(near), _) => mistake.hint(format!("did you mean `{near}`?")),
            (None, true) => mistake.hint(format!("there is no {what} here at all")),
            (None, false) => mistake.hint(format!("known here: {}", listed(&known))),
        }
    }

    /// A quantity that cannot be read.
    pub(crate) fn unit(what: &str, text: &str, error: UnitError) -> Mistake {
        Mistake::new(format!("{} is not a {what}", quoted(text)))
            .label(error.problem.to_string())
            .hint(error.hint)
    }

    /// The mistake at a place.
    pub(crate) fn at(self, bytes: Range<usize>) -> Diagnostic {
        let Mistake { message, label, hint } = self;
        Diagnostic { message, bytes: Some(bytes), label, hint }
    }
}

/// Mistakes that one reading shows; who has made more starts with these.
const MISTAKES_MAX: usize = 20;

/// The mistakes found so far in one source.
pub(crate) struct Report<'a> {
    /// The source.
    pub(crate) source: &'a Source,
    found: Vec<Diagnostic>,
}

impl<'a> Report<'a> {
    /// An empty report.
    pub(crate) fn new(source: &'a Source) -> Report<'a> {
        Report { source, found: Vec::new() }
    }

    /// Notes a mistake in this value.
    pub(crate) fn refuse<T>(&mut self, value: &Spanned<T>, mistake: Mistake) {
        self.refuse_at(bytes(self.source, value.referenced), mistake);
    }

    /// Notes a mistake in these bytes.
    pub(crate) fn refuse_at(&mut self, bytes: Range<usize>, mistake: Mistake) {
        let diagnostic = mistake.at(bytes);
        // A scenario with several variants is checked once for each.
        if self.found.len() < MISTAKES_MAX && !self.found.contains(&diagnostic) {
            self.found.push(diagnostic);
        }
    }

    /// The value, or a note of why there is none.
    pub(crate) fn accept<T, W>(
        &mut self,
        word: &Spanned<W>,
        result: Result<T, Mistake>,
    ) -> Option<T> {
        result.map_err(|mistake| self.refuse(word, mistake)).ok()
    }

    /// Nothing, or all mistakes in the order of their places.
    pub(crate) fn finish(mut self) -> Result<(), Diagnostics> {
        if self.found.is_empty() {
            return Ok(());
        }
        self.found.sort_by_key(|diagnostic| diagnostic.bytes.as_ref().map(|bytes| bytes.start));
        Err(Diagnostics { source: self.source.clone(), list: self.found })
    }
}

/// The place of a location.
pub(crate) fn place(location: Location) -> Place {
    Place {
        line: usize::try_from(location.line()).unwrap_or(usize::MAX),
        column: usize::try_from(location.column()).unwrap_or(usize::MAX),
    }
}

/// The bytes of a location; the parser knows some by line and column alone.
pub(crate) fn bytes(source: &Source, location: Location) -> Range<usize> {
    let known = location.span().byte_offset().and_then(|start| usize::try_from(start).ok());
    let start = known.unwrap_or_else(|| source.byte(place(location)));
    let len = location.span().byte_len().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    start..start.saturating_add(len)
}

/// A user's text inside a message: marked, shortened, and without control characters.
pub(crate) fn quoted(text: &str) -> String {
    let shown: String =
        text.chars().take(QUOTE_MAX).flat_map(char::escape_debug).collect::<String>();
    let shown = shown.replace("\\\"", "\"").replace("\\'", "'");
    if text.chars().nth(QUOTE_MAX).is_some() {
        format!("`{shown}…`")
    } else {
        format!("`{shown}`")
    }
}

/// The known name that was probably meant.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    // Comparing takes time in proportion to both lengths, and no name is this long.
    if 2 * QUOTE_MAX < name.len() {
        return None;
    }
    if 3 <= name.len()
        && let Some(longer) = known.iter().find(|known| known.starts_with(name))
    {
        return Some(longer);
    }
    let name = name.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&name, &known.to_lowercase());
    let (distance, near) = known
        .iter()
        .map(|known| (distance(known), *known))
        .min_by_key(|(distance, _)| *distance)?;
    let shorter = name.chars().count().min(near.chars().count());
    (distance <= (shorter / 3).max(1)).then_some(near)
}

/// Names for a hint.
pub(crate) fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(LIST_MAX).map(|name| format!("`{name}`")).collect();
    let more = if LIST_MAX < names.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        let known = ["wait-serial", "wait", "type"];
        assert_eq!(nearest("wait-seral", &known), Some("wait-serial"));
        assert_eq!(nearest("wiat", &known), Some("wait"));
        assert_eq!(nearest("Type", &known), Some("type"));
        assert_eq!(nearest("wait-", &known), Some("wait-serial"));
        assert_eq!(nearest("frobnicate", &known), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), &known), None);
        assert_eq!(nearest("x", &[]), None);
    }

    #[test]
    fn quotes_are_short_and_cannot_move_the_cursor() {
        assert_eq!(quoted("it's"), "`it's`");
        assert_eq!(quoted("\u{1b}[2J\n"), "`\\u{1b}[2J\\n`");
        assert_eq!(quoted(&"ä".repeat(61)), format!("`{}…`", "ä".repeat(60)));
    }
}
