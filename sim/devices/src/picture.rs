//! A picture in plain red, green and blue: its PNG form, in which equal pictures are equal bytes,
//! and what distinguishes it from another.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Cursor;
use std::ops::Range;

use png::BitDepth;
use png::ColorType;
use png::Compression;
use png::Decoder;
use png::Encoder;
use png::Filter;
use png::Limits;
use png::Transformations;

/// Red, green and blue.
pub type Colour = [u8; 3];

/// Nothing that the dimming in [`difference`] leaves is as vivid.
const CHANGED: Colour = [255, 0, 128];

/// A picture is refused beyond this many bytes of decoded rows: 8K at four bytes a pixel.
const DECODED_BYTES_MAX: usize = 7680 * 4320 * 4;

/// Rows of pixels, top row first.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// `width * height` pixels, row by row from the top.
    pub pixels: Vec<Colour>,
}

impl Picture {
    /// A picture of one colour.
    pub fn filled(width: usize, height: usize, colour: Colour) -> Picture {
        Picture { width, height, pixels: vec![colour; width * height] }
    }

    /// The colour at this place; `None` outside.
    pub fn pixel(&self, x: usize, y: usize) -> Option<Colour> {
        let inside = x < self.width && y < self.height;
        inside.then(|| self.pixels[y * self.width + x])
    }

    /// Colours one pixel; outside nothing happens.
    pub fn set(&mut self, x: usize, y: usize, colour: Colour) {
        if x < self.width && y < self.height {
            self.pixels[y * self.width + x] = colour;
        }
    }

    /// The rows from top to bottom, equal neighbours as one with the range of their numbers. Most
    /// of a screen is empty, so whoever looks at it looks at little.
    pub fn bands(&self) -> impl Iterator<Item = (Range<usize>, &[Colour])> {
        let row = |y: usize| &self.pixels[y * self.width..(y + 1) * self.width];
        let mut next = 0;
        std::iter::from_fn(move || {
            let start = next;
            if self.height <= start || self.width == 0 {
                return None;
            }
            let first = row(start);
            next += 1;
            while next < self.height && row(next).as_flattened() == first.as_flattened() {
                next += 1;
            }
            Some((start..next, first))
        })
    }

    /// The picture as a PNG file: indexed when 256 colours suffice, which keeps screens small.
    ///
    /// # Panics
    /// When the picture has no pixels, or more across or down than PNG can say.
    pub fn png(&self) -> Vec<u8> {
        assert!(!self.pixels.is_empty(), "a PNG file has at least one pixel");
        let [width, height] = [self.width, self.height]
            .map(|size| u32::try_from(size).expect("a side of a PNG file has 32 bits"));
        let palette = Palette::of(&self.pixels);
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Balanced);
        let body = match palette {
            Some(palette) => {
                encoder.set_color(ColorType::Indexed);
                encoder.set_palette(palette.colours.concat());
                encoder.set_filter(Filter::NoFilter);
                palette.indices
            }
            None => {
                encoder.set_color(ColorType::Rgb);
                encoder.set_filter(Filter::Adaptive);
                self.pixels.concat()
            }
        };
        let mut writer = encoder.write_header().expect("a vector takes every header");
        writer.write_image_data(&body).expect("the picture has all its pixels");
        writer.finish().expect("a vector takes every byte");
        file
    }

    /// Reads a PNG file of any colour type; transparency is ignored.
    ///
    /// # Errors
    /// Says why when the bytes are no PNG file, are damaged or too large.
    pub fn from_png(file: &[u8]) -> Result<Picture, PictureError> {
        let limits = Limits { bytes: DECODED_BYTES_MAX };
        let mut decoder = Decoder::new_with_limits(Cursor::new(file), limits);
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let mut reader = decoder.read_info().map_err(PictureError::because)?;
        let size = reader
            .output_buffer_size()
            .filter(|size| *size <= DECODED_BYTES_MAX)
            .ok_or_else(|| PictureError { reason: String::from("it is too large") })?;
        let mut bytes = vec![0; size];
        let frame = reader.next_frame(&mut bytes).map_err(PictureError::because)?;
        let samples = frame.color_type.samples();
        let pixels = bytes[..frame.buffer_size()]
            .chunks_exact(samples)
            .map(|pixel| match pixel {
                [red, green, blue, ..] => [*red, *green, *blue],
                [grey, ..] => [*grey; 3],
                [] => [0; 3],
            })
            .collect();
        Ok(Picture { width: frame.width as usize, height: frame.height as usize, pixels })
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Picture({}x{})", self.width, self.height)
    }
}

/// Why a file is no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureError {
    reason: String,
}

impl PictureError {
    fn because(error: png::DecodingError) -> PictureError {
        PictureError { reason: error.to_string() }
    }
}

impl fmt::Display for PictureError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "this is not a PNG file that can be read: {}", self.reason)
    }
}

impl std::error::Error for PictureError {}

/// What distinguishes two pictures that are not equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// How many pixels differ. A pixel that only one of the two has differs.
    pub pixels: usize,
    /// The left edge of the smallest rectangle around them.
    pub x: usize,
    /// Its top edge.
    pub y: usize,
    /// Its pixels across.
    pub width: usize,
    /// Its pixels down.
    pub height: usize,
    /// The actual picture dimmed to grey, with every pixel that differs in a vivid colour.
    pub picture: Picture,
}

