//! Some rows of the screen, put together in memory before they are written.
//!
//! There is no second copy of the picture, and nothing half drawn is ever written: what lies on top
//! of each other is painted here, from the lowest to the highest, and only then written.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::abi::graphics::FramebufferInfo;
use sdk::abi::graphics::PixelFormat;
use sdk::ui::Colour;

use crate::area::Area;
use crate::font::Font;

/// Bytes that a band should have: some rows of a window on a large screen.
const BYTES: usize = 8 * 1024;

/// Pixels that are painted one by one before the rest is copied from them.
const SEED: usize = 16;

/// Where pixels go.
pub(crate) trait Target {
    /// Writes pixels from this byte of the framebuffer on.
    fn write(&mut self, offset: u32, pixels: &[u8]) -> Result<(), Refusal>;

    /// Shows what has been written.
    fn flush(&mut self) -> Result<(), Refusal>;
}

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) ink: Colour,
    /// What fills its cells, if not what is there already.
    pub(crate) paper: Option<Colour>,
}

/// Pixels on their way to the screen.
pub(crate) struct Band<T> {
    pub(crate) target: T,
    layout: FramebufferInfo,
    pixel_bytes: usize,
    /// Which part of the screen the bytes are.
    area: Area,
    bytes: Vec<u8>,
}

impl<T: Target> Band<T> {
    /// A band; the error is that it does not fit into memory.
    pub(crate) fn new(target: T, layout: FramebufferInfo) -> Result<Band<T>, TryReserveError> {
        let pixel_bytes = layout.format.bytes();
        let row_bytes = layout.width as usize * pixel_bytes;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(BYTES.max(row_bytes))?;
        bytes.resize(BYTES.max(row_bytes), 0);
        Ok(Band { target, layout, pixel_bytes, area: Area::default(), bytes })
    }

    /// All of the screen.
    pub(crate) fn screen(&self) -> Area {
        Area::new(0, 0, self.layout.width as i32, self.layout.height as i32)
    }

    /// Which part of the screen is being painted.
    pub(crate) fn area(&self) -> Area {
        self.area
    }

    /// Begins with the upper rows of an area of the screen, as many as there is room for. The rest
    /// of the area is for the next time.
    pub(crate) fn begin(&mut self, area: Area) -> Area {
        assert!(self.screen().covers(area) && !area.is_empty(), "{area:?} lies on the screen");
        let rows = self.bytes.len() / (area.width() as usize * self.pixel_bytes);
        let bottom = area.bottom.min(area.top + rows as i32);
        self.area = Area { bottom, ..area };
        Area { top: bottom, ..area }
    }

    /// Writes what has been painted.
    pub(crate) fn write(&mut self) -> Result<(), Refusal> {
        let row_bytes = self.area.width() as usize * self.pixel_bytes;
        let offset = |y: i32| {
            y as u32 * self.layout.stride + self.area.left as u32 * self.pixel_bytes as u32
        };
        if row_bytes == self.layout.stride as usize {
            let bytes = row_bytes * self.area.height() as usize;
            return self.target.write(offset(self.area.top), &self.bytes[..bytes]);
        }
        for (y, row) in (self.area.top..self.area.bottom).zip(self.bytes.chunks(row_bytes)) {
            self.target.write(offset(y), row)?;
        }
        Ok(())
    }

    /// Fills the part of an area that lies in the band.
    pub(crate) fn fill(&mut self, area: Area, colour: Colour) {
        let seen = area.within(self.area);
        if seen.is_empty() {
            return;
        }
        let begin = self.at(seen.left, seen.top);
        let row_bytes = seen.width() as usize * self.pixel_bytes;
        let row = &mut self.bytes[begin..begin + row_bytes];
        match self.layout.format {
            PixelFormat::Bgra8888 => fill_row::<4>(row, bgra8888(colour)),
            PixelFormat::Rgb565 => fill_row::<2>(row, rgb565(colour)),
        }
        for y in seen.top + 1..seen.bottom {
            let below = self.at(seen.left, y);
            self.bytes.copy_within(begin..begin + row_bytes, below);
        }
    }

