//! The controller of the panel: commands become pixels of the screen (Ilitek, ILI9341 data sheet,
//! chapter 8 "Command"). The panel lies on its side: what is written with rows and columns swapped
//! and the columns reversed is seen upright.

use abi::graphics::FramebufferInfo;
use abi::graphics::PixelFormat;
use devices::screen::Screen;

/// Columns and rows of the panel as it is made.
const COLUMNS: u16 = 240;
const ROWS: u16 = 320;

const RESET: u8 = 0x01;
const SET_COLUMNS: u8 = 0x2a;
const SET_ROWS: u8 = 0x2b;
const WRITE: u8 = 0x2c;
const SET_ORDER: u8 = 0x36;
const CONTINUE: u8 = 0x3c;

const REVERSES_ROWS: u8 = 1 << 7;
const REVERSES_COLUMNS: u8 = 1 << 6;
const SWAPS: u8 = 1 << 5;
/// The panel's colours are in the order blue, green, red; without this red and blue are swapped.
const BLUE_FIRST: u8 = 1 << 3;

/// What the screen shows.
pub const LAYOUT: FramebufferInfo = FramebufferInfo {
    width: ROWS as u32,
    height: COLUMNS as u32,
    stride: ROWS as u32 * 2,
    format: PixelFormat::Rgb565,
};

/// First and last of a range.
type Range = (u16, u16);

/// The panel and what it was told.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    screen: Screen,
    command: u8,
    arguments: Vec<u8>,
    across: Range,
    down: Range,
    order: u8,
    /// Where the next pixel goes.
    x: u16,
    y: u16,
    /// The first byte of a pixel.
    half: Option<u8>,
}

impl Panel {
    pub(super) fn new() -> Panel {
        Panel {
            screen: Screen::new(LAYOUT),
            command: 0,
            arguments: Vec::new(),
            across: (0, COLUMNS - 1),
            down: (0, ROWS - 1),
            order: 0,
            x: 0,
            y: 0,
            half: None,
        }
    }

    pub(super) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The panel forgets what it was told, but not its picture.
    pub(super) fn restart(&mut self) {
        *self = Panel { screen: self.screen.clone(), ..Panel::new() };
    }

    /// A byte arrives while the panel is told a command.
    pub(super) fn command(&mut self, command: u8) {
        self.command = command;
        self.arguments.clear();
        match command {
            RESET => self.restart(),
            WRITE => {
                (self.x, self.y) = (self.across.0, self.down.0);
                self.half = None;
            }
            _ => (),
        }
    }

    /// A byte arrives that belongs to the last command.
    pub(super) fn argument(&mut self, byte: u8) {
        match self.command {
            WRITE | CONTINUE => match self.half.take() {
                None => self.half = Some(byte),
                Some(first) => self.pixel(u16::from_be_bytes([first, byte])),
            },
            SET_ORDER => self.order = byte,
            SET_COLUMNS | SET_ROWS => {
                self.arguments.push(byte);
                let [a, b, c, d] = self.arguments[..] else { return };
                let range = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
                match self.command {
                    SET_COLUMNS => self.across = range,
                    _ => self.down = range,
                }
            }
            _ => (),
        }
    }

    /// Shows a pixel, and goes on to the next of the window.
    fn pixel(&mut self, colour: u16) {
        let (mut column, mut row) = (self.x, self.y);
        if self.order & SWAPS != 0 {
            (column, row) = (row, column);
        }
        if column < COLUMNS && row < ROWS {
            if self.order & REVERSES_COLUMNS != 0 {
                column = COLUMNS - 1 - column;
            }
            if self.order & REVERSES_ROWS != 0 {
                row = ROWS - 1 - row;
            }
            let colour = if self.order & BLUE_FIRST == 0 { swapped(colour) } else { colour };
            let (x, y) = (usize::from(row), usize::from(COLUMNS - 1 - column));
            self.screen.write(y * LAYOUT.stride as usize + x * 2, &colour.to_le_bytes());
        }
        if self.x < self.across.1 {
            self.x += 1;
            return;
        }
        self.x = self.across.0;
        self.y = if self.y < self.down.1 { self.y + 1 } else { self.down.0 };
    }
}

/// Red and blue change places.
fn swapped(colour: u16) -> u16 {
    colour << 11 | colour & 0x07e0 | colour >> 11
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(panel: &mut Panel, command: u8, arguments: &[u8]) {
        panel.command(command);
        for byte in arguments {
            panel.argument(*byte);
        }
    }

    fn upright() -> Panel {
        let mut panel = Panel::new();
        told(&mut panel, SET_ORDER, &[SWAPS | REVERSES_COLUMNS | BLUE_FIRST]);
        panel
    }

    fn window(panel: &mut Panel, across: Range, down: Range) {
        let [a, b] = across.0.to_be_bytes();
        let [c, d] = across.1.to_be_bytes();
        told(panel, SET_COLUMNS, &[a, b, c, d]);
        let [a, b] = down.0.to_be_bytes();
        let [c, d] = down.1.to_be_bytes();
        told(panel, SET_ROWS, &[a, b, c, d]);
    }

    fn lit(panel: &Panel) -> Vec<(usize, usize)> {
        let picture = panel.screen().picture();
        let places = (0..240).flat_map(|y| (0..320).map(move |x| (x, y)));
        places.filter(|(x, y)| picture.pixel(*x, *y) != Some([0, 0, 0])).collect()
    }

    #[test]
    fn pixels_fill_their_window_row_by_row_and_begin_again() {
        let mut panel = upright();
        window(&mut panel, (318, 319), (238, 239));
        told(&mut panel, WRITE, &[0xff; 6]);
        assert_eq!(lit(&panel), [(318, 238), (319, 238), (318, 239)]);
        for byte in [0xff, 0xff, 0, 0] {
            panel.argument(byte);
        }
        assert_eq!(lit(&panel), [(319, 238), (318, 239), (319, 239)]);
    }

    #[test]
    fn a_panel_that_is_told_another_order_shows_another_corner() {
        let mut panel = Panel::new();
        told(&mut panel, SET_ORDER, &[SWAPS | REVERSES_ROWS | BLUE_FIRST]);
        window(&mut panel, (0, 0), (0, 0));
        told(&mut panel, WRITE, &[0xff; 2]);
        assert_eq!(lit(&panel), [(319, 239)]);
    }

    #[test]
    fn red_is_red_only_when_blue_comes_first() {
        let mut panel = upright();
        told(&mut panel, WRITE, &[0xf8, 0x00]);
        assert_eq!(panel.screen().picture().pixel(0, 0), Some([255, 0, 0]));
        told(&mut panel, SET_ORDER, &[SWAPS | REVERSES_COLUMNS]);
        told(&mut panel, WRITE, &[0xf8, 0x00]);
        assert_eq!(panel.screen().picture().pixel(0, 0), Some([0, 0, 255]));
    }

    #[test]
    fn what_lies_outside_of_the_panel_is_not_shown() {
        let mut panel = upright();
        window(&mut panel, (320, 400), (0, 0));
        told(&mut panel, WRITE, &[0xff; 8]);
        assert_eq!(lit(&panel), []);
    }
}
