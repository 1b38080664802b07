//! The end of an actor, and of capabilities: what it takes away, and who is told.
//!
//! What the actor held goes. What it handed out of its own endpoint is revoked, wherever it is. What
//! the manifest gave others of it goes too if the actor is never started again; if its supervisor
//! may start it, those capabilities stay where they are, answer `dead` meanwhile, and reach its next
//! life. In both cases whoever could send to it is told of its end, after all messages that arrived
//! before.

use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::actor::Actor;
use crate::capability::Capability;
use crate::capability::Object;
use crate::cspace::Obituary;
use crate::cspace::Place;
use crate::fault::ExitReason;
use crate::manifest::Restart;
use crate::role::Role;
use crate::role::Standing;
use crate::role::Use;
use crate::state::State;
use crate::supervisor::ExitClass;
use crate::trace::What;

impl State {
    /// Ends an actor, and those that it takes along.
    pub(crate) fn bury(&mut self, index: usize, reason: ExitReason) {
        let mut doomed = alloc::vec![(index, reason)];
        while let Some((index, reason)) = doomed.pop() {
            self.end_renewal(index);
            let Some(actor) = self.actors[index].take() else { continue };
            self.bury_one(&actor, reason);
            for link in &actor.links {
                let Some(other) = self.actors[link.index()].as_mut() else { continue };
                other.links.retain(|linked| *linked != actor.id);
                if !reason.is_normal() && !other.traps_exits {
                    doomed.push((link.index(), ExitReason::Linked));
                }
            }
        }
    }

    fn bury_one(&mut self, actor: &Actor, reason: ExitReason) {
        let (dead, index) = (actor.id, actor.id.index());
        self.record_of(Some(dead), What::Exit(reason), &[]);
        self.schedule.remove(index);
        self.timers.cancel(index);
        self.living -= 1;
        self.ended.push(index);
        self.abandon_locks(index);
        self.leave_flash(index);
        self.revoke_all(actor.reply);
        self.cspaces.uproot(actor.reply);
        let (kind, code) = reason.told();
        let obituary = Obituary { dead, kind, code };
        let mut loss = Loss::default();
        self.take_from_all(actor.own, obituary, &mut loss);
        self.remove_hidden(actor.own);
        while let Some(place) = self.cspaces.any_held(index) {
            loss.held += 1;
            self.remove(place, Refusal::Dead);
        }
        self.cspaces.reset(index);
        let role = self.roles[index].as_ref().expect("an actor plays a role");
        let root = role.root;
        let stays = role.part.child.restart != Restart::Temporary && !self.is_off;
        if stays {
            self.tell_all(root, obituary, &mut loss);
        } else {
            self.take_from_all(root, obituary, &mut loss);
        }
        let Loss { held, revoked, told } = loss;
        let unread = actor.mailbox.len() as u32;
        self.record_of(Some(dead), What::Release { held, revoked, unread, told }, &[]);
        let class = if reason.is_normal() { ExitClass::Normal } else { ExitClass::Abnormal };
        self.supervision.exited(index, class, self.now);
    }

    /// Frees the place of an actor that is never started again.
    pub(crate) fn vacate(&mut self, index: usize) {
        assert!(self.actors[index].is_none(), "ended before it is forgotten");
        let Some(role) = self.roles[index].take() else { return };
        // What it was promised may hang below its own root, so it goes first.
        for standing in &role.standing {
            if let Standing::Held(place) = standing {
                self.remove_hidden(*place);
            }
        }
        self.revoke_all(role.root);
        self.cspaces.uproot(role.root);
        self.arena += role.part.memory;
        if self.has_life_left(index) {
            // There are fewer places than a word of 16 bits counts.
            self.vacant.push(index as u16);
        }
    }

