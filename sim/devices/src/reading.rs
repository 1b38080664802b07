//! Text on a picture, recognised by the exact shape of its glyphs.
//!
//! Glyphs may stand at any pixel and in any colour on anything. For each colour in which there can
//! be text, the picture becomes rows of bits; wherever a window of a glyph's size holds exactly a
//! glyph's bits, there is that glyph. Neighbouring glyphs of one colour make a run.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::font::Font;
use crate::picture::Picture;

/// Colours that are looked at, the rarest first: text is rare, backgrounds are not.
const COLOURS_MAX: usize = 24;

/// A line of text has at most this many missing cells between two of its words.
const GAP_MAX: usize = 8;

/// Bits of a row by which glyphs are told apart.
const ROW_BITS: usize = 12;

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
    /// Which columns any glyph uses: empty places and bars are passed over by them.
    outlines: Known,
    /// Some rows in the middle, which tell most glyphs apart, and what any glyph has there.
    telling_rows: [(usize, Known); 4],
}

impl Reader {
    /// Prepares a font. Of two characters with one glyph the first is read.
    pub fn new(font: &Font) -> Reader {
        let mut glyphs = BTreeMap::new();
        for (c, rows) in &font.glyphs {
            let is_blank = rows.iter().all(|row| *row == 0);
            // Lines, blocks and shapes are no text: every bar and frame of a window would be full of them.
            let is_drawing = ('\u{2500}'..='\u{25ff}').contains(c);
            if !is_blank && !is_drawing && !c.is_whitespace() {
                glyphs.entry(rows.clone()).or_insert(*c);
            }
        }
        let rows_of = |row: usize| glyphs.keys().map(move |rows: &Vec<u32>| rows[row]);
        let telling_rows = [4, 2, 5, 3].map(|eighths| {
            let row = font.height * eighths / 8;
            (row, Known::of(font.width, rows_of(row)))
        });
        let whole = glyphs.keys().map(|rows| rows.iter().fold(0, |all, row| all | row));
        let outlines = Known::of(font.width, whole);
        Reader { width: font.width, height: font.height, glyphs, outlines, telling_rows }
    }

