//! Where things stand on a screen of any size.

use sdk::ui::Geometry;
use sdk::ui::Point;
use sdk::ui::Rectangle;

/// The parts of the screen: a title above, a status below, rows of text between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    geometry: Geometry,
    /// Pixels on both sides of the text.
    margin: u16,
    /// Pixels above and below the text of a bar.
    padding: u16,
    /// Pixels of the line below the title.
    rule: u16,
    /// Where the first row begins.
    body_top: u16,
    /// Rows of text.
    pub(crate) rows: u16,
    /// Characters in a row.
    pub(crate) columns: u16,
}

impl Layout {
    pub(crate) fn new(geometry: Geometry) -> Layout {
        let Geometry { width, height, cell_width, cell_height } = geometry;
        let margin = (width / 80).max(cell_width.min(width / 8));
        let padding = cell_height / 4;
        let rule = (height / 400).max(1);
        let bar = cell_height.saturating_add(2 * padding);
        let body_top = bar.saturating_add(rule).saturating_add(2 * padding);
        let body_height =
            height.saturating_sub(body_top).saturating_sub(bar.saturating_add(padding));
        // Where there is no room for a row, one is drawn nevertheless and cut off.
        let rows = (body_height / cell_height).max(1);
        let columns = (width.saturating_sub(2 * margin) / cell_width).max(1);
        Layout { geometry, margin, padding, rule, body_top, rows, columns }
    }

    /// All of the screen.
    pub(crate) fn screen(&self) -> Rectangle {
        let Geometry { width, height, .. } = self.geometry;
        Rectangle { origin: Point { x: 0, y: 0 }, width, height }
    }

    /// The bar of the title.
    pub(crate) fn title(&self) -> Rectangle {
        Rectangle { height: self.bar(), ..self.screen() }
    }

    /// The line below the title.
    pub(crate) fn rule(&self) -> Rectangle {
        let origin = Point { x: 0, y: self.bar() };
        Rectangle { origin, height: self.rule, ..self.screen() }
    }

    /// The bar of the status.
    pub(crate) fn status(&self) -> Rectangle {
        let y = self.geometry.height.saturating_sub(self.bar());
        Rectangle { origin: Point { x: 0, y }, height: self.bar(), ..self.screen() }
    }

    /// Where text begins in a bar.
    pub(crate) fn bar_text(&self, bar: Rectangle) -> Point {
        Point { x: self.margin, y: bar.origin.y.saturating_add(self.padding) }
    }

    /// Where text of so many characters begins in a bar to end at its right; `None` if it would
    /// come near what stands left, which has `taken` characters.
    pub(crate) fn bar_text_right(&self, bar: Rectangle, taken: u16, count: u16) -> Option<Point> {
        let column = self.columns.checked_sub(count)?;
        if column < taken.saturating_add(2) {
            return None;
        }
        let start = self.bar_text(bar);
        Some(Point { x: start.x.saturating_add(column * self.geometry.cell_width), ..start })
    }

    /// The upper left corner of a cell.
    pub(crate) fn cell(&self, row: u16, column: u16) -> Point {
        let x = u32::from(self.margin) + u32::from(column) * u32::from(self.geometry.cell_width);
        let y = u32::from(self.body_top) + u32::from(row) * u32::from(self.geometry.cell_height);
        let pixels = |count: u32| u16::try_from(count).unwrap_or(u16::MAX);
        Point { x: pixels(x), y: pixels(y) }
    }

    /// Some cells of one row.
    pub(crate) fn cells(&self, row: u16, column: u16, count: u16) -> Rectangle {
        Rectangle {
            origin: self.cell(row, column),
            width: count.saturating_mul(self.geometry.cell_width),
            height: self.geometry.cell_height,
        }
    }

    fn bar(&self) -> u16 {
        self.geometry.cell_height.saturating_add(2 * self.padding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bottom(rectangle: Rectangle) -> u32 {
        u32::from(rectangle.origin.y) + u32::from(rectangle.height)
    }

    #[test]
    fn rows_lie_between_the_bars() {
        for (width, height, cell_width, cell_height) in [(1280, 800, 8, 16), (320, 240, 6, 12)] {
            let layout = Layout::new(Geometry { width, height, cell_width, cell_height });
            let last = layout.cells(layout.rows - 1, 0, layout.columns);
            assert!(bottom(layout.rule()) <= u32::from(layout.cell(0, 0).y));
            assert!(bottom(last) <= u32::from(layout.status().origin.y));
            assert_eq!(bottom(layout.status()), u32::from(height));
            assert!(last.origin.x + last.width <= width - layout.margin);
        }
    }

    #[test]
    fn screens_are_well_used() {
        let pc = Geometry { width: 1280, height: 800, cell_width: 8, cell_height: 16 };
        let pc = Layout::new(pc);
        assert_eq!((pc.columns, pc.rows), (156, 46));
        let panel = Geometry { width: 320, height: 240, cell_width: 6, cell_height: 12 };
        let panel = Layout::new(panel);
        assert_eq!((panel.columns, panel.rows), (51, 16));
    }

    #[test]
    fn no_screen_is_too_small_or_too_large() {
        for size in [0, 1, 7, 30, u16::MAX] {
            for cell in [1, 8, 300] {
                let cell_size =
                    Geometry { width: size, height: size, cell_width: cell, cell_height: cell };
                let layout = Layout::new(cell_size);
                layout.cells(layout.rows - 1, layout.columns - 1, u16::MAX);
                layout.bar_text_right(layout.status(), 3, 5);
            }
        }
    }
}
