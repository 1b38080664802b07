//! Instructions as they stand in memory.

use crate::bus::fetch;
use crate::decode::length;
use crate::exception::Access;
use crate::exception::Exception;
use crate::exception::Privilege;
use crate::exception::Trap;
use crate::memory::Memory;
use crate::memory::PAGE;
use crate::protection::Verdict;

/// No page begins at an odd address.
const NOWHERE: u32 = 1;

/// Reads instructions for a privilege. Whether they may be executed is asked once for each page, if
/// that is true of all of it.
pub(crate) struct Fetch<'a> {
    memory: &'a Memory,
    privilege: Privilege,
    page: u32,
    /// Where the page lies in the store, if all of it may be executed.
    place: Option<usize>,
}

impl Fetch<'_> {
    /// Nothing has been read yet.
    pub(crate) fn new(memory: &Memory, privilege: Privilege) -> Fetch<'_> {
        Fetch { memory, privilege, page: NOWHERE, place: None }
    }

    /// The bits of an instruction, and where its halves lie in the store.
    pub(crate) fn instruction(&mut self, pc: u32) -> Result<(u32, [Option<usize>; 2]), Trap> {
        let (low, place) = self.half(pc)?;
        if length(low) == 2 {
            return Ok((u32::from(low), [Some(place), None]));
        }
        let (high, second) = self.half(pc.wrapping_add(2))?;
        Ok((u32::from(low) | u32::from(high) << 16, [Some(place), Some(second)]))
    }

    fn half(&mut self, address: u32) -> Result<(u16, usize), Trap> {
        let start = address & !(PAGE - 1);
        if self.page != start {
            self.page = start;
            self.place = self.whole(start);
        }
        if let Some(place) = self.place {
            let place = place + (address - start) as usize;
            return Ok((self.memory.read_store(place, 2) as u16, place));
        }
        let trap = Trap::new(Exception::InstructionAccess, address);
        fetch(self.memory, address, self.privilege).ok_or(trap)
    }

    /// Where a page lies in the store, if all of it may be executed.
    fn whole(&self, start: u32) -> Option<usize> {
        let protection = self.memory.protection();
        let verdict = protection.verdict(start, PAGE, Access::Execute, self.privilege);
        let is_allowed = verdict == Verdict::Allowed;
        self.memory.place(start, PAGE, Access::Execute).filter(|_| is_allowed)
    }
}
