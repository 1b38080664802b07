//! A line of columns, of a length that does not depend on what it says.

use core::fmt;
use core::fmt::Display;
use core::fmt::Write;

/// Digits of a word of 64 bits as hexadecimal number, with `0x` in front.
const HEXADECIMAL: usize = 18;

/// A line of `N` bytes, the end of the line included.
pub(crate) struct Row<const N: usize> {
    bytes: [u8; N],
    /// Where the next column begins.
    at: usize,
}

impl<const N: usize> Row<N> {
    /// An empty line.
    pub(crate) fn new() -> Row<N> {
        Row { bytes: [b' '; N], at: 0 }
    }

    /// Adds a text at the left of its column. What would break the line or its columns is a `?`.
    pub(crate) fn left(&mut self, width: usize, text: &str) {
        write_text(self.column(width), text);
    }

    /// Adds a number at the right of its column.
    pub(crate) fn right(&mut self, width: usize, number: u64) {
        write_digits(self.column(width), number, 10);
    }

    /// Adds a number with all of its hexadecimal digits.
    pub(crate) fn hexadecimal(&mut self, number: u64) {
        let column = self.column(HEXADECIMAL);
        column.fill(b'0');
        if let Some((prefix, digits)) = column.split_at_mut_checked(2) {
            prefix.copy_from_slice(b"0x");
            write_digits(digits, number, 16);
        }
    }

    /// Adds what something says of itself.
    pub(crate) fn display(&mut self, width: usize, value: &impl Display) {
        // The rest of what does not fit is cut off.
        let _ = write!(Column(self.column(width)), "{value}");
    }

    /// A whole line: what it is called, and a number.
    pub(crate) fn field(&mut self, name: &str, number: u64) {
        self.left(8, name);
        self.right(32, number);
    }

    /// A whole line: what it is called, and a text.
    pub(crate) fn text_field(&mut self, name: &str, text: &str) {
        self.left(8, name);
        let start = 32usize.saturating_sub(text.len());
        let column = self.column(32);
        write_text(&mut column[start..], text);
    }

    /// The line.
    pub(crate) fn line(&mut self) -> &[u8; N] {
        if let Some(last) = self.bytes.last_mut() {
            *last = b'\n';
        }
        &self.bytes
    }

    /// The room of the next column. A line is as long as its columns need, each with one byte
    /// behind it.
    fn column(&mut self, width: usize) -> &mut [u8] {
        let begin = self.at;
        self.at += width + 1;
        &mut self.bytes[begin..begin + width]
    }
}

/// A column that is written to from its left.
struct Column<'a>(&'a mut [u8]);

impl Write for Column<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let len = text.len().min(self.0.len());
        let (head, rest) = core::mem::take(&mut self.0).split_at_mut(len);
        write_text(head, text);
        self.0 = rest;
        Ok(())
    }
}

/// Writes as much of a text as fits.
fn write_text(mut column: &mut [u8], text: &str) {
    for character in text.chars() {
        let breaks = character.is_control() || character.is_whitespace();
        let character = if breaks { '?' } else { character };
        let Some((place, rest)) = column.split_at_mut_checked(character.len_utf8()) else { return };
        character.encode_utf8(place);
        column = rest;
    }
}

/// Writes the digits of a number from the right; the higher ones that do not fit are cut off.
fn write_digits(column: &mut [u8], mut number: u64, base: u64) {
    for place in column.iter_mut().rev() {
        *place = b"0123456789abcdef"[(number % base) as usize];
        number /= base;
        if number == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<const N: usize>(write: impl FnOnce(&mut Row<N>)) -> String {
        let mut row = Row::<N>::new();
        write(&mut row);
        String::from_utf8(row.line().to_vec()).unwrap()
    }

    #[test]
    fn columns_are_as_wide_as_they_are_whatever_they_say() {
        assert_eq!(text::<12>(|row| (row.left(4, "ab"), row.right(6, 42)).1), "ab       42\n");
        assert_eq!(text::<5>(|row| row.left(4, "abcdef")), "abcd\n");
        assert_eq!(text::<5>(|row| row.left(4, "abcé")), "abc \n", "no half characters");
        assert_eq!(text::<21>(|row| row.right(20, u64::MAX)), "18446744073709551615\n");
        assert_eq!(text::<19>(|row| row.hexadecimal(0xbeef)), "0x000000000000beef\n");
        assert_eq!(text::<17>(|row| row.display(16, &sdk::Rights::ALL)), "read+write+grant\n");
        assert_eq!(text::<42>(|row| row.text_field("name", "x")).len(), 42);
    }

    #[test]
    fn no_name_breaks_a_line_or_a_column() {
        assert_eq!(text::<9>(|row| row.left(8, "a b\n\u{2028}c")), "a?b??c  \n");
    }
}
