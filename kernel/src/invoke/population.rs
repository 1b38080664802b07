//! Calls about other actors: making, ending, linking and looking at them.

use abi::handle::Handle;
use abi::held::HeldRecord;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use abi::spawn::SpawnGrant;
use abi::spawn::SpawnOptions;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::call::Answer;
use crate::call::Call;
use crate::capability::Capability;
use crate::capability::Object;
use crate::cspace::Place;
use crate::fault::ExitReason;
use crate::id::ActorId;
use crate::invoke::Outcome;
use crate::invoke::decode::range;
use crate::invoke::decode::text;
use crate::invoke::decode::word_place;
use crate::limits::CALL_FUEL;
use crate::limits::LINKS_MAX;
use crate::limits::MAILBOX_MESSAGES;
use crate::limits::MAILBOX_MESSAGES_MAX;
use crate::limits::PLAIN_HEAP;
use crate::limits::PLAIN_MEMORY;
use crate::limits::SLOTS;
use crate::manifest::ChildSpec;
use crate::manifest::Shutdown;
use crate::role::Part;
use crate::state::Left;
use crate::state::Source;
use crate::state::State;
use crate::supervisor::SupervisorId;
use crate::time::Duration;

/// What a plain spawn hands on, as far as the maker may grant it.
const HANDED_ON: [ObjectKind; 3] = [ObjectKind::Log, ObjectKind::Clock, ObjectKind::Namespace];

/// What a maker has to do with what it makes.
struct Maker<'a> {
    /// What the new actor is given, and from where.
    given: &'a [(Place, Capability)],
    /// Whether they share abnormal ends.
    is_linked: bool,
    /// Whether the maker is told the new actor's id, rather than given a capability to it.
    is_plain: bool,
}

impl State {
    /// Takes a place for a new actor and promises it what its maker says; its code is yet to be
    /// looked at.
    pub(super) fn spawn(
        &mut self,
        handle: Handle,
        wasm: Source,
        options: &[u8],
    ) -> Result<Outcome, Refusal> {
        let (_, held) = self.held_kind(handle, ObjectKind::Spawner, Rights::WRITE)?;
        let (fixed, grants) = options.split_first_chunk().ok_or(Refusal::BufferTooSmall)?;
        let options = SpawnOptions::decode(fixed).ok_or(Refusal::OutOfRange)?;
        let name = name_of(&options)?;
        let mailbox = match usize::from(options.mailbox) {
            0 => MAILBOX_MESSAGES,
            messages => messages,
        };
        // Nobody makes what would outrun himself.
        let is_higher = self.running().priority < usize::from(options.priority);
        if MAILBOX_MESSAGES_MAX < mailbox || is_higher {
            return Err(Refusal::OutOfRange);
        }
        let given = self.decode_grants(grants)?;
        let part = Part {
            name: name.to_string(),
            priority: options.priority,
            memory: usize::try_from(options.memory).map_err(|_| Refusal::NoRoom)?,
            shared: 0,
            mailbox,
            child: child_spec(&options),
            is_service: false,
        };
        let beyond = options.is_beyond.then_some(part.memory);
        let maker = Maker { given: &given, is_linked: options.is_linked, is_plain: false };
        self.begin_spawn(&held, wasm, part, beyond, &maker)
    }

    /// The same for a personality whose actors are given nothing but a mailbox: the new one has its
    /// maker's address, and of the maker's log, clock and names what it may grant.
    pub(super) fn spawn_plain(&mut self, wasm: Source, mailbox: u64) -> Result<Outcome, Refusal> {
        let (_, held) = self.held_kind(Call::SUITABLE, ObjectKind::Spawner, Rights::WRITE)?;
        let mailbox = match usize::try_from(mailbox).unwrap_or(usize::MAX) {
            0 => MAILBOX_MESSAGES,
            messages => messages.min(MAILBOX_MESSAGES_MAX),
        };
        let maker = self.running();
        let (priority, id, own) = (maker.priority, maker.id, maker.own);
        let address = Capability { object: Object::Endpoint(id), rights: Rights::WRITE, badge: 0 };
        let mut given = alloc::vec![(own, address)];
        for kind in HANDED_ON {
            if let Ok((handle, held)) = self.held_kind(Call::SUITABLE, kind, Rights::GRANT) {
                given.push((self.cspaces.find(self.current, handle)?, held));
            }
        }
        self.spawned += 1;
        let part = Part {
            name: format!("child{}", self.spawned),
            // A priority is below 32.
            priority: priority as u8,
            // More if it starts with more.
            memory: PLAIN_MEMORY,
            shared: 0,
            mailbox,
            child: ChildSpec::TEMPORARY,
            is_service: false,
        };
        let maker = Maker { given: &given, is_linked: false, is_plain: true };
        self.begin_spawn(&held, wasm, part, Some(PLAIN_HEAP), &maker)
    }

