//! Everything a call may reach: actors, capabilities, mailboxes, timers and the trace.
//!
//! The state knows no engine and no board. While an actor runs, the engine holds the state and
//! answers calls from it (`invoke`); what needs an engine or a board leaves as a [`Left`].

use abi::flash::FlashInfo;
use abi::graphics::FramebufferInfo;
use abi::handle::Handle;
use abi::object::ObjectKind;
use abi::process::ProcessRecord;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use crate::actor::Activity;
use crate::actor::Actor;
use crate::actor::Buffer;
use crate::actor::FlashJob;
use crate::actor::Job;
use crate::actor::Lay;
use crate::actor::Renewal;
use crate::actor::Turn;
use crate::call::Call;
use crate::call::CallName;
use crate::capability::Capability;
use crate::capability::MemoryRange;
use crate::capability::Object;
use crate::console::Console;
use crate::cspace::Cspaces;
use crate::cspace::Place;
use crate::engine::Wasm;
use crate::fault::ExitReason;
use crate::flash::Turns;
use crate::headroom::is_left_beside;
use crate::id::ActorId;
use crate::limits::ENTROPY_BYTES;
use crate::limits::TRACE_PAYLOAD_MAX;
use crate::lock::Locks;
use crate::mailbox::Envelope;
use crate::manifest::Manifest;
use crate::manifest::SupervisorSpec;
use crate::namespace::Namespace;
use crate::region::Regions;
use crate::role::Role;
use crate::role::Use;
use crate::schedule::Schedule;
use crate::supervisor::SupervisorId;
use crate::supervisor::Tree;
use crate::time::Instant;
use crate::timer::Timers;
use crate::trace::Record;
use crate::trace::Trace;
use crate::trace::What;

/// Where a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In the memory of the caller.
    Own(Buffer),
    /// In memory that it was granted.
    Granted(MemoryRange),
}

/// Why a running actor left the engine, apart from fuel and faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// It waits for a message.
    Receive {
        /// Where the message goes.
        lay: Lay,
        /// No longer than this.
        deadline: Option<Instant>,
    },
    /// It waits for the answer to a call that is on its way.
    Call {
        /// How it goes on with the answer.
        turn: Turn,
        /// No longer than this.
        deadline: Option<Instant>,
    },
    /// It waits for a lock; it is in the lock's queue.
    Lock(u16),
    /// It waits for an interrupt.
    Interrupt(u8),
    /// It waits for a moment.
    Sleep(Instant),
    /// It lets others run.
    Yield,
    /// It ends.
    Exit(ExitReason),
    /// It has ended already, by what it did to others.
    Gone,
    /// It makes way for a higher priority; its call is answered with this word.
    Preempted(u64),
    /// It makes an actor: the place is taken, the code is yet to be looked at.
    Spawn {
        /// The module.
        wasm: Source,
        /// Where the new actor will be.
        place: usize,
        /// Its supervisor.
        supervisor: SupervisorId,
        /// Whether it is linked to its maker.
        is_linked: bool,
        /// Bytes of memory that it may have beyond what its module starts with, or what its part says
        /// in all.
        beyond: Option<usize>,
        /// Whether the result is the child's id; else it is the child's handle.
        is_plain: bool,
    },
    /// It gives the actor of a place other code, which is yet to be looked at.
    Reload {
        /// The module.
        wasm: Source,
        /// Whose.
        place: usize,
    },
    /// It draws: bytes of its memory to a byte of the screen.
    Draw {
        /// Where on the screen.
        offset: usize,
        /// What.
        pixels: Buffer,
    },
    /// It shows what it has drawn.
    Flush,
    /// It wants something of the flash.
    Flash(FlashJob),
    /// It drives an output.
    Pin {
        /// Which one.
        pin: u8,
        /// Its level.
        high: bool,
    },
    /// It reads or writes an I/O port.
    Port {
        /// Which one.
        port: u16,
        /// How wide: 1, 2 or 4 bytes.
        bytes: u8,
        /// What to write; `None` reads.
        value: Option<u32>,
    },
}

