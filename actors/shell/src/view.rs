//! What is in the window, and the least that must be drawn to change it.

use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;

use crate::editor::Editor;
use crate::layout::Layout;
use crate::palette::BACKGROUND;
use crate::palette::Ink;
use crate::pen::Pen;
use crate::scrollback::Scrollback;

/// What stands before the line that is typed.
pub(crate) const PROMPT: &str = "> ";

/// Columns of the prompt.
const PROMPT_COLUMNS: u16 = PROMPT.len() as u16;

/// What a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    /// The line of this number.
    Line(u32),
    /// The line that is typed.
    Input,
}

/// One row of the window.
#[derive(Clone, Copy, Debug)]
struct Row {
    shown: Shown,
    /// Cells from the left that are not empty.
    cells: u16,
}

/// The window as it is.
#[derive(Debug)]
pub(crate) struct View {
    pen: Pen,
    pub(crate) layout: Layout,
    rows: Vec<Row>,
    /// How many lines the last row is away from the last line.
    back: u32,
    /// Room for the line that is being drawn.
    line: String,
}

impl View {
    pub(crate) fn new(pen: Pen, layout: Layout) -> View {
        let row = Row { shown: Shown::Nothing, cells: 0 };
        let mut rows = Vec::new();
        rows.resize(usize::from(layout.rows), row);
        View { pen, layout, rows, back: 0, line: String::new() }
    }

    /// Draws what lies behind all rows.
    pub(crate) fn draw_ground(&mut self) -> Result<(), Refusal> {
        self.pen.fill(self.layout.screen(), BACKGROUND)
    }

    /// Goes back to the last line.
    pub(crate) fn follow(&mut self) {
        self.back = 0;
    }

    /// Goes up by nearly a screen.
    pub(crate) fn page_up(&mut self, scrollback: &Scrollback) {
        let (first, next) = scrollback.numbers();
        let highest = (next.wrapping_sub(first) + 1).saturating_sub(u32::from(self.layout.rows));
        self.back = self.back.saturating_add(self.page()).min(highest);
    }

    /// Goes down by nearly a screen.
    pub(crate) fn page_down(&mut self) {
        self.back = self.back.saturating_sub(self.page());
    }

    /// Draws every row that has to change, and the line that is typed, and shows the picture.
    pub(crate) fn draw(&mut self, lines: &Scrollback, editor: &Editor) -> Result<(), Refusal> {
        let (first, next) = lines.numbers();
        // The line that is typed comes behind all the others.
        let seen = (next.wrapping_sub(first) + 1).saturating_sub(self.back);
        let mut number = first.wrapping_add(seen.saturating_sub(u32::from(self.layout.rows)));
        let end = first.wrapping_add(seen);
        for row in 0..self.layout.rows {
            let shown = match number {
                _ if number == end => Shown::Nothing,
                _ if number == next => Shown::Input,
                _ => Shown::Line(number),
            };
            self.draw_row(row, shown, lines, editor)?;
            if number != end {
                number = number.wrapping_add(1);
            }
        }
        self.pen.show()
    }

    fn draw_row(
        &mut self,
        row: u16,
        shown: Shown,
        lines: &Scrollback,
        editor: &Editor,
    ) -> Result<(), Refusal> {
        let before = self.rows[usize::from(row)];
        if before.shown == shown && shown != Shown::Input {
            return Ok(());
        }
        let cells = match shown {
            Shown::Nothing => 0,
            Shown::Line(number) => self.draw_line(row, number, lines)?,
            Shown::Input => self.draw_input(row, editor)?,
        };
        if cells < before.cells {
            self.pen.fill(self.layout.cells(row, cells, before.cells - cells), BACKGROUND)?;
        }
        self.rows[usize::from(row)] = Row { shown, cells };
        Ok(())
    }

    fn draw_line(&mut self, row: u16, number: u32, lines: &Scrollback) -> Result<u16, Refusal> {
        let Some(ink) = lines.read(number, &mut self.line) else { return Ok(0) };
        let prompt = self.line.strip_prefix(PROMPT).filter(|_| ink == Ink::Entered);
        let (start, text) = match prompt {
            Some(text) => {
                let accent = Ink::Accent.colour();
                (self.pen.text(row, 0, accent, BACKGROUND, PROMPT)?, text)
            }
            None => (0, &*self.line),
        };
        let (mut column, mut ink) = (start, ink);
        for part in text.split_inclusive(|character| Ink::of_mark(character).is_some()) {
            let end = part.char_indices().next_back().filter(|(_, c)| Ink::of_mark(*c).is_some());
            let shown = end.map_or(part, |(end, _)| &part[..end]);
            if !shown.is_empty() {
                column += self.pen.text(row, column, ink.colour(), BACKGROUND, shown)?;
            }
            ink = end.and_then(|(_, mark)| Ink::of_mark(mark)).unwrap_or(ink);
        }
        Ok(column)
    }

    /// Draws the line that is typed, moved so far that the cursor is seen.
    fn draw_input(&mut self, row: u16, editor: &Editor) -> Result<u16, Refusal> {
        let room = usize::from(self.layout.columns.saturating_sub(PROMPT_COLUMNS).max(1));
        let input = editor.input();
        let begin = (editor.cursor() + 1).saturating_sub(room);
        let end = input.len().min(begin + room);
        self.line.clear();
        self.line.extend(&input[begin..end]);
        let (accent, ink) = (Ink::Accent.colour(), Ink::Entered.colour());
        self.pen.text(row, 0, accent, BACKGROUND, PROMPT)?;
        let count = self.pen.text(row, PROMPT_COLUMNS, ink, BACKGROUND, &self.line)?;
        let cursor = (editor.cursor() - begin) as u16;
        let below = input.get(editor.cursor()).copied().unwrap_or(' ');
        let mut bytes = [0; 4];
        let below = below.encode_utf8(&mut bytes);
        self.pen.text(row, PROMPT_COLUMNS + cursor, BACKGROUND, accent, below)?;
        Ok(PROMPT_COLUMNS + count.max(cursor + 1))
    }

    fn page(&self) -> u32 {
        u32::from(self.layout.rows).saturating_sub(1).max(1)
    }
}