    fn begin_spawn(
        &mut self,
        spawner: &Capability,
        wasm: Source,
        part: Part,
        beyond: Option<usize>,
        maker: &Maker<'_>,
    ) -> Result<Outcome, Refusal> {
        let Maker { given, is_linked, is_plain } = *maker;
        let Object::Spawner(number) = spawner.object else { return Err(Refusal::WrongObject) };
        self.may_make()?;
        if is_linked && LINKS_MAX <= self.running().links.len() {
            return Err(Refusal::NoRoom);
        }
        let place = self.cast(part, given.len())?;
        for (from, wanted) in given {
            let promised = self.promise(place, *from, *wanted);
            assert_eq!(promised, Ok(()), "checked when it was decoded");
        }
        let supervisor = SupervisorId::new(number);
        self.leave(Left::Spawn { wasm, place, supervisor, is_linked, beyond, is_plain })
    }

    fn decode_grants(&self, records: &[u8]) -> Result<Vec<(Place, Capability)>, Refusal> {
        let (records, rest) = records.as_chunks();
        if !rest.is_empty() || SLOTS <= records.len() {
            return Err(Refusal::OutOfRange);
        }
        let mut given = Vec::with_capacity(records.len());
        for record in records {
            let grant = SpawnGrant::decode(record).ok_or(Refusal::OutOfRange)?;
            let held = self.held(grant.handle, Rights::GRANT)?;
            if matches!(held.object, Object::Reply(_)) {
                // An answer is given once, not in each life.
                return Err(Refusal::WrongObject);
            }
            let wanted = held.derive(Capability { rights: grant.rights, ..held })?;
            given.push((self.cspaces.find(self.current, grant.handle)?, wanted));
        }
        Ok(given)
    }