/// Compares pixel by pixel; `None` when no pixel differs. Pictures of different sizes lie with
/// their top left corners on each other.
pub fn difference(expected: &Picture, actual: &Picture) -> Option<Difference> {
    if expected == actual {
        return None;
    }
    let width = expected.width.max(actual.width);
    let height = expected.height.max(actual.height);
    let mut picture = Picture::filled(width, height, [0; 3]);
    let mut pixels = 0;
    let (mut left, mut right, mut top, mut bottom) = (width, 0, height, 0);
    for y in 0..height {
        for x in 0..width {
            let seen = actual.pixel(x, y);
            if seen == expected.pixel(x, y) {
                picture.set(x, y, dimmed(seen.unwrap_or_default()));
                continue;
            }
            picture.set(x, y, CHANGED);
            pixels += 1;
            (left, right) = (left.min(x), right.max(x + 1));
            (top, bottom) = (top.min(y), bottom.max(y + 1));
        }
    }
    // Pictures without pixels may differ in a size that nobody sees.
    (0 < pixels).then(|| Difference {
        pixels,
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
        picture,
    })
}

/// A dark grey that still lets one recognise the picture.
fn dimmed([red, green, blue]: Colour) -> Colour {
    let sum = u16::from(red) + u16::from(green) + u16::from(blue);
    // At most 255 * 3 / 9 = 85, so it fits.
    [(sum / 9) as u8; 3]
}

/// The colours of a picture in order of appearance, and each pixel's place among them.
struct Palette {
    colours: Vec<Colour>,
    indices: Vec<u8>,
}

impl Palette {
    /// `None` when 256 colours are not enough.
    fn of(pixels: &[Colour]) -> Option<Palette> {
        let mut palette =
            Palette { colours: Vec::new(), indices: Vec::with_capacity(pixels.len()) };
        let mut known = BTreeMap::new();
        let mut last: Option<(Colour, u8)> = None;
        for pixel in pixels {
            let index = match last {
                Some((colour, index)) if colour == *pixel => index,
                _ => match known.get(pixel) {
                    Some(index) => *index,
                    None => {
                        let index = u8::try_from(palette.colours.len()).ok()?;
                        palette.colours.push(*pixel);
                        known.insert(*pixel, index);
                        index
                    }
                },
            };
            last = Some((*pixel, index));
            palette.indices.push(index);
        }
        Some(palette)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pictures() -> impl Strategy<Value = Picture> {
        (1_usize..40, 1_usize..40).prop_flat_map(|(width, height)| {
            prop::collection::vec(any::<Colour>(), width * height).prop_map(move |pixels| Picture {
                width,
                height,
                pixels,
            })
        })
    }

    #[test]
    fn a_file_that_is_no_png_says_so() {
        let error = Picture::from_png(b"GIF89a").unwrap_err();
        assert!(error.to_string().starts_with("this is not a PNG file that can be read: "));
    }

    #[test]
    fn a_screen_of_few_colours_is_a_small_file() {
        let mut picture = Picture::filled(1280, 800, [16, 20, 24]);
        (0..1280).for_each(|x| picture.set(x, 30, [255, 255, 255]));
        assert!(picture.png().len() < 4096);
    }

    #[test]
    fn a_larger_picture_differs_by_what_the_other_lacks() {
        let small = Picture::filled(4, 3, [9; 3]);
        let large = Picture::filled(6, 3, [9; 3]);
        let found = difference(&small, &large).unwrap();
        assert_eq!(found.pixels, 6);
        assert_eq!((found.x, found.y, found.width, found.height), (4, 0, 2, 3));
        assert_eq!(found.picture.width, 6);
    }

    proptest! {
        #[test]
        fn there_is_a_difference_exactly_where_pixels_were_changed(
            changed in prop::collection::btree_set((0_usize..9, 0_usize..7), 0..6),
        ) {
            let expected = Picture::filled(9, 7, [200; 3]);
            let mut actual = expected.clone();
            changed.iter().for_each(|(x, y)| actual.set(*x, *y, [0, 0, 255]));
            let Some(found) = difference(&expected, &actual) else {
                prop_assert!(changed.is_empty());
                return Ok(());
            };
            prop_assert_eq!(found.pixels, changed.len());
            let marked = |(x, y): &(usize, usize)| found.picture.pixel(*x, *y) == Some(CHANGED);
            prop_assert!(changed.iter().all(marked));
            prop_assert_eq!(found.x, changed.iter().map(|place| place.0).min().unwrap());
            prop_assert_eq!(found.y, changed.iter().map(|place| place.1).min().unwrap());
            let right = changed.iter().map(|place| place.0).max().unwrap();
            prop_assert_eq!(found.x + found.width, right + 1);
        }

        #[test]
        fn png_keeps_every_pixel(picture in pictures()) {
            prop_assert!(Picture::from_png(&picture.png()).unwrap() == picture);
        }

        #[test]
        fn damaged_files_never_panic(picture in pictures(), at: usize, with: u8) {
            let mut file = picture.png();
            let at = at % file.len();
            file[at] = with;
            let _ = Picture::from_png(&file);
            let _ = Picture::from_png(&file[..at]);
        }
    }
}
