//! The terminal at the other end of the serial line: what is typed there, and what it shows.
//!
//! The last row is the prompt with the line that is being typed, moved so far that the cursor is
//! seen; what others say goes above it. The line is shared with the log, which may break the row:
//! the next key draws it again.

use alloc::string::String;
use core::fmt::Write;
use core::time::Duration;
use sdk::Refusal;
use sdk::clock::Clock;
use sdk::serial::Serial;

use crate::editor::Action;
use crate::editor::Editor;
use crate::history::History;
use crate::key::Key;
use crate::palette::Ink;
use crate::printer::Printer;
use crate::printer::Sink;
use crate::view::PROMPT;

/// Columns of a row, as terminals have had them since the VT100.
pub(crate) const COLUMNS: u16 = 80;

/// Characters of the line that are seen, with one for the cursor behind them.
const ROOM: usize = COLUMNS as usize - PROMPT.len() - 1;

/// Bytes that may wait for the line: half of what the kernel keeps, because others write too.
const WAITING_MAX: u64 = 2048;

/// Bytes that leave in a millisecond at 115200 baud, which no line here falls below.
const BYTES_PER_MILLI: u64 = 11;

/// Back to the first column, and nothing in the row.
const EMPTY_ROW: &str = "\r\x1b[K";

/// A terminal.
#[derive(Debug)]
pub(crate) struct Terminal {
    wire: Wire,
    pub(crate) editor: Editor,
}

impl Terminal {
    pub(crate) fn new(serial: Serial, clock: Option<Clock>) -> Terminal {
        let wire = Wire { serial, clock, waiting: 0, since: Duration::ZERO };
        Terminal { wire, editor: Editor::default() }
    }

    /// Takes a key; what it means beyond the line is for the caller.
    pub(crate) fn press(&mut self, key: Key, history: &History) -> Result<Action, Refusal> {
        let action = self.editor.press(key, history);
        match &action {
            Action::Appended(character) if self.editor.input().len() <= ROOM => {
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
        let input = self.editor.input();
        let begin = self.editor.cursor().saturating_sub(ROOM);
        let end = input.len().min(begin + ROOM);
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
        Printer::new(&mut self.wire, COLUMNS, ink)
    }
}

/// The line, and how much still waits for it.
#[derive(Debug)]
struct Wire {
    serial: Serial,
    clock: Option<Clock>,
    /// Bytes that waited at that time, and those that were written since.
    waiting: u64,
    since: Duration,
}

impl Wire {
    fn write(&mut self, text: &str) -> Result<(), Refusal> {
        for piece in text.as_bytes().chunks(WAITING_MAX as usize / 2) {
            self.waiting += piece.len() as u64;
            if WAITING_MAX < self.waiting {
                self.wait()?;
            }
            self.serial.write(piece)?;
        }
        Ok(())
    }

    /// Waits until what waits is little enough.
    fn wait(&mut self) -> Result<(), Refusal> {
        let Some(clock) = self.clock else { return Ok(()) };
        let now = clock.now()?;
        let passed = now.saturating_sub(self.since).as_millis() as u64;
        self.since = now;
        self.waiting = self.waiting.saturating_sub(passed.saturating_mul(BYTES_PER_MILLI));
        let surplus = self.waiting.saturating_sub(WAITING_MAX);
        if surplus == 0 {
            return Ok(());
        }
        // A little longer than it must, so that a long text does not wait for each of its rows.
        let millis = surplus.div_ceil(BYTES_PER_MILLI) + 16;
        clock.sleep(Duration::from_millis(millis))
    }
}

/// A line that cannot be written any more takes no output down with it: the next key finds out.
impl Sink for Wire {
    fn end_line(&mut self, _: Ink, text: &str) {
        let _ = self.write(text).and_then(|()| self.write("\r\n"));
    }

    /// A terminal breaks rows itself.
    fn break_line(&mut self, _: Ink, text: &str) -> usize {
        let _ = self.write(text);
        0
    }
}
