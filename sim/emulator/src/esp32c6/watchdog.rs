//! Watchdogs: whoever does not feed one in time is restarted (ESP32-C6 Technical Reference Manual,
//! chapter "Watchdog Timers"). Those of the timer groups and of the low-power system differ in
//! where their registers are and in what they count.

const KEY: u32 = 0x50d8_3aa1;
const ENABLE: u32 = 1 << 31;
const STAGES: usize = 4;

/// What a stage does that was not fed away.
const ACTION_OFF: u32 = 0;
const ACTION_INTERRUPT: u32 = 1;

/// Where registers are and what is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// What it is called in reports.
    pub(super) name: &'static str,
    configuration: u32,
    prescaler: Option<u32>,
    hold: u32,
    feed: u32,
    protection: u32,
    interrupt_clear: u32,
    /// The first stage's action; each stage has so many bits less significant.
    action: u32,
    action_bits: u32,
    /// What it counts by, per second.
    rate: u64,
    /// How many of these a unit of a stage's time is.
    unit: u64,
}

impl Layout {
    /// The watchdog of a timer group: a quarter of the processor's rate, divided.
    pub(super) const TIMER_GROUP: Layout = Layout {
        name: "timer group's",
        configuration: 0x48,
        prescaler: Some(0x4c),
        hold: 0x50,
        feed: 0x60,
        protection: 0x64,
        interrupt_clear: 0x7c,
        action: 29,
        action_bits: 2,
        rate: 40_000_000,
        unit: 1,
    };

    /// The watchdog of the low-power system: the slow clock.
    pub(super) const LOW_POWER: Layout = Layout {
        name: "low-power system's",
        configuration: 0x00,
        prescaler: None,
        hold: 0x04,
        feed: 0x14,
        protection: 0x18,
        interrupt_clear: 0x30,
        action: 28,
        action_bits: 3,
        rate: crate::esp32c6::SLOW_CLOCK,
        unit: 2,
    };
}

/// One watchdog.
#[derive(Clone, Debug)]
pub(super) struct Watchdog {
    layout: Layout,
    configuration: u32,
    prescaler: u32,
    holds: [u32; STAGES],
    is_open: bool,
    /// When it was last fed, and how many stages have passed since.
    fed: u64,
    passed: usize,
    is_interrupting: bool,
}

/// It was not fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bite;

impl Watchdog {
    pub(super) fn new(layout: Layout) -> Watchdog {
        Watchdog {
            layout,
            configuration: 0,
            prescaler: 1 << 16,
            holds: [u32::MAX; STAGES],
            is_open: false,
            fed: 0,
            passed: 0,
            is_interrupting: false,
        }
    }

    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        self.layout.name
    }

    /// A register, if it is one of its own.
    pub(super) fn read(&self, offset: u32) -> Option<u32> {
        let hold = offset.wrapping_sub(self.layout.hold) / 4;
        match offset {
            _ if offset == self.layout.configuration => Some(self.configuration),
            _ if Some(offset) == self.layout.prescaler => Some(self.prescaler),
            _ => self.holds.get(hold as usize).copied(),
        }
    }

    /// A register; says whether it is one of its own. Without the key nothing changes.
    pub(super) fn write(&mut self, offset: u32, value: u32, now: u64) -> bool {
        let layout = self.layout;
        let hold = offset.wrapping_sub(layout.hold) / 4;
        if offset == layout.protection {
            self.is_open = value == KEY;
            return true;
        }
        if offset == layout.interrupt_clear {
            self.is_interrupting = false;
            return false;
        }
        let is_known = offset == layout.configuration
            || offset == layout.feed
            || Some(offset) == layout.prescaler
            || (hold as usize) < STAGES;
        if !is_known || !self.is_open {
            return is_known;
        }
        if offset == layout.feed {
            (self.fed, self.passed) = (now, 0);
        } else if offset == layout.configuration {
            if self.configuration & ENABLE == 0 {
                (self.fed, self.passed) = (now, 0);
            }
            self.configuration = value;
        } else if Some(offset) == layout.prescaler {
            self.prescaler = value;
        } else {
            self.holds[hold as usize] = value;
        }
        true
    }

    /// When its next stage ends, in processor ticks.
    pub(super) fn event_at(&self) -> u64 {
        if self.configuration & ENABLE == 0 || STAGES <= self.passed {
            return u64::MAX;
        }
        let prescaler = u64::from(self.prescaler >> 16).max(1);
        let prescaler = if self.layout.prescaler.is_some() { prescaler } else { 1 };
        let holds = self.holds[..=self.passed].iter().map(|hold| u64::from(*hold)).sum::<u64>();
        // At most 2^34 units of 2^17 of the clock, in 160 million a second.
        let counts = u128::from(holds) * u128::from(self.layout.unit * prescaler);
        let ticks =
            counts * u128::from(crate::esp32c6::TICKS_PER_SECOND) / u128::from(self.layout.rate);
        u64::try_from(ticks).map_or(u64::MAX, |ticks| self.fed.saturating_add(ticks))
    }

    /// Lets stages end.
    pub(super) fn advance(&mut self, now: u64) -> Result<(), Bite> {
        while self.event_at() <= now {
            let bits = self.layout.action_bits;
            let shift = self.layout.action - self.passed as u32 * bits;
            let action = self.configuration >> shift & ((1 << bits) - 1);
            self.passed += 1;
            match action {
                ACTION_OFF => (),
                ACTION_INTERRUPT => self.is_interrupting = true,
                _ => return Err(Bite),
            }
        }
        Ok(())
    }

    /// Whether a stage has ended that interrupts.
    pub(super) fn is_interrupting(&self) -> bool {
        self.is_interrupting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A watchdog of the low-power system that bites after a second.
    fn hungry() -> Watchdog {
        let mut dog = Watchdog::new(Layout::LOW_POWER);
        dog.write(0x18, KEY, 0);
        dog.write(0x04, crate::esp32c6::SLOW_CLOCK as u32 / 2, 0);
        dog.write(0x00, ENABLE | 4 << 28, 0);
        dog
    }

    #[test]
    fn one_that_is_not_fed_bites_and_one_that_is_fed_does_not() {
        let second = crate::esp32c6::TICKS_PER_SECOND;
        let mut dog = hungry();
        assert_eq!(dog.event_at(), second);
        assert_eq!(dog.advance(second - 1), Ok(()));
        dog.write(0x14, 1 << 31, second - 1);
        assert_eq!(dog.advance(second), Ok(()));
        assert_eq!(dog.advance(2 * second - 1), Err(Bite));
    }

    #[test]
    fn without_the_key_it_takes_neither_food_nor_orders() {
        let second = crate::esp32c6::TICKS_PER_SECOND;
        let mut dog = hungry();
        dog.write(0x18, 0, 0);
        dog.write(0x14, 1 << 31, second / 2);
        dog.write(0x00, 0, second / 2);
        assert_eq!(dog.advance(second), Err(Bite));
    }

    #[test]
    fn one_that_is_off_does_not_bite() {
        let mut dog = hungry();
        dog.write(0x00, 0, 1);
        assert_eq!(dog.event_at(), u64::MAX);
        assert_eq!(dog.advance(u64::MAX - 1), Ok(()));
    }
}
