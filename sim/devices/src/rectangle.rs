//! An area of pixels.

use std::fmt;

/// Whole pixels, never empty: `x <= column < x + width`, `y <= row < y + height`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// Pixels from the left edge.
    pub x: u32,
    /// Pixels from the top edge.
    pub y: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Rectangle {
    /// The smallest rectangle around both.
    #[must_use]
    pub fn around(self, other: Rectangle) -> Rectangle {
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Rectangle { x, y, width: right - x, height: bottom - y }
    }

    /// Whether both have a pixel in common.
    pub fn overlaps(&self, other: &Rectangle) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

impl fmt::Display for Rectangle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{} at ({}, {})", self.width, self.height, self.x, self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rectangle_around_two_touches_both_outer_edges() {
        let left = Rectangle { x: 2, y: 3, width: 4, height: 1 };
        let right = Rectangle { x: 10, y: 0, width: 1, height: 2 };
        let both = left.around(right);
        assert_eq!(both, Rectangle { x: 2, y: 0, width: 9, height: 4 });
        assert_eq!(both.to_string(), "9x4 at (2, 0)");
    }

    #[test]
    fn neighbours_do_not_overlap() {
        let left = Rectangle { x: 0, y: 0, width: 8, height: 16 };
        assert!(!left.overlaps(&Rectangle { x: 8, ..left }));
        assert!(left.overlaps(&Rectangle { x: 7, y: 15, ..left }));
    }
}
