//! Drawing in the screen's own format, row by row, cut off at its edges.
//!
//! There is no second copy of the picture: a row is put together in a buffer and written with one
//! call. Only text without a background needs a call for each stroke of a glyph.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::abi::graphics::FramebufferInfo;
use sdk::abi::graphics::PixelFormat;
use sdk::ui::Colour;
use sdk::ui::Point;
use sdk::ui::Rectangle;

use crate::font::Font;
use crate::font::Glyph;

/// Where pixels go.
pub(crate) trait Target {
    /// Writes pixels from this byte of the framebuffer on.
    fn write(&mut self, offset: u32, pixels: &[u8]) -> Result<(), Refusal>;
}

/// The screen and what is needed to draw on it.
pub(crate) struct Canvas<T> {
    target: T,
    layout: FramebufferInfo,
    font: Font,
    /// One row of pixels, with room for what sticks out at the right.
    row: Vec<u8>,
    /// One line of text.
    line: Vec<Glyph>,
}

impl<T: Target> Canvas<T> {
    /// A canvas; the error is that its buffers do not fit into memory.
    pub(crate) fn new(
        target: T,
        layout: FramebufferInfo,
        font: Font,
    ) -> Result<Canvas<T>, TryReserveError> {
        let mut row = Vec::new();
        // The last cell of a row may stick out, and the last four pixels of that cell too.
        let pixels = layout.width.next_multiple_of(font.width).saturating_add(QUAD);
        let row_bytes = pixels as usize * layout.format.bytes();
        row.try_reserve_exact(row_bytes)?;
        row.resize(row_bytes, 0);
        let mut line = Vec::new();
        line.try_reserve_exact(layout.width.div_ceil(font.width) as usize)?;
        Ok(Canvas { target, layout, font, row, line })
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&mut self, rectangle: Rectangle, colour: Colour) -> Result<(), Refusal> {
        let Rectangle { origin, width, height } = rectangle;
        let width = u32::from(width).min(self.room_right(origin));
        let bytes = self.paint(width, colour);
        for row in 0..u32::from(height).min(self.room_below(origin)) {
            self.target.write(self.offset(origin, 0, row), &self.row[..bytes])?;
        }
        Ok(())
    }

    /// Draws text on a background, a cell for each character. A new line begins below the first.
    pub(crate) fn text_on(
        &mut self,
        at: Point,
        ink: Colour,
        paper: Colour,
        text: &str,
    ) -> Result<(), Refusal> {
        match self.layout.format {
            PixelFormat::Bgra8888 => {
                self.cells(at, quads::<4, 16>(bgra8888(ink), bgra8888(paper)), text)
            }
            PixelFormat::Rgb565 => self.cells(at, quads::<2, 8>(rgb565(ink), rgb565(paper)), text),
        }
    }

    /// Draws lines of cells from the pixels that four bits stand for.
    fn cells<const Q: usize>(
        &mut self,
        at: Point,
        quads: [[u8; Q]; 16],
        text: &str,
    ) -> Result<(), Refusal> {
        let pixel_bytes = self.layout.format.bytes();
        let cell_bytes = self.font.width as usize * pixel_bytes;
        for (at, line) in lines(at, self.font.height, text) {
            let bytes = self.set(at, line) as usize * pixel_bytes;
            for row in 0..self.font.height.min(self.room_below(at)) {
                let rows = self.line.iter().map(|glyph| self.font.row(*glyph, row));
                compose(&mut self.row, cell_bytes, rows, &quads);
                self.target.write(self.offset(at, 0, row), &self.row[..bytes])?;
            }
        }
        Ok(())
    }

    /// Draws text over what is there.
    pub(crate) fn text(&mut self, at: Point, ink: Colour, text: &str) -> Result<(), Refusal> {
        for (at, line) in lines(at, self.font.height, text) {
            let width = self.set(at, line);
            self.paint(width, ink);
            for row in 0..self.font.height.min(self.room_below(at)) {
                self.strokes(at, width, row)?;
            }
        }
        Ok(())
    }

