//! Log lines on their way to the serial line.

use alloc::collections::VecDeque;

use crate::limits::CONSOLE_BYTES;

/// Bytes that wait for the serial line, in memory taken once.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    waiting: VecDeque<u8>,
    lost: u32,
}

impl Default for Console {
    fn default() -> Console {
        Console { waiting: VecDeque::with_capacity(CONSOLE_BYTES), lost: 0 }
    }
}

impl Console {
    /// Adds `name: line`. The name in front is the kernel's word, so no line can pass for another
    /// actor's: bytes that would begin a new line or move a terminal's cursor become dots.
    /// A line is kept whole or lost whole.
    pub(crate) fn line(&mut self, name: &str, line: &[u8]) {
        let len = name.len() + line.len() + b": \r\n".len();
        if !self.has_room_for(len) {
            self.lost = self.lost.saturating_add(len as u32);
            return;
        }
        self.text(name.as_bytes());
        self.push(b": ");
        self.text(line);
        self.push(b"\r\n");
    }

    /// Adds bytes as they are.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.has_room_for(bytes.len()) {
            self.waiting.extend(bytes);
        } else {
            self.lost = self.lost.saturating_add(bytes.len() as u32);
        }
    }

    fn has_room_for(&self, len: usize) -> bool {
        len <= CONSOLE_BYTES - self.waiting.len()
    }

    /// How many bytes were lost since this was last asked.
    pub(crate) fn take_lost(&mut self) -> u32 {
        core::mem::take(&mut self.lost)
    }

    /// Hands the serial line as much as it takes without waiting.
    pub(crate) fn drain(
        &mut self,
        serial: &mut (impl embedded_io::Write + embedded_io::WriteReady),
    ) {
        while let (head @ [_, ..], _) = self.waiting.as_slices() {
            if !serial.write_ready().unwrap_or(false) {
                return;
            }
            // A line that fails takes nothing; it is asked again when something else happens.
            let taken = serial.write(head).unwrap_or(0);
            if taken == 0 {
                return;
            }
            self.waiting.drain(..taken);
        }
    }

    fn text(&mut self, bytes: &[u8]) {
        let text = core::str::from_utf8(bytes).unwrap_or("?");
        for part in text.split_inclusive(char::is_control) {
            let printable = part.trim_end_matches(char::is_control);
            self.push(printable.as_bytes());
            if printable.len() < part.len() {
                self.push(b".");
            }
        }
    }
}
