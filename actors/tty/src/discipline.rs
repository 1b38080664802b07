//! The line discipline: from what is typed to what is read, as POSIX describes it (General Terminal
//! Interface, chapter 11). It knows no actor and no line; bytes go in, bytes come out.
//!
//! With canonical input the line that is being typed can be edited until it ends; then it waits to
//! be read, one line at a time. Without, bytes wait as they came. Nothing grows without bound: who
//! types what finds no room hears a bell, and what is lost is counted.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use sdk::tty::Modes;

use crate::output::Output;
use crate::width::Unit;
use crate::width::last_unit;

/// Bytes of a line that is being typed (POSIX: MAX_CANON).
pub(crate) const LINE_MAX: usize = 255;

/// Bytes that wait to be read.
pub(crate) const READY_MAX: usize = 1024;

/// Lines that wait to be read; an empty one takes no byte.
pub(crate) const LINES_MAX: usize = 64;

const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const BELL: u8 = 0x07;
const ERASE: u8 = 0x08;
const START: u8 = 0x11;
const STOP: u8 = 0x13;
const KILL: u8 = 0x15;
const ERASE_WORD: u8 = 0x17;
const DELETE: u8 = 0x7f;

/// A line discipline.
#[derive(Debug)]
pub(crate) struct Discipline {
    modes: Modes,
    /// The line that is being typed.
    line: Vec<u8>,
    /// In which column of the terminal it began.
    column: u16,
    ready: VecDeque<u8>,
    /// With canonical input, how many of the ready bytes each line has.
    lines: VecDeque<u16>,
    lost: u32,
}

impl Default for Discipline {
    fn default() -> Discipline {
        Discipline {
            modes: Modes::COOKED,
            line: Vec::with_capacity(LINE_MAX + 1),
            column: 0,
            // When input becomes raw, the line that is being typed is ready at once.
            ready: VecDeque::with_capacity(READY_MAX + LINE_MAX + 1),
            lines: VecDeque::with_capacity(LINES_MAX),
            lost: 0,
        }
    }
}

impl Discipline {
    /// How it works now.
    pub(crate) fn modes(&self) -> Modes {
        self.modes
    }

    /// From now on it works so. No byte that was typed is lost.
    pub(crate) fn set_modes(&mut self, modes: Modes) {
        let was_canonical = self.modes.has(Modes::CANONICAL);
        let is_canonical = modes.has(Modes::CANONICAL);
        self.modes = modes;
        if was_canonical && !is_canonical {
            self.ready.extend(self.line.drain(..));
            self.lines.clear();
        }
        if !was_canonical && is_canonical && !self.ready.is_empty() {
            // What came as bytes is one line.
            self.lines.push_back(self.ready.len() as u16);
        }
    }

    /// Takes a byte that was typed; says whether it interrupts.
    pub(crate) fn feed(&mut self, byte: u8, output: &mut Output) -> bool {
        let modes = self.modes;
        if modes.has(Modes::FLOW) && matches!(byte, START | STOP) {
            output.is_stopped = byte == STOP;
            return false;
        }
        if modes.has(Modes::SIGNALS) && byte == INTERRUPT {
            self.line.clear();
            self.ready.clear();
            self.lines.clear();
            output.forget();
            self.echo(b"^C", output);
            return true;
        }
        let byte = match byte {
            b'\r' if modes.has(Modes::RETURN_IS_NEWLINE) => b'\n',
            byte => byte,
        };
        match byte {
            _ if !modes.has(Modes::CANONICAL) => self.keep(byte, output),
            ERASE | DELETE => _ = self.erase_one(output),
            KILL => while self.erase_one(output) {},
            ERASE_WORD => self.erase_word(output),
            END => self.end_line(output),
            _ => self.append(byte, output),
        };
        false
    }

    /// Puts what is to be read next into the buffer; says how many bytes. `None` if there is
    /// nothing to read; with canonical input, 0 is the end of input.
    pub(crate) fn peek(&self, buffer: &mut [u8]) -> Option<usize> {
        let len = match self.modes.has(Modes::CANONICAL) {
            true => usize::from(*self.lines.front()?),
            false => Some(self.ready.len()).filter(|len| *len != 0)?,
        };
        let count = len.min(buffer.len());
        for (place, byte) in buffer.iter_mut().zip(self.ready.range(..count)) {
            *place = *byte;
        }
        Some(count)
    }

    /// Takes away as many bytes as [`Discipline::peek`] gave.
    pub(crate) fn consume(&mut self, count: usize) {
        self.ready.drain(..count);
        let Some(line) = self.lines.front_mut() else { return };
        *line -= count as u16;
        if *line == 0 {
            self.lines.pop_front();
        }
    }

    /// How many bytes were lost since this was last asked.
    pub(crate) fn take_lost(&mut self) -> u32 {
        core::mem::take(&mut self.lost)
    }

    fn echo(&self, bytes: &[u8], output: &mut Output) {
        if self.modes.has(Modes::ECHO) {
            output.echo(bytes, self.modes);
        }
    }

    /// There is no room for a byte.
    fn lose(&mut self, output: &mut Output) {
        self.lost = self.lost.saturating_add(1);
        output.echo(&[BELL], self.modes);
    }

    /// Takes a byte as it is.
    fn keep(&mut self, byte: u8, output: &mut Output) {
        if READY_MAX <= self.ready.len() {
            return self.lose(output);
        }
        self.ready.push_back(byte);
        self.echo(&[byte], output);
    }

    /// Adds a byte to the line, or ends it with this line feed.
    fn append(&mut self, byte: u8, output: &mut Output) {
        let is_end = byte == b'\n';
        if is_end && !self.has_room() || !is_end && LINE_MAX <= self.line.len() {
            return self.lose(output);
        }
        if self.line.is_empty() {
            self.column = output.column();
        }
        match byte {
            0..0x20 if byte != b'\t' && !is_end => self.echo(&[b'^', byte | 0x40], output),
            _ => self.echo(&[byte], output),
        }
        self.line.push(byte);
        if is_end {
            self.finish_line();
        }
    }

    /// Ends the line without a line feed: an empty one is the end of input.
    fn end_line(&mut self, output: &mut Output) {
        match self.has_room() {
            true => self.finish_line(),
            false => self.lose(output),
        }
    }

    /// Whether the line, and a line feed, can wait to be read.
    fn has_room(&self) -> bool {
        self.lines.len() < LINES_MAX && self.ready.len() + self.line.len() < READY_MAX
    }

    fn finish_line(&mut self) {
        self.lines.push_back(self.line.len() as u16);
        self.ready.extend(self.line.drain(..));
    }

    fn erase_one(&mut self, output: &mut Output) -> bool {
        let Some(Unit { start, columns }) = last_unit(&self.line, self.column) else {
            return false;
        };
        for part in [b"\x08", b" ", b"\x08"] {
            (0..columns).for_each(|_| self.echo(part, output));
        }
        self.line.truncate(start);
        true
    }

    /// Takes away the spaces at the end, and the word before them.
    fn erase_word(&mut self, output: &mut Output) {
        let is_gap = |byte: &u8| matches!(*byte, b' ' | b'\t');
        while self.line.last().is_some_and(is_gap) && self.erase_one(output) {}
        while self.line.last().is_some_and(|byte| !is_gap(byte)) && self.erase_one(output) {}
    }
}

#[cfg(test)]
mod tests;
