//! Locks as actors meet them: capabilities, waiting, and the priority that waiting lends.

use abi::handle::Handle;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::vec::Vec;

use crate::actor::Activity;
use crate::capability::Capability;
use crate::capability::Object;
use crate::lock::Outcome;
use crate::state::Left;
use crate::state::State;

impl State {
    /// Makes a lock and gives it to the running actor.
    pub(crate) fn make_lock(&mut self, permits: Option<u32>) -> Result<Handle, Refusal> {
        self.may_make()?;
        let number = match permits {
            None => self.locks.create_mutex()?,
            Some(permits) => self.locks.create_semaphore(permits)?,
        };
        let object =
            if permits.is_some() { Object::Semaphore(number) } else { Object::Mutex(number) };
        let capability = Capability { object, rights: Rights::ALL, badge: 0 };
        let root = self.cspaces.plant(capability);
        let index = usize::from(number);
        if self.lock_roots.len() <= index {
            self.lock_roots.resize(index + 1, None);
        }
        self.lock_roots[index] = Some(root);
        self.cspaces.derive(root, capability, self.current)
    }

    /// Waits for a lock, or takes it at once. `Some` is why the actor must wait.
    pub(crate) fn take_lock(
        &mut self,
        handle: Handle,
        kind: ObjectKind,
    ) -> Result<Option<Left>, Refusal> {
        let lock = self.lock(handle, kind)?;
        let current = self.current;
        let outcome = match kind {
            ObjectKind::Mutex => self.locks.lock(lock, current)?,
            _ => self.locks.acquire(lock, current)?,
        };
        if outcome == Outcome::Taken {
            return Ok(None);
        }
        if let Some(owner) = self.locks.owner(lock) {
            let effective = self.running().effective;
            // The running actor is in the queue already, so it counts.
            self.lend_to(owner, effective);
        }
        Ok(Some(Left::Lock(lock)))
    }

    /// Takes a lock if that needs no waiting.
    pub(crate) fn try_lock(&mut self, handle: Handle, kind: ObjectKind) -> Result<(), Refusal> {
        let lock = self.lock(handle, kind)?;
        match kind {
            ObjectKind::Mutex => self.locks.try_lock(lock, self.current),
            _ => self.locks.try_acquire(lock),
        }
    }

    /// Gives a lock back; who waited first has it then.
    pub(crate) fn give_lock(&mut self, handle: Handle, kind: ObjectKind) -> Result<(), Refusal> {
        let lock = self.lock(handle, kind)?;
        let woken = match kind {
            ObjectKind::Mutex => self.locks.unlock(lock, self.current)?,
            _ => self.locks.release(lock)?,
        };
        if let Some(woken) = woken {
            self.finish(woken, 0);
            // Those who still wait lend to the new owner.
            self.lend(woken);
        }
        self.take_back(self.current);
        Ok(())
    }

    /// A dead actor waits for nothing and holds no mutex.
    pub(crate) fn abandon_locks(&mut self, index: usize) {
        let mut heirs = core::mem::take(&mut self.heirs);
        self.locks.abandon(index, |_, heir| heirs.push(heir));
        self.hand_over(heirs, 0);
    }

    /// A capability to a lock has left an actor: who has none by which it could take the lock
    /// neither waits for it any more nor holds it, because it could never give it up.
    pub(crate) fn lock_lost(&mut self, lock: u16, index: usize) {
        let Some(actor) = self.actors.get(index).and_then(Option::as_ref) else { return };
        let is_waiting = actor.activity == Activity::Locking(lock);
        let owner = self.locks.owner(lock);
        if !is_waiting && owner != Some(index) {
            return;
        }
        if self.can_take(lock, index) {
            return;
        }
        if is_waiting {
            self.locks.give_up(index);
            self.finish(index, Refusal::Stale.word());
            self.take_back(owner.unwrap_or(index));
            return;
        }
        let heir = self.locks.unlock(lock, index);
        if let Some(heir) = heir.expect("its owner unlocks it") {
            self.finish(heir, 0);
            self.lend(heir);
        }
        self.take_back(index);
    }

    /// A capability to a lock has gone; with the last one goes the lock.
    pub(crate) fn lock_gone(&mut self, lock: u16) {
        let Some(root) = self.lock_roots[usize::from(lock)] else { return };
        if !self.cspaces.is_leaf(root) {
            return;
        }
        self.lock_roots[usize::from(lock)] = None;
        self.cspaces.uproot(root);
        let mut waiters = core::mem::take(&mut self.heirs);
        let destroyed = self.locks.destroy(lock, |waiter| waiters.push(waiter));
        assert_eq!(destroyed, Ok(()), "a lock lives as long as its root");
        self.hand_over(waiters, Refusal::Stale.word());
    }

    /// Lets actors that waited for a lock go on.
    fn hand_over(&mut self, mut heirs: Vec<usize>, word: u64) {
        for heir in heirs.drain(..) {
            // Who died of the same cause waits no more.
            if self.actors[heir].is_some() {
                self.finish(heir, word);
                self.lend(heir);
            }
        }
        self.heirs = heirs;
    }

    /// Whether an actor holds a capability by which it could take a lock.
    fn can_take(&self, lock: u16, index: usize) -> bool {
        self.cspaces.held(index).any(|(_, held)| match held.object {
            Object::Mutex(number) | Object::Semaphore(number) => {
                number == lock && Rights::WRITE.is_within(held.rights)
            }
            _ => false,
        })
    }

    fn lock(&self, handle: Handle, kind: ObjectKind) -> Result<u16, Refusal> {
        match self.held_kind(handle, kind, Rights::WRITE)?.1.object {
            Object::Mutex(number) | Object::Semaphore(number) => Ok(number),
            _ => Err(Refusal::WrongObject),
        }
    }
}
