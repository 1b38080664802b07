//! From bytes to lines that fit into a row, as a terminal shows them: a VT100's sequences move the
//! cursor in the row, erase in it or all that is shown, and colour. What moves between rows is
//! passed over, because the rows above have been shown.

use alloc::string::String;
use alloc::vec::Vec;

use crate::control::Parser;
use crate::control::Part;
use crate::palette::Ink;

/// What stands for a byte or character that cannot be shown.
const UNKNOWN: char = '·';

/// Columns from one stop of the tabulator to the next.
const TAB: u16 = 4;

/// Where lines go.
pub(crate) trait Sink {
    /// Takes the end of a line.
    fn end_line(&mut self, ink: Ink, text: &str);

    /// Takes a row full of a line that goes on, but for so many bytes at its end, which begin the
    /// next row.
    fn break_line(&mut self, ink: Ink, text: &str) -> usize;

    /// Forgets all lines.
    fn clear(&mut self);
}

/// Takes text or bytes piece by piece and gives lines on. Whatever comes, no control character goes
/// out but the marks of inks.
pub(crate) struct Printer<'a> {
    sink: &'a mut dyn Sink,
    columns: u16,
    ink: Ink,
    parser: Parser,
    /// In which ink the next character is written, and in which the row goes on at its end.
    next: Ink,
    last: Ink,
    /// The row in the making.
    line: String,
    /// Its characters.
    count: u16,
    /// Before which of them the next one goes.
    cursor: u16,
    /// Whether there is a line that the sink has not been told the end of.
    is_begun: bool,
    /// Bytes of a character of which the rest has not come yet.
    part: [u8; 4],
    part_len: usize,
}