/// Everything but the engine and the instances.
#[derive(Clone)]
pub(crate) struct State {
    /// What the caller said the time is; constant within a slice.
    pub(crate) now: Instant,
    /// Slices begun since boot.
    pub(crate) slice: u64,
    /// Whose slice it is.
    pub(crate) current: usize,
    /// What the node is called.
    pub(crate) identity: String,
    /// The actors by place; `None` is nobody.
    pub(crate) actors: Vec<Option<Box<Actor>>>,
    /// What the actor of a place is, in all its lives; `None` is a free place.
    pub(crate) roles: Vec<Option<Box<Role>>>,
    /// How many lives a place has seen.
    pub(crate) lives: Vec<u32>,
    /// Places of no role, the next to be given out last.
    pub(crate) vacant: Vec<u16>,
    /// Places whose actor has ended and whose instance has yet to be dropped.
    pub(crate) ended: Vec<usize>,
    /// How many actors live.
    pub(crate) living: usize,
    /// Bytes of linear memory that no actor has.
    pub(crate) arena: usize,
    /// Who holds what.
    pub(crate) cspaces: Cspaces,
    /// What the hidden capabilities are for, by slot.
    pub(crate) uses: Vec<Use>,
    /// The roots of what a board has.
    pub(crate) devices: Vec<Place>,
    /// Who could run.
    pub(crate) schedule: Schedule,
    /// Who waits for a moment.
    pub(crate) timers: Timers,
    /// Who is to be started again.
    pub(crate) supervision: Tree,
    /// What the supervisors are called.
    pub(crate) supervisors: Vec<String>,
    /// Which names there are: each stands for a slot of the hidden cspace.
    pub(crate) namespace: Namespace,
    /// The prefixes that namespace capabilities have.
    pub(crate) prefixes: Vec<String>,
    /// Who holds which lock, and who waits.
    pub(crate) locks: Locks,
    /// The roots of the locks by number.
    pub(crate) lock_roots: Vec<Option<Place>>,
    /// Interrupts that came and that nobody has waited for, by line.
    pub(crate) interrupts: BTreeMap<u8, u64>,
    /// Memory that can be granted.
    pub(crate) regions: Regions,
    /// What happened.
    pub(crate) trace: Trace,
    /// What is on its way to the serial line.
    pub(crate) console: Console,
    /// The shape of the flash.
    pub(crate) flash_shape: Option<FlashInfo>,
    /// Whose turn it is with it.
    pub(crate) flash: Turns,
    /// Size and layout of the screen.
    pub(crate) screen: Option<FramebufferInfo>,
    /// Bit n: input n is high.
    pub(crate) pins: u64,
    /// Unpredictable bytes.
    pub(crate) entropy: VecDeque<u8>,
    /// Why the running actor left the engine.
    pub(crate) left: Option<Left>,
    /// Whether somebody of a higher priority than the running actor's became ready in its slice.
    pub(crate) is_outranked: bool,
    /// Logical instructions that the running call costs beside the usual.
    pub(crate) toll: u64,
    /// Whose priority has yet to be looked at; empty between two calls.
    pub(crate) lending: Vec<usize>,
    /// Who has yet to be told about a lock; empty between two calls.
    pub(crate) heirs: Vec<usize>,
    /// Calls answered since boot.
    pub(crate) calls: u64,
    /// Inputs taken since boot.
    pub(crate) inputs: u64,
    /// Plain spawns since boot: each has its number in its name.
    pub(crate) spawned: u64,
    /// Whether power has gone: nobody is started any more.
    pub(crate) is_off: bool,
}

impl State {
    /// A state with room for the actors of a manifest and nothing in it.
    pub(crate) fn new(
        manifest: &Manifest,
        screen: Option<FramebufferInfo>,
        flash_shape: Option<FlashInfo>,
    ) -> State {
        let places = manifest.places;
        State {
            now: Instant::ZERO,
            slice: 0,
            current: 0,
            identity: manifest.identity.clone(),
            actors: (0..places).map(|_| None).collect(),
            roles: (0..places).map(|_| None).collect(),
            lives: alloc::vec![0; places],
            // There are fewer places than a word of 16 bits counts.
            vacant: (0..places as u16).rev().collect(),
            ended: Vec::new(),
            living: 0,
            arena: manifest.arena,
            cspaces: Cspaces::new(places),
            uses: Vec::new(),
            devices: Vec::new(),
            schedule: Schedule::new(places),
            timers: Timers::new(places),
            supervision: Tree::new(places, manifest.supervisors.len() + 1, SupervisorSpec::ROOT),
            supervisors: alloc::vec![String::from("root")],
            namespace: Namespace::default(),
            prefixes: manifest.prefixes().into_iter().map(String::from).collect(),
            locks: Locks::new(places),
            lock_roots: Vec::new(),
            interrupts: BTreeMap::new(),
            regions: Regions::new(&manifest.regions),
            trace: Trace::new(manifest.trace),
            console: Console::default(),
            flash_shape,
            flash: Turns::new(places),
            screen,
            pins: 0,
            entropy: VecDeque::with_capacity(ENTROPY_BYTES),
            left: None,
            is_outranked: false,
            toll: 0,
            lending: Vec::new(),
            heirs: Vec::new(),
            calls: 0,
            inputs: 0,
            spawned: 0,
            is_off: false,
        }
    }

