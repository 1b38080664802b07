//! The side table: what the bytes of a function do not say at the place where it is needed.
//!
//! Where a branch leads, how many values it keeps and how many it drops, and what the frames of
//! wasmi's fuel cost. The interpreter walks through it beside the code, so an entry needs no key: a
//! branch says how far both move. (Ben L. Titzer, "A fast in-place interpreter for WebAssembly",
//! OOPSLA 2022.)

use alloc::vec::Vec;

use crate::room::Room;
use crate::room::shrink;

/// Where a branch leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Branch {
    /// Bytes of code from behind the opcode of the branch to its target.
    pub(crate) code: i32,
    /// Entries of the side table from the branch's own to the target's next.
    pub(crate) entries: i32,
    /// Values on top of the stack that stay.
    pub(crate) kept: u32,
    /// Values below them that go.
    pub(crate) dropped: u32,
}

/// Which part of the code an entry's cost is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind the `loop` at this place, each time around.
    Head,
    /// Behind the `if` at this place.
    Then,
    /// Behind the `else` of the `if` at this place; before its `end`, if it has none.
    Otherwise,
    /// Before the `else` at this place, if the other arm ends here.
    Passing,
}

/// A cost in the table and the place of its operator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) at: usize,
    pub(crate) place: Place,
    pub(crate) entry: usize,
}

/// Entries of all functions of a module, one behind the other.
///
/// A branch takes 32 bits: 14 for the distance in code with 1 for its sign, 10 for that in
/// entries, 5 for the values that go, 2 for those that stay. The rest is kept aside.
#[derive(Debug, Default)]
pub(crate) struct SideTable {
    entries: Vec<u32>,
    /// Branches that do not fit.
    long: Vec<Branch>,
    /// Where the costs are charged, if somebody wants to know.
    marks: Option<Vec<Mark>>,
}

const CODE_BITS: u32 = 14;
const ENTRY_BITS: u32 = 10;
const DROPPED_BITS: u32 = 5;
const BACKWARD: u32 = 1 << CODE_BITS;
const ENTRY_SHIFT: u32 = CODE_BITS + 1;
const DROPPED_SHIFT: u32 = ENTRY_SHIFT + ENTRY_BITS;
const KEPT_SHIFT: u32 = DROPPED_SHIFT + DROPPED_BITS;
/// This many kept values mean that the lower bits are the number of a long branch.
const LONG: u32 = 3;

impl SideTable {
    /// Bytes of an entry, and of a branch that is kept aside.
    pub(crate) const BYTES: (usize, usize) = (size_of::<u32>(), size_of::<Branch>());

    /// A table that also knows where its costs are charged.
    pub(crate) fn marked() -> SideTable {
        SideTable { marks: Some(Vec::new()), ..SideTable::default() }
    }

    /// Where its costs are charged, in the order of the code; nothing if nobody wanted to know.
    pub(crate) fn marks(&self) -> &[Mark] {
        self.marks.as_deref().unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Entries, and branches that are kept aside.
    pub(crate) fn lens(&self) -> (usize, usize) {
        (self.entries.len(), self.long.len())
    }

    /// Adds a cost; returns where it is.
    pub(crate) fn push_cost(&mut self, cost: u32) -> usize {
        self.entries.push(cost);
        self.entries.len() - 1
    }

    /// Adds a cost of the operator that lies at `at`; returns where it is.
    pub(crate) fn push_charge(&mut self, at: usize, place: Place, cost: u32) -> usize {
        let entry = self.push_cost(cost);
        if let Some(marks) = &mut self.marks {
            marks.push(Mark { at, place, entry });
        }
        entry
    }

    pub(crate) fn add_cost(&mut self, entry: usize, cost: u32) {
        self.entries[entry] = self.entries[entry].saturating_add(cost);
    }

    /// Adds a branch whose target is not known yet; returns where it is.
    pub(crate) fn push_branch(&mut self) -> usize {
        self.push_cost(0)
    }

    pub(crate) fn set_branch(&mut self, entry: usize, branch: Branch) {
        let (code, entries) = (branch.code.unsigned_abs(), branch.entries.unsigned_abs());
        let is_backward = branch.code < 0;
        let is_short = code < 1 << CODE_BITS
            && entries < 1 << ENTRY_BITS
            && (branch.entries < 0) <= is_backward
            && (0 < branch.entries) <= !is_backward
            && branch.dropped < 1 << DROPPED_BITS
            && branch.kept < LONG;
        self.entries[entry] = if is_short {
            code | u32::from(is_backward) << CODE_BITS
                | entries << ENTRY_SHIFT
                | branch.dropped << DROPPED_SHIFT
                | branch.kept << KEPT_SHIFT
        } else {
            self.long.push(branch);
            LONG << KEPT_SHIFT | (self.long.len() - 1) as u32
        };
    }

    #[inline]
    pub(crate) fn cost(&self, entry: usize) -> u64 {
        u64::from(self.entries[entry])
    }

    #[inline]
    pub(crate) fn branch(&self, entry: usize) -> Branch {
        let word = self.entries[entry];
        let kept = word >> KEPT_SHIFT;
        if kept == LONG {
            return self.long[(word & !(LONG << KEPT_SHIFT)) as usize];
        }
        let sign = if word & BACKWARD == 0 { 1 } else { -1 };
        Branch {
            code: (word & (BACKWARD - 1)) as i32 * sign,
            entries: (word >> ENTRY_SHIFT & ((1 << ENTRY_BITS) - 1)) as i32 * sign,
            kept,
            dropped: word >> DROPPED_SHIFT & ((1 << DROPPED_BITS) - 1),
        }
    }

    pub(crate) fn shrink(&mut self, room: &mut Room<'_>) {
        shrink(&mut self.entries, room);
        shrink(&mut self.long, room);
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<u32>() + self.long.capacity() * size_of::<Branch>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_branch_comes_back_as_it_went_in() {
        let mut table = SideTable::default();
        let distances = [0, 1, -1, 127, 16383, 16384, -16383, -16384, i32::MAX, i32::MIN + 1];
        for code in distances {
            for entries in [0, 1, -1, 1023, 1024, -1023, 70000] {
                for (kept, dropped) in [(0, 0), (1, 31), (2, 0), (3, 0), (0, 32), (9, 900)] {
                    let branch = Branch { code, entries, kept, dropped };
                    let entry = table.push_branch();
                    table.set_branch(entry, branch);
                    assert_eq!(table.branch(entry), branch);
                }
            }
        }
    }
}
