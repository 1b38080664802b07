//! Where text stands in a window of any size.

use sdk::ui::Geometry;
use sdk::ui::Point;
use sdk::ui::Rectangle;

/// Rows of text with a margin around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    geometry: Geometry,
    /// Pixels on both sides of the text.
    margin: u16,
    /// Pixels above the text.
    body_top: u16,
    /// Rows of text.
    pub(crate) rows: u16,
    /// Characters in a row.
    pub(crate) columns: u16,
}

impl Layout {
    pub(crate) fn new(geometry: Geometry) -> Layout {
        let Geometry { width, height, cell_width, cell_height } = geometry;
        let margin = cell_width.min(width / 8);
        let body_top = (cell_height / 2).min(height / 8);
        // Where there is no room for a row, one is drawn nevertheless and cut off.
        let rows = (height.saturating_sub(body_top) / cell_height).max(1);
        let columns = (width.saturating_sub(2 * margin) / cell_width).max(1);
        Layout { geometry, margin, body_top, rows, columns }
    }

    /// All of the window.
    pub(crate) fn screen(&self) -> Rectangle {
        let Geometry { width, height, .. } = self.geometry;
        Rectangle { origin: Point { x: 0, y: 0 }, width, height }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(width: u16, height: u16, cell_width: u16, cell_height: u16) -> Layout {
        Layout::new(Geometry { width, height, cell_width, cell_height })
    }

    #[test]
    fn rows_lie_within_the_window() {
        for (width, height, cell_width, cell_height) in [(800, 576, 8, 16), (320, 205, 6, 12)] {
            let layout = layout(width, height, cell_width, cell_height);
            let last = layout.cells(layout.rows - 1, 0, layout.columns);
            assert!(last.origin.y + last.height <= height);
            assert!(last.origin.x + last.width <= width - layout.margin);
        }
    }

    #[test]
    fn windows_are_well_used() {
        let pc = layout(800, 576, 8, 16);
        assert_eq!((pc.columns, pc.rows), (98, 35));
        let panel = layout(320, 205, 6, 12);
        assert_eq!((panel.columns, panel.rows), (51, 16));
    }

    #[test]
    fn no_window_is_too_small_or_too_large() {
        for size in [0, 1, 7, 30, u16::MAX] {
            for cell in [1, 8, 300] {
                let layout = layout(size, size, cell, cell);
                layout.cells(layout.rows - 1, layout.columns - 1, u16::MAX);
            }
        }
    }
}