    pub(super) fn stop(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::WRITE)?;
        let Object::Child(id) = held.object else { return Err(Refusal::WrongObject) };
        self.end(id)
    }

    /// Ends an actor by its id: the caller's child, itself, or any if it may write the process
    /// table.
    pub(super) fn stop_actor(&mut self, word: u64) -> Result<Outcome, Refusal> {
        let id = self.alive_word(word).map(|actor| actor.id).ok_or(Refusal::NotFound)?;
        let is_any = self.held_kind(Call::SUITABLE, ObjectKind::Processes, Rights::WRITE).is_ok();
        let is_own = id == self.running().id;
        let is_child = self.cspaces.held(self.current).any(|(_, held)| {
            held.object == Object::Child(id) && Rights::WRITE.is_within(held.rights)
        });
        if is_any || is_own || is_child { self.end(id) } else { Err(Refusal::NoCapability) }
    }

    fn end(&mut self, id: ActorId) -> Result<Outcome, Refusal> {
        if id == self.running().id {
            return self.leave(Left::Exit(ExitReason::Killed));
        }
        self.alive(id).ok_or(Refusal::Dead)?;
        self.toll += CALL_FUEL;
        self.bury(id.index(), ExitReason::Killed);
        if self.actors[self.current].is_none() {
            // It was linked to what it ended.
            return self.leave(Left::Gone);
        }
        Outcome::done()
    }

    pub(super) fn link(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let other = self.linkable(handle)?;
        let own = self.running().id;
        if other == own || self.running().links.contains(&other) {
            return Outcome::done();
        }
        let has_room =
            |state: &State, id| state.alive(id).is_some_and(|actor| actor.links.len() < LINKS_MAX);
        if !has_room(self, own) || !has_room(self, other) {
            return Err(Refusal::NoRoom);
        }
        self.tie(own, other);
        Outcome::done()
    }

    pub(super) fn unlink(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let other = self.linkable(handle)?;
        let own = self.running().id;
        for (id, gone) in [(own, other), (other, own)] {
            if let Some(actor) = &mut self.actors[id.index()] {
                actor.links.retain(|linked| *linked != gone);
            }
        }
        Outcome::done()
    }

    /// Links two actors that live and have room for it.
    pub(crate) fn tie(&mut self, one: ActorId, other: ActorId) {
        for (id, linked) in [(one, other), (other, one)] {
            let actor = self.actors[id.index()].as_mut().expect("the living are linked");
            assert!(actor.links.len() < LINKS_MAX, "there was room for a link");
            actor.links.push(linked);
        }
    }

    fn linkable(&self, handle: Handle) -> Result<ActorId, Refusal> {
        match self.held(handle, Rights::WRITE)?.object {
            Object::Endpoint(id) | Object::Child(id) => {
                self.alive(id).map(|actor| actor.id).ok_or(Refusal::Dead)
            }
            _ => Err(Refusal::WrongObject),
        }
    }

    /// Ids as words of eight bytes, as many as there is room for.
    pub(super) fn list_actors(
        &mut self,
        pointer: u64,
        max: u64,
        count: u64,
        memory: &mut [u8],
    ) -> Result<Outcome, Refusal> {
        self.held_kind(Call::SUITABLE, ObjectKind::Processes, Rights::READ)?;
        if max == 0 {
            return Err(Refusal::OutOfRange);
        }
        let size = size_of::<u64>();
        let into = range(memory, pointer, max.saturating_mul(size as u64))?;
        let count = word_place(memory, count)?;
        let mut listed = 0u32;
        let ids = self.actors.iter().flatten().map(|actor| actor.id.word());
        for (id, place) in ids.zip(into.of_mut(memory).chunks_exact_mut(size)) {
            place.copy_from_slice(&id.to_le_bytes());
            listed += 1;
        }
        count.of_mut(memory).copy_from_slice(&listed.to_le_bytes());
        Ok(Outcome { answer: Answer::Now(0), moved: u64::from(listed) * size as u64 })
    }

    /// What an actor holds, and from whom it has it.
    pub(super) fn process_capabilities(
        &mut self,
        handle: Handle,
        id: u64,
        into: &mut [u8],
    ) -> Result<Outcome, Refusal> {
        self.held_kind(handle, ObjectKind::Processes, Rights::READ)?;
        let index = self.alive_word(id).ok_or(Refusal::NotFound)?.id.index();
        let count = self.cspaces.held(index).count();
        let mut places = into.chunks_exact_mut(HeldRecord::BYTES);
        if places.len() < count {
            return Err(Refusal::BufferTooSmall);
        }
        for (handle, held) in self.cspaces.held(index) {
            let Some(place) = places.next() else { break };
            let record = HeldRecord {
                handle,
                kind: held.object.kind(),
                rights: held.rights,
                badge: held.badge,
                object: held.object.word(),
                from: self.origin(index, handle),
            };
            place.copy_from_slice(&record.encode());
        }
        let moved = (count * HeldRecord::BYTES) as u64;
        Ok(Outcome { answer: Answer::Now(count as u64), moved })
    }

    /// The id of the actor from whose capability this one was derived; 0 is the kernel.
    fn origin(&self, index: usize, handle: Handle) -> u64 {
        let source = self.cspaces.source(index, handle);
        let actor = source.and_then(|(index, _)| self.actors[index].as_ref());
        actor.map_or(0, |actor| actor.id.word())
    }
}

/// The name in the options, if it is one.
fn name_of(options: &SpawnOptions) -> Result<&str, Refusal> {
    let end = options.name.iter().position(|byte| *byte == 0).unwrap_or(options.name.len());
    let name = text(&options.name[..end])?;
    if name.is_empty() { Err(Refusal::Invalid) } else { Ok(name) }
}

fn child_spec(options: &SpawnOptions) -> ChildSpec {
    let shutdown = match options.shutdown_ms {
        0 => Shutdown::Kill,
        SpawnOptions::SHUTDOWN_WAIT => Shutdown::Wait,
        millis => Shutdown::After(Duration::from_millis(u64::from(millis))),
    };
    ChildSpec { restart: options.restart, shutdown }
}
