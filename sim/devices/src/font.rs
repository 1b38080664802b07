//! A console font (PSF2, as the `kbd` package documents it in `psf.h`), read to recognise text.

use std::fmt;

/// The glyphs that have a character.
#[derive(Clone, Debug)]
pub struct Font {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Characters with their rows; the leftmost pixel is the highest of the `width` lowest bits.
    pub glyphs: Vec<(char, Vec<u32>)>,
}

/// Why bytes are no font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FontError {
    /// They do not begin as PSF2 does.
    NotPsf2,
    /// The header promises more than there is, or glyphs that we cannot read.
    Header,
}

impl fmt::Display for FontError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FontError::NotPsf2 => "it does not begin with the magic number of PSF2",
            FontError::Header => "its header does not fit its size",
        })
    }
}

impl std::error::Error for FontError {}

const MAGIC: u32 = 0x864a_b572;
const HAS_UNICODE_TABLE: u32 = 1;
/// Wider glyphs do not fit a row of bits here.
const WIDTH_MAX: usize = 32;

impl Font {
    /// Reads a font.
    pub fn parse(bytes: &[u8]) -> Result<Font, FontError> {
        let word = |index: usize| {
            let place = bytes.get(4 * index..4 * index + 4)?;
            Some(u32::from_le_bytes(place.try_into().ok()?))
        };
        let size = |index: usize| word(index).map(|word| word as usize).ok_or(FontError::Header);
        if word(0) != Some(MAGIC) {
            return Err(FontError::NotPsf2);
        }
        let (header, flags, count) = (size(2)?, size(3)? as u32, size(4)?);
        let (glyph_bytes, height, width) = (size(5)?, size(6)?, size(7)?);
        let row_bytes = width.div_ceil(8);
        let is_sound = 0 < width
            && width <= WIDTH_MAX
            && 0 < height
            && row_bytes.checked_mul(height) == Some(glyph_bytes);
        let end = glyph_bytes.checked_mul(count).and_then(|size| size.checked_add(header));
        let bitmaps = end.and_then(|end| bytes.get(header..end));
        let (true, Some(bitmaps), Some(end)) = (is_sound, bitmaps, end) else {
            return Err(FontError::Header);
        };
        let characters = if flags & HAS_UNICODE_TABLE != 0 {
            unicode_table(&bytes[end..], count)
        } else {
            (0..count)
                .map(|index| u8::try_from(index).map(char::from).into_iter().collect())
                .collect()
        };
        let rows = |glyph: &[u8]| -> Vec<u32> {
            let rows = glyph.chunks_exact(row_bytes);
            rows.map(|row| row_bits(row, width)).collect()
        };
        let glyphs = bitmaps.chunks_exact(glyph_bytes).zip(characters);
        let glyphs = glyphs.flat_map(|(glyph, characters)| {
            let rows = rows(glyph);
            characters.into_iter().map(move |c| (c, rows.clone()))
        });
        Ok(Font { width, height, glyphs: glyphs.collect() })
    }
}

fn row_bits(row: &[u8], width: usize) -> u32 {
    let bits = row.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    (bits >> (8 * row.len() - width)) as u32
}

/// The characters of each glyph: UTF-8 ended by 0xff; what follows 0xfe are sequences, which a
/// picture cannot tell from single characters.
fn unicode_table(bytes: &[u8], count: usize) -> Vec<Vec<char>> {
    let entries = bytes.split(|byte| *byte == 0xff).chain(std::iter::repeat(&[][..]));
    let characters = |entry: &[u8]| {
        let single = entry.split(|byte| *byte == 0xfe).next().unwrap_or_default();
        std::str::from_utf8(single).map(|text| text.chars().collect()).unwrap_or_default()
    };
    entries.take(count).map(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two glyphs of 3 by 2 pixels: `a` and `b`.
    fn tiny() -> Vec<u8> {
        let header = [MAGIC, 0, 32, HAS_UNICODE_TABLE, 2, 2, 2, 3];
        let mut bytes: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend([0b1010_0000, 0b0100_0000, 0b1110_0000, 0b0010_0000]);
        bytes.extend(b"a\xffb\xc3\xa4\xff");
        bytes
    }

    #[test]
    fn glyphs_come_with_all_their_characters() {
        let font = Font::parse(&tiny()).unwrap();
        let expected =
            [('a', vec![0b101, 0b010]), ('b', vec![0b111, 0b001]), ('ä', vec![0b111, 0b001])];
        assert_eq!(font.glyphs, expected);
    }

    #[test]
    fn broken_fonts_are_refused() {
        assert_eq!(Font::parse(b"PK").err(), Some(FontError::NotPsf2));
        let whole = tiny();
        for end in 4..36 {
            assert_eq!(Font::parse(&whole[..end]).err(), Some(FontError::Header), "{end}");
        }
        for at in 8..32 {
            let mut bytes = whole.clone();
            bytes[at] = 0xff;
            let _ = Font::parse(&bytes);
        }
    }
}
