//! The serial line, and how much still waits for it.
//!
//! The kernel keeps bytes until the line takes them, and loses what finds no room; it does not say
//! how many wait. So the time that they take is reckoned with, and no more is handed on than the
//! half of what the kernel keeps: others log on the same line.

use core::time::Duration;
use sdk::Refusal;
use sdk::clock::Clock;
use sdk::serial::Serial;

/// Bytes that may wait for the line.
const WAITING_MAX: u64 = 1024;

/// Time that a byte takes at 115200 baud, which no line here falls below.
const BYTE_MICROS: u64 = 87;

/// The line.
#[derive(Debug)]
pub(crate) struct Wire {
    serial: Serial,
    clock: Option<Clock>,
    /// Bytes that waited at that time, and those that were written since.
    waiting: u64,
    since: Duration,
}

impl Wire {
    /// A line; without a clock nothing is ever held back from it.
    pub(crate) fn new(serial: Serial, clock: Option<Clock>) -> Wire {
        Wire { serial, clock, waiting: 0, since: Duration::ZERO }
    }

    /// How many bytes it takes now.
    pub(crate) fn room(&mut self) -> usize {
        if let Some(now) = self.clock.and_then(|clock| clock.now().ok()) {
            self.pass(now);
        }
        WAITING_MAX.saturating_sub(self.waiting) as usize
    }

    /// Hands bytes on, as many as there is room for.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if self.clock.is_some() {
            self.waiting += bytes.len() as u64;
        }
        self.serial.write(bytes)
    }

    /// When half of it will be free again, from the last look at [`Wire::room`].
    pub(crate) fn patience(&self) -> Duration {
        let surplus = self.waiting.saturating_sub(WAITING_MAX / 2);
        Duration::from_micros((surplus + 1) * BYTE_MICROS)
    }

    /// Lets time pass: what has left does not wait any more.
    fn pass(&mut self, now: Duration) {
        let micros = now.saturating_sub(self.since).as_micros() as u64;
        let left = (micros / BYTE_MICROS).min(self.waiting);
        self.waiting -= left;
        // Of a byte that is on its way, the time it has had is not lost.
        self.since = match self.waiting {
            0 => now,
            _ => self.since + Duration::from_micros(left * BYTE_MICROS),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_leave_with_time_however_often_one_looks() {
        let mut wire = Wire::new(Serial::slot(1), None);
        wire.waiting = 1000;
        for micros in (0..=87_000).step_by(50) {
            wire.pass(Duration::from_micros(micros));
        }
        assert_eq!((wire.waiting, wire.since), (0, Duration::from_micros(87_000)));
        wire.waiting = WAITING_MAX;
        wire.pass(Duration::from_micros(87_100));
        assert_eq!(wire.waiting, WAITING_MAX - 1);
        assert_eq!(wire.patience(), Duration::from_micros(512 * BYTE_MICROS));
    }
}
