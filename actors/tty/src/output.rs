//! What waits to be shown: a ring of bytes in memory taken once.

use alloc::collections::VecDeque;
use sdk::tty::Modes;

/// Bytes that wait at most.
pub(crate) const OUTPUT_MAX: usize = 3072;

/// Bytes of them that are for the echo alone, so that who writes much does not hide what is typed.
/// A whole line can be erased in it.
const ECHO_ROOM: usize = 1024;

/// Columns from one stop of the tabulator to the next.
pub(crate) const TAB: u16 = 8;

/// Bytes on their way out.
#[derive(Debug)]
pub(crate) struct Output {
    waiting: VecDeque<u8>,
    /// Whether a person has stopped it.
    pub(crate) is_stopped: bool,
    /// In which column of the terminal the next character goes.
    column: u16,
    /// Whether the last byte was a carriage return, so that a line feed needs none.
    is_returned: bool,
}

impl Default for Output {
    fn default() -> Output {
        Output {
            waiting: VecDeque::with_capacity(OUTPUT_MAX),
            is_stopped: false,
            column: 0,
            is_returned: false,
        }
    }
}

impl Output {
    /// Takes as many bytes as there is room for; says how many of the given they are.
    pub(crate) fn write(&mut self, bytes: &[u8], modes: Modes) -> usize {
        self.push(bytes, modes, OUTPUT_MAX - ECHO_ROOM)
    }

    /// Shows what was typed. What finds no room is not shown: the line says so when it is read.
    pub(crate) fn echo(&mut self, bytes: &[u8], modes: Modes) {
        self.push(bytes, modes, OUTPUT_MAX);
    }

    /// Moves bytes into the buffer, unless they are stopped; says how many.
    pub(crate) fn take(&mut self, buffer: &mut [u8]) -> usize {
        if self.is_stopped {
            return 0;
        }
        let count = buffer.len().min(self.waiting.len());
        for (place, byte) in buffer.iter_mut().zip(self.waiting.drain(..count)) {
            *place = byte;
        }
        count
    }

    /// Forgets what waits, and goes on if it was stopped.
    pub(crate) fn forget(&mut self) {
        self.waiting.clear();
        self.is_stopped = false;
    }

    /// Whether bytes wait that may be shown.
    pub(crate) fn is_due(&self) -> bool {
        !self.is_stopped && !self.waiting.is_empty()
    }

    /// In which column the next character goes, on a terminal without an edge.
    pub(crate) fn column(&self) -> u16 {
        self.column
    }

    fn push(&mut self, bytes: &[u8], modes: Modes, max: usize) -> usize {
        let mut taken = 0;
        while let Some((first, _)) = bytes[taken..].split_first() {
            let room = max.saturating_sub(self.waiting.len());
            if is_plain(*first) {
                let plain = bytes[taken..].iter().take(room).take_while(|byte| is_plain(**byte));
                let count = plain.count();
                if count == 0 {
                    break;
                }
                self.waiting.extend(&bytes[taken..taken + count]);
                self.column = self.column.saturating_add(count as u16);
                self.is_returned = false;
                taken += count;
                continue;
            }
            let returns = *first == b'\n' && !self.is_returned && modes.has(Modes::NEWLINE_RETURNS);
            if room < 1 + usize::from(returns) {
                break;
            }
            if returns {
                self.waiting.push_back(b'\r');
            }
            self.waiting.push_back(*first);
            self.column = self.column_behind(*first, returns);
            self.is_returned = *first == b'\r';
            taken += 1;
        }
        taken
    }

    fn column_behind(&self, byte: u8, returns: bool) -> u16 {
        match byte {
            b'\r' => 0,
            b'\n' if returns => 0,
            0x08 => self.column.saturating_sub(1),
            b'\t' => self.column.saturating_add(TAB - self.column % TAB),
            // The first byte of a character moves, those that continue it do not.
            0xc0.. => self.column.saturating_add(1),
            _ => self.column,
        }
    }
}

/// Whether the byte is shown as it is and takes a column.
fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn taken(output: &mut Output) -> Vec<u8> {
        let mut buffer = [0; OUTPUT_MAX];
        let count = output.take(&mut buffer);
        buffer[..count].to_vec()
    }

    #[test]
    fn a_line_feed_returns_once() {
        let mut output = Output::default();
        assert_eq!(output.write(b"a\nb\r\nc", Modes::COOKED), 6);
        assert_eq!(output.column(), 1);
        assert_eq!(taken(&mut output), b"a\r\nb\r\nc");
        output.write(b"a\n", Modes::RAW);
        assert_eq!((taken(&mut output), output.column()), (b"a\n".to_vec(), 2));
    }

    #[test]
    fn what_is_stopped_waits_and_an_interrupt_forgets_it() {
        let mut output = Output::default();
        output.write(b"a", Modes::RAW);
        output.is_stopped = true;
        assert_eq!((taken(&mut output), output.is_due()), (Vec::new(), false));
        output.forget();
        output.write(b"b", Modes::RAW);
        assert_eq!(taken(&mut output), b"b");
    }

    #[test]
    fn who_writes_leaves_room_for_the_echo() {
        let mut output = Output::default();
        let much = [b'x'; 2 * OUTPUT_MAX];
        assert_eq!(output.write(&much, Modes::RAW), OUTPUT_MAX - ECHO_ROOM);
        assert_eq!(output.write(b"\n", Modes::COOKED), 0);
        output.echo(b"y", Modes::RAW);
        assert_eq!(taken(&mut output).last(), Some(&b'y'));
    }

    proptest! {
        #[test]
        fn all_that_was_taken_comes_out_in_order(
            pieces in prop::collection::vec((any::<Vec<u8>>(), 0_usize..64), 0..80),
        ) {
            let mut output = Output::default();
            let (mut given, mut shown): (Vec<u8>, Vec<u8>) = Default::default();
            for (bytes, drained) in pieces {
                let count = output.write(&bytes, Modes::RAW);
                given.extend(&bytes[..count]);
                let mut buffer = [0; 64];
                let count = output.take(&mut buffer[..drained]);
                shown.extend(&buffer[..count]);
                prop_assert!(given.len() - shown.len() <= OUTPUT_MAX - ECHO_ROOM);
            }
            shown.extend(taken(&mut output));
            prop_assert_eq!(given, shown);
        }
    }
}
