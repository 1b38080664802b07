//! The screen: pixels in the board's own format. A write is visible at once, as on a panel behind
//! SPI or in a framebuffer that is scanned out; a flush marks that a frame is finished.

use abi::graphics::FramebufferInfo;
use abi::graphics::PixelFormat;

use crate::picture::Colour;
use crate::picture::Picture;
use crate::rectangle::Rectangle;

/// A screen, black at power-on.
#[derive(Clone, Debug)]
pub struct Screen {
    info: FramebufferInfo,
    /// Nothing until something is written, and that is black.
    memory: Vec<u8>,
    frames: u64,
    version: u64,
    written: Option<Rectangle>,
    flushed: Option<Rectangle>,
}

impl Screen {
    /// A screen of this shape.
    ///
    /// # Panics
    /// When a row is longer than the stride.
    pub fn new(info: FramebufferInfo) -> Screen {
        let row = info.width as usize * info.format.bytes();
        assert!(row <= info.stride as usize, "a row of pixels fits into the stride");
        Screen { info, memory: Vec::new(), frames: 0, version: 0, written: None, flushed: None }
    }

    /// Size and layout.
    pub fn layout(&self) -> FramebufferInfo {
        self.info
    }

    /// Stores bytes in the screen's own format; a run may span rows.
    ///
    /// # Panics
    /// When the run leaves the framebuffer: whoever lends the screen has checked the range.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) {
        let size = self.info.size();
        let inside = offset <= size && bytes.len() <= size - offset;
        assert!(inside, "{} bytes at {offset} lie inside the framebuffer", bytes.len());
        if self.memory.is_empty() {
            self.memory = vec![0; size];
        }
        let target = &mut self.memory[offset..offset + bytes.len()];
        if target != bytes {
            target.copy_from_slice(bytes);
            self.version += 1;
        }
        if let Some(area) = self.area(offset, bytes.len()) {
            self.written = Some(self.written.map_or(area, |written| written.around(area)));
        }
    }

    /// Power goes: the screen is black.
    pub fn power_off(&mut self) {
        self.memory = Vec::new();
        self.version += 1;
        (self.written, self.flushed) = (None, None);
    }

    /// Marks the end of a frame.
    pub fn flush(&mut self) {
        self.frames += 1;
        self.flushed = self.written.take();
    }

    /// How many frames were finished.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Grows whenever a byte changes: an equal version is an equal picture.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The pixels written since the last flush, as a panel would receive them: changed or not.
    pub fn dirty(&self) -> Option<Rectangle> {
        self.written
    }

    /// The pixels written between the last two flushes.
    pub fn flushed(&self) -> Option<Rectangle> {
        self.flushed
    }

    /// What one sees now.
    pub fn picture(&self) -> Picture {
        let (width, height) = (self.info.width as usize, self.info.height as usize);
        if self.memory.is_empty() {
            return Picture::filled(width, height, [0; 3]);
        }
        let pixel_bytes = self.info.format.bytes();
        let row_bytes = width * pixel_bytes;
        let mut pixels = Vec::with_capacity(width * height);
        if 0 < row_bytes {
            for row in self.memory.chunks_exact(self.info.stride as usize) {
                let row = row[..row_bytes].chunks_exact(pixel_bytes);
                match self.info.format {
                    PixelFormat::Bgra8888 => pixels.extend(row.map(|p| [p[2], p[1], p[0]])),
                    PixelFormat::Rgb565 => {
                        pixels.extend(row.map(|p| expanded(u16::from_le_bytes([p[0], p[1]]))));
                    }
                }
            }
        }
        Picture { width, height, pixels }
    }

    /// The pixels that a run of bytes touches; padding at the end of a row is no pixel.
    fn area(&self, offset: usize, length: usize) -> Option<Rectangle> {
        let last = (offset + length).checked_sub(1).filter(|_| 0 < length)?;
        let stride = self.info.stride as usize;
        let (top, bottom) = (offset / stride, last / stride);
        let (left, right) = match top == bottom {
            true => (self.column(offset % stride), self.column(last % stride)),
            false => (0, self.info.width as usize - 1),
        };
        let width = self.info.width as usize;
        let (left, right) = (left, right.min(width.checked_sub(1)?));
        let inside = left <= right;
        // Each is at most the width or height, which are u32.
        inside.then(|| Rectangle {
            x: left as u32,
            y: top as u32,
            width: (right - left + 1) as u32,
            height: (bottom - top + 1) as u32,
        })
    }

    fn column(&self, byte: usize) -> usize {
        byte / self.info.format.bytes()
    }
}

