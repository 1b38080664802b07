//! From YAML text to the raw model. The parser and its words stay inside this file.

use serde::de::DeserializeOwned;
use serde_saphyr::Error;

use crate::diagnostic::Diagnostics;
use crate::diagnostic::Source;
use crate::scenario::raw_step::COMMANDS;
use crate::scenario::report::Mistake;
use crate::scenario::report::bytes;
use crate::scenario::report::quoted;

/// Reads a text, or says what is wrong with its shape. Hostile texts run into limits, never into
/// memory or time without end.
pub(crate) fn read<T: DeserializeOwned>(source: &Source) -> Result<T, Diagnostics> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        // `y`, `no` and `on` are text, as everybody expects.
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_documents: 1,
            max_nodes: 100_000,
            max_anchors: 1_000,
            max_aliases: 1_000,
            max_total_scalar_bytes: 16 << 20,
        },
    };
    serde_saphyr::from_str_with_options(&source.text, options).map_err(|error| {
        let at = error.location().map_or(0..0, |location| bytes(source, location));
        Diagnostics { source: source.clone(), list: vec![mistake(&error).at(at)] }
    })
}

fn mistake(error: &Error) -> Mistake {
    match error {
        Error::WithSnippet { error, .. } | Error::AliasError { error, .. } => mistake(error),
        Error::SerdeUnknownField { field, expected, .. } => {
            let is_step = expected.contains(&COMMANDS[0]);
            let what = if is_step { "step" } else { "key" };
            Mistake::unknown(what, field, expected.iter().copied())
        }
        Error::SerdeMissingField { field, .. } => Mistake::new(format!("`{field}` is missing"))
            .label(format!("`{field}` belongs here"))
            .hint(format!("add `{field}: …`")),
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().map_or("a key".into(), quoted);
            Mistake::new(format!("{key} is given twice"))
                .label("here again")
                .hint("keep one of the two")
        }
        Error::Unexpected { expected, .. } => shape(expected),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            Mistake::new(format!("expected {expected}"))
                .label(format!("this is {}", quoted(unexpected).replace('`', "")))
        }
        Error::NullIntoString { .. } => shape("string scalar"),
        Error::Eof { .. } => Mistake::new("there is nothing here")
            .hint("a scenario begins with `name: …`, `version: 1` and `steps:`"),
        Error::MultipleDocuments { .. } => {
            Mistake::new("a scenario is one YAML document").hint("remove `---` and what follows")
        }
        Error::UnknownAnchor { .. } => {
            Mistake::new("this alias has no anchor").hint("put text that begins with `*` in quotes")
        }
        other => syntax(other),
    }
}

/// Something else stands where the parser's `expected` should.
fn shape(expected: &str) -> Mistake {
    let (what, hint) = match expected {
        "mapping start" => ("a map", "write `key: value` pairs, or `{ key: value }`"),
        "sequence start" => ("a list", "write one item a line, each after `- `"),
        "string scalar" => ("one value", "write text, a number or a duration"),
        other => (other, "see docs/scenario.schema.json"),
    };
    Mistake::new(format!("expected {what}")).label(format!("this is not {what}")).hint(hint)
}

fn syntax(error: &Error) -> Mistake {
    let mut text = error.to_string();
    if let Some(location) = error.location() {
        let place = format!(" at line {}, column {}", location.line(), location.column());
        text = text.replace(&place, "");
    }
    let text = text.lines().next().unwrap_or_default();
    let mistake = Mistake::new(format!("not YAML: {text}"));
    if text.contains("mapping values are not allowed") {
        return mistake.label("a second `:`").hint("put text that contains `: ` in quotes");
    }
    if text.contains("tab") {
        return mistake.label("a tabulator").hint("indent with spaces");
    }
    mistake.label("the reading stopped here")
}
