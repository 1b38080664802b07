//! From the devices' interrupts to the processor's lines: each of 77 sources is led to one of 31
//! lines, and of the lines that are enabled and important enough the most important is taken
//! (ESP32-C6 Technical Reference Manual, chapters "Interrupt Matrix" and "High-Performance CPU").

/// Sources of interrupts, by number.
pub(super) mod source {
    pub(in crate::esp32c6) const WATCHDOG: u32 = 18;
    pub(in crate::esp32c6) const SOFTWARE: u32 = 22;
    pub(in crate::esp32c6) const GPIO: u32 = 30;
    pub(in crate::esp32c6) const USB: u32 = 48;
    pub(in crate::esp32c6) const SYSTEM_TIMER: u32 = 57;
}

const SOURCES: usize = 77;
const LINES: usize = 32;

const STATUS: u32 = 0x134;
const STATUS_END: u32 = 0x140;

const ENABLE: u32 = 0x00;
const KIND: u32 = 0x04;
const PENDING: u32 = 0x0c;
const PRIORITY: u32 = 0x10;
const THRESHOLD: u32 = 0x90;

const LINE: u32 = 31;
const PRIORITY_MASK: u32 = 15;

/// The matrix and the controller behind it.
#[derive(Clone, Debug)]
pub(super) struct Interrupts {
    /// The line of each source.
    map: [u32; SOURCES],
    /// The sources that ask, as bits.
    asking: u128,
    enabled: u32,
    kind: u32,
    priorities: [u32; LINES],
    threshold: u32,
}

impl Default for Interrupts {
    fn default() -> Interrupts {
        Interrupts {
            map: [0; SOURCES],
            asking: 0,
            enabled: 0,
            kind: 0,
            priorities: [0; LINES],
            threshold: 0,
        }
    }
}

impl Interrupts {
    /// A register of the matrix.
    pub(super) fn read_matrix(&self, offset: u32) -> u32 {
        match offset {
            STATUS..STATUS_END => (self.asking >> ((offset - STATUS) * 8)) as u32,
            _ => self.map.get((offset / 4) as usize).copied().unwrap_or(0),
        }
    }

    /// A register of the matrix.
    pub(super) fn write_matrix(&mut self, offset: u32, value: u32) {
        if let Some(line) = self.map.get_mut((offset / 4) as usize) {
            *line = value & LINE;
        }
    }

    /// A register of the controller.
    pub(super) fn read_controller(&self, offset: u32) -> u32 {
        match offset {
            ENABLE => self.enabled,
            KIND => self.kind,
            PENDING => self.asked(),
            PRIORITY..THRESHOLD => self.priorities[((offset - PRIORITY) / 4) as usize],
            THRESHOLD => self.threshold,
            _ => 0,
        }
    }

    /// A register of the controller. Every source holds its line for as long as it asks, so there
    /// is nothing to clear.
    pub(super) fn write_controller(&mut self, offset: u32, value: u32) {
        match offset {
            ENABLE => self.enabled = value,
            KIND => self.kind = value,
            PRIORITY..THRESHOLD => {
                self.priorities[((offset - PRIORITY) / 4) as usize] = value & PRIORITY_MASK;
            }
            THRESHOLD => self.threshold = value,
            _ => (),
        }
    }

    /// A source asks, or no longer.
    pub(super) fn set(&mut self, source: u32, is_asking: bool) {
        let bit = 1 << source;
        self.asking = if is_asking { self.asking | bit } else { self.asking & !bit };
    }

    /// The line that is taken next, as a bit. Line 0 is none.
    pub(super) fn pending(&self) -> u32 {
        if self.asking == 0 {
            return 0;
        }
        let ready = self.asked() & self.enabled & !1;
        let lowest = self.threshold.max(1);
        let lines = (1..LINES).filter(|line| ready >> line & 1 == 1);
        let important = lines.filter(|line| lowest <= self.priorities[*line]);
        // Of equals the lowest number is taken.
        let first = important.rev().max_by_key(|line| self.priorities[*line]);
        first.map_or(0, |line| 1 << line)
    }

    /// The lines that a source holds, as bits.
    fn asked(&self) -> u32 {
        let mut lines = 0;
        let mut asking = self.asking;
        while asking != 0 {
            lines |= 1 << self.map[asking.trailing_zeros() as usize];
            asking &= asking - 1;
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed() -> Interrupts {
        let mut interrupts = Interrupts::default();
        interrupts.write_matrix(source::GPIO * 4, 5);
        interrupts.write_matrix(source::USB * 4, 6);
        interrupts.write_controller(ENABLE, 1 << 5 | 1 << 6);
        interrupts.write_controller(PRIORITY + 5 * 4, 1);
        interrupts.write_controller(PRIORITY + 6 * 4, 3);
        interrupts
    }

    #[test]
    fn a_source_is_seen_on_its_line_and_in_the_status_for_as_long_as_it_asks() {
        let mut interrupts = routed();
        interrupts.set(source::GPIO, true);
        assert_eq!(interrupts.pending(), 1 << 5);
        assert_eq!(interrupts.read_matrix(STATUS), 1 << source::GPIO);
        interrupts.set(source::GPIO, false);
        assert_eq!(interrupts.pending(), 0);
        interrupts.set(source::USB, true);
        assert_eq!(interrupts.read_matrix(STATUS + 4), 1 << (source::USB - 32));
    }

    #[test]
    fn the_most_important_line_is_taken_and_those_below_the_threshold_wait() {
        let mut interrupts = routed();
        interrupts.set(source::GPIO, true);
        interrupts.set(source::USB, true);
        assert_eq!(interrupts.pending(), 1 << 6);
        interrupts.write_controller(THRESHOLD, 2);
        interrupts.set(source::USB, false);
        assert_eq!(interrupts.pending(), 0);
        interrupts.write_controller(THRESHOLD, 1);
        assert_eq!(interrupts.pending(), 1 << 5);
    }

    #[test]
    fn a_line_that_is_not_enabled_is_not_taken() {
        let mut interrupts = routed();
        interrupts.write_controller(ENABLE, 1 << 6);
        interrupts.set(source::GPIO, true);
        assert_eq!(interrupts.pending(), 0);
        assert_eq!(interrupts.read_controller(PENDING), 1 << 5);
    }
}
