//! The system timer: two counters of 16 MHz and three alarms (ESP32-C6 Technical Reference Manual,
//! chapter "System Timer").

const CONFIGURATION: u32 = 0x00;
const UPDATE: u32 = 0x04;
const UPDATE_END: u32 = 0x0c;
const LOAD_VALUE: u32 = 0x0c;
const TARGET: u32 = 0x1c;
const TARGET_CONFIGURATION: u32 = 0x34;
const VALUE: u32 = 0x40;
const TARGET_LOAD: u32 = 0x50;
const UNIT_LOAD: u32 = 0x5c;
const INTERRUPT_ENABLE: u32 = 0x64;
const INTERRUPT_RAW: u32 = 0x68;
const INTERRUPT_CLEAR: u32 = 0x6c;
const INTERRUPT_STATUS: u32 = 0x70;

/// Set by who wants to read a counter; it answers that the value is there.
const UPDATE_REQUEST: u32 = 1 << 30;
const UPDATE_VALID: u32 = 1 << 29;
/// The alarm uses the second counter.
const IS_SECOND_UNIT: u32 = 1 << 31;
const IS_PERIODIC: u32 = 1 << 30;
const PERIOD: u32 = (1 << 26) - 1;
/// The first alarm's bit of the configuration; those of the others are below it.
const ALARM_ENABLE: u32 = 24;

const UNITS: usize = 2;
const ALARMS: usize = 3;

/// Processor ticks for each tick of the timer: 160 MHz to 16 MHz.
const DIVIDER: u64 = 10;

#[derive(Clone, Copy, Debug, Default)]
struct Unit {
    /// What it counted when it was last loaded, and when that was, in its own ticks.
    loaded: u64,
    since: u64,
    /// What a program reads.
    value: u64,
    to_load: [u32; 2],
}

#[derive(Clone, Copy, Debug, Default)]
struct Alarm {
    to_load: [u32; 2],
    configuration: u32,
    /// When it rings, by its counter.
    at: u64,
    has_rung: bool,
}

/// Its registers.
#[derive(Clone, Debug, Default)]
pub(super) struct SystemTimer {
    configuration: u32,
    units: [Unit; UNITS],
    alarms: [Alarm; ALARMS],
    enabled: u32,
    raw: u32,
}

impl SystemTimer {
    pub(super) fn read(&self, offset: u32) -> u32 {
        let index = |from: u32, bytes: u32| ((offset - from) / bytes) as usize;
        match offset {
            CONFIGURATION => self.configuration,
            UPDATE..UPDATE_END => UPDATE_VALID,
            LOAD_VALUE..TARGET => {
                self.units[index(LOAD_VALUE, 8)].to_load[index(LOAD_VALUE, 4) % 2]
            }
            TARGET..TARGET_CONFIGURATION => {
                self.alarms[index(TARGET, 8)].to_load[index(TARGET, 4) % 2]
            }
            TARGET_CONFIGURATION..VALUE => {
                self.alarms[index(TARGET_CONFIGURATION, 4)].configuration
            }
            VALUE..TARGET_LOAD => {
                let value = self.units[index(VALUE, 8)].value;
                if index(VALUE, 4) % 2 == 0 { (value >> 32) as u32 } else { value as u32 }
            }
            INTERRUPT_ENABLE => self.enabled,
            INTERRUPT_RAW => self.raw,
            INTERRUPT_STATUS => self.pending(),
            _ => 0,
        }
    }

    pub(super) fn write(&mut self, offset: u32, value: u32, now: u64) {
        let index = |from: u32, bytes: u32| ((offset - from) / bytes) as usize;
        match offset {
            CONFIGURATION => self.configuration = value,
            UPDATE..UPDATE_END if value & UPDATE_REQUEST != 0 => {
                let unit = index(UPDATE, 4);
                self.units[unit].value = self.count(unit, now);
            }
            LOAD_VALUE..TARGET => {
                self.units[index(LOAD_VALUE, 8)].to_load[index(LOAD_VALUE, 4) % 2] = value;
            }
            TARGET..TARGET_CONFIGURATION => {
                self.alarms[index(TARGET, 8)].to_load[index(TARGET, 4) % 2] = value;
            }
            TARGET_CONFIGURATION..VALUE => {
                self.alarms[index(TARGET_CONFIGURATION, 4)].configuration = value;
            }
            TARGET_LOAD..UNIT_LOAD => self.set_alarm(index(TARGET_LOAD, 4), now),
            UNIT_LOAD..INTERRUPT_ENABLE => {
                let unit = &mut self.units[index(UNIT_LOAD, 4)];
                unit.loaded = joined(unit.to_load);
                unit.since = now / DIVIDER;
            }
            INTERRUPT_ENABLE => self.enabled = value,
            INTERRUPT_CLEAR => self.raw &= !value,
            _ => (),
        }
        self.advance(now);
    }

