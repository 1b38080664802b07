//! Who holds what, and from which capability it was derived.
//!
//! Every actor has a cspace of [so many slots](crate::limits::SLOTS). All cspaces stand in one
//! table, because the derivation tree runs through them: removing
//! [leaf after leaf](Cspaces::remove_leaf) below a capability removes every descendant wherever it is. Behind the actors' cspaces there are two
//! hidden ones of the kernel's own: one holds the root of every object, so that whatever an object's
//! death must take away hangs below one root; the other holds what names stand for.
//!
//! Cost: finding a slot and deriving are O(1), deleting is O(children), revoking O(descendants).
//! A cspace takes memory for as many slots as were ever used at once.

mod slot;
mod notice;

use abi::handle::Handle;
use abi::refusal::Refusal;
use alloc::vec::Vec;

use crate::capability::Capability;
use crate::cspace::slot::Content;
use crate::cspace::slot::Cspace;
use crate::cspace::slot::Entry;
use crate::cspace::slot::FRESH;
use crate::cspace::slot::GENERATION_LAST;
use crate::cspace::slot::Hidden;
use crate::cspace::slot::Slot;
use crate::cspace::slot::has_capacity;
use crate::cspace::slot::unlinked;
use crate::id::ActorId;
use crate::limits::SLOTS;

pub use crate::cspace::notice::Obituary;
pub use crate::cspace::slot::Place;

/// Every cspace there is.
#[derive(Clone, Debug)]
pub struct Cspaces {
    spaces: Vec<Cspace>,
    roots: Hidden,
    names: Hidden,
}

impl Cspaces {
    /// Cspaces for this many actors.
    pub fn new(actors: usize) -> Cspaces {
        Cspaces {
            spaces: (0..actors).map(|_| Cspace::new()).collect(),
            roots: Hidden::default(),
            names: Hidden::default(),
        }
    }

    /// The index of the kernel's own cspace, which holds the objects' roots.
    pub fn roots(&self) -> usize {
        self.spaces.len()
    }

    /// The index of the hidden cspace behind the names.
    pub fn names(&self) -> usize {
        self.spaces.len() + 1
    }

    /// Makes sure that so many more capabilities fit into each of the hidden cspaces; they do not if
    /// there is no memory for them.
    pub fn make_hidden_room(&mut self, count: usize) -> bool {
        self.roots.make_room(count) && self.names.make_room(count)
    }

    /// Makes an object's root. Roots are made at boot and with an actor or a lock, never for a
    /// message.
    pub fn plant(&mut self, capability: Capability) -> Place {
        let place = Place::new(self.roots(), self.roots.take_slot());
        self.set(place, unlinked(capability));
        place
    }

    /// Removes a root that has no descendants left.
    pub fn uproot(&mut self, root: Place) {
        assert_eq!(root.space(), self.roots());
        assert!(self.is_leaf(root), "revoked before it is uprooted");
        self.roots.vacate(root.slot());
    }

    /// Whose capability this one was derived from, and which one; `None` if there are only the
    /// kernel's own above it.
    pub fn source(&self, space: usize, handle: Handle) -> Option<(usize, Handle)> {
        let mut here = self.find(space, handle).ok()?;
        while let Some(parent) = self.entry(here).parent {
            if parent.space() < self.spaces.len() {
                return Some((parent.space(), self.handle(parent)));
            }
            here = parent;
        }
        None
    }

    /// Whether nothing is derived from the capability at this place.
    pub fn is_leaf(&self, place: Place) -> bool {
        self.entry(place).first_child.is_none()
    }

    /// Derives a capability into the cspace behind the names.
    pub fn derive_name(&mut self, from: Place, wanted: Capability) -> Result<Place, Refusal> {
        let capability = self.entry(from).capability.derive(wanted)?;
        let place = Place::new(self.names(), self.names.take_slot());
        self.put_below(place, capability, from);
        Ok(place)
    }

    /// Capabilities in the hidden cspaces.
    pub fn hidden(&self) -> usize {
        let used = |hidden: &Hidden| hidden.slots.len() - hidden.vacant.len();
        used(&self.roots) + used(&self.names)
    }

    /// Slots of actors that cannot be given out, and deaths of which actors are yet to be told.
    pub fn in_use(&self) -> (usize, usize) {
        let taken = |space: &Cspace| SLOTS - space.free.count_ones() as usize;
        let notices = self.spaces.iter().map(|space| space.notices.len()).sum();
        (self.spaces.iter().map(taken).sum(), notices)
    }

    /// Where the capability of this handle is.
    pub fn find(&self, space: usize, handle: Handle) -> Result<Place, Refusal> {
        let slot_index = handle.slot() as usize;
        let slot = self.slots(space).get(slot_index).ok_or(Refusal::NoCapability)?;
        if slot.generation != handle.generation() {
            let was_given = handle.generation() < slot.generation;
            return Err(if was_given { Refusal::Stale } else { Refusal::NoCapability });
        }
        match slot.content {
            Content::Empty => Err(Refusal::NoCapability),
            Content::Tombstone(_) => Err(Refusal::Dead),
            Content::Held(_) => Ok(Place::new(space, slot_index)),
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
        Handle::new(self.slots(place.space())[place.slot()].generation, place.slot() as u32)
    }

    /// Everything an actor holds, in the order of its slots.
    pub fn held(&self, space: usize) -> impl Iterator<Item = (Handle, Capability)> + '_ {
        let slots = self.slots(space).iter().enumerate();
        slots.filter_map(move |(slot, content)| match content.content {
            Content::Held(entry) => Some((self.handle(Place::new(space, slot)), entry.capability)),
            _ => None,
        })
    }

