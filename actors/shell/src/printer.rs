//! From bytes to lines that fit into a row.

use alloc::string::String;

use crate::palette::Ink;

/// What stands for a byte or character that cannot be shown.
const UNKNOWN: char = '·';

/// Columns from one stop of the tabulator to the next.
const TAB: u16 = 4;

/// Where lines go.
pub(crate) trait Sink {
    /// Takes the end of a line.
    fn end_line(&mut self, ink: Ink, text: &str);

    /// Takes a row full of a line that goes on, but for so many bytes at its end, which begin the next
    /// row.
    fn break_line(&mut self, ink: Ink, text: &str) -> usize;
}

/// Takes text or bytes piece by piece and gives lines on. Whatever comes, no control character goes
/// out.
pub(crate) struct Printer<'a> {
    sink: &'a mut dyn Sink,
    columns: u16,
    ink: Ink,
    /// The row in the making.
    line: String,
    /// Its characters.
    count: u16,
    /// Whether there is a line that the sink has not been told the end of.
    is_begun: bool,
    /// Bytes of a character of which the rest has not come yet.
    part: [u8; 4],
    part_len: usize,
}

impl<'a> Printer<'a> {
    /// A printer for rows of so many columns.
    pub(crate) fn new(sink: &'a mut dyn Sink, columns: u16, ink: Ink) -> Printer<'a> {
        let (line, part) = (String::new(), [0; 4]);
        Printer { sink, columns, ink, line, count: 0, is_begun: false, part, part_len: 0 }
    }

    /// Adds bytes; they should be UTF-8, but need not.
    pub(crate) fn bytes(&mut self, mut bytes: &[u8]) {
        while let Some((first, later)) = bytes.split_first() {
            let room = usize::from(self.columns - self.count);
            let printable = match self.part_len {
                0 => bytes.iter().take(room).take_while(|byte| is_printable(**byte)).count(),
                _ => 0,
            };
            match core::str::from_utf8(&bytes[..printable]) {
                Ok("") => {
                    self.byte(*first);
                    bytes = later;
                }
                Ok(run) => {
                    self.is_begun = true;
                    self.line.push_str(run);
                    self.count += printable as u16;
                    bytes = &bytes[printable..];
                }
                Err(_) => unreachable!("ASCII is UTF-8"),
            }
        }
    }

    /// Adds text.
    pub(crate) fn text(&mut self, text: &str) {
        text.chars().for_each(|character| self.character(character));
    }

    /// Ends the last line, if one has begun.
    pub(crate) fn finish(mut self) {
        if self.part_len != 0 {
            self.character(UNKNOWN);
        }
        if self.is_begun {
            self.end_line();
        }
    }

    fn byte(&mut self, byte: u8) {
        let continues = byte & 0xc0 == 0x80;
        if self.part_len != 0 && !continues {
            self.part_len = 0;
            self.character(UNKNOWN);
        }
        if self.part_len == 0 {
            match encoded_len(byte) {
                0 => return self.character(UNKNOWN),
                1 => return self.character(char::from(byte)),
                _ => (),
            }
        }
        self.part[self.part_len] = byte;
        self.part_len += 1;
        if self.part_len == encoded_len(self.part[0]) {
            let part = self.part;
            // An encoding that is too long, or half of a pair, is no character.
            let text = core::str::from_utf8(&part[..self.part_len]).ok();
            self.part_len = 0;
            self.character(text.and_then(|text| text.chars().next()).unwrap_or(UNKNOWN));
        }
    }

    fn character(&mut self, character: char) {
        match character {
            '\n' => self.end_line(),
            '\r' => (),
            '\t' => {
                for _ in 0..TAB - self.count % TAB {
                    self.place(' ');
                }
            }
            _ if character.is_control() => self.place(UNKNOWN),
            _ => self.place(character),
        }
    }

    fn place(&mut self, character: char) {
        if self.count == self.columns {
            self.break_line();
        }
        self.is_begun = true;
        self.line.push(character);
        self.count += 1;
    }

    fn break_line(&mut self) {
        let rest = self.sink.break_line(self.ink, &self.line);
        self.line.drain(..self.line.len() - rest);
        self.count = self.line.chars().count() as u16;
    }

    fn end_line(&mut self) {
        self.sink.end_line(self.ink, &self.line);
        self.line.clear();
        self.count = 0;
        self.is_begun = false;
    }
}

/// Bytes of the character that begins with this one (RFC 3629, chapter 4); 0 if none does.
fn encoded_len(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => 0,
    }
}

/// Whether the byte is a character of ASCII that is shown as it is.
fn is_printable(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrollback::Scrollback;

    fn printed(columns: u16, pieces: &[&[u8]]) -> Vec<String> {
        let mut scrollback = Scrollback::new();
        let mut printer = Printer::new(&mut scrollback, columns, Ink::Plain);
        pieces.iter().for_each(|piece| printer.bytes(piece));
        printer.finish();
        let (first, next) = scrollback.numbers();
        let mut text = String::new();
        (first..next)
            .map(|number| scrollback.read(number, &mut text).map(|_| text.clone()).unwrap())
            .collect()
    }

    #[test]
    fn lines_are_broken_at_the_edge_and_at_new_lines() {
        assert_eq!(printed(4, &[b"abcdef\n\nghij\r\nk"]), ["abcd", "ef", "", "ghij", "k"]);
        assert_eq!(printed(8, &[b"a\tb\n"]), ["a   b"]);
        assert_eq!(printed(8, &[]), [""; 0]);
    }

    #[test]
    fn a_word_begins_the_next_row_unless_it_is_long() {
        assert_eq!(printed(8, &[b"one two three"]), ["one two", "three"]);
        assert_eq!(printed(8, &[b"one twothree"]), ["one twot", "hree"]);
        assert_eq!(printed(8, &["one €wo three".as_bytes()]), ["one €wo", "three"]);
        assert_eq!(printed(8, &[b"eightish one"]), ["eightish", " one"]);
    }

    #[test]
    fn characters_may_come_in_pieces_and_broken() {
        assert_eq!(
            printed(9, &["a€b".as_bytes().split_at(2).0, &"€".as_bytes()[1..], b"b"]),
            ["a€b"]
        );
        assert_eq!(printed(9, &[b"\xe2\x82A\xff\x80\x1bB\xe2"]), ["·A···B·"]);
        assert_eq!(printed(9, &[b"\xf0\x9f\x98"]), ["·"]);
        assert_eq!(printed(9, &[b"\xed\xa0\x80\xc0\xafx"]), ["···x"]);
    }
}