impl<'a> Printer<'a> {
    /// A printer for rows of so many columns.
    pub(crate) fn new(sink: &'a mut dyn Sink, columns: u16, ink: Ink) -> Printer<'a> {
        Printer {
            sink,
            columns,
            ink,
            parser: Parser::default(),
            next: ink,
            last: ink,
            line: String::new(),
            count: 0,
            cursor: 0,
            is_begun: false,
            part: [0; 4],
            part_len: 0,
        }
    }

    /// Adds bytes; they should be UTF-8, but need not.
    pub(crate) fn bytes(&mut self, mut bytes: &[u8]) {
        while let Some((first, later)) = bytes.split_first() {
            let room = usize::from(self.columns - self.count);
            let is_plain = self.part_len == 0
                && self.parser.is_at_ground()
                && self.cursor == self.count
                && self.next == self.last;
            let printable = match usize::from(!is_plain) {
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
                    self.cursor = self.count;
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
        match self.parser.feed(byte) {
            Part::Byte(byte) => self.encoded(byte),
            Part::Nothing | Part::Keypad(_) => (),
            Part::Sequence(last, numbers) => self.control(last, numbers),
        }
    }

    /// Does what a sequence says; one that means nothing here is passed over.
    fn control(&mut self, last: u8, numbers: [u8; 4]) {
        let count = u16::from(numbers[0]);
        match last {
            b'C' => self.cursor = self.cursor.saturating_add(count.max(1)).min(self.columns - 1),
            b'D' => self.cursor = self.cursor.saturating_sub(count.max(1)),
            b'G' => self.cursor = count.saturating_sub(1).min(self.columns - 1),
            b'K' => self.erase(count),
            b'J' if 2 <= count => {
                self.drop_line();
                self.sink.clear();
            }
            b'J' => self.erase(count),
            b'm' => {
                for number in numbers {
                    // A 0 behind another number is none.
                    if number != 0 || numbers == [0; 4] {
                        self.next = Ink::of_number(number).unwrap_or(self.ink);
                    }
                }
            }
            _ => (),
        }
    }

    /// Erases from the cursor to the end of the row, or (1) up to the cursor, or (2) all of it.
    fn erase(&mut self, which: u16) {
        let mut cells = self.cells();
        let cursor = usize::from(self.cursor);
        if which != 1 {
            cells.truncate(cursor);
        }
        if which != 0 {
            let len = cells.len().min(cursor + 1);
            cells[..len].fill((' ', self.ink));
        }
        self.set_cells(&cells);
    }

    /// The row as characters with their inks.
    fn cells(&self) -> Vec<(char, Ink)> {
        let mut ink = self.ink;
        let mut cells = Vec::new();
        for character in self.line.chars() {
            match Ink::of_mark(character) {
                Some(mark) => ink = mark,
                None => cells.push((character, ink)),
            }
        }
        cells
    }

    fn set_cells(&mut self, cells: &[(char, Ink)]) {
        self.line.clear();
        self.last = self.ink;
        for (character, ink) in cells {
            if *ink != self.last {
                self.line.push(ink.mark());
                self.last = *ink;
            }
            self.line.push(*character);
        }
        // A row has as many as the sink has columns.
        self.count = cells.len() as u16;
    }

    fn drop_line(&mut self) {
        self.line.clear();
        self.last = self.ink;
        (self.count, self.cursor, self.is_begun) = (0, 0, false);
    }

    fn encoded(&mut self, byte: u8) {
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
            '\r' => self.cursor = 0,
            '\x08' => self.cursor = self.cursor.saturating_sub(1),
            '\t' => {
                for _ in 0..TAB - self.cursor % TAB {
                    self.place(' ');
                }
            }
            _ if character.is_control() => self.place(UNKNOWN),
            _ => self.place(character),
        }
    }

    fn place(&mut self, character: char) {
        self.is_begun = true;
        if self.cursor != self.count {
            return self.replace(character);
        }
        if self.count == self.columns {
            self.break_line();
        }
        if self.next != self.last {
            self.line.push(self.next.mark());
            self.last = self.next;
        }
        self.line.push(character);
        self.count += 1;
        self.cursor = self.count;
    }

    /// Puts a character over another one, or behind a gap.
    fn replace(&mut self, character: char) {
        let mut cells = self.cells();
        let cursor = usize::from(self.cursor);
        if cells.len() <= cursor {
            cells.resize(cursor + 1, (' ', self.ink));
        }
        cells[cursor] = (character, self.next);
        self.set_cells(&cells);
        self.cursor += 1;
    }

    fn break_line(&mut self) {
        let rest = self.sink.break_line(self.ink, &self.line);
        let shown = self.line.len() - rest;
        let ink = self.line[..shown].chars().rev().find_map(Ink::of_mark);
        self.line.drain(..shown);
        if let Some(ink) = ink {
            // The row goes on in the ink in which the one before ended.
            self.line.insert(0, ink.mark());
        }
        let marks = self.line.chars().filter(|character| Ink::of_mark(*character).is_some());
        self.count = (self.line.chars().count() - marks.count()) as u16;
        self.cursor = self.count;
    }

    fn end_line(&mut self) {
        self.sink.end_line(self.ink, &self.line);
        self.drop_line();
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
    use proptest::prelude::*;

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
        assert_eq!(printed(9, &[b"\xe2\x82A\xff\x80\x07B\xe2"]), ["·A···B·"]);
        assert_eq!(printed(9, &[b"\xf0\x9f\x98"]), ["·"]);
        assert_eq!(printed(9, &[b"\xed\xa0\x80\xc0\xafx"]), ["···x"]);
    }

    #[test]
    fn the_cursor_moves_in_the_row_and_erases_there() {
        assert_eq!(printed(20, &[b"10%\r20%\r\x1b[Kdone\n"]), ["done"]);
        assert_eq!(printed(20, &[b"abcdef\x1b[3DX\x1b[CY\x08Z"]), ["abcXeZ"]);
        assert_eq!(printed(20, &[b"ab\x1b[6Gc\x1b[1K\x1b[2", b"Cd"]), ["        d"]);
        assert_eq!(printed(20, &[b"abc\x1b[2Kd\x1b[2Ge"]), [" e d"]);
        assert_eq!(printed(4, &[b"abcd\x1b[99De\x1b[99Cfgh"]), ["ebcf", "gh"]);
        assert_eq!(printed(9, &[b"one\ntwo\x1b[2J\x1b[Hthree"]), ["three"]);
        assert_eq!(printed(9, &[b"\x1b[?25l\x1b[5Aa\x1bcb"]), ["ab"], "the rest is passed over");
    }

    #[test]
    fn colours_are_marks_and_go_on_in_the_next_row() {
        let (red, plain) = (Ink::Error.mark(), Ink::Plain.mark());
        let coloured = |bytes: &[u8]| printed(6, &[bytes]);
        assert_eq!(coloured(b"a\x1b[31mb\x1b[0mc"), [format!("a{red}b{plain}c")]);
        assert_eq!(coloured(b"\x1b[1;31mab\ncd\x1b[m"), [format!("{red}ab"), format!("{red}cd")]);
        let wrapped = coloured(b"\x1b[91mone two");
        assert_eq!(wrapped, [format!("{red}one"), format!("{red}two")]);
    }

    proptest! {
        #[test]
        fn no_control_character_goes_out_and_no_row_is_too_long(
            bytes: Vec<u8>,
            columns in 1_u16..9,
        ) {
            for row in printed(columns, &[&bytes]) {
                let shown = row.chars().filter(|character| Ink::of_mark(*character).is_none());
                prop_assert!(shown.clone().all(|character| !character.is_control()));
                prop_assert!(shown.count() <= usize::from(columns));
            }
        }
    }
}
