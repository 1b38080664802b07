//! Everything a call may reach: actors, capabilities, mailboxes, timers and the trace.
//!
//! The state knows no engine and no board. While an actor runs, the engine holds the state and
//! answers calls from it (`invoke.rs`); what needs an engine or a board leaves as a [`Left`].

use abi::graphics::FramebufferInfo;
use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::actor::Activity;
use crate::actor::Actor;
use crate::actor::Buffer;
use crate::actor::Turn;
use crate::call::CallName;
use crate::capability::Capability;
use crate::capability::Object;
use crate::console::Console;
use crate::cspace::Cspaces;
use crate::cspace::Place;
use crate::event::Event;
use crate::fault::ExitReason;
use crate::id::ActorId;
use crate::input::Message;
use crate::input::message_of;
use crate::limits::ACTORS_MAX;
use crate::limits::ENTROPY_BYTES;
use crate::limits::TRACE_PAYLOAD_MAX;
use crate::mailbox::Envelope;
use crate::manifest::Manifest;
use crate::manifest::Region;
use crate::schedule::Schedule;
use crate::time::Instant;
use crate::timer::Timers;
use crate::trace::Record;
use crate::trace::Trace;
use crate::trace::What;

/// Why a running actor left the engine, apart from fuel and faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// It waits for a message.
    Receive {
        /// Where the message goes.
        buffer: Buffer,
        /// No longer than this.
        deadline: Option<Instant>,
    },
    /// It waits for a moment.
    Sleep(Instant),
    /// It lets others run.
    Yield,
    /// It ends.
    Exit(i32),
    /// It makes way for a higher priority; its call is answered with this word.
    Preempted(u64),
    /// It draws: bytes of its memory to a byte of the screen.
    Draw {
        /// Where on the screen.
        offset: usize,
        /// What.
        pixels: Buffer,
    },
    /// It shows what it has drawn.
    Flush,
    /// It drives an output.
    Pin {
        /// Which one.
        pin: u8,
        /// Its level.
        high: bool,
    },
}

/// Everything but the engine and the instances.
pub(crate) struct State {
    /// What the caller said the time is; constant within a slice.
    pub(crate) now: Instant,
    /// Slices begun since boot.
    pub(crate) slice: u64,
    /// Whose slice it is.
    pub(crate) current: usize,
    /// The actors by index; `None` is a free place.
    pub(crate) actors: Vec<Option<Actor>>,
    /// How many of them live.
    pub(crate) living: usize,
    /// Who holds what.
    pub(crate) cspaces: Cspaces,
    /// The roots of what a board has.
    pub(crate) devices: Vec<Place>,
    /// Who could run.
    pub(crate) schedule: Schedule,
    /// Who waits for a moment.
    pub(crate) timers: Timers,
    /// Memory that can be granted.
    pub(crate) regions: Vec<Region>,
    /// What happened.
    pub(crate) trace: Trace,
    /// What is on its way to the serial line.
    pub(crate) console: Console,
    /// Size and layout of the screen.
    pub(crate) screen: Option<FramebufferInfo>,
    /// Bit n: input n is high.
    pub(crate) pins: u64,
    /// Unpredictable bytes.
    pub(crate) entropy: VecDeque<u8>,
    /// Why the running actor left the engine.
    pub(crate) left: Option<Left>,
    /// Inputs taken since boot.
    pub(crate) inputs: u64,
}

impl State {
    /// A state with room for the actors of a manifest and nothing in it.
    pub(crate) fn new(manifest: &Manifest, screen: Option<FramebufferInfo>) -> State {
        let actors = manifest.actors.len().min(ACTORS_MAX);
        State {
            now: Instant::ZERO,
            slice: 0,
            current: 0,
            actors: (0..actors).map(|_| None).collect(),
            living: 0,
            cspaces: Cspaces::new(actors),
            devices: Vec::new(),
            schedule: Schedule::new(actors),
            timers: Timers::new(actors),
            regions: manifest.regions.clone(),
            trace: Trace::new(manifest.trace),
            console: Console::default(),
            screen,
            pins: 0,
            entropy: VecDeque::with_capacity(ENTROPY_BYTES),
            left: None,
            inputs: 0,
        }
    }

    /// The actor whose slice it is.
    pub(crate) fn running(&mut self) -> &mut Actor {
        self.actors[self.current].as_mut().expect("a running actor is alive")
    }

