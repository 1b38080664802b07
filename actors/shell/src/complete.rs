//! What a word that is being typed can become.

use alloc::collections::BTreeSet;
use alloc::string::String;

use crate::manual::Argument;
use crate::manual::page;
use crate::word::Unfinished;
use crate::word::begin_quote;
use crate::word::quote;
use crate::word::unfinished;

/// Candidates that are looked at.
const CANDIDATES_MAX: usize = 48;

/// Bytes that they have together.
const BYTES_MAX: usize = 3072;

/// A word to be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// What it names.
    pub(crate) argument: Argument,
    /// As much as there is of it.
    pub(crate) part: String,
    /// Where it begins in the line.
    pub(crate) start: usize,
}

impl Request {
    /// What is to be completed at the end of a line, if anything.
    pub(crate) fn of(line: &str) -> Option<Request> {
        let Unfinished { words, last, start } = unfinished(line)?;
        let part = String::from_utf8(last).ok()?;
        let argument = match words.split_first() {
            None => Argument::Command,
            Some((name, earlier)) => {
                let page = page(core::str::from_utf8(name).ok()?)?;
                *page.arguments.get(earlier.len())?
            }
        };
        Some(Request { argument, part, start })
    }
}

/// Words that begin as the one that is typed.
#[derive(Debug)]
pub(crate) struct Candidates {
    part: String,
    words: BTreeSet<String>,
    bytes: usize,
    /// Whether there are more.
    is_cut: bool,
}

impl Candidates {
    pub(crate) fn new(part: &str) -> Candidates {
        Candidates { part: part.into(), words: BTreeSet::new(), bytes: 0, is_cut: false }
    }

    /// Takes in a word if it fits.
    pub(crate) fn offer(&mut self, word: &str) {
        if word.is_empty() || !word.starts_with(&self.part) || self.words.contains(word) {
            return;
        }
        if self.words.len() == CANDIDATES_MAX || BYTES_MAX < self.bytes + word.len() {
            self.is_cut = true;
            return;
        }
        self.bytes += word.len();
        self.words.insert(word.into());
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// What to type in place of the word: all of the only candidate, or as much as all candidates
    /// have in common. `None` if that is no more than there is.
    pub(crate) fn completion(&self) -> Option<String> {
        let first = self.words.first()?;
        if self.words.len() == 1 && !self.is_cut && !first.ends_with('/') {
            return Some(quote(first) + " ");
        }
        let common = self.words.iter().fold(first.as_str(), |common, word| shared(common, word));
        (self.part.len() < common.len() && !self.is_cut).then(|| begin_quote(common))
    }

    /// The candidates in the order of their bytes, as they are typed.
    pub(crate) fn listed(&self) -> String {
        let mut text = String::new();
        for word in &self.words {
            text.push_str(&quote(word));
            text.push_str("  ");
        }
        if self.is_cut {
            text.push('…');
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// The longest text that both begin with.
fn shared<'a>(one: &'a str, other: &str) -> &'a str {
    let mut pairs = one.char_indices().zip(other.chars());
    match pairs.find(|((_, one), other)| one != other) {
        Some(((end, _), _)) => &one[..end],
        None => &one[..one.len().min(other.len())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn candidates(part: &str, words: &[&str]) -> Candidates {
        let mut candidates = Candidates::new(part);
        words.iter().for_each(|word| candidates.offer(word));
        candidates
    }

    #[test]
    fn the_place_in_the_line_says_what_is_completed() {
        let request =
            |line| Request::of(line).map(|found| (found.argument, found.part, found.start));
        assert_eq!(request("re"), Some((Argument::Command, "re".into(), 0)));
        assert_eq!(request("  cat \"my f"), Some((Argument::File, "my f".into(), 6)));
        assert_eq!(request("reload echo "), Some((Argument::File, String::new(), 12)));
        assert_eq!(request("history c"), Some((Argument::Word("clear"), "c".into(), 8)));
        assert_eq!(
            (request("self "), request("nothing x"), request("cat a b")),
            (None, None, None)
        );
    }

    #[test]
    fn a_word_becomes_what_all_candidates_have_in_common() {
        let files = ["my file.txt", "my fine.txt", "motd.txt"];
        assert_eq!(candidates("m", &files).completion(), None);
        assert_eq!(candidates("my", &files).completion(), Some("\"my fi".into()));
        assert_eq!(candidates("mo", &files).completion(), Some("motd.txt ".into()));
        assert_eq!(candidates("my fil", &files).completion(), Some("\"my file.txt\" ".into()));
        assert_eq!(candidates("x", &files).completion(), None);
        assert_eq!(candidates("d", &["docs/"]).completion(), Some("docs/".into()), "it goes on");
        assert_eq!(candidates("my", &files).listed(), "\"my file.txt\"  \"my fine.txt\"");
        assert_eq!(candidates("", &["é1", "é2", "é"]).completion(), Some("é".into()));
    }

    #[test]
    fn more_candidates_than_fit_are_never_mistaken_for_one() {
        let mut many = Candidates::new("");
        (0..100).for_each(|number| many.offer(&format!("a{number}")));
        assert_eq!(many.completion(), None);
        assert!(many.listed().ends_with('…'));
    }

    proptest! {
        #[test]
        fn a_completion_begins_as_the_word(line: String, words: Vec<String>) {
            let Some(request) = Request::of(&line) else { return Ok(()) };
            let mut candidates = Candidates::new(&request.part);
            words.iter().for_each(|word| candidates.offer(&format!("{}{word}", request.part)));
            if let Some(completion) = candidates.completion() {
                let completed = format!("{}{completion}", &line[..request.start]);
                let mut typed = unfinished(&completed).unwrap();
                typed.words.push(typed.last);
                let begins = |word: &Vec<u8>| word.starts_with(request.part.as_bytes());
                prop_assert!(typed.words.iter().any(begins), "{}", completed);
            }
        }
    }
}