    /// The bytes of a module that the running actor showed.
    pub(crate) fn module<'a>(&'a self, source: Source, memory: &'a [u8]) -> Wasm<'a> {
        match source {
            Source::Own(buffer) => Wasm::Passing(buffer.of(memory)),
            Source::Granted(range) => match self.regions.lasting(range) {
                Some(bytes) => Wasm::Lasting(bytes),
                None => Wasm::Passing(self.regions.bytes(range)),
            },
        }
    }

    /// The actor whose slice it is.
    pub(crate) fn running(&mut self) -> &mut Actor {
        self.actors[self.current].as_mut().expect("a running actor is alive")
    }

    /// What the actor whose slice it is is called.
    pub(crate) fn running_name(&self) -> &str {
        &self.roles[self.current].as_ref().expect("a running actor plays a role").part.name
    }

    /// Every actor that lives, from this one in the order of their places on, as the process table
    /// shows it.
    pub(crate) fn processes(&self, first: usize) -> impl Iterator<Item = ProcessRecord> + '_ {
        let all = self.roles.iter().zip(&self.actors);
        let living = all.filter_map(|(role, actor)| Some((role.as_ref()?, actor.as_ref()?)));
        living
            .skip(first)
            .map(|(role, actor)| role.record(actor, self.supervision.restarts(actor.id.index())))
    }

    /// The actor with this id, if it lives.
    pub(crate) fn alive(&self, id: ActorId) -> Option<&Actor> {
        self.actors[id.index()].as_deref().filter(|actor| actor.id == id)
    }

    /// The same, to be changed.
    pub(crate) fn alive_mut(&mut self, id: ActorId) -> Option<&mut Actor> {
        self.actors[id.index()].as_deref_mut().filter(|actor| actor.id == id)
    }

    /// The actor that this word names, if it lives.
    pub(crate) fn alive_word(&self, word: u64) -> Option<&Actor> {
        let index = usize::try_from(word & u64::from(u32::MAX)).ok()?;
        self.actors.get(index)?.as_deref().filter(|actor| actor.id.word() == word)
    }

    /// Whether the running actor can be given something new: it needs a slot for it, and the kernel
    /// memory.
    pub(crate) fn may_make(&mut self) -> Result<(), Refusal> {
        self.cspaces.make_room(self.current)?;
        if !is_left_beside(0) || !self.cspaces.make_hidden_room(1) {
            return Err(Refusal::NoRoom);
        }
        Ok(())
    }

    /// Writes what the running actor did into the trace.
    pub(crate) fn record(&mut self, what: What, text: &[u8]) {
        let actor = self.actors[self.current].as_ref().map(|actor| actor.id);
        self.record_of(actor, what, text);
    }

    /// Writes what somebody did into the trace.
    pub(crate) fn record_of(&mut self, actor: Option<ActorId>, what: What, text: &[u8]) {
        self.trace.push(Record { at: self.now, slice: self.slice, actor, what }, text);
    }

    /// The running actor's capability of this handle, if it has these rights.
    pub(crate) fn held(&self, handle: Handle, rights: Rights) -> Result<Capability, Refusal> {
        let capability = self.cspaces.get(self.current, handle)?;
        if rights.is_within(capability.rights) { Ok(capability) } else { Err(Refusal::NoRight) }
    }

    /// The running actor's capability of this handle, or, if the call's personality knows none, its
    /// first one of this kind with these rights.
    pub(crate) fn held_kind(
        &self,
        handle: Handle,
        kind: ObjectKind,
        rights: Rights,
    ) -> Result<(Handle, Capability), Refusal> {
        if handle == Call::SUITABLE {
            let mut held = self.cspaces.held(self.current);
            let suits = |capability: &Capability| {
                capability.object.kind() == kind && rights.is_within(capability.rights)
            };
            return held.find(|(_, capability)| suits(capability)).ok_or(Refusal::NoCapability);
        }
        if self.held(handle, Rights::NONE)?.object.kind() != kind {
            return Err(Refusal::WrongObject);
        }
        Ok((handle, self.held(handle, rights)?))
    }

    /// The running actor's first capability to an actor with these rights, by the actor's id.
    pub(crate) fn held_actor(&self, word: u64, rights: Rights) -> Result<Capability, Refusal> {
        self.actor_in(self.current, word, rights).ok_or(Refusal::NoCapability)
    }

    /// The first capability in a cspace by which messages to this actor can be sent.
    pub(crate) fn actor_in(&self, space: usize, word: u64, rights: Rights) -> Option<Capability> {
        let mut held = self.cspaces.held(space).map(|(_, capability)| capability);
        held.find(|capability| {
            rights.is_within(capability.rights)
                && matches!(capability.object, Object::Endpoint(_) | Object::Child(_))
                && capability.object.actor().is_some_and(|id| id.word() == word)
        })
    }

    /// Whether there is something for an actor to receive.
    pub(crate) fn has_mail(&self, index: usize) -> bool {
        let notice = self.cspaces.next_notice(index);
        let actor = self.actors[index].as_ref().expect("a living actor has a mailbox");
        let mailbox = &actor.mailbox;
        actor.is_asked
            || actor.renewal == Renewal::Announced
            || !mailbox.is_empty()
            || notice.is_some_and(|after| after <= mailbox.taken())
    }

    /// A device did not do what it was asked; the word is the answer.
    pub(crate) fn refuse_device(&mut self, call: CallName) -> u64 {
        self.refuse(call, Refusal::NotAvailable)
    }

    /// A call is refused after all; the word is the answer.
    pub(crate) fn refuse(&mut self, call: CallName, refusal: Refusal) -> u64 {
        self.record(What::Refuse { call, refusal }, &[]);
        refusal.word()
    }

    /// Puts a message into a mailbox that has room for it and wakes its owner.
    pub(crate) fn post(&mut self, to: usize, envelope: Envelope, payload: &[u8]) {
        let actor = self.actors[to].as_mut().expect("the mailbox of a living actor");
        actor.mailbox.push(envelope, payload);
        self.wake(to);
    }

    /// Lets an actor that waits for messages go on with its turn.
    pub(crate) fn wake(&mut self, index: usize) {
        let actor = self.actors[index].as_ref().expect("a living actor is woken");
        if actor.activity == Activity::Waiting {
            self.make_ready(index);
        }
    }

    /// Lets an actor that waits for something else go on: its call returns this word.
    pub(crate) fn finish(&mut self, index: usize, word: u64) {
        let actor = self.actors[index].as_mut().expect("a living actor is woken");
        assert!(actor.activity != Activity::Ready, "who is ready waits for nothing");
        actor.turn = Turn::Answer(word);
        self.make_ready(index);
    }

    /// Puts an actor that waited behind the others of its priority.
    pub(crate) fn make_ready(&mut self, index: usize) {
        let actor = self.actors[index].as_mut().expect("a living actor is woken");
        actor.activity = Activity::Ready;
        let effective = actor.effective;
        self.timers.cancel(index);
        self.schedule.push_back(index, effective);
        let running = self.actors[self.current].as_ref();
        self.is_outranked |= running.is_some_and(|running| running.effective < effective);
    }

    /// Whether an actor holds something derived from this.
    pub(crate) fn is_held_by_actor(&self, root: Place) -> bool {
        let mut cursor = root;
        while let Some(place) = self.cspaces.next_descendant(root, cursor) {
            if place.space() < self.actors.len() {
                return true;
            }
            cursor = place;
        }
        false
    }

    /// The file call that an actor is in the middle of.
    pub(crate) fn job(&self, index: usize) -> Option<Job> {
        match self.actors[index].as_ref()?.turn {
            Turn::File(job) => Some(job),
            _ => None,
        }
    }
}

/// As much of a payload as its trace record keeps.
pub(crate) fn excerpt(payload: &[u8]) -> &[u8] {
    &payload[..payload.len().min(TRACE_PAYLOAD_MAX)]
}
