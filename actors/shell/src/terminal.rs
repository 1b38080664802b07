//! The terminal at the other end of the serial line: what is typed there, and what it shows.
//!
//! The last row is the prompt with the line that is being typed, moved so far that the cursor is
//! seen; what others say goes above it. The line is shared with the log, which may break the row:
//! the next key draws it again.

use alloc::string::String;
use core::fmt::Write;
use sdk::Refusal;

use crate::editor::Action;
use crate::editor::Editor;
use crate::history::History;
use crate::key::Key;
use crate::palette::Ink;
use crate::printer::Printer;
use crate::view::PROMPT;
use crate::wire::Wire;

/// Back to the first column, and nothing in the row.
const EMPTY_ROW: &str = "\r\x1b[K";

/// A terminal.
#[derive(Debug)]
pub(crate) struct Terminal {
    wire: Wire,
    /// Characters in a row.
    pub(crate) columns: u16,
    pub(crate) editor: Editor,
}

impl Terminal {
    pub(crate) fn new(mut wire: Wire) -> Terminal {
        let columns = wire.size().columns;
        Terminal { wire, columns, editor: Editor::default() }
    }

    /// Characters of the line that are seen, with one for the cursor behind them.
    fn room(&self) -> usize {
        usize::from(self.columns).saturating_sub(PROMPT.len() + 1).max(1)
    }

    /// Takes a key; what it means beyond the line is for the caller.
    pub(crate) fn press(&mut self, key: Key, history: &History) -> Result<Action, Refusal> {
        let action = self.editor.press(key, history);
        match &action {
            Action::Appended(character) if self.editor.input().len() <= self.room() => {
                self.wire.write(character.encode_utf8(&mut [0; 4]))?;
            }
            Action::Appended(_) | Action::Changed => self.draw()?,
            Action::Enter(_) => self.wire.write("\r\n")?,
            Action::Interrupt => {
                self.wire.write("^C\r\n")?;
                self.prompt()?;
            }
            Action::Clear => {
                self.clear()?;
                self.prompt()?;
            }
            Action::Nothing | Action::Complete | Action::PageUp | Action::PageDown => (),
        }
        Ok(action)
    }

    /// Draws the prompt and the line that is being typed over what is in their row.
    pub(crate) fn draw(&mut self) -> Result<(), Refusal> {
        self.draw_between("\r", "\x1b[K")
    }

    /// Draws the prompt and the line that is being typed into an empty row.
    pub(crate) fn prompt(&mut self) -> Result<(), Refusal> {
        self.draw_between("", "")
    }

    fn draw_between(&mut self, before: &str, behind: &str) -> Result<(), Refusal> {
        let (input, room) = (self.editor.input(), self.room());
        let begin = self.editor.cursor().saturating_sub(room);
        let end = input.len().min(begin + room);
        let mut row = String::from(before);
        row.push_str(PROMPT);
        row.extend(&input[begin..end]);
        row.push_str(behind);
        let back = end - self.editor.cursor();
        if back != 0 {
            // Writing to a string cannot fail.
            let _ = write!(row, "\x1b[{back}D");
        }
        self.wire.write(&row)
    }

    /// Makes the row of the prompt empty, for something that goes above it.
    pub(crate) fn step_aside(&mut self) -> Result<(), Refusal> {
        self.wire.write(EMPTY_ROW)
    }

    /// Makes the whole screen empty.
    pub(crate) fn clear(&mut self) -> Result<(), Refusal> {
        self.wire.write("\x1b[2J\x1b[H")
    }

    /// A printer for lines of text.
    pub(crate) fn printer(&mut self, ink: Ink) -> Printer<'_> {
        Printer::new(&mut self.wire, self.columns, ink)
    }
}