    /// The actor with this id, if it lives.
    pub(crate) fn alive(&self, id: ActorId) -> Option<&Actor> {
        self.actors[id.index()].as_ref().filter(|actor| actor.id == id)
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

    /// The first capability of the running actor to this object, with these rights. For calls that
    /// name no handle.
    pub(crate) fn held_object(&self, object: Object, rights: Rights) -> Result<(), Refusal> {
        let mut held = self.cspaces.held(self.current);
        let suits = |capability: &Capability| {
            capability.object == object && rights.is_within(capability.rights)
        };
        if held.any(|(_, capability)| suits(&capability)) {
            Ok(())
        } else {
            Err(Refusal::NoCapability)
        }
    }

    /// Whether there is something for the running actor to receive.
    pub(crate) fn running_has_mail(&mut self) -> bool {
        let notice = self.cspaces.next_notice(self.current);
        let mailbox = &self.running().mailbox;
        !mailbox.is_empty() || notice.is_some_and(|after| after <= mailbox.taken())
    }

    /// A device did not do what it was asked; the word is the answer.
    pub(crate) fn refuse_device(&mut self, call: CallName) -> u64 {
        let refusal = Refusal::NotAvailable;
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
        let actor = self.actors[index].as_mut().expect("a living actor is woken");
        if actor.activity == Activity::Waiting {
            actor.activity = Activity::Ready;
            self.timers.cancel(index);
            self.schedule.push_back(index, actor.priority);
        }
    }

    /// Lets every actor go on whose moment has come.
    pub(crate) fn wake_due(&mut self) {
        while let Some(index) = self.timers.pop_due(self.now) {
            let actor = self.actors[index].as_mut().expect("timers die with their actor");
            let word = match actor.activity {
                Activity::Waiting => Refusal::Timeout.word(),
                Activity::Sleeping => 0,
                Activity::Ready => unreachable!("an actor that is ready waits for no moment"),
            };
            actor.activity = Activity::Ready;
            actor.turn = Turn::Answer(word);
            self.schedule.push_back(index, actor.priority);
        }
    }

    /// Tells every holder of a device what happened to it.
    pub(crate) fn input(&mut self, event: Event) {
        self.inputs += 1;
        self.record_of(None, What::Input(event), &[]);
        let Some(message) = message_of(&event) else {
            return self.absorb(event);
        };
        let mut told = false;
        for device in 0..self.devices.len() {
            let root = self.devices[device];
            if !message.object.is_within(&self.cspaces.at(root).object) {
                continue;
            }
            let mut cursor = root;
            while let Some(place) = self.cspaces.next_descendant(root, cursor) {
                cursor = place;
                let capability = self.cspaces.at(place);
                let reads = Rights::READ.is_within(capability.rights);
                if reads && message.object.is_within(&capability.object) {
                    told |= self.tell(place.space, capability.badge, &message);
                }
            }
        }
        if !told {
            self.record_of(None, What::Overrun(event), &[]);
        }
    }

    /// Takes in what is not for actors.
    fn absorb(&mut self, event: Event) {
        if let Event::Entropy(bytes) = event {
            let room = ENTROPY_BYTES - self.entropy.len();
            self.entropy.extend(bytes.iter().take(room));
        }
    }

    /// Puts an input into one mailbox; says whether it is there.
    fn tell(&mut self, index: usize, badge: u64, message: &Message) -> bool {
        let inputs = self.inputs;
        let actor = self.actors[index].as_mut().expect("only the living hold capabilities");
        if actor.input_seen == inputs {
            return true;
        }
        if !actor.mailbox.has_room_for(message.payload().len()) {
            return false;
        }
        actor.input_seen = inputs;
        let opcode = message.opcode;
        let envelope = Envelope { sender: None, badge, opcode, capability: None };
        self.post(index, envelope, message.payload());
        true
    }

    /// Ends an actor: all that it held goes, all that derives from its objects is revoked, and
    /// whoever could send to it will be told.
    pub(crate) fn bury(&mut self, index: usize, reason: ExitReason) {
        let actor = self.actors[index].take().expect("one dies once");
        self.record_of(Some(actor.id), What::Exit(reason), &[]);
        self.schedule.remove(index);
        self.timers.cancel(index);
        self.living -= 1;
        let held = self.cspaces.clear(index);
        let (revoked, told) = self.revoke_endpoint(&actor);
        let unread = actor.mailbox.len() as u32;
        self.record_of(Some(actor.id), What::Release { held, revoked, unread, told }, &[]);
    }

    fn revoke_endpoint(&mut self, dead: &Actor) -> (u32, u32) {
        let mut revoked = 0;
        let State { cspaces, actors, .. } = self;
        let mut told = Vec::new();
        cspaces.revoke(dead.endpoint, |cspaces, place, capability| {
            revoked += 1;
            let could_send = Rights::WRITE.is_within(capability.rights);
            let Some(holder) = &actors[place.space] else { return };
            if could_send && cspaces.bury(place, dead.id, holder.mailbox.arrived()) {
                told.push(place.space);
            }
        });
        cspaces.uproot(dead.endpoint);
        for holder in &told {
            self.wake(*holder);
        }
        (revoked, told.len() as u32)
    }
}

/// As much of a payload as its trace record keeps.
pub(crate) fn excerpt(payload: &[u8]) -> &[u8] {
    &payload[..payload.len().min(TRACE_PAYLOAD_MAX)]
}
