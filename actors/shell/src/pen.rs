//! Drawing in rows and columns of the shell's window.

use sdk::Refusal;
use sdk::ui::Colour;
use sdk::ui::Rectangle;
use sdk::window::Window;

use crate::layout::Layout;

/// A window with rows and columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    window: Window,
    layout: Layout,
}

impl Pen {
    pub(crate) fn new(window: Window, layout: Layout) -> Pen {
        Pen { window, layout }
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&self, rectangle: Rectangle, colour: Colour) -> Result<(), Refusal> {
        self.window.fill(rectangle, colour)
    }

    /// Writes text into cells of a row. Returns its characters.
    pub(crate) fn text(
        &self,
        row: u16,
        column: u16,
        ink: Colour,
        paper: Colour,
        text: &str,
    ) -> Result<u16, Refusal> {
        self.window.text(self.layout.cell(row, column), ink, paper, text)
    }

    /// Shows what has been drawn.
    pub(crate) fn show(&self) -> Result<(), Refusal> {
        self.window.show()
    }
}