    /// Removes all that is derived from a capability; whoever waited for it is told that it was
    /// dropped.
    pub(crate) fn revoke_all(&mut self, below: Place) -> u32 {
        let mut count = 0;
        let mut cursor = below;
        while let Some((place, capability)) = self.cspaces.remove_leaf(below, &mut cursor) {
            count += 1;
            self.gone(place, capability, Refusal::NoReply);
        }
        count
    }

    /// Removes one capability; what was derived from it stays.
    pub(crate) fn remove(&mut self, place: Place, refusal: Refusal) {
        let capability = self.cspaces.at(place);
        self.cspaces.delete(place);
        self.gone(place, capability, refusal);
    }

    /// Revokes what leads to a dead actor and leaves tombstones.
    fn take_from_all(&mut self, below: Place, obituary: Obituary, loss: &mut Loss) {
        let mut cursor = below;
        while let Some((place, capability)) = self.cspaces.remove_leaf(below, &mut cursor) {
            if place.space() == obituary.dead.index() {
                loss.held += 1;
            } else if let Some(holder) = self.actors.get(place.space()).and_then(Option::as_ref) {
                loss.revoked += 1;
                let after = holder.mailbox.arrived();
                if is_to_be_told(&capability) && self.cspaces.bury(place, obituary, after) {
                    loss.told += 1;
                    self.wake(place.space());
                }
            }
            self.gone(place, capability, Refusal::Dead);
        }
    }

    /// Tells those who hold what stays.
    fn tell_all(&mut self, root: Place, obituary: Obituary, loss: &mut Loss) {
        let mut cursor = root;
        while let Some(place) = self.cspaces.next_descendant(root, cursor) {
            cursor = place;
            let Some(holder) = self.actors.get(place.space()).and_then(Option::as_ref) else {
                continue;
            };
            let after = holder.mailbox.arrived();
            let capability = self.cspaces.at(place);
            if is_to_be_told(&capability) && self.cspaces.notify(place, obituary, after) {
                loss.told += 1;
                self.wake(place.space());
            }
        }
    }

    /// Does what the end of a capability entails.
    fn gone(&mut self, place: Place, capability: Capability, refusal: Refusal) {
        if place.space() == self.cspaces.names() {
            self.unuse(place.slot());
        }
        match capability.object {
            Object::Reply(caller) => {
                self.reply_gone(caller, refusal);
                self.take_back(place.space());
            }
            Object::Mutex(number) | Object::Semaphore(number) => {
                self.lock_lost(number, place.space());
                self.lock_gone(number);
            }
            Object::Interrupt(line) => self.line_lost(line, place.space()),
            Object::Memory(range) => self.memory_gone(range.region),
            _ => (),
        }
    }

    /// A hidden capability is for nothing any more.
    fn unuse(&mut self, slot: usize) {
        match core::mem::replace(&mut self.uses[slot], Use::Free) {
            Use::Free | Use::Own => (),
            Use::Name => {
                if let Some(name) = self.namespace.remove_value(slot) {
                    self.record_of(None, What::Unregister, name.as_bytes());
                }
            }
            Use::Standing { place, index } => {
                if let Some(Role { standing, .. }) = self.roles[place].as_deref_mut() {
                    standing[index] = Standing::Gone;
                }
            }
        }
    }

    /// Removes a hidden capability; what hung below it now hangs above.
    pub(crate) fn remove_hidden(&mut self, place: Place) {
        self.uses[place.slot()] = Use::Free;
        self.remove(place, Refusal::NoReply);
    }
}

/// What an end takes away.
#[derive(Default)]
struct Loss {
    held: u32,
    revoked: u32,
    told: u32,
}

/// Whether the holder of a capability wants to know of the actor's end: it could send to it, or it
/// made it.
fn is_to_be_told(capability: &Capability) -> bool {
    match capability.object.kind() {
        ObjectKind::Endpoint | ObjectKind::Directory | ObjectKind::File => {
            Rights::WRITE.is_within(capability.rights)
        }
        ObjectKind::Child => true,
        _ => false,
    }
}
