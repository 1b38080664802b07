//! A line as words, there and back.
//!
//! Spaces separate words. Inside `"…"` they do not; inside `'…'` nothing has a meaning but the quote
//! that ends it. Elsewhere a backslash makes the next character plain, and `\n`, `\r`, `\t`, `\0`
//! and `\xNN` are bytes. A word is bytes: a payload need not be text.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write;

/// Bytes of a payload that are shown; the rest is counted.
const SHOWN_MAX: usize = 160;

/// Why a line is not words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// This quote has no other.
    Open(char),
    /// Nothing follows a backslash.
    Backslash,
    /// Not two hexadecimal digits follow `\x`.
    Hexadecimal,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Open(quote) => write!(f, "the quote {quote} is not closed"),
            Flaw::Backslash => f.write_str("nothing follows the backslash at the end"),
            Flaw::Hexadecimal => f.write_str("two hexadecimal digits follow \\x, as in \\x0a"),
        }
    }
}

/// What a part of a line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A space between words.
    Space(char),
    /// A quote: where one stands there is a word, be it empty.
    Quote,
    /// A character.
    Plain(char),
    /// A byte.
    Byte(u8),
}

/// What is left of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    rest: &'a str,
    quote: Option<char>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(line: &'a str) -> Words<'a> {
        Words { rest: line, quote: None }
    }

    /// The next word; `None` if there is none.
    pub(crate) fn next_word(&mut self) -> Result<Option<Vec<u8>>, Flaw> {
        let mut word = None;
        while let Some(piece) = self.next_piece()? {
            match piece {
                Piece::Space(_) if word.is_some() => return Ok(word),
                Piece::Space(_) => (),
                _ => append(word.get_or_insert_default(), piece),
            }
        }
        Ok(word)
    }

    /// Everything that is left as one text, with the spaces between its words as they are.
    pub(crate) fn text(mut self) -> Result<Vec<u8>, Flaw> {
        let mut text = Vec::new();
        // Up to here it is more than spaces that end the line.
        let mut end = 0;
        self.rest = self.rest.trim_start();
        while let Some(piece) = self.next_piece()? {
            append(&mut text, piece);
            if !matches!(piece, Piece::Space(_)) {
                end = text.len();
            }
        }
        text.truncate(end);
        Ok(text)
    }

    fn next_piece(&mut self) -> Result<Option<Piece>, Flaw> {
        let Some(character) = self.next_character() else {
            return self.quote.map_or(Ok(None), |quote| Err(Flaw::Open(quote)));
        };
        let piece = match self.quote {
            None if matches!(character, '"' | '\'') => {
                self.quote = Some(character);
                Piece::Quote
            }
            Some(quote) if quote == character => {
                self.quote = None;
                Piece::Quote
            }
            None | Some('"') if character == '\\' => self.escaped()?,
            None if character.is_whitespace() => Piece::Space(character),
            _ => Piece::Plain(character),
        };
        Ok(Some(piece))
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Result<Piece, Flaw> {
        let piece = match self.next_character().ok_or(Flaw::Backslash)? {
            'n' => Piece::Byte(b'\n'),
            'r' => Piece::Byte(b'\r'),
            't' => Piece::Byte(b'\t'),
            '0' => Piece::Byte(0),
            'x' => {
                let mut digit = || self.next_character().and_then(|digit| digit.to_digit(16));
                let (high, low) = digit().zip(digit()).ok_or(Flaw::Hexadecimal)?;
                Piece::Byte((high << 4 | low) as u8)
            }
            other => Piece::Plain(other),
        };
        Ok(piece)
    }

    fn next_character(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        Some(character)
    }
}

fn append(word: &mut Vec<u8>, piece: Piece) {
    match piece {
        Piece::Quote => (),
        Piece::Byte(byte) => word.push(byte),
        Piece::Space(character) | Piece::Plain(character) => {
            word.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// A line that is still being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfinished {
    /// The words before the last.
    pub(crate) words: Vec<Vec<u8>>,
    /// The last word, which is empty behind a space.
    pub(crate) last: Vec<u8>,
    /// Where it begins, in bytes of the line.
    pub(crate) start: usize,
}

/// Takes an unfinished line apart; what is open at its end may stay open. `None` if it has a flaw
/// before.
pub(crate) fn unfinished(line: &str) -> Option<Unfinished> {
    let mut scanner = Words::new(line);
    let mut words = Vec::new();
    let mut last = None;
    let mut start = line.len();
    loop {
        let at = line.len() - scanner.rest.len();
        let piece = match scanner.next_piece() {
            Ok(Some(piece)) => piece,
            Ok(None) | Err(Flaw::Open(_) | Flaw::Backslash) => break,
            Err(Flaw::Hexadecimal) => return None,
        };
        if let Piece::Space(_) = piece {
            words.extend(last.take());
            continue;
        }
        if last.is_none() {
            start = at;
        }
        append(last.get_or_insert_default(), piece);
    }
    if last.is_none() {
        start = line.len();
    }
    Some(Unfinished { words, last: last.unwrap_or_default(), start })
}

/// A word as it is typed: with quotes if it needs some.
pub(crate) fn quote(word: &str) -> String {
    let mut quoted = begin_quote(word);
    if quoted.starts_with('"') {
        quoted.push('"');
    }
    quoted
}

/// The beginning of a word as it is typed; a quote that it needs stays open.
pub(crate) fn begin_quote(word: &str) -> String {
    let is_plain = |character: char| {
        !character.is_whitespace() && !character.is_control() && !"\\\"'".contains(character)
    };
    if !word.is_empty() && word.chars().all(is_plain) {
        return String::from(word);
    }
    let mut quoted = String::from("\"");
    escape_into(&mut quoted, word);
    quoted
}

/// A payload as it is shown: in quotes if it is text, else as hexadecimal bytes.
pub(crate) fn shown(payload: &[u8]) -> String {
    let is_shown = |character: char| !character.is_control() || "\n\r\t".contains(character);
    let text = core::str::from_utf8(payload).ok().filter(|text| text.chars().all(is_shown));
    if let Some(text) = text {
        let end = text.floor_char_boundary(SHOWN_MAX.min(text.len()));
        let mut line = String::from("\"");
        escape_into(&mut line, &text[..end]);
        line.push('"');
        if end < text.len() {
            line.push_str(&format!(" and {} bytes more", text.len() - end));
        }
        return line;
    }
    let (head, tail) = payload.split_at(payload.len().min(SHOWN_MAX / 4));
    let mut line = String::from("hex");
    for byte in head {
        // Writing to a string cannot fail.
        let _ = write!(line, " {byte:02x}");
    }
    if !tail.is_empty() {
        line.push_str(&format!(" and {} bytes more", tail.len()));
    }
    line
}

fn escape_into(line: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' | '\\' => line.extend(['\\', character]),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            _ if character.is_control() => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(line, "\\x{byte:02x}");
                }
            }
            _ => line.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(line: &str) -> Result<Vec<Vec<u8>>, Flaw> {
        let mut words = Words::new(line);
        core::iter::from_fn(|| words.next_word().transpose()).collect()
    }

    fn words(line: &str) -> Vec<String> {
        let words = all(line).unwrap();
        words.into_iter().map(|word| String::from_utf8(word).unwrap()).collect()
    }

    #[test]
    fn spaces_separate_words_unless_they_are_quoted_or_escaped() {
        assert_eq!(words("  cat  a b "), ["cat", "a", "b"]);
        assert_eq!(words(r#"cat "my file.txt" my\ file.txt 'it "is" \'"#).len(), 4);
        assert_eq!(words(r#"a"b c"d "" ''"#), ["ab cd", "", ""]);
        assert_eq!(words(r#"'a\n' "a\"b" \\"#), ["a\\n", "a\"b", "\\"]);
        assert_eq!(all(r"\x00\xfF\n\t"), Ok(vec![vec![0, 255, 10, 9]]));
    }

    #[test]
    fn what_is_left_open_has_a_name() {
        let flaw = |line| all(line).unwrap_err().to_string();
        assert_eq!(flaw("cat \"a b"), "the quote \" is not closed");
        assert_eq!(flaw("cat 'a"), "the quote ' is not closed");
        assert_eq!(flaw("cat a\\"), "nothing follows the backslash at the end");
        assert_eq!(flaw("send a 1 \\x0"), "two hexadecimal digits follow \\x, as in \\x0a");
        assert_eq!(flaw("send a 1 \\xgg"), "two hexadecimal digits follow \\x, as in \\x0a");
    }

    #[test]
    fn a_text_keeps_the_spaces_between_its_words() {
        let text = |line| String::from_utf8(Words::new(line).text().unwrap()).unwrap();
        assert_eq!(text("  the  spaces   stay "), "the  spaces   stay");
        assert_eq!(text(r#" "two  words"\n\  "#), "two  words\n ");
        assert_eq!(text("   "), "");
    }

    #[test]
    fn payloads_are_shown_as_text_or_as_bytes() {
        assert_eq!(shown(b"hello"), "\"hello\"");
        assert_eq!(shown("é\n\"".as_bytes()), "\"é\\n\\\"\"");
        assert_eq!(shown(&[0, 0xff, 0x61]), "hex 00 ff 61");
        assert_eq!(shown(b""), "\"\"");
        assert!(shown(&[b'x'; 1024]).ends_with("x\" and 864 bytes more"));
        assert!(shown(&[0; 1024]).ends_with("00 and 984 bytes more"));
    }

    #[test]
    fn an_unfinished_line_ends_with_the_word_that_is_typed() {
        let last = |line| {
            let Unfinished { words, last, start } = unfinished(line).unwrap();
            (words.len(), String::from_utf8(last).unwrap(), start)
        };
        assert_eq!(last("ca"), (0, "ca".into(), 0));
        assert_eq!(last("cat "), (1, String::new(), 4));
        assert_eq!(last("cat \"my fi"), (1, "my fi".into(), 4));
        assert_eq!(last("cat my\\"), (1, "my".into(), 4));
        assert_eq!(unfinished("cat \\xz"), None);
    }

    proptest! {
        #[test]
        fn a_quoted_word_is_read_as_it_was(word: String) {
            prop_assert_eq!(all(&quote(&word)), Ok(vec![word.into_bytes()]));
        }

        #[test]
        fn a_shown_text_can_be_typed(text in "[^\\pC]{0,40}") {
            let shown = shown(text.as_bytes());
            prop_assert_eq!(all(&shown), Ok(vec![text.into_bytes()]));
        }

        #[test]
        fn no_line_is_too_strange(line: String, tail in "[\\\\\"' x0-9a]{0,12}") {
            let line = line + &tail;
            let read = all(&line);
            let _ = Words::new(&line).text();
            let taken = unfinished(&line);
            prop_assert!(taken.is_none_or(|taken| taken.start <= line.len()));
            prop_assert!(read.is_err() || read.is_ok_and(|words| words.len() <= line.len()));
        }
    }
}
