//! Slots and what is in them: the rows of the table of all capabilities.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use crate::capability::Capability;
use crate::cspace::notice::Notice;
use crate::headroom::is_left_beside;
use crate::id::ActorId;
use crate::limits::SLOTS;

/// The last generation of a slot. One more would make the handle a negative word, so the slot is
/// retired instead.
pub(super) const GENERATION_LAST: u32 = i32::MAX as u32;

/// Where a capability is: whose cspace, and which slot of it. In four bytes, because every
/// capability has four of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(NonZeroU32);

impl Place {
    /// A slot of a cspace, which is an actor's index or one of the hidden ones.
    pub const fn new(space: usize, slot: usize) -> Place {
        assert!(space < u16::MAX as usize && slot <= u16::MAX as usize);
        match NonZeroU32::new(((space as u32) << 16 | slot as u32) + 1) {
            Some(packed) => Place(packed),
            None => unreachable!(),
        }
    }

    /// Whose cspace: an actor's index, `Cspaces::roots` or `Cspaces::names`.
    pub const fn space(self) -> usize {
        ((self.0.get() - 1) >> 16) as usize
    }

    /// Which slot of it.
    pub const fn slot(self) -> usize {
        ((self.0.get() - 1) & 0xffff) as usize
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.space(), self.slot())
    }
}

/// A capability in its slot, with its neighbours in the derivation tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) capability: Capability,
    pub(super) parent: Option<Place>,
    pub(super) first_child: Option<Place>,
    pub(super) previous: Option<Place>,
    pub(super) next: Option<Place>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    Empty,
    Held(Entry),
    /// An endpoint whose actor died; the holder has not been told yet.
    Tombstone(ActorId),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) generation: u32,
    pub(super) content: Content,
}

pub(super) const FRESH: Slot = Slot { generation: 0, content: Content::Empty };

#[derive(Clone, Debug)]
pub(super) struct Cspace {
    pub(super) slots: Vec<Slot>,
    /// Bit n: slot n can be given out.
    pub(super) free: u64,
    /// At most one for each slot.
    pub(super) notices: VecDeque<Notice>,
}

impl Cspace {
    pub(super) const fn new() -> Cspace {
        Cspace {
            slots: Vec::new(),
            free: u64::MAX >> (u64::BITS as usize - SLOTS),
            notices: VecDeque::new(),
        }
    }
}

/// A cspace of the kernel's own: as many slots as there are objects or names.
#[derive(Clone, Debug, Default)]
pub(super) struct Hidden {
    pub(super) slots: Vec<Slot>,
    pub(super) vacant: Vec<u16>,
}

/// Slots for which a cspace takes memory at once.
const STEP: usize = 4;

/// Lets a cspace of at most `most` slots have room for so many more; whether it has. It grows by few
/// at a time, because most actors hold few capabilities.
pub(super) fn has_capacity(slots: &mut Vec<Slot>, more: usize, most: usize) -> bool {
    let wanted = slots.len() + more;
    if wanted <= slots.capacity() {
        return true;
    }
    let capacity = wanted.next_multiple_of(STEP).min(most);
    is_left_beside(capacity * size_of::<Slot>())
        && slots.try_reserve_exact(capacity - slots.len()).is_ok()
}

impl Hidden {
    /// Makes sure that so many more slots can be taken.
    pub(super) fn make_room(&mut self, count: usize) -> bool {
        let more = count.saturating_sub(self.vacant.len());
        // It grows by a fraction of itself, so that its slots are seldom moved.
        let ample = more.max(self.slots.len() / 4);
        has_capacity(&mut self.slots, if more == 0 { 0 } else { ample }, usize::MAX)
    }

    pub(super) fn take_slot(&mut self) -> usize {
        self.vacant.pop().map_or_else(
            || {
                self.slots.push(FRESH);
                self.slots.len() - 1
            },
            usize::from,
        )
    }

    pub(super) fn vacate(&mut self, slot: usize) {
        self.slots[slot].content = Content::Empty;
        // There are fewer objects than a word of 16 bits counts.
        self.vacant.push(slot as u16);
    }
}

pub(super) fn unlinked(capability: Capability) -> Entry {
    Entry { capability, parent: None, first_child: None, previous: None, next: None }
}