    /// Takes half of the light from an area, as a shadow does.
    pub(crate) fn shade(&mut self, area: Area) {
        let seen = area.within(self.area);
        if seen.is_empty() {
            return;
        }
        for y in seen.top..seen.bottom {
            let begin = self.at(seen.left, y);
            let row_bytes = seen.width() as usize * self.pixel_bytes;
            let row = &mut self.bytes[begin..begin + row_bytes];
            match self.layout.format {
                PixelFormat::Bgra8888 => {
                    for pixel in row.as_chunks_mut::<4>().0 {
                        *pixel = (u32::from_le_bytes(*pixel) >> 1 & 0x7f_7f7f).to_le_bytes();
                    }
                }
                PixelFormat::Rgb565 => {
                    for pixel in row.as_chunks_mut::<2>().0 {
                        *pixel = (u16::from_le_bytes(*pixel) >> 1 & 0x7bef).to_le_bytes();
                    }
                }
            }
        }
    }

    /// Draws a line of text from a place on, as far as it lies in an area.
    pub(crate) fn text(
        &mut self,
        area: Area,
        place: (i32, i32),
        style: Style,
        text: &str,
        font: &Font,
    ) {
        let bottom = place.1 + font.height as i32;
        let seen = Area { left: place.0, top: place.1, right: i32::MAX, bottom };
        let seen = seen.within(area).within(self.area);
        if seen.is_empty() {
            return;
        }
        if let Some(paper) = style.paper {
            let width = text.chars().count() as i32 * font.width as i32;
            let right = place.0.saturating_add(width);
            self.fill(Area { right, ..seen }.within(seen), paper);
        }
        match self.layout.format {
            PixelFormat::Bgra8888 => {
                self.strokes::<4>(seen, place, bgra8888(style.ink), text, font);
            }
            PixelFormat::Rgb565 => self.strokes::<2>(seen, place, rgb565(style.ink), text, font),
        }
    }

    /// Draws the strokes of a line of text that are seen.
    fn strokes<const N: usize>(
        &mut self,
        seen: Area,
        (left, top): (i32, i32),
        ink: [u8; N],
        text: &str,
        font: &Font,
    ) {
        let cell = font.width as i32;
        let skipped = (seen.left - left) / cell;
        let mut x = left + skipped * cell;
        let row_bytes = self.area.width() as usize * N;
        for character in text.chars().skip(skipped as usize) {
            if seen.right <= x {
                break;
            }
            let (from, to) = (seen.left.max(x), seen.right.min(x + cell));
            x += cell;
            if character == ' ' {
                continue;
            }
            let glyph = font.glyph(character);
            let (cut, width) = (from - (x - cell), (to - from) as usize);
            let mut begin = self.at(from, seen.top);
            for y in seen.top..seen.bottom {
                let mut bits = font.row(glyph, (y - top) as u32) << cut;
                let row = &mut self.bytes[begin..begin + width * N];
                // From one stroke to the next: most of a glyph is empty.
                while bits != 0 {
                    let at = bits.leading_zeros() as usize;
                    let Some(pixel) = row.as_chunks_mut::<N>().0.get_mut(at) else { break };
                    *pixel = ink;
                    bits &= !(1 << 31 >> at);
                }
                begin += row_bytes;
            }
        }
    }

    /// Where in the band's bytes a pixel of the screen lies.
    fn at(&self, x: i32, y: i32) -> usize {
        let (column, row) = (x - self.area.left, y - self.area.top);
        (row * self.area.width() + column) as usize * self.pixel_bytes
    }
}

/// Fills a row: its first pixels one by one, the rest by copying what is there, twice as much each
/// time, which is a lot cheaper.
fn fill_row<const N: usize>(row: &mut [u8], pixel: [u8; N]) {
    let mut done = row.len().min(SEED * N);
    row[..done].as_chunks_mut().0.fill(pixel);
    while done < row.len() {
        let count = done.min(row.len() - done);
        row.copy_within(..count, done);
        done += count;
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
