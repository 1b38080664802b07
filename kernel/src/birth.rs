//! From a role to a living actor: its place, its identity and what it is given.

use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::actor::Activity;
use crate::actor::Actor;
use crate::actor::Renewal;
use crate::actor::Turn;
use crate::capability::Capability;
use crate::capability::Object;
use crate::cspace::Place;
use crate::headroom::is_left_beside;
use crate::id::ActorId;
use crate::limits::PAYLOAD_MAX;
use crate::mailbox::Mailbox;
use crate::queue::ByteQueue;
use crate::role::Part;
use crate::role::Role;
use crate::role::Standing;
use crate::role::Use;
use crate::state::State;
use crate::trace::Record;
use crate::trace::What;

/// The last life of a place. One more would not be an id any more, so the place is retired.
const LAST_LIFE: u32 = (1 << 31) - 1;

/// Capabilities that the kernel itself has of each actor, in one of its cspaces or the other: the
/// root of its endpoint, its own endpoint, the root of its reply.
const HIDDEN_EACH: usize = 3;

impl State {
    /// Takes a place for a role, with memory from the arena and a root for all that will be said to
    /// it. So many capabilities will be promised to it.
    pub(crate) fn cast(&mut self, part: Part, promises: usize) -> Result<usize, Refusal> {
        if self.arena < part.memory || !self.cspaces.make_hidden_room(HIDDEN_EACH + promises) {
            return Err(Refusal::NoRoom);
        }
        let place = usize::from(self.vacant.pop().ok_or(Refusal::NoRoom)?);
        self.arena -= part.memory;
        // The place is below `ACTORS_MAX`.
        let life = ActorId::new(place as u16, self.lives[place] + 1);
        let object = Object::Child(life);
        let root = self.cspaces.plant(Capability { object, rights: Rights::ALL, badge: 0 });
        let standing = Vec::new();
        self.roles[place] = Some(Box::new(Role { part, standing, root, life }));
        Ok(place)
    }

    /// Lets the actors of a place have more linear memory, if the arena has it.
    pub(crate) fn widen(&mut self, place: usize, memory: usize) -> Result<(), Refusal> {
        let role = self.roles[place].as_mut().expect("a role is cast before it is widened");
        let more = memory.saturating_sub(role.part.memory);
        self.arena = self.arena.checked_sub(more).ok_or(Refusal::NoRoom)?;
        role.part.memory += more;
        Ok(())
    }

    /// Lets the actor of a place begin its next life.
    pub(crate) fn settle(&mut self, place: usize, is_idle: bool, memory: usize) {
        assert!(self.actors[place].is_none(), "one actor at a time");
        self.lives[place] += 1;
        let role = self.roles[place].as_mut().expect("a role is cast before it is played");
        let id = ActorId::new(place as u16, self.lives[place]);
        let (root, last) = (role.root, role.life);
        self.cspaces.open(place, 1 + role.standing.len());
        if last != id {
            role.life = id;
            self.cspaces.rename(root, last, id);
        }
        let priority = usize::from(role.part.priority);
        let (mailbox, is_service) = (role.part.mailbox, role.part.is_service);
        let memory_max = u32::try_from(role.part.memory).unwrap_or(u32::MAX);
        let endpoint = Capability { object: Object::Endpoint(id), rights: Rights::ALL, badge: 0 };
        let own = self.hide(root, endpoint, Use::Own).expect("an actor has its endpoint");
        let first = self.cspaces.derive(own, endpoint, place);
        assert_eq!(first, Ok(Handle::OWN_ENDPOINT), "the first slot of a new cspace");
        let object = Object::Reply(id);
        let reply = self.cspaces.plant(Capability { object, rights: Rights::ALL, badge: 0 });
        let (activity, turn) = if is_idle {
            (Activity::Waiting, Turn::Handle)
        } else {
            (Activity::Ready, Turn::Start)
        };
        self.actors[place] = Some(Box::new(Actor {
            id,
            priority,
            effective: priority,
            mailbox: Mailbox::new(mailbox),
            activity,
            turn,
            own,
            reply,
            answer: ByteQueue::new(1, PAYLOAD_MAX),
            fuel: 0,
            preempt_at: None,
            memory,
            input_seen: 0,
            links: Vec::new(),
            traps_exits: false,
            is_asked: false,
            renewal: Renewal::Nothing,
            wants_notice: false,
            is_service,
        }));
        self.living += 1;
        if activity == Activity::Ready {
            self.make_ready(place);
        }
        let part = &self.roles[place].as_ref().expect("it has just begun to be played").part;
        let what = What::Spawn { priority: part.priority, memory: memory_max };
        let record = Record { at: self.now, slice: self.slice, actor: Some(id), what };
        self.trace.push(record, part.name.as_bytes());
    }

    /// Promises a capability to all lives of an actor, in the order of its slots.
    pub(crate) fn promise(
        &mut self,
        place: usize,
        from: Place,
        wanted: Capability,
    ) -> Result<(), Refusal> {
        let index = self.roles[place].as_ref().map_or(0, |role| role.standing.len());
        let hidden = self.hide(from, wanted, Use::Standing { place, index })?;
        if let Some(role) = &mut self.roles[place] {
            role.standing.push(Standing::Held(hidden));
        }
        Ok(())
    }

    /// Gives a new life what was promised. The slot of what was revoked meanwhile stays empty.
    pub(crate) fn give(&mut self, place: usize) {
        let role = self.roles[place].as_ref().expect("a role is cast before it is played");
        let (id, standing) = (Some(role.life), role.standing.clone());
        let mut missing = Vec::new();
        for promised in standing {
            let Standing::Held(hidden) = promised else {
                missing.extend(self.cspaces.reserve(place));
                continue;
            };
            let capability = self.cspaces.at(hidden);
            let derived = self.cspaces.derive(hidden, capability, place);
            let handle = derived.expect("a new cspace has room for all that is promised");
            let Capability { object, rights, .. } = capability;
            self.record_of(id, What::Grant { handle, object, rights }, &[]);
        }
        for slot in missing {
            self.cspaces.release(slot);
        }
    }

    /// Gives something derived from a capability a name.
    pub(crate) fn register(
        &mut self,
        name: &str,
        from: Place,
        wanted: Capability,
        is_mount: bool,
    ) -> Result<(), Refusal> {
        if !is_left_beside(0) || !self.cspaces.make_hidden_room(1) {
            return Err(Refusal::NoRoom);
        }
        let hidden = self.hide(from, wanted, Use::Name)?;
        let named = if is_mount {
            self.namespace.mount(name, hidden.slot())
        } else {
            self.namespace.register(name, hidden.slot())
        };
        if let Err(refusal) = named {
            self.remove_hidden(hidden);
            return Err(refusal);
        }
        let id = wanted.object.actor();
        self.record_of(id, What::Register, name.as_bytes());
        Ok(())
    }

    /// Whether a place can see another life.
    pub(crate) fn has_life_left(&self, place: usize) -> bool {
        self.lives[place] < LAST_LIFE
    }

    fn hide(&mut self, from: Place, wanted: Capability, purpose: Use) -> Result<Place, Refusal> {
        let hidden = self.cspaces.derive_name(from, wanted)?;
        if self.uses.len() <= hidden.slot() {
            self.uses.resize(hidden.slot() + 1, Use::Free);
        }
        self.uses[hidden.slot()] = purpose;
        Ok(hidden)
    }
}