    /// Makes sure that another capability fits. [`Refusal::NoSlot`]: no slot is free.
    /// [`Refusal::NoRoom`]: there is no memory for one.
    pub fn make_room(&mut self, space: usize) -> Result<(), Refusal> {
        let cspace = &mut self.spaces[space];
        if cspace.free == 0 {
            return Err(Refusal::NoSlot);
        }
        let slot = cspace.free.trailing_zeros() as usize;
        let has_room = slot < cspace.slots.len() || has_capacity(&mut cspace.slots, 1, SLOTS);
        if has_room { Ok(()) } else { Err(Refusal::NoRoom) }
    }

    /// Takes memory for the first capabilities of a new life, out of what is the kernel's own.
    pub fn open(&mut self, space: usize, count: usize) {
        self.spaces[space].slots.reserve_exact(count.min(SLOTS));
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
        self.set(to, entry);
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

    /// Removes one descendant of a capability, wherever it is, that has none itself; says what it
    /// was and where. `None`: nothing is derived from the capability any more. The cursor begins
    /// equal to `below`; it saves the way down to the next leaf.
    pub fn remove_leaf(&mut self, below: Place, cursor: &mut Place) -> Option<(Place, Capability)> {
        let mut leaf = *cursor;
        while let Some(child) = self.entry(leaf).first_child {
            leaf = child;
        }
        if leaf == below {
            return None;
        }
        let entry = *self.entry(leaf);
        *cursor = entry.parent?;
        self.unlink(&entry);
        self.vacate(leaf);
        Some((leaf, entry.capability))
    }

    /// Lets every capability that is derived from a root name another object: the next life of the
    /// same actor.
    pub fn rename(&mut self, root: Place, old: ActorId, new: ActorId) {
        let mut cursor = Some(root);
        while let Some(place) = cursor {
            let object = &mut self.entry_mut(place).capability.object;
            *object = object.with_actor(old, new);
            cursor = self.next_descendant(root, place);
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

    /// Some capability that an actor still holds.
    pub fn any_held(&self, space: usize) -> Option<Place> {
        let held =
            self.slots(space).iter().position(|slot| matches!(slot.content, Content::Held(_)));
        held.map(|slot| Place::new(space, slot))
    }

    /// Keeps the lowest free slot of a cspace from being used.
    pub fn reserve(&mut self, space: usize) -> Option<Place> {
        self.take_slot(space).ok()
    }

    /// Lets a reserved slot be used again.
    pub fn release(&mut self, reserved: Place) {
        self.vacate(reserved);
    }

    /// Makes a cspace as good as new for the next actor. It holds nothing any more; what its last
    /// owner was not told goes.
    pub fn reset(&mut self, space: usize) {
        assert!(self.any_held(space).is_none(), "emptied before it is reset");
        self.spaces[space] = Cspace::new();
    }

    fn slots(&self, space: usize) -> &[Slot] {
        match self.spaces.get(space) {
            Some(cspace) => &cspace.slots,
            None if space == self.roots() => &self.roots.slots,
            None => &self.names.slots,
        }
    }

    fn slot_mut(&mut self, place: Place) -> &mut Slot {
        let roots = self.roots();
        let slots = match self.spaces.get_mut(place.space()) {
            Some(cspace) => &mut cspace.slots,
            None if place.space() == roots => &mut self.roots.slots,
            None => &mut self.names.slots,
        };
        &mut slots[place.slot()]
    }

    fn entry(&self, place: Place) -> &Entry {
        match &self.slots(place.space())[place.slot()].content {
            Content::Held(entry) => entry,
            _ => unreachable!("the tree reaches only slots that hold something"),
        }
    }

    fn entry_mut(&mut self, place: Place) -> &mut Entry {
        match &mut self.slot_mut(place).content {
            Content::Held(entry) => entry,
            _ => unreachable!("the tree reaches only slots that hold something"),
        }
    }

    fn set(&mut self, place: Place, entry: Entry) {
        self.slot_mut(place).content = Content::Held(entry);
    }

    /// The lowest free slot, so that the same calls give the same handles.
    fn take_slot(&mut self, space: usize) -> Result<Place, Refusal> {
        assert!(space < self.spaces.len(), "roots are planted, not derived");
        self.make_room(space)?;
        let cspace = &mut self.spaces[space];
        let slot = cspace.free.trailing_zeros() as usize;
        if slot == cspace.slots.len() {
            cspace.slots.push(FRESH);
        }
        cspace.free &= cspace.free - 1;
        Ok(Place::new(space, slot))
    }

    /// Empties a slot and ends its generation.
    fn vacate(&mut self, place: Place) {
        let roots = self.roots();
        let Some(space) = self.spaces.get_mut(place.space()) else {
            let hidden = if place.space() == roots { &mut self.roots } else { &mut self.names };
            return hidden.vacate(place.slot());
        };
        let slot = &mut space.slots[place.slot()];
        slot.content = Content::Empty;
        if slot.generation < GENERATION_LAST {
            slot.generation += 1;
            space.free |= 1 << place.slot();
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
}
