//! How much room a character takes on a terminal.

/// What stands at the end of a line: the bytes that one erasing takes away, and their columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Where it begins.
    pub(crate) start: usize,
    /// Columns that it takes, where it begins in this one.
    pub(crate) columns: u16,
}

/// The last character of a line, or a byte that is none; `None` of an empty line. What comes before
/// begins in this column.
pub(crate) fn last_unit(line: &[u8], column: u16) -> Option<Unit> {
    let (last, before) = line.split_last()?;
    let mut start = before.len();
    while 0 < start && line.len() - start < 4 && is_continuation(line[start]) {
        start -= 1;
    }
    if is_continuation(*last) && encoded_len(line[start]) < line.len() - start {
        // It continues nothing.
        return Some(Unit { start: before.len(), columns: 1 });
    }
    let character = core::str::from_utf8(&line[start..]).ok().and_then(|text| text.chars().next());
    let columns = match character {
        Some('\t') => {
            let column = column.wrapping_add(columns_of(&line[..start], column));
            crate::output::TAB - column % crate::output::TAB
        }
        Some(character) => width(character),
        // Half a character is shown as one that is not known.
        None => 1,
    };
    Some(Unit { start, columns })
}

/// Columns that a line takes, where it begins in this one.
fn columns_of(line: &[u8], column: u16) -> u16 {
    let mut at = column;
    for character in core::str::from_utf8(line).unwrap_or_default().chars() {
        let columns = match character {
            '\t' => crate::output::TAB - at % crate::output::TAB,
            _ => width(character),
        };
        at = at.wrapping_add(columns);
    }
    at.wrapping_sub(column)
}

/// Columns of a character (Unicode Standard Annex 11, in large): a control character is shown as
/// two, those of East Asia and pictures are wide, and accents stand above what comes before.
pub(crate) fn width(character: char) -> u16 {
    match character {
        '\0'..='\x1f' | '\x7f' => 2,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// Whether the byte continues a character (RFC 3629, chapter 3).
fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Bytes of the character that begins so; 0 if none does.
fn encoded_len(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_goes_whole_and_a_stray_byte_alone() {
        let unit = |line: &[u8]| last_unit(line, 0).map(|unit| (unit.start, unit.columns));
        assert_eq!(unit(b""), None);
        assert_eq!(unit("a€".as_bytes()), Some((1, 1)));
        assert_eq!(unit("a月".as_bytes()), Some((1, 2)));
        assert_eq!(unit("e\u{301}".as_bytes()), Some((1, 0)));
        assert_eq!(unit(b"a\xe2\x82"), Some((1, 1)), "half a character");
        assert_eq!(unit(b"a\x82"), Some((1, 1)), "it continues nothing");
        assert_eq!(unit(b"\x82\x82\x82\x82\x82"), Some((4, 1)));
        assert_eq!(unit(b"\x03"), Some((0, 2)), "shown as ^C");
    }

    #[test]
    fn a_tabulator_takes_what_is_left_to_its_stop() {
        assert_eq!(last_unit(b"\t", 2), Some(Unit { start: 0, columns: 6 }));
        assert_eq!(last_unit(b"\tabc\t", 2), Some(Unit { start: 4, columns: 5 }));
    }
}
