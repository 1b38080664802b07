//! The lines that have been shown, the oldest forgotten first.

use alloc::collections::VecDeque;
use alloc::string::String;

use crate::palette::Ink;
use crate::printer::Sink;

/// Bytes of text that are kept: more than the largest screen shows.
const BYTES_MAX: usize = 12 * 1024;

/// Lines that are kept.
const LINES_MAX: usize = 384;

/// Where a line's text lies.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// Its first byte, counted from the first ever shown.
    start: u32,
    len: u16,
    ink: Ink,
}

/// Lines in memory taken once.
#[derive(Debug)]
pub(crate) struct Scrollback {
    bytes: VecDeque<u8>,
    lines: VecDeque<Mark>,
    /// Bytes forgotten.
    forgotten_bytes: u32,
    /// Lines forgotten: the number of the first that is kept.
    forgotten_lines: u32,
}

impl Scrollback {
    pub(crate) fn new() -> Scrollback {
        Scrollback {
            bytes: VecDeque::with_capacity(BYTES_MAX),
            lines: VecDeque::with_capacity(LINES_MAX),
            forgotten_bytes: 0,
            forgotten_lines: 0,
        }
    }

    /// Adds a line.
    pub(crate) fn push(&mut self, ink: Ink, text: &str) {
        // A line is a row of the screen: what is longer than all that is kept was never one.
        let text = &text[..text.floor_char_boundary(BYTES_MAX.min(text.len()))];
        while BYTES_MAX < self.bytes.len() + text.len() || self.lines.len() == LINES_MAX {
            self.forget_first();
        }
        let start = self.forgotten_bytes.wrapping_add(self.bytes.len() as u32);
        self.bytes.extend(text.as_bytes());
        self.lines.push_back(Mark { start, len: text.len() as u16, ink });
    }

    /// Forgets all lines.
    pub(crate) fn clear(&mut self) {
        while !self.lines.is_empty() {
            self.forget_first();
        }
    }

    /// Numbers of the first line that is kept and of the one that comes next.
    pub(crate) fn numbers(&self) -> (u32, u32) {
        (self.forgotten_lines, self.forgotten_lines.wrapping_add(self.lines.len() as u32))
    }

    /// Puts the text of a line in place of the buffer's; says in which ink.
    pub(crate) fn read(&self, number: u32, text: &mut String) -> Option<Ink> {
        text.clear();
        let index = number.wrapping_sub(self.forgotten_lines) as usize;
        let mark = self.lines.get(index)?;
        let begin = mark.start.wrapping_sub(self.forgotten_bytes) as usize;
        let mut bytes = [0; 4];
        let mut len = 0;
        for byte in self.bytes.range(begin..begin + usize::from(mark.len)) {
            bytes[len] = *byte;
            len += 1;
            if let Ok(character) = core::str::from_utf8(&bytes[..len]) {
                text.push_str(character);
                len = 0;
            }
        }
        Some(mark.ink)
    }

    fn forget_first(&mut self) {
        if let Some(mark) = self.lines.pop_front() {
            self.bytes.drain(..usize::from(mark.len));
            self.forgotten_bytes = self.forgotten_bytes.wrapping_add(u32::from(mark.len));
            self.forgotten_lines = self.forgotten_lines.wrapping_add(1);
        }
    }
}

impl Sink for Scrollback {
    fn end_line(&mut self, ink: Ink, text: &str) {
        self.push(ink, text);
    }

    fn clear(&mut self) {
        Scrollback::clear(self);
    }

    /// A row of the screen is a line of its own. It ends between two words, if the last one is not
    /// half of it.
    fn break_line(&mut self, ink: Ink, text: &str) -> usize {
        let (row, rest) = match text.rsplit_once(' ') {
            Some((row, rest)) if rest.len() < row.len() => (row, rest),
            _ => (text, ""),
        };
        self.push(ink, row);
        rest.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_until_newer_ones_need_their_place() {
        let mut scrollback = Scrollback::new();
        let mut text = String::new();
        for number in 0..1000 {
            scrollback.push(Ink::Plain, &format!("line {number} ·"));
        }
        assert_eq!(scrollback.numbers(), (1000 - LINES_MAX as u32, 1000));
        assert_eq!(scrollback.read(999, &mut text), Some(Ink::Plain));
        assert_eq!(text, "line 999 ·");
        assert_eq!(scrollback.read(1000 - LINES_MAX as u32 - 1, &mut text), None);
        scrollback.push(Ink::Dim, &"é".repeat(BYTES_MAX));
        assert_eq!(scrollback.numbers(), (1000, 1001));
        assert_eq!(scrollback.read(1000, &mut text), Some(Ink::Dim));
        assert_eq!(text.len(), BYTES_MAX);
    }

    #[test]
    fn clearing_keeps_the_numbers_going() {
        let mut scrollback = Scrollback::new();
        scrollback.push(Ink::Plain, "a");
        scrollback.clear();
        assert_eq!(scrollback.numbers(), (1, 1));
        assert_eq!(scrollback.read(0, &mut String::new()), None);
    }
}
