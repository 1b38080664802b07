//! The core-local interruptor: software interrupt, `mtime`, `mtimecmp` (SiFive, CLINT registers;
//! RISC-V ACLINT Specification).

use crate::exception::Width;
use crate::machine::Refused;

const MSIP: u32 = 0x0000;
const MTIMECMP: u32 = 0x4000;
const MTIMECMPH: u32 = 0x4004;
const MTIME: u32 = 0xbff8;
const MTIMEH: u32 = 0xbffc;

/// Its registers; time follows from the tick that it is told.
#[derive(Clone, Debug)]
pub(super) struct Clint {
    instructions_per_tick: u64,
    is_software_pending: bool,
    /// What was added to time by writing it.
    offset: u64,
    compare: u64,
}

impl Clint {
    pub(super) fn new(instructions_per_tick: u64) -> Clint {
        Clint { instructions_per_tick, is_software_pending: false, offset: 0, compare: u64::MAX }
    }

    pub(super) fn read(&self, offset: u32, width: Width, now: u64) -> Result<u32, Refused> {
        if width != Width::Word {
            return Err(Refused);
        }
        Ok(match offset {
            MSIP => u32::from(self.is_software_pending),
            MTIMECMP => self.compare as u32,
            MTIMECMPH => (self.compare >> 32) as u32,
            MTIME => self.time(now) as u32,
            MTIMEH => (self.time(now) >> 32) as u32,
            _ => 0,
        })
    }

    pub(super) fn write(
        &mut self,
        offset: u32,
        width: Width,
        value: u32,
        now: u64,
    ) -> Result<(), Refused> {
        if width != Width::Word {
            return Err(Refused);
        }
        match offset {
            MSIP => self.is_software_pending = value & 1 == 1,
            MTIMECMP => self.compare = with_low(self.compare, value),
            MTIMECMPH => self.compare = with_high(self.compare, value),
            MTIME => self.set_time(with_low(self.time(now), value), now),
            MTIMEH => self.set_time(with_high(self.time(now), value), now),
            _ => (),
        }
        Ok(())
    }

    pub(super) fn time(&self, now: u64) -> u64 {
        (now / self.instructions_per_tick).wrapping_add(self.offset)
    }

    fn set_time(&mut self, time: u64, now: u64) {
        self.offset = time.wrapping_sub(now / self.instructions_per_tick);
    }

    pub(super) fn is_software_pending(&self) -> bool {
        self.is_software_pending
    }

    pub(super) fn is_timer_pending(&self, now: u64) -> bool {
        self.compare <= self.time(now)
    }

    /// The tick at which the timer's line rises next.
    pub(super) fn timer_at(&self, now: u64) -> Option<u64> {
        let missing = self.compare.checked_sub(self.time(now)).filter(|missing| *missing != 0)?;
        (now / self.instructions_per_tick)
            .checked_add(missing)?
            .checked_mul(self.instructions_per_tick)
    }
}

fn with_low(old: u64, low: u32) -> u64 {
    old & !0xffff_ffff | u64::from(low)
}

fn with_high(old: u64, high: u32) -> u64 {
    old & 0xffff_ffff | u64::from(high) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(clint: &mut Clint, offset: u32, value: u32, now: u64) {
        clint.write(offset, Width::Word, value, now).unwrap();
    }

    #[test]
    fn the_timer_rises_at_the_first_instruction_of_its_tick() {
        let mut clint = Clint::new(10);
        write(&mut clint, MTIMECMPH, 0, 7);
        write(&mut clint, MTIMECMP, 5, 7);
        assert_eq!(clint.timer_at(7), Some(50));
        assert!(!clint.is_timer_pending(49));
        assert!(clint.is_timer_pending(50));
        assert_eq!(clint.timer_at(50), None);
    }

    #[test]
    fn time_goes_on_from_what_was_written() {
        let mut clint = Clint::new(10);
        write(&mut clint, MTIME, 1000, 95);
        assert_eq!(clint.read(MTIME, Width::Word, 95), Ok(1000));
        assert_eq!(clint.read(MTIME, Width::Word, 100), Ok(1001));
    }

    #[test]
    fn halves_of_the_comparison_are_written_apart() {
        let mut clint = Clint::new(1);
        write(&mut clint, MTIMECMPH, 1, 0);
        assert_eq!(clint.read(MTIMECMP, Width::Word, 0), Ok(u32::MAX));
        write(&mut clint, MTIMECMP, 2, 0);
        assert_eq!(clint.timer_at(0), Some(0x1_0000_0002));
        assert_eq!(clint.read(MTIMECMP, Width::Byte, 0), Err(Refused));
    }
}
