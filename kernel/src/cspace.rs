//! Who holds what, and from which capability it was derived.
//!
//! Every actor has a cspace of [`SLOTS`] slots. All cspaces stand in one table, because the
//! derivation tree runs through them: [`Cspaces::revoke`] removes every descendant of a capability
//! wherever it is. Behind the actors' cspaces there is a hidden one, the kernel's own, which holds
//! the root of every object; so whatever an object's death must take away hangs below one root.
//!
//! Cost: finding a slot and deriving are O(1), deleting is O(children), revoking O(descendants).

use abi::handle::Handle;
use abi::refusal::Refusal;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::capability::Capability;
use crate::id::ActorId;
use crate::limits::SLOTS;

/// The last generation of a slot. One more would make the handle a negative word, so the slot is
/// retired instead.
const GENERATION_LAST: u32 = i32::MAX as u32;

/// Where a capability is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Whose cspace: an actor's index, or [`Cspaces::roots`].
    pub space: usize,
    /// Which slot of it.
    pub slot: usize,
}

/// A capability in its slot, with its neighbours in the derivation tree.
#[derive(Clone, Copy, Debug)]
struct Entry {
    capability: Capability,
    parent: Option<Place>,
    first_child: Option<Place>,
    previous: Option<Place>,
    next: Option<Place>,
}

#[derive(Clone, Copy, Debug)]
enum Content {
    Empty,
    Held(Entry),
    /// An endpoint whose actor died; the holder has not been told yet.
    Tombstone(ActorId),
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    generation: u32,
    content: Content,
}

const FRESH: Slot = Slot { generation: 0, content: Content::Empty };

/// A notice that waits: the slot that names the dead, and how many messages come before it.
#[derive(Clone, Copy, Debug)]
struct Notice {
    slot: usize,
    after: u64,
}

#[derive(Debug)]
struct Cspace {
    slots: Vec<Slot>,
    /// Bit n: slot n can be given out.
    free: u64,
    /// At most one for each slot, so there is always room.
    notices: VecDeque<Notice>,
}

impl Cspace {
    fn new() -> Cspace {
        Cspace {
            slots: alloc::vec![FRESH; SLOTS],
            free: u64::MAX >> (u64::BITS as usize - SLOTS),
            notices: VecDeque::with_capacity(SLOTS),
        }
    }
}

/// Every cspace there is.
#[derive(Debug)]
pub struct Cspaces {
    spaces: Vec<Cspace>,
    roots: Cspace,
}

impl Cspaces {
    /// Cspaces for this many actors.
    pub fn new(actors: usize) -> Cspaces {
        let mut roots = Cspace::new();
        roots.slots.clear();
        Cspaces { spaces: (0..actors).map(|_| Cspace::new()).collect(), roots }
    }

    /// The index of the kernel's own cspace, which holds the objects' roots.
    pub fn roots(&self) -> usize {
        self.spaces.len()
    }

    /// Makes an object's root. Roots are made at boot and when an actor is, never per message.
    pub fn plant(&mut self, capability: Capability) -> Place {
        let entry =
            Entry { capability, parent: None, first_child: None, previous: None, next: None };
        let vacant =
            self.roots.slots.iter().position(|slot| matches!(slot.content, Content::Empty));
        let slot = vacant.unwrap_or_else(|| {
            self.roots.slots.push(FRESH);
            self.roots.slots.len() - 1
        });
        self.roots.slots[slot].content = Content::Held(entry);
        Place { space: self.roots(), slot }
    }

    /// Removes a root that has no descendants left.
    pub fn uproot(&mut self, root: Place) {
        assert_eq!(root.space, self.roots());
        assert!(self.entry(root).first_child.is_none(), "revoked before it is uprooted");
        self.roots.slots[root.slot].content = Content::Empty;
    }

    /// Where the capability of this handle is.
    pub fn find(&self, space: usize, handle: Handle) -> Result<Place, Refusal> {
        let slot_index = handle.slot() as usize;
        let slot = self.space(space).slots.get(slot_index).ok_or(Refusal::NoCapability)?;
        if slot.generation != handle.generation() {
            let was_given = handle.generation() < slot.generation;
            return Err(if was_given { Refusal::Stale } else { Refusal::NoCapability });
        }
        match slot.content {
            Content::Empty => Err(Refusal::NoCapability),
            Content::Tombstone(_) => Err(Refusal::Dead),
            Content::Held(_) => Ok(Place { space, slot: slot_index }),
        }
    }

    /// The capability of this handle.
    pub fn get(&self, space: usize, handle: Handle) -> Result<Capability, Refusal> {
        Ok(self.at(self.find(space, handle)?))
    }

    /// The capability at a place that is known to hold one.
    pub fn at(&self, place: Place) -> Capability {
        self.entry(place).capability
    }

