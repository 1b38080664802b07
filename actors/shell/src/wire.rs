//! Where the terminal's bytes go: to a terminal that others share, or to the line itself.

use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;
use sdk::Refusal;
use sdk::clock::Clock;
use sdk::endpoint::Inbox;
use sdk::serial::Serial;
use sdk::tty;
use sdk::tty::Modes;
use sdk::tty::Size;

use crate::palette::Ink;
use crate::printer::Sink;

/// Bytes that may wait for the line: half of what the kernel keeps, because others write too.
const WAITING_MAX: u64 = 2048;

/// Bytes that leave in a millisecond at 115200 baud, which no line here falls below.
const BYTES_PER_MILLI: u64 = 11;

/// What an editor wants of a terminal: keys as they come, but for the one that interrupts.
const MODES: Modes = Modes::SIGNALS.and(Modes::NEWLINE_RETURNS);

/// One end of it.
#[derive(Debug)]
pub(crate) enum Wire {
    /// The line, and how much still waits for it.
    Line { serial: Serial, clock: Option<Clock>, waiting: u64, since: Duration },
    /// A terminal, which says when it has taken what is written.
    Shared { terminal: tty::Terminal, inbox: Box<Inbox> },
}

impl Wire {
    /// The serial line.
    pub(crate) fn line(serial: Serial, clock: Option<Clock>) -> Wire {
        Wire::Line { serial, clock, waiting: 0, since: Duration::ZERO }
    }

    /// A terminal in whose foreground this actor is.
    pub(crate) fn shared(terminal: tty::Terminal) -> Result<Wire, Refusal> {
        let mut inbox = Box::new(Inbox::new());
        terminal.set_modes(&mut inbox, MODES)?;
        Ok(Wire::Shared { terminal, inbox })
    }

    /// How large the terminal is, as far as is known.
    pub(crate) fn size(&mut self) -> Size {
        match self {
            Wire::Line { .. } => Size::PLAIN,
            Wire::Shared { terminal, inbox } => terminal.size(inbox).unwrap_or(Size::PLAIN),
        }
    }

    pub(crate) fn write(&mut self, text: &str) -> Result<(), Refusal> {
        match self {
            Wire::Shared { terminal, inbox } => {
                match terminal.write(inbox, text.as_bytes()) {
                    // That it has ended is told by its notice.
                    Err(Refusal::Dead | Refusal::Stale | Refusal::NoReply) => Ok(()),
                    written => written,
                }
            }
            Wire::Line { serial, clock, waiting, since } => {
                for piece in text.as_bytes().chunks(WAITING_MAX as usize / 2) {
                    *waiting += piece.len() as u64;
                    if WAITING_MAX < *waiting {
                        wait(*clock, waiting, since)?;
                    }
                    serial.write(piece)?;
                }
                Ok(())
            }
        }
    }
}

/// Waits until what waits for the line is little enough.
fn wait(clock: Option<Clock>, waiting: &mut u64, since: &mut Duration) -> Result<(), Refusal> {
    let Some(clock) = clock else { return Ok(()) };
    let now = clock.now()?;
    let passed = now.saturating_sub(*since).as_millis() as u64;
    *since = now;
    *waiting = waiting.saturating_sub(passed.saturating_mul(BYTES_PER_MILLI));
    let surplus = waiting.saturating_sub(WAITING_MAX);
    if surplus == 0 {
        return Ok(());
    }
    // A little longer than it must, so that a long text does not wait for each of its rows.
    let millis = surplus.div_ceil(BYTES_PER_MILLI) + 16;
    clock.sleep(Duration::from_millis(millis))
}

/// A line that cannot be written any more takes no output down with it: the next key finds out.
impl Sink for Wire {
    fn end_line(&mut self, _: Ink, text: &str) {
        let mut row = coloured(text);
        row.push_str("\r\n");
        let _ = self.write(&row);
    }

    /// A terminal breaks rows itself.
    fn break_line(&mut self, _: Ink, text: &str) -> usize {
        let _ = self.write(&coloured(text));
        0
    }

    fn clear(&mut self) {
        let _ = self.write("\x1b[2J\x1b[H");
    }
}

/// A line with sequences in place of the marks of inks.
fn coloured(text: &str) -> String {
    let mut row = String::with_capacity(text.len() + 2);
    let mut has_marks = false;
    for character in text.chars() {
        match Ink::of_mark(character) {
            Some(ink) => {
                has_marks = true;
                row.push_str(ink.sequence());
            }
            None => row.push(character),
        }
    }
    if has_marks {
        row.push_str(Ink::Plain.sequence());
    }
    row
}
