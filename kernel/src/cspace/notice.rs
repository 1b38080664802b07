//! Who is to be told of a death, and what stands in the slots that named the dead meanwhile.

use abi::exit::ExitKind;
use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::cspace::Cspaces;
use crate::cspace::slot::Content;
use crate::cspace::slot::Place;
use crate::cspace::slot::Slot;
use crate::id::ActorId;

/// How an actor ended, for those who knew it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obituary {
    /// Who ended.
    pub dead: ActorId,
    /// Why.
    pub kind: ExitKind,
    /// With which code.
    pub code: i32,
}

/// An obituary that waits: the slot that names the dead, and how many messages come before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notice {
    pub(super) slot: usize,
    pub(super) after: u64,
    pub(super) obituary: Obituary,
}

impl Cspaces {
    /// Turns the slot that has just been emptied at `place` into a tombstone, which stands until
    /// its notice is read. `after` messages are to be received first. Says whether it is the
    /// holder's first notice of this death.
    pub fn bury(&mut self, place: Place, obituary: Obituary, after: u64) -> bool {
        let space = &mut self.spaces[place.space()];
        let slot = &mut space.slots[place.slot()];
        assert!(matches!(slot.content, Content::Empty), "buried where something was revoked");
        slot.content = Content::Tombstone(obituary.dead);
        let bit = 1 << place.slot();
        if space.free & bit != 0 {
            // The handle that the holder knows shall answer "dead", not "stale".
            slot.generation -= 1;
            space.free &= !bit;
        }
        self.notify(place, obituary, after)
    }

    /// Lets a holder be told of a death after `after` messages. Whoever has not read of the last
    /// death of the same actor is told of this one only. Says whether it is the holder's first
    /// notice of this death.
    pub fn notify(&mut self, place: Place, obituary: Obituary, after: u64) -> bool {
        let notices = &mut self.spaces[place.space()].notices;
        let dead = obituary.dead;
        if notices.iter().any(|notice| notice.obituary.dead == dead) {
            return false;
        }
        let is_earlier_life = |notice: &Notice| {
            notice.slot == place.slot() && notice.obituary.dead.index() == dead.index()
        };
        match notices.iter_mut().find(|notice| is_earlier_life(notice)) {
            Some(notice) => notice.obituary = obituary,
            None => notices.push_back(Notice { slot: place.slot(), after, obituary }),
        }
        true
    }

    /// After how many messages an actor is to be told of the next death, if there is one.
    pub fn next_notice(&self, space: usize) -> Option<u64> {
        self.spaces[space].notices.front().map(|notice| notice.after)
    }

    /// Takes the next notice: who died. Frees every slot that named the dead.
    pub fn take_notice(&mut self, space: usize) -> Option<Obituary> {
        let obituary = self.spaces[space].notices.pop_front()?.obituary;
        for slot in 0..self.spaces[space].slots.len() {
            if is_tombstone(&self.spaces[space].slots[slot], obituary.dead) {
                self.vacate(Place::new(space, slot));
            }
        }
        Some(obituary)
    }

    /// Frees a slot that answers "dead": its holder has understood. With the last such slot goes the
    /// notice.
    pub fn forget(&mut self, space: usize, handle: Handle) {
        let slot = handle.slot() as usize;
        let Some(Content::Tombstone(dead)) = self.slots(space).get(slot).map(|slot| slot.content)
        else {
            return;
        };
        assert_eq!(self.find(space, handle), Err(Refusal::Dead), "the handle's own tombstone");
        self.vacate(Place::new(space, slot));
        if !self.slots(space).iter().any(|slot| is_tombstone(slot, dead)) {
            self.spaces[space].notices.retain(|notice| notice.obituary.dead != dead);
        }
    }
}

fn is_tombstone(slot: &Slot, dead: ActorId) -> bool {
    matches!(slot.content, Content::Tombstone(name) if name == dead)
}
