//! Modules that a scenario writes down in WebAssembly's text format. A mistake in one is shown
//! where it stands in the scenario.

use std::ops::Range;

use wast::Wat;
use wast::parser::ParseBuffer;
use wast::parser::parse;

use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::place;
use crate::scenario::word::Word;

/// The bytes of a module that is written as text.
pub(crate) fn assemble(report: &mut Report, word: &Word) -> Option<Vec<u8>> {
    let text = &word.value;
    let assembled = ParseBuffer::new(text)
        .and_then(|buffer| parse::<Wat>(&buffer).and_then(|mut module| module.encode()));
    let error = match assembled {
        Ok(bytes) => return Some(bytes),
        Err(error) => error,
    };
    let message = error.message();
    let offset = text.floor_char_boundary(error.span().offset());
    let message = message.lines().next().unwrap_or_default();
    match in_source(report.source, word, offset) {
        Some(bytes) => {
            let mistake = Mistake::new("this is not WebAssembly text").label(message);
            report.refuse_at(bytes, mistake);
        }
        None => {
            let line = text[..offset].matches('\n').count() + 1;
            let mistake = Mistake::new(format!("line {line} of it is not WebAssembly text"))
                .label(message)
                .hint("write it as a block behind `wat: |`, and its lines can be shown");
            report.refuse(word, mistake);
        }
    }
    None
}

/// Where a byte of a block stands in the scenario. Other ways of writing text in YAML change it, so
/// that its lines are found nowhere.
fn in_source(source: &Source, word: &Word, offset: usize) -> Option<Range<usize>> {
    let value = &word.value;
    let number = value[..offset].matches('\n').count();
    let column = offset - value[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let written: Vec<&str> = source.text.split('\n').collect();
    // The parser says where the block is announced, or where it begins.
    let announced = place(word.referenced).line - 1;
    let first = [announced, announced + 1].into_iter().find(|first| {
        let rest = written.get(*first..).unwrap_or_default();
        value.lines().zip(rest).all(|(line, written)| is_indented(line, written))
            && value.lines().count() <= rest.len()
    })?;
    let line = value.lines().nth(number).unwrap_or_default();
    let shown = written.get(first + number)?.trim_end_matches('\r');
    let indent = shown.len() - line.len().min(shown.len());
    let start = source.byte(Place { line: first + number + 1, column: 1 }) + indent + column;
    Some(start..start)
}

/// Whether this is how a line of a block is written.
fn is_indented(line: &str, written: &str) -> bool {
    let indent = written.trim_end_matches('\r').strip_suffix(line);
    indent.is_some_and(|indent| indent.bytes().all(|byte| byte == b' '))
        || line.trim().is_empty() && written.trim().is_empty()
}
