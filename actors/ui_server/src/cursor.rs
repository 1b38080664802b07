//! The arrow that shows where the pointer is.

use sdk::palette;

use crate::area::Area;
use crate::band::Band;
use crate::band::Target;

/// `#` is its edge, `.` its inside. Its point is the upper left corner.
const ROWS: [&str; 17] = [
    "#          ",
    "##         ",
    "#.#        ",
    "#..#       ",
    "#...#      ",
    "#....#     ",
    "#.....#    ",
    "#......#   ",
    "#.......#  ",
    "#........# ",
    "#.....#####",
    "#..#..#    ",
    "#.# #..#   ",
    "##  #..#   ",
    "#    #..#  ",
    "     #..#  ",
    "      ##   ",
];

/// Where it lies when it points to a place.
pub(crate) fn area(x: i32, y: i32) -> Area {
    Area::new(x, y, ROWS[0].len() as i32, ROWS.len() as i32)
}

/// Paints the part that lies in the band.
pub(crate) fn paint<T: Target>(band: &mut Band<T>, (x, y): (i32, i32)) {
    if !area(x, y).touches(band.area()) {
        return;
    }
    for (top, row) in (y..).zip(ROWS) {
        let mut left = x;
        for run in row.as_bytes().chunk_by(|one, next| one == next) {
            let span = Area::new(left, top, run.len() as i32, 1);
            left = span.right;
            match run[0] {
                b'#' => band.fill(span, palette::DESK),
                b'.' => band.fill(span, palette::BRIGHT),
                _ => (),
            }
        }
    }
}
