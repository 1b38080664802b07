//! Physical memory protection: sixteen entries, four-byte grain, enforced (Privileged
//! Architecture, chapter Physical Memory Protection).

use crate::exception::Access;
use crate::exception::Privilege;

/// How many entries there are.
pub const ENTRIES: usize = 16;

const READ: u8 = 1;
const WRITE: u8 = 1 << 1;
const EXECUTE: u8 = 1 << 2;
const MODE: u8 = 3 << 3;
const MODE_TOP: u8 = 1 << 3;
const MODE_FOUR: u8 = 2 << 3;
const LOCK: u8 = 1 << 7;

/// What the lowest entry that matches says of a piece of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Refused,
    /// An entry covers a part of it only: smaller pieces must ask for themselves.
    Divided,
}

/// The `pmpcfg` and `pmpaddr` registers.
#[derive(Clone, Debug, Default)]
pub struct Protection {
    configuration: [u8; ENTRIES],
    address: [u32; ENTRIES],
}

impl Protection {
    /// Four entries of configuration, as one of the `pmpcfg` registers shows them.
    pub(crate) fn configuration(&self, register: usize) -> u32 {
        let first = register * 4;
        u32::from_le_bytes(std::array::from_fn(|entry| self.configuration[first + entry]))
    }

    /// Writes a `pmpcfg` register; locked entries stay. Says whether anything changed.
    pub(crate) fn configure(&mut self, register: usize, value: u32) -> bool {
        let mut is_changed = false;
        for (offset, byte) in value.to_le_bytes().into_iter().enumerate() {
            let entry = &mut self.configuration[register * 4 + offset];
            if *entry & LOCK != 0 {
                continue;
            }
            let mut byte = byte & (READ | WRITE | EXECUTE | MODE | LOCK);
            if byte & READ == 0 {
                // Writing without reading is reserved.
                byte &= !WRITE;
            }
            is_changed |= *entry != byte;
            *entry = byte;
        }
        is_changed
    }

    pub(crate) fn address(&self, entry: usize) -> u32 {
        self.address[entry]
    }

    /// Writes a `pmpaddr` register unless it is locked. Says whether anything changed.
    pub(crate) fn set_address(&mut self, entry: usize, value: u32) -> bool {
        let is_bound_of_locked = self
            .configuration
            .get(entry + 1)
            .is_some_and(|next| next & LOCK != 0 && next & MODE == MODE_TOP);
        if self.configuration[entry] & LOCK != 0 || is_bound_of_locked {
            return false;
        }
        let is_changed = self.address[entry] != value;
        self.address[entry] = value;
        is_changed
    }

    /// Whether an access is allowed; an entry that matches a part of it refuses it.
    pub(crate) fn allows(&self, start: u32, bytes: u32, access: Access, who: Privilege) -> bool {
        self.verdict(start, bytes, access, who) == Verdict::Allowed
    }

    /// What holds for all of some memory.
    pub(crate) fn verdict(
        &self,
        start: u32,
        bytes: u32,
        access: Access,
        who: Privilege,
    ) -> Verdict {
        let (start, end) = (u64::from(start), u64::from(start) + u64::from(bytes));
        for entry in 0..ENTRIES {
            let Some((from, to)) = self.range(entry) else { continue };
            if end <= from || to <= start {
                continue;
            }
            if start < from || to < end {
                return Verdict::Divided;
            }
            let configuration = self.configuration[entry];
            let needed = match access {
                Access::Read => READ,
                Access::Write => WRITE,
                Access::Execute => EXECUTE,
            };
            let is_bound = who == Privilege::User || configuration & LOCK != 0;
            let is_refused = is_bound && configuration & needed == 0;
            return if is_refused { Verdict::Refused } else { Verdict::Allowed };
        }
        if who == Privilege::Machine { Verdict::Allowed } else { Verdict::Refused }
    }

