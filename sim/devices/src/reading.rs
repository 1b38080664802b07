//! Text on a picture, recognised by the exact shape of its glyphs.
//!
//! Glyphs may stand at any pixel and in any colour on anything. For each colour in which there can
//! be text, the picture becomes rows of bits; wherever a window of a glyph's size holds exactly a
//! glyph's bits, there is that glyph. Neighbouring glyphs of one colour make a run.

use std::collections::BTreeMap;

use crate::font::Font;
use crate::picture::Picture;

/// Colours that are looked at, the rarest first: text is rare, backgrounds are not.
const COLOURS_MAX: usize = 24;

/// A line of text has at most this many missing cells between two of its words.
const GAP_MAX: usize = 8;

/// Bits of a row by which glyphs are sorted out first.
const WINDOW_BITS: usize = 12;

/// Some text in one line and one colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Left edge of the first glyph.
    pub x: usize,
    /// Top edge.
    pub y: usize,
    /// What it says.
    pub text: String,
}

/// A font prepared for reading.
#[derive(Clone, Debug)]
pub struct Reader {
    width: usize,
    height: usize,
    /// Characters by the rows of their glyph.
    glyphs: BTreeMap<Vec<u32>, char>,
    /// For two rows, which bits any glyph has there, to look no further at most places.
    telling_rows: [(usize, Vec<bool>); 2],
}

impl Reader {
    /// Prepares a font. Of two characters with one glyph the first is read.
    pub fn new(font: &Font) -> Reader {
        let mut glyphs = BTreeMap::new();
        for (c, rows) in &font.glyphs {
            let is_blank = rows.iter().all(|row| *row == 0);
            // Lines and blocks are no text: every bar and frame of a window would be full of them.
            let is_drawing = ('\u{2500}'..='\u{259f}').contains(c);
            if !is_blank && !is_drawing && !c.is_whitespace() {
                glyphs.entry(rows.clone()).or_insert(*c);
            }
        }
        // The rows in the middle tell most glyphs apart.
        let telling_rows = [font.height / 2, font.height / 3].map(|row| {
            let count = 1 << font.width.min(WINDOW_BITS);
            let mut is_known = vec![false; count];
            for rows in glyphs.keys() {
                is_known[rows[row] as usize & (count - 1)] = true;
            }
            (row, is_known)
        });
        Reader { width: font.width, height: font.height, glyphs, telling_rows }
    }

    /// Pixels of a cell, across and down.
    pub fn cell(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Whether a text can be read in one line.
    pub fn shows(&self, picture: &Picture, text: &str) -> bool {
        self.read(picture).iter().any(|run| run.text.contains(text))
    }

    /// All text, from top to bottom and from left to right.
    pub fn read(&self, picture: &Picture) -> Vec<Run> {
        if picture.width < self.width || picture.height < self.height {
            return Vec::new();
        }
        let mut glyphs = Vec::new();
        for colour in colours(picture) {
            self.find(&Bits::of(picture, colour), &mut glyphs);
        }
        glyphs.sort_unstable();
        glyphs.dedup();
        self.join(&glyphs)
    }

    /// Finds every glyph of one colour.
    fn find(&self, bits: &Bits, found: &mut Vec<(usize, usize, char)>) {
        let mut rows = vec![0; self.height];
        for y in 0..=bits.height - self.height {
            let band = &bits.is_used[y..y + self.height];
            if !band.iter().any(|used| *used) {
                continue;
            }
            let mut x = 0;
            while x + self.width <= bits.width {
                let is_possible = self.telling_rows.iter().all(|(row, is_known)| {
                    let window = bits.window(x, y + row, self.width) as usize;
                    is_known[window & (is_known.len() - 1)]
                });
                if is_possible {
                    for (row, place) in rows.iter_mut().enumerate() {
                        *place = bits.window(x, y + row, self.width);
                    }
                    if let Some(c) = self.glyphs.get(&rows) {
                        found.push((y, x, *c));
                        // The next glyph of this line begins behind this one.
                        x += self.width;
                        continue;
                    }
                }
                x += 1;
            }
        }
    }

    /// Joins glyphs to runs. A small glyph that lies inside a larger one's cell, such as a dot in
    /// an exclamation mark, has already been passed over within its line; one that a neighbouring
    /// line shows is dropped here.
    fn join(&self, glyphs: &[(usize, usize, char)]) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (y, x, c) in glyphs {
            let continued =
                runs.iter_mut().rev().take_while(|run| run.y + self.height > *y).find(|run| {
                    let end = run.x + self.width * run.text.chars().count();
                    run.y == *y
                        && end <= *x
                        && *x <= end + GAP_MAX * self.width
                        && (*x - end).is_multiple_of(self.width)
                });
            match continued {
                Some(run) => {
                    let end = run.x + self.width * run.text.chars().count();
                    let spaces = (*x - end) / self.width;
                    run.text.extend(std::iter::repeat_n(' ', spaces));
                    run.text.push(*c);
                }
                None => runs.push(Run { x: *x, y: *y, text: c.to_string() }),
            }
        }
        drop_shadows(runs, self.width, self.height)
    }
}

