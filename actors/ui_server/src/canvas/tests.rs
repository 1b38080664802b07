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

/// Draws on a screen of seven by four with one pixel of padding in each row; `#` is ink.
fn drawn(format: PixelFormat, draw: impl FnOnce(&mut Canvas<&mut Screen>)) -> (Vec<String>, usize) {
    let stride = 8 * format.bytes();
    let layout = FramebufferInfo { width: 7, height: 4, stride: stride as u32, format };
    let mut screen = Screen { bytes: vec![0x55; stride * 4], calls: 0 };
    draw(&mut Canvas::new(&mut screen, layout, font()).unwrap());
    let show = |pixel: &[u8]| match pixel {
        [0x55, ..] => '.',
        [0, ..] => ' ',
        _ => '#',
    };
    let rows = screen.bytes.chunks(stride);
    (rows.map(|row| row.chunks(format.bytes()).map(show).collect()).collect(), screen.calls)
}

#[test]
fn text_on_a_background_takes_one_call_a_row_and_is_cut_at_the_edges() {
    for format in [PixelFormat::Bgra8888, PixelFormat::Rgb565] {
        let (rows, calls) = drawn(format, |canvas| {
            canvas.text_on(Point { x: 2, y: 1 }, INK, PAPER, "aba").unwrap();
        });
        assert_eq!(rows, ["........", "..#  ##.", "..#  ##.", "........"]);
        assert_eq!(calls, 2);
    }
}

#[test]
fn text_over_what_is_there_leaves_the_rest_alone() {
    let (rows, calls) = drawn(PixelFormat::Rgb565, |canvas| {
        canvas.text(Point { x: 0, y: 3 }, INK, "bab").unwrap();
    });
    assert_eq!(rows, ["........", "........", "........", "####..#."]);
    assert_eq!(calls, 2, "neighbouring strokes are one");
}

#[test]
fn a_new_line_begins_below() {
    let (rows, _) = drawn(PixelFormat::Bgra8888, |canvas| {
        canvas.text_on(Point { x: 1, y: 0 }, INK, PAPER, "a\nb\nb").unwrap();
    });
    assert_eq!(rows, [".#  ....", ".#  ....", ".###....", ".###...."]);
}

#[test]
fn rectangles_are_cut_at_the_edges() {
    let (rows, calls) = drawn(PixelFormat::Bgra8888, |canvas| {
        let all = Rectangle { origin: Point { x: 5, y: 2 }, width: u16::MAX, height: u16::MAX };
        canvas.fill(all, INK).unwrap();
        let outside = Point { x: 7, y: 4 };
        canvas.fill(Rectangle { origin: outside, ..all }, INK).unwrap();
        canvas.text_on(outside, INK, PAPER, "ab").unwrap();
        canvas.text(Point { x: u16::MAX, y: u16::MAX }, INK, "b\nb").unwrap();
    });
    assert_eq!(rows, ["........", "........", ".....##.", ".....##."]);
    assert_eq!(calls, 2);
}

#[test]
fn colours_keep_their_highest_bits() {
    assert_eq!(bgra8888(Colour(0xaa11_2233)), [0x33, 0x22, 0x11, 0]);
    assert_eq!(rgb565(Colour(0xff_0000)), 0xf800u16.to_le_bytes());
    assert_eq!(rgb565(Colour(0x00_ff00)), 0x07e0u16.to_le_bytes());
    assert_eq!(rgb565(Colour(0x0f_0307)), 0x0800u16.to_le_bytes());
}