    /// First byte and the byte behind the last of an entry that is on and not empty.
    fn range(&self, entry: usize) -> Option<(u64, u64)> {
        let word = u64::from(self.address[entry]);
        match self.configuration[entry] & MODE {
            0 => None,
            MODE_TOP => {
                let from = if entry == 0 { 0 } else { u64::from(self.address[entry - 1]) };
                (from < word).then_some((from << 2, word << 2))
            }
            MODE_FOUR => Some((word << 2, (word + 1) << 2)),
            _ => {
                let ones = word.trailing_ones();
                let from = word >> ones << ones << 2;
                Some((from, from + (8 << ones)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(entries: &[(u8, u32)]) -> Protection {
        let mut protection = Protection::default();
        for (entry, (_, address)) in entries.iter().enumerate() {
            protection.set_address(entry, *address);
        }
        for (entry, (configuration, _)) in entries.iter().enumerate() {
            let (register, shift) = (entry / 4, entry % 4 * 8);
            let old = protection.configuration(register) & !(0xff << shift);
            protection.configure(register, old | u32::from(*configuration) << shift);
        }
        protection
    }

    #[test]
    fn machine_mode_is_free_and_user_mode_has_nothing_without_entries() {
        let protection = Protection::default();
        assert!(protection.allows(0, 4, Access::Write, Privilege::Machine));
        assert!(!protection.allows(0, 4, Access::Read, Privilege::User));
    }

    #[test]
    fn an_entry_of_four_bytes_covers_four_bytes() {
        let protection = with(&[(MODE_FOUR | READ, 0x100 >> 2)]);
        assert!(protection.allows(0x100, 4, Access::Read, Privilege::User));
        assert!(!protection.allows(0x104, 1, Access::Read, Privilege::User));
        assert!(!protection.allows(0x100, 4, Access::Write, Privilege::User));
    }

    #[test]
    fn a_power_of_two_is_named_by_trailing_ones() {
        let protection = with(&[(MODE | READ | WRITE, (0x8000 >> 2) | 0x1ff)]);
        assert!(protection.allows(0x8ffc, 4, Access::Write, Privilege::User));
        assert!(!protection.allows(0x9000, 4, Access::Write, Privilege::User));
        assert!(!protection.allows(0x7ffc, 4, Access::Write, Privilege::User));
    }

    #[test]
    fn a_top_of_range_begins_where_the_entry_before_ends_even_if_that_is_off() {
        let protection = with(&[(0, 0x1000 >> 2), (MODE_TOP | EXECUTE, 0x2000 >> 2)]);
        assert!(protection.allows(0x1ffc, 4, Access::Execute, Privilege::User));
        assert!(!protection.allows(0x0ffc, 4, Access::Execute, Privilege::User));
        assert!(!protection.allows(0x2000, 4, Access::Execute, Privilege::User));
    }

    #[test]
    fn the_lowest_entry_that_matches_decides() {
        let all = (MODE | READ | WRITE, u32::MAX);
        let protection = with(&[(MODE_FOUR, 0x100 >> 2), all]);
        assert!(!protection.allows(0x100, 4, Access::Read, Privilege::User));
        assert!(protection.allows(0x104, 4, Access::Read, Privilege::User));
    }

    #[test]
    fn an_access_that_an_entry_covers_in_part_is_refused_even_to_machine_mode() {
        let protection = with(&[(MODE_FOUR | READ, 0x100 >> 2)]);
        assert!(!protection.allows(0x102, 4, Access::Read, Privilege::Machine));
    }

    #[test]
    fn a_locked_entry_binds_machine_mode_and_stays() {
        let mut protection = with(&[(MODE_FOUR | LOCK, 0x100 >> 2)]);
        assert!(!protection.allows(0x100, 4, Access::Read, Privilege::Machine));
        assert!(!protection.configure(0, 0));
        assert!(!protection.set_address(0, 0));
        assert_eq!(protection.configuration(0), u32::from(MODE_FOUR | LOCK));
    }

    #[test]
    fn the_lower_bound_of_a_locked_range_stays() {
        let mut protection = with(&[(0, 0x100 >> 2), (MODE_TOP | LOCK, 0x200 >> 2)]);
        assert!(!protection.set_address(0, 0));
        assert_eq!(protection.address(0), 0x100 >> 2);
    }

    #[test]
    fn writing_without_reading_cannot_be_configured() {
        let protection = with(&[(MODE_FOUR | WRITE, 0)]);
        assert_eq!(protection.configuration(0), u32::from(MODE_FOUR));
    }
}