/// A run that overlaps a longer one is made of parts of its glyphs.
fn drop_shadows(runs: Vec<Run>, width: usize, height: usize) -> Vec<Run> {
    let area = |run: &Run| (run.x, run.x + width * run.text.chars().count(), run.y, run.y + height);
    let hides = |longer: &Run, run: &Run| {
        let (a, b) = (area(longer), area(run));
        let is_longer = run.text.chars().count() < longer.text.chars().count();
        is_longer && a.0 < b.1 && b.0 < a.1 && a.2 < b.3 && b.2 < a.3
    };
    let kept = runs.iter().filter(|run| !runs.iter().any(|other| hides(other, run)));
    kept.cloned().collect()
}

/// The colours in which there can be text: all but the commonest, the rarest first.
fn colours(picture: &Picture) -> Vec<[u8; 3]> {
    let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    for run in picture.pixels.chunk_by(|a, b| a == b) {
        *counts.entry(run[0]).or_default() += run.len();
    }
    let mut colours: Vec<([u8; 3], usize)> = counts.into_iter().collect();
    colours.sort_by_key(|(_, count)| *count);
    colours.pop();
    colours.into_iter().take(COLOURS_MAX).map(|(colour, _)| colour).collect()
}

/// Where a picture has one colour.
struct Bits {
    width: usize,
    height: usize,
    words_per_row: usize,
    words: Vec<u64>,
    is_used: Vec<bool>,
}

impl Bits {
    fn of(picture: &Picture, colour: [u8; 3]) -> Bits {
        // One word more, so that a window may begin in the last one.
        let words_per_row = picture.width / 64 + 2;
        let mut words = vec![0u64; words_per_row * picture.height];
        let mut is_used = vec![false; picture.height];
        for (y, row) in picture.pixels.chunks_exact(picture.width).enumerate() {
            let place = &mut words[y * words_per_row..(y + 1) * words_per_row];
            for (x, pixel) in row.iter().enumerate() {
                if *pixel == colour {
                    place[x / 64] |= 1 << (63 - x % 64);
                    is_used[y] = true;
                }
            }
        }
        Bits { width: picture.width, height: picture.height, words_per_row, words, is_used }
    }

    /// `width` bits from a place, the leftmost the highest.
    fn window(&self, x: usize, y: usize, width: usize) -> u32 {
        let index = y * self.words_per_row + x / 64;
        let both = u128::from(self.words[index]) << 64 | u128::from(self.words[index + 1]);
        (both >> (128 - x % 64 - width)) as u32 & (u32::MAX >> (32 - width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Six characters of 5 by 7 pixels, unlike each other.
    fn font() -> Font {
        let rows = |seed: u32| {
            (0..7).map(|row| (seed.wrapping_mul(0x9e37_79b9) >> (3 * row)) & 31 | 1).collect()
        };
        let glyphs = ('a'..='f').map(|c| (c, rows(c as u32))).collect();
        Font { width: 5, height: 7, glyphs }
    }

    fn draw(picture: &mut Picture, font: &Font, x: usize, y: usize, text: &str, ink: [u8; 3]) {
        for (index, c) in text.chars().enumerate() {
            let Some((_, rows)) = font.glyphs.iter().find(|(other, _)| *other == c) else {
                continue;
            };
            for (dy, row) in rows.iter().enumerate() {
                for dx in 0..font.width {
                    if row >> (font.width - 1 - dx) & 1 != 0 {
                        picture.pixels[(y + dy) * picture.width + x + 5 * index + dx] = ink;
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn text_is_read_back_from_any_place_in_any_colour(
            x in 0..60usize, y in 0..40usize, text in "[a-f]( ?[a-f]){1,9}", ink: [u8; 3]
        ) {
            prop_assume!(ink != [0, 0, 0]);
            let font = font();
            let (width, height) = (200, 60);
            let mut picture = Picture { width, height, pixels: vec![[0; 3]; width * height] };
            draw(&mut picture, &font, x, y, &text, ink);
            let runs = Reader::new(&font).read(&picture);
            prop_assert_eq!(runs, [Run { x, y, text }]);
        }
    }

    #[test]
    fn lines_come_in_reading_order() {
        let font = font();
        let mut picture = Picture { width: 80, height: 40, pixels: vec![[9; 3]; 3200] };
        draw(&mut picture, &font, 3, 20, "fed", [1, 2, 3]);
        draw(&mut picture, &font, 40, 2, "bc", [200, 0, 0]);
        draw(&mut picture, &font, 3, 2, "abc", [1, 2, 3]);
        let texts: Vec<String> =
            Reader::new(&font).read(&picture).into_iter().map(|run| run.text).collect();
        assert_eq!(texts, ["abc", "bc", "fed"]);
    }
}
