//! A console font: PSF2, as `psf.h` of the package kbd describes it.

use alloc::vec::Vec;
use core::fmt;
use sdk::payload::Reader;

const MAGIC: u32 = 0x864a_b572;

/// Header flag: behind the glyphs stands which characters they are.
const HAS_UNICODE_TABLE: u32 = 1;

/// In that table: the end of a glyph's characters, and the start of a sequence of several.
const END: u8 = 0xff;
const SEQUENCE: u8 = 0xfe;

/// A glyph's row is handled as one word.
const WIDTH_MAX: u32 = 32;

/// Bytes behind the file, with which every row has those of a word.
const ROW_PADDING: usize = 3;

/// As much as makes sense on the largest screen.
const HEIGHT_MAX: u32 = 128;

/// Why bytes are no font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FontError {
    /// They do not begin as PSF2 does.
    NotPsf2,
    /// Glyphs are wider or higher than can be drawn, or have no extent.
    Size(u32, u32),
    /// The header promises more than there is.
    TooShort,
    /// The table of characters does not fit into memory.
    NoMemory,
}

impl fmt::Display for FontError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FontError::NotPsf2 => f.write_str("it does not begin as a PSF2 font does"),
            FontError::Size(width, height) => write!(
                f,
                "glyphs of {width}x{height} cannot be drawn: at most {WIDTH_MAX}x{HEIGHT_MAX} can"
            ),
            FontError::TooShort => f.write_str("it is shorter than its header says"),
            FontError::NoMemory => f.write_str("its characters do not fit into memory"),
        }
    }
}

/// A font, with the file's bytes as they are.
#[derive(Clone, Debug)]
pub(crate) struct Font {
    bytes: Vec<u8>,
    /// Pixels across.
    pub(crate) width: u32,
    /// Pixels down.
    pub(crate) height: u32,
    /// Where the glyphs begin.
    start: usize,
    /// How many glyphs there are, never none.
    count: usize,
    /// Characters and their glyphs, in the order of the characters.
    characters: Vec<(char, u16)>,
    /// What stands for a character that the font does not have.
    unknown: u16,
}

/// A glyph of a font, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glyph(u16);

impl Font {
    /// Reads a font.
    pub(crate) fn parse(mut bytes: Vec<u8>) -> Result<Font, FontError> {
        // So that the last row, too, can be read as a word.
        bytes.try_reserve_exact(ROW_PADDING).map_err(|_| FontError::NoMemory)?;
        let file_bytes = bytes.len();
        bytes.resize(file_bytes + ROW_PADDING, 0);
        let mut reader = Reader::new(&bytes[..file_bytes]);
        let mut word = || reader.u32();
        if word() != Some(MAGIC) {
            return Err(FontError::NotPsf2);
        }
        let (Some(_version), Some(header), Some(flags), Some(count)) =
            (word(), word(), word(), word())
        else {
            return Err(FontError::TooShort);
        };
        let (Some(glyph_bytes), Some(height), Some(width)) = (word(), word(), word()) else {
            return Err(FontError::TooShort);
        };
        let is_drawable = (1..=WIDTH_MAX).contains(&width) && (1..=HEIGHT_MAX).contains(&height);
        if !is_drawable || glyph_bytes != width.div_ceil(8) * height {
            return Err(FontError::Size(width, height));
        }
        let (start, count) = (header as usize, usize::from(u16::try_from(count).unwrap_or(0)));
        let end = start.checked_add(count * glyph_bytes as usize);
        let table = end.and_then(|end| bytes.get(end..file_bytes)).ok_or(FontError::TooShort)?;
        if count == 0 {
            return Err(FontError::TooShort);
        }
        let characters = match flags & HAS_UNICODE_TABLE {
            0 => numbered(count),
            _ => tabled(table, count),
        };
        let characters = characters.ok_or(FontError::NoMemory)?;
        let mut font = Font { bytes, width, height, start, count, characters, unknown: 0 };
        let stand_in = ['\u{fffd}', '?'].into_iter().find_map(|c| font.find(c));
        font.unknown = stand_in.unwrap_or(0);
        Ok(font)
    }

    /// How many glyphs there are.
    pub(crate) fn glyph_count(&self) -> usize {
        self.count
    }

    /// The glyph of a character, or the one that stands for unknown characters.
    pub(crate) fn glyph(&self, character: char) -> Glyph {
        Glyph(self.find(character).unwrap_or(self.unknown))
    }

