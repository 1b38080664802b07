//! A picture as text that can be reviewed: what it says, where, and on which colours.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use crate::picture::Picture;
use crate::reading::Run;

/// The most columns and rows of the map of colours.
const MAP_COLUMNS: usize = 80;
const MAP_ROWS: usize = 30;

/// Equal rows as one.
type Band<'a> = (Range<usize>, &'a [[u8; 3]]);

/// Size, text at its place on a grid of cells, and a coarse map of the commonest colours.
pub fn sketch(picture: &Picture, runs: &[Run], cell: (usize, usize)) -> String {
    let mut text = format!("{}x{}\n\n", picture.width, picture.height);
    text.push_str(&layout(runs, cell));
    text.push('\n');
    text.push_str(&colour_map(picture));
    text
}

/// The text alone, each line where it stands on a grid of cells of this width and height.
pub fn layout(runs: &[Run], (width, height): (usize, usize)) -> String {
    let mut lines: BTreeMap<usize, String> = BTreeMap::new();
    for run in runs {
        let line = lines.entry(run.y / height).or_default();
        let column = run.x / width;
        let used = line.chars().count();
        line.extend(std::iter::repeat_n(' ', column.saturating_sub(used)));
        line.push_str(&run.text);
    }
    let mut text = String::new();
    let mut next = None;
    for (row, line) in lines {
        if next.is_some_and(|next| next < row) {
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
        next = Some(row + 1);
    }
    text
}

/// One letter for each tile of the picture: its commonest colour.
fn colour_map(picture: &Picture) -> String {
    let columns = MAP_COLUMNS.min(picture.width);
    let rows = MAP_ROWS.min(picture.height);
    let mut letters: BTreeMap<[u8; 3], char> = BTreeMap::new();
    let mut legend = String::new();
    let bands: Vec<Band<'_>> = picture.bands().collect();
    let mut lines: Vec<(String, usize)> = Vec::new();
    for row in 0..rows {
        let down = row * picture.height / rows..(row + 1) * picture.height / rows;
        let mut line = String::new();
        for counts in tiles(&bands, down, columns) {
            let commonest = counts.into_iter().max_by_key(|(_, count)| *count);
            let colour = commonest.map_or([0; 3], |(colour, _)| colour);
            let next = char::from(b'a' + (letters.len() % 26) as u8);
            let letter = *letters.entry(colour).or_insert_with(|| {
                let [red, green, blue] = colour;
                let _ = writeln!(legend, "{next} #{red:02x}{green:02x}{blue:02x}");
                next
            });
            line.push(letter);
        }
        match lines.last_mut() {
            Some((last, count)) if *last == line => *count += 1,
            _ => lines.push((line, 1)),
        }
    }
    let mut map = String::new();
    for (line, count) in lines {
        let _ = match count {
            1 => writeln!(map, "{line}"),
            _ => writeln!(map, "{line} x{count}"),
        };
    }
    format!("{map}\n{legend}")
}

/// For each of some columns, how often each colour is in it between two rows.
fn tiles(bands: &[Band<'_>], down: Range<usize>, columns: usize) -> Vec<BTreeMap<[u8; 3], usize>> {
    let mut tiles = vec![BTreeMap::new(); columns];
    for (rows, row) in bands {
        let height = rows.end.min(down.end).saturating_sub(rows.start.max(down.start));
        if height == 0 {
            continue;
        }
        for (column, counts) in tiles.iter_mut().enumerate() {
            let across = column * row.len() / columns..(column + 1) * row.len() / columns;
            for run in row[across].chunk_by(|a, b| a == b) {
                *counts.entry(run[0]).or_default() += run.len() * height;
            }
        }
    }
    tiles
}
