//! How large the parts of the desktop are, from the size of a character on.

use crate::area::Area;
use crate::font::Font;

/// Screens narrower than this many characters have one window beside the other only if its client
/// asks for a small one.
const COLUMNS_OF_A_DESK: i32 = 80;

/// Sizes in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme {
    pub(crate) cell_width: i32,
    pub(crate) cell_height: i32,
    /// Above and below the text of a bar.
    padding: i32,
    /// How far a shadow reaches.
    pub(crate) shadow: i32,
    /// The least that stays between a new window and the edge of the desk.
    pub(crate) margin: i32,
    screen: Area,
}

impl Theme {
    pub(crate) fn new(font: &Font, screen: Area) -> Theme {
        let (cell_width, cell_height) = (font.width as i32, font.height as i32);
        let padding = (cell_height / 4).max(1);
        let margin = screen.width() / 40;
        Theme { cell_width, cell_height, padding, shadow: padding, margin, screen }
    }

    pub(crate) fn screen(&self) -> Area {
        self.screen
    }

    /// Height of a bar: of a window's title and of the desktop's own.
    pub(crate) fn bar_height(&self) -> i32 {
        self.cell_height + 2 * self.padding
    }

    /// The desktop's bar, at the bottom, where nothing is drawn that has no window.
    pub(crate) fn bar(&self) -> Area {
        Area { top: self.screen.bottom - self.bar_height(), ..self.screen }
    }

    /// Where windows are.
    pub(crate) fn desk(&self) -> Area {
        Area { bottom: self.bar().top.max(self.screen.top), ..self.screen }
    }

    /// Whether windows lie side by side rather than each on all of the desk.
    pub(crate) fn is_spacious(&self) -> bool {
        COLUMNS_OF_A_DESK * self.cell_width <= self.screen.width()
    }

    /// Where the text of a bar begins.
    pub(crate) fn bar_text(&self, bar: Area) -> (i32, i32) {
        (bar.left + self.cell_width, bar.top + self.padding)
    }
}
