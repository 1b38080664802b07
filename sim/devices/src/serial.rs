//! The serial line: bytes leave at the baud rate through a FIFO, in order, and are kept with the
//! instant at which each line was complete.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use embedded_io::ErrorType;
use embedded_io::Write;
use embedded_io::WriteReady;

/// A start bit, eight data bits, a stop bit.
const BITS_PER_BYTE: u128 = 10;
const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// One line as whoever listens sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When its line feed had left.
    pub at: Duration,
    /// Its text without line feed and carriage return; bytes that are no UTF-8 are replaced.
    pub text: String,
}

/// The transmitting half of a UART.
#[derive(Clone, Debug)]
pub struct Serial {
    baud: u32,
    capacity: usize,
    fifo: VecDeque<u8>,
    now: Duration,
    /// When the transmitter last began after having been idle, and how many bytes left since:
    /// counted from there, rounding never adds up.
    busy_since: Duration,
    sent_since: u64,
    transmitted: Vec<u8>,
    line_start: usize,
    lines: Vec<Line>,
    stalled: Duration,
}

impl Serial {
    /// A line at this rate behind a FIFO of this many bytes (the byte on the wire included).
    ///
    /// # Panics
    /// When either is 0: nothing would ever leave.
    pub fn new(baud: u32, capacity: usize) -> Serial {
        assert!(0 < baud && 0 < capacity, "a serial line has a rate and a FIFO");
        Serial {
            baud,
            capacity,
            fifo: VecDeque::with_capacity(capacity),
            now: Duration::ZERO,
            busy_since: Duration::ZERO,
            sent_since: 0,
            transmitted: Vec::new(),
            line_start: 0,
            lines: Vec::new(),
            stalled: Duration::ZERO,
        }
    }

    /// Lets bytes leave until `now`; a past instant changes nothing.
    pub fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while let Some(at) = self.leaves(1).filter(|at| *at <= self.now) {
            self.transmit(at);
        }
    }

    /// Power goes: what waits in the FIFO is never sent.
    pub fn power_off(&mut self) {
        self.fifo.clear();
    }

    /// How long one byte takes, for whoever sends towards the board at the same rate.
    pub fn byte_time(&self) -> Duration {
        self.time_of(1)
    }

    /// When a full FIFO has room again; `None` when it has room now.
    pub fn room_at(&self) -> Option<Duration> {
        self.leaves(1).filter(|_| self.capacity <= self.fifo.len())
    }

    /// Bytes that the FIFO takes now.
    pub fn room(&self) -> usize {
        self.capacity - self.fifo.len()
    }

    /// When the last byte will have left; `None` when the line is idle.
    pub fn idle_at(&self) -> Option<Duration> {
        self.leaves(self.fifo.len())
    }

    /// Every byte that has left since power-on: what a terminal has shown.
    pub fn shown(&self) -> &[u8] {
        &self.transmitted
    }

    /// Every complete line that has left since power-on.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The bytes that have left since the last line feed, as text.
    pub fn unfinished_line(&self) -> String {
        String::from_utf8_lossy(&self.transmitted[self.line_start..]).into_owned()
    }

    /// How long writers had to wait for room altogether, because they wrote without asking
    /// [`WriteReady::write_ready`] first. On hardware the processor would have spun that long.
    pub fn stalled(&self) -> Duration {
        self.stalled
    }

    /// When the byte at this place of the FIFO, counted from 1, will have left.
    fn leaves(&self, place: usize) -> Option<Duration> {
        let queued = 0 < place && place <= self.fifo.len();
        queued.then(|| self.busy_since + self.time_of(self.sent_since + place as u64))
    }

    fn time_of(&self, bytes: u64) -> Duration {
        let nanos = u128::from(bytes) * BITS_PER_BYTE * NANOS_PER_SECOND / u128::from(self.baud);
        // 2^64 nanoseconds are five centuries.
        Duration::from_nanos(nanos as u64)
    }

    fn transmit(&mut self, at: Duration) {
        let Some(byte) = self.fifo.pop_front() else {
            return;
        };
        self.sent_since += 1;
        self.transmitted.push(byte);
        if byte != b'\n' {
            return;
        }
        let line = &self.transmitted[self.line_start..self.transmitted.len() - 1];
        let text = String::from_utf8_lossy(line).trim_end_matches('\r').to_owned();
        self.lines.push(Line { at, text });
        self.line_start = self.transmitted.len();
    }

    /// Waits inside the model, as the blocking calls of [`Write`] promise.
    fn stall_until(&mut self, at: Duration) {
        self.stalled += at.saturating_sub(self.now);
        self.advance(at);
    }
}

