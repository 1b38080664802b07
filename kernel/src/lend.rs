//! Priority inheritance: who is waited for runs at the priority of the one who waits.
//!
//! An actor's effective priority is the highest of its own, of those whose call it has yet to
//! answer, and of those who wait for a mutex that it holds (L. Sha, R. Rajkumar, J. Lehoczky,
//! "Priority Inheritance Protocols", IEEE Transactions on Computers 39(9), 1990). It passes along
//! chains: who waits for one who waits lends to both.

use alloc::vec::Vec;

use crate::actor::Activity;
use crate::capability::Object;
use crate::limits::CALL_FUEL;
use crate::state::State;
use crate::trace::What;

impl State {
    /// Lets an actor run at the priority that is due to it, and whoever it waits for in turn.
    pub(crate) fn lend(&mut self, index: usize) {
        let mut due = core::mem::take(&mut self.lending);
        due.push(index);
        while let Some(index) = due.pop() {
            let Some(actor) = &self.actors[index] else { continue };
            let effective = self.due_priority(index, actor.priority);
            if effective == actor.effective {
                continue;
            }
            self.waited_for(index, &mut due);
            self.set_effective(index, effective);
        }
        self.lending = due;
    }

    /// Raises an actor at once if one who begins to wait for it is higher.
    pub(crate) fn lend_to(&mut self, index: usize, effective: usize) {
        if self.actors[index].as_ref().is_some_and(|actor| actor.effective < effective) {
            self.lend(index);
        }
    }

    /// Takes a loan back at once if there was one.
    pub(crate) fn take_back(&mut self, index: usize) {
        let actor = self.actors.get(index).and_then(Option::as_ref);
        if actor.is_none_or(|actor| actor.effective == actor.priority) {
            return;
        }
        self.lend(index);
        if let Some(actor) = &self.actors[self.current] {
            let highest = self.schedule.highest();
            self.is_outranked |= highest.is_some_and(|highest| actor.effective < highest);
        }
    }

    fn set_effective(&mut self, index: usize, effective: usize) {
        let actor = self.actors[index].as_mut().expect("a living actor borrows");
        actor.effective = effective;
        let id = actor.id;
        if self.schedule.is_ready(index) {
            self.schedule.set_priority(index, effective);
        }
        self.toll += CALL_FUEL;
        // A priority is below 32.
        self.record_of(Some(id), What::Priority { effective: effective as u8 }, &[]);
    }

    fn due_priority(&self, index: usize, own: usize) -> usize {
        let effective =
            |waiting: usize| self.actors[waiting].as_ref().map_or(0, |waiting| waiting.effective);
        let callers = self.cspaces.held(index).filter_map(|(_, capability)| {
            let Object::Reply(caller) = capability.object else { return None };
            self.alive(caller).map(|caller| caller.effective)
        });
        let locks = self.locks.held_by(index).flat_map(|lock| self.locks.waiters(lock));
        callers.chain(locks.map(effective)).fold(own, usize::max)
    }

    /// The actors that this one waits for.
    fn waited_for(&self, index: usize, into: &mut Vec<usize>) {
        let Some(actor) = &self.actors[index] else { return };
        if let Activity::Locking(lock) = actor.activity {
            into.extend(self.locks.owner(lock));
        }
        let mut cursor = actor.reply;
        while let Some(place) = self.cspaces.next_descendant(actor.reply, cursor) {
            cursor = place;
            into.push(place.space());
        }
    }
}