/// Five or six bits become eight by repeating their top bits, so that white stays white.
fn expanded(pixel: u16) -> Colour {
    let five = |bits: u16| ((bits << 3) | (bits >> 2)) as u8;
    let six = |bits: u16| ((bits << 2) | (bits >> 4)) as u8;
    [five(pixel >> 11), six((pixel >> 5) & 0x3f), five(pixel & 0x1f)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn panel(width: u32, height: u32, format: PixelFormat) -> Screen {
        // Two pixels of padding, so that a stride is never mistaken for a width.
        let stride = (width + 2) * format.bytes() as u32;
        Screen::new(FramebufferInfo { width, height, stride, format })
    }

    #[test]
    fn every_rgb565_pixel_survives_the_expansion() {
        for pixel in 0..=u16::MAX {
            let [red, green, blue] = expanded(pixel).map(u16::from);
            assert_eq!(((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3), pixel);
        }
        assert_eq!(expanded(0xffff), [255; 3]);
    }

    #[test]
    fn bgra_shows_its_colours_and_ignores_the_fourth_byte() {
        let mut screen = panel(3, 2, PixelFormat::Bgra8888);
        screen.write(20 + 4, &[1, 2, 3, 77]);
        assert_eq!(screen.picture().pixel(1, 1), Some([3, 2, 1]));
    }

    #[test]
    fn a_screen_that_nothing_was_written_to_is_as_black_as_one_that_lost_power() {
        let mut screen = panel(3, 2, PixelFormat::Rgb565);
        let black = screen.picture();
        assert_eq!(black, Picture::filled(3, 2, [0; 3]));
        screen.write(0, &[0xff; 20]);
        assert_ne!(screen.picture(), black);
        screen.power_off();
        assert_eq!(screen.picture(), black);
    }

    #[test]
    fn a_flush_counts_a_frame_and_forgets_the_dirt() {
        let mut screen = panel(8, 4, PixelFormat::Rgb565);
        screen.write(2 * 20 + 6, &[1, 1, 2, 2]);
        let area = Rectangle { x: 3, y: 2, width: 2, height: 1 };
        assert_eq!(screen.dirty(), Some(area));
        screen.flush();
        assert_eq!((screen.frames(), screen.dirty(), screen.flushed()), (1, None, Some(area)));
    }

    #[test]
    fn equal_bytes_are_dirt_but_no_new_version() {
        let mut screen = panel(8, 4, PixelFormat::Rgb565);
        screen.write(0, &[5, 6]);
        let version = screen.version();
        screen.flush();
        screen.write(0, &[5, 6]);
        assert_eq!(screen.version(), version);
        assert_eq!(screen.dirty(), Some(Rectangle { x: 0, y: 0, width: 1, height: 1 }));
    }

    #[test]
    fn padding_is_no_pixel() {
        let mut screen = panel(8, 4, PixelFormat::Rgb565);
        screen.write(16, &[1, 2, 3, 4]);
        assert_eq!(screen.dirty(), None);
    }

    #[test]
    #[should_panic(expected = "4 bytes at 78 lie inside the framebuffer")]
    fn a_write_beyond_the_end_is_our_own_bug() {
        panel(8, 4, PixelFormat::Rgb565).write(78, &[0; 4]);
    }

    proptest! {
        #[test]
        fn every_changed_pixel_is_dirty(offset in 0_usize..80, length in 0_usize..80) {
            let mut screen = panel(8, 4, PixelFormat::Rgb565);
            let before = screen.picture();
            screen.write(offset, &vec![0xff; length.min(80 - offset)]);
            let after = screen.picture();
            for (x, y) in (0..4).flat_map(|y| (0..8).map(move |x| (x, y))) {
                let here = Rectangle { x: x as u32, y: y as u32, width: 1, height: 1 };
                let changed = before.pixel(x, y) != after.pixel(x, y);
                prop_assert!(!changed || screen.dirty().unwrap().overlaps(&here));
            }
        }
    }
}