    /// The handle of a place that is known to hold something.
    pub fn handle(&self, place: Place) -> Handle {
        // A slot is below 64, so the cast keeps it.
        Handle::new(self.space(place.space).slots[place.slot].generation, place.slot as u32)
    }

    /// Everything an actor holds, in the order of its slots.
    pub fn held(&self, space: usize) -> impl Iterator<Item = (Handle, Capability)> + '_ {
        let slots = self.space(space).slots.iter().enumerate();
        slots.filter_map(move |(slot, content)| match content.content {
            Content::Held(entry) => Some((self.handle(Place { space, slot }), entry.capability)),
            _ => None,
        })
    }

    /// Whether another capability fits.
    pub fn has_room(&self, space: usize) -> bool {
        self.space(space).free != 0
    }

    /// Derives `wanted` from the capability at `from` into the lowest free slot of `into`.
    /// Rights, range and badge can only shrink ([`Capability::derive`]).
    pub fn derive(
        &mut self,
        from: Place,
        wanted: Capability,
        into: usize,
    ) -> Result<Handle, Refusal> {
        let capability = self.entry(from).capability.derive(wanted)?;
        let place = self.take_slot(into)?;
        self.put_below(place, capability, from);
        Ok(self.handle(place))
    }

    /// Moves a capability to another cspace; its place in the tree stays.
    pub fn relocate(&mut self, from: Place, into: usize) -> Result<Handle, Refusal> {
        let to = self.take_slot(into)?;
        let entry = *self.entry(from);
        self.space_mut(to.space).slots[to.slot].content = Content::Held(entry);
        if let Some(previous) = entry.previous {
            self.entry_mut(previous).next = Some(to);
        } else if let Some(parent) = entry.parent {
            self.entry_mut(parent).first_child = Some(to);
        }
        if let Some(next) = entry.next {
            self.entry_mut(next).previous = Some(to);
        }
        let mut child = entry.first_child;
        while let Some(place) = child {
            self.entry_mut(place).parent = Some(to);
            child = self.entry(place).next;
        }
        self.vacate(from);
        Ok(self.handle(to))
    }

    /// Removes one capability. What was derived from it stays and hangs below its parent.
    pub fn delete(&mut self, place: Place) {
        let entry = *self.entry(place);
        self.unlink(&entry);
        let mut child = entry.first_child;
        while let Some(orphan) = child {
            child = self.entry(orphan).next;
            let kept = self.entry(orphan).capability;
            let children = self.entry(orphan).first_child;
            self.set(orphan, Entry { first_child: children, ..unlinked(kept) });
            if let Some(parent) = entry.parent {
                self.link_below(orphan, parent);
            }
        }
        self.vacate(place);
    }

    /// Removes every descendant of a capability, wherever it is, but not the capability itself.
    /// `removed` is told of each.
    pub fn revoke(
        &mut self,
        place: Place,
        mut removed: impl FnMut(&mut Cspaces, Place, Capability),
    ) {
        while let Some(child) = self.entry(place).first_child {
            let leaf = self.leaf_below(child);
            let entry = *self.entry(leaf);
            self.unlink(&entry);
            self.vacate(leaf);
            removed(self, leaf, entry.capability);
        }
    }

    /// The next of a capability's descendants after `from`, each before its own descendants.
    /// Begins with `from` equal to `root`.
    pub fn next_descendant(&self, root: Place, from: Place) -> Option<Place> {
        let mut here = from;
        if let Some(child) = self.entry(here).first_child {
            return Some(child);
        }
        while here != root {
            if let Some(next) = self.entry(here).next {
                return Some(next);
            }
            here = self.entry(here).parent?;
        }
        None
    }

    /// Removes everything an actor holds and every notice it has not read. Returns how many
    /// capabilities went.
    pub fn clear(&mut self, space: usize) -> u32 {
        let mut count = 0;
        for slot in 0..SLOTS {
            match self.space(space).slots[slot].content {
                Content::Empty => (),
                Content::Tombstone(_) => self.vacate(Place { space, slot }),
                Content::Held(_) => {
                    self.delete(Place { space, slot });
                    count += 1;
                }
            }
        }
        self.space_mut(space).notices.clear();
        count
    }

    /// Turns the slot that has just been emptied at `place` into a tombstone, which stands until
    /// its notice is read. `after` messages are to be received first. Says whether it is the
    /// holder's first notice of this death.
    pub fn bury(&mut self, place: Place, dead: ActorId, after: u64) -> bool {
        let space = self.space_mut(place.space);
        let is_first = !space.slots.iter().any(|slot| is_tombstone(slot, dead));
        let slot = &mut space.slots[place.slot];
        assert!(matches!(slot.content, Content::Empty), "buried where something was revoked");
        slot.content = Content::Tombstone(dead);
        let bit = 1 << place.slot;
        if space.free & bit != 0 {
            // The handle that the holder knows shall answer "dead", not "stale".
            slot.generation -= 1;
            space.free &= !bit;
        }
        space.notices.push_back(Notice { slot: place.slot, after });
        is_first
    }

    /// After how many messages an actor is to be told of the next death, if there is one.
    pub fn next_notice(&self, space: usize) -> Option<u64> {
        self.space(space).notices.front().map(|notice| notice.after)
    }

    /// Takes the next notice: who died. Frees every slot that named the dead.
    pub fn take_notice(&mut self, space: usize) -> ActorId {
        let first = self.space(space).notices[0];
        let Content::Tombstone(dead) = self.space(space).slots[first.slot].content else {
            unreachable!("a notice names a tombstone");
        };
        for slot in 0..SLOTS {
            if is_tombstone(&self.space(space).slots[slot], dead) {
                self.vacate(Place { space, slot });
            }
        }
        self.drop_stale_notices(space);
        dead
    }

    /// Frees a slot that answers "dead": its holder has understood.
    pub fn forget(&mut self, space: usize, handle: Handle) {
        assert_eq!(self.find(space, handle), Err(Refusal::Dead));
        self.vacate(Place { space, slot: handle.slot() as usize });
        self.drop_stale_notices(space);
    }

    fn drop_stale_notices(&mut self, space: usize) {
        let Cspace { slots, notices, .. } = self.space_mut(space);
        notices.retain(|notice| matches!(slots[notice.slot].content, Content::Tombstone(_)));
    }

    fn space(&self, space: usize) -> &Cspace {
        self.spaces.get(space).unwrap_or(&self.roots)
    }

    fn space_mut(&mut self, space: usize) -> &mut Cspace {
        self.spaces.get_mut(space).unwrap_or(&mut self.roots)
    }

    fn entry(&self, place: Place) -> &Entry {
        match &self.space(place.space).slots[place.slot].content {
            Content::Held(entry) => entry,
            _ => unreachable!("the tree reaches only slots that hold something"),
        }
    }

    fn entry_mut(&mut self, place: Place) -> &mut Entry {
        match &mut self.space_mut(place.space).slots[place.slot].content {
            Content::Held(entry) => entry,
            _ => unreachable!("the tree reaches only slots that hold something"),
        }
    }

    fn set(&mut self, place: Place, entry: Entry) {
        self.space_mut(place.space).slots[place.slot].content = Content::Held(entry);
    }

    /// The lowest free slot, so that the same calls give the same handles.
    fn take_slot(&mut self, space: usize) -> Result<Place, Refusal> {
        assert!(space < self.spaces.len(), "roots are planted, not derived");
        let free = &mut self.spaces[space].free;
        if *free == 0 {
            return Err(Refusal::NoSlot);
        }
        let slot = free.trailing_zeros() as usize;
        *free &= *free - 1;
        Ok(Place { space, slot })
    }

    /// Empties a slot and ends its generation.
    fn vacate(&mut self, place: Place) {
        let space = self.space_mut(place.space);
        let slot = &mut space.slots[place.slot];
        slot.content = Content::Empty;
        if slot.generation < GENERATION_LAST {
            slot.generation += 1;
            space.free |= 1 << place.slot;
        }
    }

    fn put_below(&mut self, place: Place, capability: Capability, parent: Place) {
        self.set(place, unlinked(capability));
        self.link_below(place, parent);
    }

    fn link_below(&mut self, place: Place, parent: Place) {
        let next = self.entry(parent).first_child;
        let entry = self.entry_mut(place);
        entry.parent = Some(parent);
        entry.next = next;
        entry.previous = None;
        if let Some(next) = next {
            self.entry_mut(next).previous = Some(place);
        }
        self.entry_mut(parent).first_child = Some(place);
    }

    /// Takes an entry out of its parent's list of children.
    fn unlink(&mut self, entry: &Entry) {
        if let Some(previous) = entry.previous {
            self.entry_mut(previous).next = entry.next;
        } else if let Some(parent) = entry.parent {
            self.entry_mut(parent).first_child = entry.next;
        }
        if let Some(next) = entry.next {
            self.entry_mut(next).previous = entry.previous;
        }
    }

    fn leaf_below(&self, place: Place) -> Place {
        let mut leaf = place;
        while let Some(child) = self.entry(leaf).first_child {
            leaf = child;
        }
        leaf
    }

    /// Whose capability this one was derived from, and which one; `None` if there are only the
    /// kernel's own above it.
    pub fn source(&self, space: usize, handle: Handle) -> Option<(usize, Handle)> {
        let mut here = self.find(space, handle).ok()?;
        while let Some(parent) = self.entry(here).parent {
            if parent.space < self.spaces.len() {
                return Some((parent.space, self.handle(parent)));
            }
            here = parent;
        }
        None
    }
}

fn unlinked(capability: Capability) -> Entry {
    Entry { capability, parent: None, first_child: None, previous: None, next: None }
}

fn is_tombstone(slot: &Slot, dead: ActorId) -> bool {
    matches!(slot.content, Content::Tombstone(name) if name == dead)
}