    /// Writes the strokes of one row of the line from the row of ink.
    fn strokes(&mut self, at: Point, width: u32, row: u32) -> Result<(), Refusal> {
        let cell = self.font.width;
        let mut begin = None;
        for x in 0..=width {
            let is_ink = x < width && {
                let glyph = self.line[(x / cell) as usize];
                self.font.row(glyph, row) << (x % cell) & 1 << 31 != 0
            };
            match (is_ink, begin) {
                (true, None) => begin = Some(x),
                (false, Some(from)) => {
                    let bytes = (x - from) as usize * self.layout.format.bytes();
                    self.target.write(self.offset(at, from, row), &self.row[..bytes])?;
                    begin = None;
                }
                _ => (),
            }
        }
        Ok(())
    }

    /// Sets a line of text: as many glyphs as are seen, at least in part. Returns their width in
    /// pixels, up to the edge.
    fn set(&mut self, at: Point, text: &str) -> u32 {
        let room = self.room_right(at);
        let cells = room.div_ceil(self.font.width) as usize;
        self.line.clear();
        // Never more than there is room for, so this does not allocate.
        self.line.extend(text.chars().take(cells).map(|character| self.font.glyph(character)));
        (self.line.len() as u32 * self.font.width).min(room)
    }

    /// Fills the row buffer with so many pixels of a colour; returns their bytes.
    fn paint(&mut self, width: u32, colour: Colour) -> usize {
        let bytes = width as usize * self.layout.format.bytes();
        let pixels = &mut self.row[..bytes];
        match self.layout.format {
            PixelFormat::Bgra8888 => pixels.as_chunks_mut().0.fill(bgra8888(colour)),
            PixelFormat::Rgb565 => pixels.as_chunks_mut().0.fill(rgb565(colour)),
        }
        bytes
    }

    /// Where in the framebuffer a pixel lies.
    fn offset(&self, origin: Point, x: u32, y: u32) -> u32 {
        let (x, y) = (u32::from(origin.x) + x, u32::from(origin.y) + y);
        y * self.layout.stride + x * self.layout.format.bytes() as u32
    }

    fn room_right(&self, at: Point) -> u32 {
        self.layout.width.saturating_sub(u32::from(at.x))
    }

    fn room_below(&self, at: Point) -> u32 {
        self.layout.height.saturating_sub(u32::from(at.y))
    }
}

/// The lines of a text and where they begin, as far as there can be a screen.
fn lines(at: Point, height: u32, text: &str) -> impl Iterator<Item = (Point, &str)> {
    text.split('\n').zip(0u32..).map_while(move |(line, index)| {
        let below = index.checked_mul(height)?.checked_add(u32::from(at.y))?;
        Some((Point { y: u16::try_from(below).ok()?, ..at }, line))
    })
}

/// Pixels that are written at once.
const QUAD: u32 = 4;

/// Four pixels, of `N` bytes each, for each way that four bits can be.
fn quads<const N: usize, const Q: usize>(ink: [u8; N], paper: [u8; N]) -> [[u8; Q]; 16] {
    let mut quads = [[0; Q]; 16];
    for (bits, quad) in quads.iter_mut().enumerate() {
        for (pixel, place) in quad.as_chunks_mut().0.iter_mut().enumerate() {
            *place = if bits << pixel & 0b1000 != 0 { ink } else { paper };
        }
    }
    quads
}

/// Puts rows of glyphs side by side. Where a glyph's width is no multiple of four, the pixels that
/// are too many are overwritten by the next glyph, or stand where nobody looks.
fn compose<const Q: usize>(
    pixels: &mut [u8],
    cell_bytes: usize,
    rows: impl Iterator<Item = u32>,
    quads: &[[u8; Q]; 16],
) {
    let mut begin = 0;
    for mut row in rows {
        let end = begin + cell_bytes;
        let mut at = begin;
        while at < end {
            let quad = &quads[(row >> 28) as usize];
            if let Some(place) = pixels.get_mut(at..at + Q) {
                place.copy_from_slice(quad);
            }
            row <<= QUAD;
            at += Q;
        }
        begin = end;
    }
}

/// Blue, green, red, unused.
fn bgra8888(colour: Colour) -> [u8; 4] {
    (colour.0 & 0xff_ffff).to_le_bytes()
}

/// The highest five bits of red, six of green, five of blue.
fn rgb565(colour: Colour) -> [u8; 2] {
    let [blue, green, red, _] = colour.0.to_le_bytes().map(u16::from);
    (red >> 3 << 11 | green >> 2 << 5 | blue >> 3).to_le_bytes()
}

#[cfg(test)]
mod tests;