    /// Pixels of a cell, across and down.
    pub fn cell(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// All text, from top to bottom and from left to right.
    pub fn read(&self, picture: &Picture) -> Vec<Run> {
        if picture.width < self.width || picture.height < self.height {
            return Vec::new();
        }
        let mut glyphs = Vec::new();
        for layer in layers(picture) {
            self.find(&layer, &mut glyphs);
        }
        glyphs.sort_unstable();
        glyphs.dedup();
        self.join(&glyphs)
    }

    /// Finds every glyph of one colour.
    fn find(&self, bits: &Bits, found: &mut Vec<(usize, usize, char)>) {
        let mut rows = vec![0; self.height];
        let mut union = Vec::new();
        for y in 0..=bits.height - self.height {
            let candidates = bits.candidates(y, self.width, self.height);
            if candidates.is_empty() {
                continue;
            }
            bits.unite(y..y + self.height, &mut union);
            let mut x = candidates.start;
            while x < candidates.end {
                let outline = window(&union, x, self.width);
                if outline == 0 {
                    // No glyph begins before it could reach the next something.
                    let Some(next) = next_set(&union, x + self.width) else { break };
                    x = next + 1 - self.width;
                    continue;
                }
                let is_possible = self.outlines.has(outline)
                    && self
                        .telling_rows
                        .iter()
                        .all(|(row, known)| known.has(bits.window(x, y + row, self.width)));
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

/// Which bits there are among many; of wide rows their right parts.
#[derive(Clone, Debug)]
struct Known(Vec<bool>);

impl Known {
    fn of(width: usize, all: impl Iterator<Item = u32>) -> Known {
        let mut known = vec![false; 1 << width.min(ROW_BITS)];
        let mask = known.len() - 1;
        for bits in all {
            known[bits as usize & mask] = true;
        }
        Known(known)
    }

    fn has(&self, bits: u32) -> bool {
        self.0[bits as usize & (self.0.len() - 1)]
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

/// Where each colour is in which there can be text: all but the commonest, the rarest first.
fn layers(picture: &Picture) -> Vec<Bits> {
    let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    for (rows, row) in picture.bands() {
        for run in row.chunk_by(|a, b| a == b) {
            *counts.entry(run[0]).or_default() += run.len() * rows.len();
        }
    }
    let mut colours: Vec<([u8; 3], usize)> = counts.into_iter().collect();
    colours.sort_by_key(|(_, count)| *count);
    colours.pop();
    colours.truncate(COLOURS_MAX);
    let mut layers = vec![Bits::none(picture); colours.len()];
    for (rows, row) in picture.bands() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if let Some(index) = colours.iter().position(|(colour, _)| *colour == run[0]) {
                for y in rows.clone() {
                    layers[index].set(x..x + run.len(), y);
                }
            }
            x += run.len();
        }
    }
    layers
}

/// Where a picture has one colour.
#[derive(Clone)]
struct Bits {
    width: usize,
    height: usize,
    words_per_row: usize,
    words: Vec<u64>,
    /// For each row, where the colour begins and ends; empty where it is not.
    extents: Vec<Range<usize>>,
}

impl Bits {
    fn none(picture: &Picture) -> Bits {
        // One word more, so that a window may begin in the last one.
        let words_per_row = picture.width / 64 + 2;
        Bits {
            width: picture.width,
            height: picture.height,
            words_per_row,
            words: vec![0; words_per_row * picture.height],
            extents: vec![0..0; picture.height],
        }
    }

    fn set(&mut self, columns: Range<usize>, y: usize) {
        let row = &mut self.words[y * self.words_per_row..][..self.words_per_row];
        for x in columns.clone() {
            row[x / 64] |= 1 << (63 - x % 64);
        }
        let extent = &mut self.extents[y];
        let is_first = extent.start == extent.end;
        let start = if is_first { columns.start } else { extent.start };
        *extent = start..columns.end;
    }

    /// Where glyphs of this colour can begin whose top row is `y`.
    fn candidates(&self, y: usize, width: usize, height: usize) -> Range<usize> {
        let used = self.extents[y..y + height].iter().filter(|extent| extent.start < extent.end);
        let start = used.clone().map(|extent| extent.start).min();
        let end = used.map(|extent| extent.end).max();
        match (start, end) {
            (Some(start), Some(end)) => {
                start.saturating_sub(width - 1)..end.min(self.width + 1 - width)
            }
            _ => 0..0,
        }
    }

    /// Where any of some rows has the colour.
    fn unite(&self, rows: Range<usize>, union: &mut Vec<u64>) {
        union.clear();
        union.resize(self.words_per_row, 0);
        for y in rows {
            for (all, one) in union.iter_mut().zip(self.row(y)) {
                *all |= one;
            }
        }
    }

    fn row(&self, y: usize) -> &[u64] {
        &self.words[y * self.words_per_row..][..self.words_per_row]
    }

    /// `width` bits from a place.
    fn window(&self, x: usize, y: usize, width: usize) -> u32 {
        window(self.row(y), x, width)
    }
}

/// `width` bits of a row from a place, the leftmost the highest.
fn window(row: &[u64], x: usize, width: usize) -> u32 {
    let both = u128::from(row[x / 64]) << 64 | u128::from(row[x / 64 + 1]);
    (both >> (128 - x % 64 - width)) as u32 & (u32::MAX >> (32 - width))
}

/// The first place from `from` on that is set.
fn next_set(row: &[u64], from: usize) -> Option<usize> {
    let first = row.get(from / 64)? & (u64::MAX >> (from % 64));
    let rest = row[from / 64 + 1..].iter().copied();
    let words = std::iter::once(first).chain(rest);
    let (index, word) = words.enumerate().find(|(_, word)| *word != 0)?;
    Some((from / 64 + index) * 64 + word.leading_zeros() as usize)
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