impl ErrorType for Serial {
    type Error = Infallible;
}

impl WriteReady for Serial {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(self.fifo.len() < self.capacity)
    }
}

impl Write for Serial {
    /// Takes what fits. Without room it waits for the first byte to leave: see
    /// [`Serial::stalled`].
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if let Some(at) = self.room_at() {
            self.stall_until(at);
        }
        // A byte that follows the last one without a pause keeps its rate.
        let ended = self.busy_since + self.time_of(self.sent_since);
        if self.fifo.is_empty() && ended < self.now {
            self.busy_since = self.now;
            self.sent_since = 0;
        }
        let taken = bytes.len().min(self.capacity - self.fifo.len());
        self.fifo.extend(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        if let Some(at) = self.idle_at() {
            self.stall_until(at);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_byte_at_115200_baud_takes_87_microseconds() {
        let mut serial = Serial::new(115_200, 128);
        assert_eq!(serial.byte_time(), Duration::from_nanos(86_805));
        serial.write_all(b"ab").unwrap();
        serial.advance(Duration::from_nanos(86_804));
        assert_eq!(serial.shown(), b"");
        serial.advance(Duration::from_nanos(86_805));
        assert_eq!(serial.shown(), b"a");
        assert_eq!(serial.idle_at(), Some(Duration::from_nanos(173_611)));
    }

    #[test]
    fn a_full_fifo_takes_nothing_until_its_first_byte_has_left() {
        let mut serial = Serial::new(115_200, 4);
        assert_eq!(serial.write(b"abcdef"), Ok(4));
        assert_eq!(serial.write_ready(), Ok(false));
        let room = serial.room_at().unwrap();
        serial.advance(room);
        assert_eq!(serial.write_ready(), Ok(true));
        assert_eq!(serial.room_at(), None);
        assert_eq!(serial.stalled(), Duration::ZERO);
    }

    #[test]
    fn who_writes_without_asking_waits() {
        let mut serial = Serial::new(115_200, 1);
        serial.write_all(b"abc").unwrap();
        assert_eq!(serial.stalled(), Duration::from_nanos(2 * 86_805 + 1));
        serial.flush().unwrap();
        assert_eq!(serial.shown(), b"abc");
    }

    #[test]
    fn a_line_is_complete_when_its_line_feed_has_left() {
        let mut serial = Serial::new(10_000_000, 64);
        serial.advance(Duration::from_secs(1));
        serial.write_all(b"ready\r\nnex").unwrap();
        serial.advance(Duration::from_secs(2));
        let at = Duration::from_secs(1) + Duration::from_micros(7);
        assert_eq!(serial.lines(), [Line { at, text: String::from("ready") }]);
        assert_eq!(serial.unfinished_line(), "nex");
    }

    proptest! {
        #[test]
        fn bytes_keep_order_and_rate(
            writes in prop::collection::vec((any::<Vec<u8>>(), 0_u64..400), 0..20),
        ) {
            let mut serial = Serial::new(1_000_000, 16);
            let mut accepted = Vec::new();
            let mut now = Duration::ZERO;
            for (bytes, pause) in &writes {
                now += Duration::from_micros(*pause);
                serial.advance(now);
                if serial.write_ready() == Ok(true) {
                    let taken = serial.write(bytes).unwrap();
                    accepted.extend(&bytes[..taken]);
                }
                prop_assert!(accepted.starts_with(serial.shown()));
                prop_assert!(serial.shown().len() as u128 <= now.as_micros() / 10);
                prop_assert!(accepted.len() - serial.shown().len() <= 16);
            }
            prop_assert_eq!(serial.stalled(), Duration::ZERO);
            serial.flush().unwrap();
            prop_assert_eq!(serial.shown(), accepted);
        }

        #[test]
        fn many_small_steps_equal_one_large(steps in prop::collection::vec(0_u64..300, 1..40)) {
            let mut stepwise = Serial::new(115_200, 128);
            stepwise.write_all(b"one\ntwo\nthree\n").unwrap();
            let mut at_once = stepwise.clone();
            let mut now = Duration::ZERO;
            for step in steps {
                now += Duration::from_micros(step);
                stepwise.advance(now);
            }
            at_once.advance(now);
            prop_assert_eq!(stepwise.shown(), at_once.shown());
            prop_assert_eq!(stepwise.lines(), at_once.lines());
        }
    }
}
