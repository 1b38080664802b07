//! The kernel: one struct that owns all, one door that moves it.

use abi::object::ObjectKind;
use abi::process::ProcessRecord;
use alloc::boxed::Box;
use alloc::string::ToString;

use crate::account::Account;
use crate::authority::Held;
use crate::authority::held;
use crate::boot::BootError;
use crate::boot::is_held;
use crate::boot::populate;
use crate::crew::Crew;
use crate::device::Board;
use crate::device::Framebuffer;
use crate::device::flash_shape;
use crate::engine::Engine;
use crate::event::Event;
use crate::fault::ExitReason;
use crate::foundry::Foundry;
use crate::limits::EVENTS_PER_POLL;
use crate::manifest::Manifest;
use crate::slice::slice;
use crate::state::State;
use crate::supervisor::Action;
use crate::supervisor::ChildId;
use crate::time::Instant;
use crate::trace::Record;
use crate::trace::What;

/// When to call [`Kernel::poll`] again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Next {
    /// At once: somebody is ready.
    Now,
    /// At this instant, or when an event comes.
    At(Instant),
    /// When an event comes: nothing else can happen.
    Idle,
    /// Never: every actor is dead.
    Halted,
}

/// The whole kernel.
pub struct Kernel {
    /// There whenever no actor runs.
    state: Option<Box<State>>,
    crew: Crew,
    fuel: u64,
}

impl Kernel {
    /// Makes the population of the manifest. Nothing runs before the first poll.
    pub fn boot(manifest: &Manifest, board: &mut impl Board) -> Result<Kernel, BootError> {
        Kernel::boot_from(manifest, board, &Foundry::frugal(manifest.engine))
    }

    /// The same with the engine of a foundry, in the place of the manifest's.
    pub fn boot_from(
        manifest: &Manifest,
        board: &mut impl Board,
        foundry: &Foundry,
    ) -> Result<Kernel, BootError> {
        Kernel::boot_on(manifest, board, foundry.engine())
    }

    fn boot_on(
        manifest: &Manifest,
        board: &mut impl Board,
        engine: Engine<Box<State>>,
    ) -> Result<Kernel, BootError> {
        let screen = board.framebuffer().map(|screen| screen.info());
        let shape = flash_shape(board);
        let mut state = Box::new(State::new(manifest, screen, shape));
        let mut crew = Crew::new(state.actors.len(), engine);
        populate(&mut state, &mut crew, manifest)?;
        Ok(Kernel { state: Some(state), crew, fuel: 0 })
    }

    /// Another kernel that goes on from here as this one does: given the same calls, both do the
    /// same. `None` if its actors run on an engine that cannot copy them.
    pub fn fork(&self) -> Option<Kernel> {
        Some(Kernel { state: self.state.clone(), crew: self.crew.fork()?, fuel: self.fuel })
    }

    /// Whether a library was refused because modules run in place: the one thing that makes a story
    /// depend on the engine.
    pub fn has_refused_library(&self) -> bool {
        self.crew.has_refused_library()
    }

    /// Takes in what happened, at most [`EVENTS_PER_POLL`] events, does what supervisors decided,
    /// then runs at most one slice. `now` never goes back. A board that has more events polls again
    /// at once.
    pub fn poll(&mut self, now: Instant, board: &mut impl Board) -> Next {
        let mut state = self.state.take().expect("the state is there between two polls");
        assert!(state.now <= now, "time never goes back");
        state.now = now;
        for _ in 0..EVENTS_PER_POLL {
            let Some(event) = board.event() else { break };
            state.input(event);
            if event == Event::PowerOff {
                power_off(&mut state);
            }
        }
        state.wake_due();
        if !state.is_off {
            state.supervision.wake(now);
            self.supervise(&mut state);
        }
        let mut state = match state.schedule.pop() {
            Some(index) => {
                let (state, fuel) = slice(state, &mut self.crew, index, board);
                self.fuel += fuel;
                state
            }
            None => state,
        };
        self.drop_ended(&mut state);
        let lost = state.console.take_lost();
        if lost != 0 {
            state.record_of(None, What::LogLost { bytes: lost }, &[]);
        }
        state.console.drain(board.serial());
        if state.entropy.is_empty() && is_held(&state, ObjectKind::Entropy) {
            board.request_entropy();
        }
        let next = next_of(&state);
        self.state = Some(state);
        next
    }

