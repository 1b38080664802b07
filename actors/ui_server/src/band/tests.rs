//! Small screens, pixel by pixel.

use super::*;

/// A screen that counts its calls and refuses what does not fit.
struct Screen {
    bytes: Vec<u8>,
    calls: usize,
}

impl Target for &mut Screen {
    fn write(&mut self, offset: u32, pixels: &[u8]) -> Result<(), Refusal> {
        self.calls += 1;
        let rest = self.bytes.get_mut(offset as usize..).ok_or(Refusal::OutOfRange)?;
        rest.get_mut(..pixels.len()).ok_or(Refusal::OutOfRange)?.copy_from_slice(pixels);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Refusal> {
        Ok(())
    }
}

const INK: Colour = Colour(0xff_ffff);
const PAPER: Colour = Colour(0x00_0000);

/// A font of two glyphs, three by two: `a` is an upper and a lower left dot, `b` is a full cell.
fn font() -> Font {
    let words: [u32; 8] = [0x864a_b572, 0, 32, 1, 2, 2, 2, 3];
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.extend([0x80, 0x80, 0xe0, 0xe0]);
    bytes.extend(b"a\xffb\xff");
    Font::parse(bytes).unwrap()
}

/// Paints an area of a screen of seven by four with one pixel of padding in each row; `#` is light,
/// `+` half of it.
fn painted(
    format: PixelFormat,
    area: Area,
    paint: impl Fn(&mut Band<&mut Screen>),
) -> (Vec<String>, usize) {
    let stride = 8 * format.bytes();
    let layout = FramebufferInfo { width: 7, height: 4, stride: stride as u32, format };
    let mut screen = Screen { bytes: vec![0x55; stride * 4], calls: 0 };
    let mut band = Band::new(&mut screen, layout).unwrap();
    let mut rest = area;
    while !rest.is_empty() {
        rest = band.begin(rest);
        band.fill(band.area(), PAPER);
        paint(&mut band);
        band.write().unwrap();
    }
    let show = |pixel: &[u8]| match pixel {
        [0x55, ..] => '.',
        [0, ..] => ' ',
        [0x7f, ..] | [0xef, ..] => '+',
        _ => '#',
    };
    let rows = screen.bytes.chunks(stride);
    (rows.map(|row| row.chunks(format.bytes()).map(show).collect()).collect(), screen.calls)
}

const FORMATS: [PixelFormat; 2] = [PixelFormat::Bgra8888, PixelFormat::Rgb565];

#[test]
fn text_on_a_background_is_cut_at_its_area() {
    let style = Style { ink: INK, paper: Some(PAPER) };
    for format in FORMATS {
        let (rows, calls) = painted(format, Area::new(0, 0, 7, 4), |band| {
            band.fill(Area::new(0, 0, 7, 4), INK);
            band.text(Area::new(0, 0, 6, 4), (1, 1), style, "aba", &font());
        });
        assert_eq!(rows, ["#######.", "##  ###.", "##  ###.", "#######."]);
        assert_eq!(calls, 4, "one for each row");
    }
}

#[test]
fn text_begins_in_the_middle_of_a_glyph_where_its_area_does() {
    let style = Style { ink: INK, paper: None };
    for format in FORMATS {
        let (rows, _) = painted(format, Area::new(2, 1, 4, 2), |band| {
            band.text(Area::new(0, 2, 7, 2), (-1, 1), style, "bab", &font());
        });
        assert_eq!(rows, ["........", "..    ..", "..#  #..", "........"]);
    }
}

#[test]
fn a_shadow_takes_half_of_the_light() {
    for format in FORMATS {
        let (rows, _) = painted(format, Area::new(1, 1, 5, 2), |band| {
            band.fill(Area::new(0, 0, 4, 4), INK);
            band.shade(Area::new(3, 2, 9, 9));
        });
        assert_eq!(rows, ["........", ".###  ..", ".##+  ..", "........"]);
    }
}

#[test]
fn what_lies_outside_of_the_band_changes_nothing() {
    let style = Style { ink: INK, paper: Some(INK) };
    for format in FORMATS {
        let (rows, _) = painted(format, Area::new(2, 1, 2, 2), |band| {
            band.fill(Area::new(-9, -9, 9, 30), INK);
            band.fill(Area::new(4, 0, 1, 4), INK);
            band.fill(Area::new(3, 2, -2, 5), INK);
            band.shade(Area::new(3, 2, -2, 5));
            band.text(Area::new(0, 0, 7, 1), (0, 0), style, "bbb", &font());
        });
        assert_eq!(rows, ["........", "..  ....", "..  ....", "........"]);
    }
}

#[test]
fn colours_are_rounded_down_to_what_the_screen_has() {
    assert_eq!(rgb565(Colour(0xff_ffff)), [0xff, 0xff]);
    assert_eq!(rgb565(Colour(0x08_0408)), [0x21, 0x08]);
    assert_eq!(bgra8888(Colour(0xaa01_0203)), [3, 2, 1, 0]);
}
