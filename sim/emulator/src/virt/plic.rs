//! The platform-level interrupt controller for one processor in machine mode (RISC-V PLIC
//! Specification).

use crate::exception::Width;
use crate::machine::Refused;

const PRIORITY: u32 = 0x0000;
const PENDING: u32 = 0x1000;
const ENABLE: u32 = 0x2000;
const THRESHOLD: u32 = 0x20_0000;
const CLAIM: u32 = 0x20_0004;
/// Lines 1 to 63; there is no line 0.
const SOURCES: usize = 64;
/// Priorities 0 to 7, where 0 is never.
const PRIORITY_MAX: u32 = 7;

/// Its registers and the lines that lead to it.
#[derive(Clone, Debug)]
pub(super) struct Plic {
    priority: [u32; SOURCES],
    level: u64,
    enabled: u64,
    claimed: u64,
    threshold: u32,
}

impl Default for Plic {
    fn default() -> Plic {
        Plic { priority: [0; SOURCES], level: 0, enabled: 0, claimed: 0, threshold: 0 }
    }
}

impl Plic {
    pub(super) fn read(&mut self, offset: u32, width: Width) -> Result<u32, Refused> {
        if width != Width::Word {
            return Err(Refused);
        }
        Ok(match offset {
            PRIORITY..0x100 => self.priority[offset as usize / 4],
            PENDING => self.pending() as u32,
            0x1004 => (self.pending() >> 32) as u32,
            ENABLE => self.enabled as u32,
            0x2004 => (self.enabled >> 32) as u32,
            THRESHOLD => self.threshold,
            CLAIM => self.claim(),
            _ => 0,
        })
    }

    pub(super) fn write(&mut self, offset: u32, width: Width, value: u32) -> Result<(), Refused> {
        if width != Width::Word {
            return Err(Refused);
        }
        match offset {
            4..0x100 => self.priority[offset as usize / 4] = value & PRIORITY_MAX,
            ENABLE => self.enabled = self.enabled & !0xffff_ffff | u64::from(value & !1),
            0x2004 => self.enabled = self.enabled & 0xffff_ffff | u64::from(value) << 32,
            THRESHOLD => self.threshold = value & PRIORITY_MAX,
            CLAIM if value < SOURCES as u32 => self.claimed &= !(1 << value),
            _ => (),
        }
        Ok(())
    }

    /// A device raises or lowers its line.
    pub(super) fn set_source(&mut self, source: u32, is_high: bool) {
        let bit = 1 << source;
        self.level = if is_high { self.level | bit } else { self.level & !bit };
    }

    pub(super) fn is_interrupting(&self) -> bool {
        self.best().is_some()
    }

    fn pending(&self) -> u64 {
        self.level & !self.claimed
    }

    /// The highest priority above the threshold; of equal ones the lowest line.
    fn best(&self) -> Option<usize> {
        let ready = self.pending() & self.enabled;
        let above =
            |source: &usize| ready >> source & 1 == 1 && self.threshold < self.priority[*source];
        (1..SOURCES).filter(above).max_by_key(|source| (self.priority[*source], SOURCES - source))
    }

    fn claim(&mut self) -> u32 {
        let Some(source) = self.best() else { return 0 };
        self.claimed |= 1 << source;
        source as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(sources: &[(u32, u32)]) -> Plic {
        let mut plic = Plic::default();
        for (source, priority) in sources {
            plic.write(source * 4, Width::Word, *priority).unwrap();
            plic.set_source(*source, true);
        }
        plic.write(ENABLE, Width::Word, u32::MAX).unwrap();
        plic
    }

    #[test]
    fn the_highest_priority_is_claimed_first_and_the_lowest_line_of_equals() {
        let mut plic = with(&[(3, 1), (10, 5), (4, 5)]);
        let mut claim = || plic.read(CLAIM, Width::Word).unwrap();
        assert_eq!([claim(), claim(), claim(), claim()], [4, 10, 3, 0]);
    }

    #[test]
    fn a_line_that_stays_high_interrupts_again_when_it_is_completed() {
        let mut plic = with(&[(10, 1)]);
        assert_eq!(plic.read(CLAIM, Width::Word), Ok(10));
        assert!(!plic.is_interrupting());
        plic.write(CLAIM, Width::Word, 10).unwrap();
        assert!(plic.is_interrupting());
        plic.set_source(10, false);
        assert!(!plic.is_interrupting());
    }

    #[test]
    fn only_priorities_above_the_threshold_interrupt() {
        let mut plic = with(&[(10, 3)]);
        plic.write(THRESHOLD, Width::Word, 3).unwrap();
        assert!(!plic.is_interrupting());
        plic.write(THRESHOLD, Width::Word, 2).unwrap();
        assert!(plic.is_interrupting());
    }
}