    /// One row of a glyph: its leftmost pixel is the highest bit of the word, and what lies to the
    /// right of the glyph is 0.
    pub(crate) fn row(&self, glyph: Glyph, row: u32) -> u32 {
        let row_bytes = self.width.div_ceil(8) as usize;
        let index = usize::from(glyph.0) * self.height as usize + row as usize;
        let bytes = self.bytes.get(self.start + index * row_bytes..);
        let word = bytes.and_then(|bytes| bytes.first_chunk()).map_or(0, |word| {
            // Behind the row's own bytes come those of others.
            u32::from_be_bytes(*word)
        });
        word & !0 << (WIDTH_MAX - self.width)
    }

    fn find(&self, character: char) -> Option<u16> {
        // Most fonts begin with the printable characters of ASCII.
        let guess = (character as usize).wrapping_sub(' ' as usize);
        if let Some((found, glyph)) = self.characters.get(guess)
            && *found == character
        {
            return Some(*glyph);
        }
        let place = self.characters.binary_search_by_key(&character, |(c, _)| *c).ok()?;
        Some(self.characters[place].1)
    }
}

/// Without a table, glyphs are characters by their number.
fn numbered(count: usize) -> Option<Vec<(char, u16)>> {
    let mut characters = Vec::new();
    characters.try_reserve_exact(count).ok()?;
    let numbers = (0..count).filter_map(|index| u16::try_from(index).ok());
    characters.extend(numbers.filter_map(|index| Some((char::from_u32(u32::from(index))?, index))));
    Some(characters)
}

/// The table: for each glyph its characters in UTF-8, then what is drawn with several, then the
/// end. Of two glyphs for one character the first counts.
fn tabled(table: &[u8], count: usize) -> Option<Vec<(char, u16)>> {
    let mut characters: Vec<(char, u16)> = Vec::new();
    let glyphs = table.split(|byte| *byte == END).take(count);
    for (glyph, text) in (0..=u16::MAX).zip(glyphs) {
        let single = text.split(|byte| *byte == SEQUENCE).next().unwrap_or(&[]);
        let single = single.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
        for character in single {
            // Tables come sorted, or nearly so.
            if let Err(place) = characters.binary_search_by_key(&character, |(c, _)| *c) {
                characters.try_reserve(1).ok()?;
                characters.insert(place, (character, glyph));
            }
        }
    }
    Some(characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font(width: u32, height: u32, glyphs: &[u8], table: &[u8]) -> Vec<u8> {
        let glyph_bytes = width.div_ceil(8) * height;
        let count = glyphs.len() as u32 / glyph_bytes;
        let flags = u32::from(!table.is_empty());
        let words = [MAGIC, 0, 32, flags, count, glyph_bytes, height, width];
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(glyphs);
        bytes.extend(table);
        bytes
    }

    #[test]
    fn glyphs_are_found_by_character() {
        let table = b"A\xce\x91\xff?\xfeA\xcc\x8a\xff";
        let font = Font::parse(font(9, 1, &[0x80, 0x80, 0x7f, 0x00], table)).unwrap();
        assert_eq!(font.row(font.glyph('A'), 0), 0x8080_0000);
        assert_eq!(font.glyph('Α'), font.glyph('A'), "one glyph for the Greek letter too");
        assert_eq!(font.row(font.glyph('x'), 0), 0x7f00_0000, "unknown ones look like `?`");
    }

    #[test]
    fn without_a_table_glyphs_have_numbers() {
        let font = Font::parse(font(8, 1, &[1, 2, 3], b"")).unwrap();
        assert_eq!(font.row(font.glyph('\u{2}'), 0), 0x0300_0000);
        assert_eq!(font.row(font.glyph('z'), 0), 0x0100_0000);
    }

    #[test]
    fn broken_fonts_are_refused() {
        let good = font(8, 2, &[0; 4], b"a\xffb\xff");
        let error = |bytes: &[u8]| Font::parse(bytes.to_vec()).err();
        assert_eq!(error(&good), None);
        assert_eq!(error(b"hello"), Some(FontError::NotPsf2));
        assert_eq!(error(&good[..20]), Some(FontError::TooShort));
        assert_eq!(error(&good[..35]), Some(FontError::TooShort));
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            error(&bytes)
        };
        assert_eq!(with(28, 0), Some(FontError::Size(0, 2)));
        assert_eq!(with(31, 255), Some(FontError::Size(0xff00_0008, 2)));
        assert_eq!(with(11, 255), Some(FontError::TooShort), "glyphs far away");
        assert_eq!(with(19, 255), Some(FontError::TooShort), "too many glyphs");
    }

    #[test]
    fn shipped_fonts_have_every_printable_ascii_character() {
        let fonts: [&[u8]; 2] = [
            include_bytes!("../fonts/spleen-8x16.psf"),
            include_bytes!("../fonts/spleen-6x12.psf"),
        ];
        for bytes in fonts {
            let font = Font::parse(bytes.to_vec()).unwrap();
            assert!((' '..='~').chain('¡'..='ÿ').all(|c| font.find(c).is_some()));
        }
    }
}