    /// Logical instructions executed since boot.
    pub fn fuel(&self) -> u64 {
        self.fuel
    }

    /// Takes every trace record out, oldest first; its text comes in two parts.
    pub fn drain_trace(&mut self, each: impl FnMut(&Record, &[u8], &[u8])) {
        let state = self.state.as_mut().expect("the state is there between two polls");
        state.trace.drain(each);
    }

    /// Records that nobody drained in time.
    pub fn trace_lost(&self) -> u64 {
        self.state().trace.lost()
    }

    /// The actors that live.
    pub fn processes(&self) -> impl Iterator<Item = ProcessRecord> + '_ {
        self.state().processes(0)
    }

    /// Calls answered since boot.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// What is in use: everything that must be as it was once what took it is gone.
    pub fn account(&self) -> Account {
        let (codes, bodies) = self.crew.count();
        self.state().account(codes, bodies)
    }

    /// Who can reach what, and through whom.
    pub fn authority(&self) -> impl Iterator<Item = Held> + '_ {
        held(self.state())
    }

    fn state(&self) -> &State {
        self.state.as_ref().expect("the state is there between two polls")
    }

    /// Does what supervisors decided, up to the first start: starting takes time.
    fn supervise(&mut self, state: &mut Box<State>) {
        while let Some(action) = state.supervision.next_action() {
            match action {
                Action::Ask { place, deadline } => {
                    let actor = state.actors[place].as_mut().expect("who is asked lives");
                    actor.is_asked = true;
                    let id = actor.id;
                    state.record_of(Some(id), What::Shutdown { deadline }, &[]);
                    state.wake(place);
                }
                Action::Kill { place } => state.bury(place, ExitReason::Killed),
                Action::Start { place } => {
                    self.drop_ended(state);
                    return self.start(state, place);
                }
                Action::WillStart { child: ChildId::Actor(place), at } => {
                    let life = state.roles[place].as_ref().map(|role| role.life);
                    state.record_of(life, What::Restart { at }, &[]);
                }
                Action::WillStart { child: ChildId::Supervisor(below), at } => {
                    let name = state.supervisors[usize::from(below.number())].clone();
                    state.record_of(None, What::Restart { at }, name.as_bytes());
                }
                Action::GiveUp { supervisor } => {
                    let name = state.supervisors[usize::from(supervisor.number())].clone();
                    state.record_of(None, What::GiveUp, name.as_bytes());
                }
                Action::Forget { place } => {
                    self.drop_ended(state);
                    state.vacate(place);
                    self.crew.drop_code(place);
                }
            }
        }
    }

    /// Begins the next life of an actor.
    fn start(&mut self, state: &mut State, place: usize) {
        let role = state.roles[place].as_ref().expect("who is started again plays a role");
        let (memory, life) = (role.part.memory, role.life);
        let made = self.crew.make(place, memory).map_err(|error| error.to_string());
        let has_life_left = state.has_life_left(place);
        let made = made.and_then(|()| has_life_left.then_some(()).ok_or("no life left".into()));
        if let Err(error) = made {
            self.crew.drop_body(place);
            state.record_of(Some(life), What::StartFailed, error.as_bytes());
            state.supervision.started(place, false, state.now);
            return;
        }
        let (is_idle, memory) = self.crew.shape(place);
        self.fuel += self.crew.start_fuel(place);
        state.settle(place, is_idle, memory);
        state.give(place);
        state.supervision.started(place, true, state.now);
    }

    fn drop_ended(&mut self, state: &mut State) {
        while let Some(place) = state.ended.pop() {
            self.crew.drop_body(place);
        }
    }
}

fn power_off(state: &mut State) {
    state.is_off = true;
    for index in 0..state.actors.len() {
        if state.actors[index].is_some() {
            state.bury(index, ExitReason::PowerOff);
        }
    }
}

fn next_of(state: &State) -> Next {
    if state.schedule.first().is_some() {
        return Next::Now;
    }
    if state.is_off {
        return Next::Halted;
    }
    if state.supervision.has_actions() {
        return Next::Now;
    }
    let moments = [state.timers.next(), state.supervision.next_wake()];
    if let Some(at) = moments.into_iter().flatten().min() {
        return Next::At(at);
    }
    if state.living == 0 { Next::Halted } else { Next::Idle }
}