    /// Rings what is due.
    pub(super) fn advance(&mut self, now: u64) {
        for index in 0..ALARMS {
            let alarm = self.alarms[index];
            let count = self.count(unit_of(alarm), now);
            if !self.is_waiting(index) || count < alarm.at {
                continue;
            }
            self.raw |= 1 << index;
            let period = u64::from(alarm.configuration & PERIOD).max(1);
            let alarm = &mut self.alarms[index];
            if alarm.configuration & IS_PERIODIC == 0 {
                alarm.has_rung = true;
            } else {
                alarm.at += (count - alarm.at) / period * period + period;
            }
        }
    }

    /// When the next alarm rings, in processor ticks.
    pub(super) fn event_at(&self, now: u64) -> u64 {
        let waiting = (0..ALARMS).filter(|index| self.is_waiting(*index));
        let moments = waiting.map(|index| {
            let alarm = self.alarms[index];
            let left = alarm.at.saturating_sub(self.count(unit_of(alarm), now));
            (now / DIVIDER).saturating_add(left).saturating_mul(DIVIDER)
        });
        moments.min().unwrap_or(u64::MAX)
    }

    /// The alarms that interrupt, as bits.
    pub(super) fn pending(&self) -> u32 {
        self.raw & self.enabled
    }

    fn is_waiting(&self, index: usize) -> bool {
        self.configuration >> (ALARM_ENABLE - index as u32) & 1 == 1 && !self.alarms[index].has_rung
    }

    fn count(&self, unit: usize, now: u64) -> u64 {
        let unit = &self.units[unit];
        unit.loaded.wrapping_add(now / DIVIDER - unit.since)
    }

    fn set_alarm(&mut self, index: usize, now: u64) {
        let alarm = self.alarms[index];
        let at = if alarm.configuration & IS_PERIODIC == 0 {
            joined(alarm.to_load)
        } else {
            self.count(unit_of(alarm), now) + u64::from(alarm.configuration & PERIOD).max(1)
        };
        self.alarms[index] = Alarm { at, has_rung: false, ..alarm };
    }
}

fn unit_of(alarm: Alarm) -> usize {
    usize::from(alarm.configuration & IS_SECOND_UNIT != 0)
}

fn joined([high, low]: [u32; 2]) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn armed(at: u32, configuration: u32) -> SystemTimer {
        let mut timer = SystemTimer::default();
        timer.write(TARGET_CONFIGURATION, configuration, 0);
        timer.write(TARGET + 4, at, 0);
        timer.write(TARGET_LOAD, 1, 0);
        timer.write(INTERRUPT_ENABLE, 1, 0);
        timer.write(CONFIGURATION, 1 << ALARM_ENABLE, 0);
        timer
    }

    #[test]
    fn a_counter_is_read_as_it_was_when_it_was_asked() {
        let mut timer = SystemTimer::default();
        timer.write(UPDATE, UPDATE_REQUEST, 1_000);
        assert_eq!(timer.read(UPDATE), UPDATE_VALID);
        assert_eq!((timer.read(VALUE), timer.read(VALUE + 4)), (0, 100));
        timer.write(UPDATE, UPDATE_REQUEST, DIVIDER << 32);
        assert_eq!((timer.read(VALUE), timer.read(VALUE + 4)), (1, 0));
    }

    #[test]
    fn an_alarm_rings_once_and_exactly_when_it_is_due() {
        let mut timer = armed(100, 0);
        assert_eq!(timer.event_at(0), 1_000);
        timer.advance(999);
        assert_eq!(timer.pending(), 0);
        timer.advance(1_000);
        assert_eq!(timer.pending(), 1);
        assert_eq!(timer.event_at(1_000), u64::MAX);
        timer.write(INTERRUPT_CLEAR, 1, 1_100);
        assert_eq!(timer.pending(), 0);
    }

    #[test]
    fn a_periodic_alarm_rings_again_and_misses_what_nobody_waited_for() {
        let mut timer = armed(0, IS_PERIODIC | 50);
        assert_eq!(timer.event_at(0), 500);
        timer.advance(1_700);
        assert_eq!(timer.pending(), 1);
        assert_eq!(timer.event_at(1_700), 2_000);
    }

    #[test]
    fn an_alarm_in_the_past_rings_at_once() {
        let mut timer = SystemTimer::default();
        timer.write(INTERRUPT_ENABLE, 1, 5_000);
        timer.write(CONFIGURATION, 1 << ALARM_ENABLE, 5_000);
        timer.write(TARGET + 4, 1, 5_000);
        timer.write(TARGET_LOAD, 1, 5_000);
        assert_eq!(timer.pending(), 1);
    }
}
