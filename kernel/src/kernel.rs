//! The kernel: one struct that owns all, one door that moves it.

use abi::object::ObjectKind;
use abi::process::ProcessRecord;
use alloc::boxed::Box;
use alloc::vec::Vec;
use embedded_hal::digital::OutputPin;
use embedded_hal::digital::PinState;

use crate::actor::Activity;
use crate::actor::Buffer;
use crate::actor::Turn;
use crate::authority::Held;
use crate::authority::held;
use crate::boot::BootError;
use crate::boot::is_held;
use crate::boot::populate;
use crate::call::CallName;
use crate::device::Board;
use crate::device::Framebuffer;
use crate::engine::Engine;
use crate::engine::Entry;
use crate::engine::Exit;
use crate::engine::Instance;
use crate::event::Event;
use crate::fault::ExitReason;
use crate::limits::BYTES_PER_FUEL;
use crate::limits::EVENTS_PER_POLL;
use crate::limits::MESSAGE_MAX;
use crate::limits::SLICE_FUEL;
use crate::manifest::Manifest;
use crate::personality;
use crate::receive::receive;
use crate::state::Left;
use crate::state::State;
use crate::time::Instant;
use crate::trace::Record;
use crate::trace::What;

/// When to call [`Kernel::poll`] again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    instances: Vec<Option<Instance<Box<State>>>>,
    fuel: u64,
}

/// What becomes of the running actor after it left the engine.
enum Step {
    /// It goes on at once, this way.
    On(Turn),
    /// Its slice is over.
    Over,
}

impl Kernel {
    /// Makes the population of the manifest. Nothing runs before the first poll.
    pub fn boot(manifest: &Manifest, board: &mut impl Board) -> Result<Kernel, BootError> {
        let mut engine = Engine::default();
        personality::define(&mut engine);
        let screen = board.framebuffer().map(|screen| screen.info());
        let mut state = Box::new(State::new(manifest, screen));
        let instances = populate(&mut state, &engine, manifest)?;
        Ok(Kernel { state: Some(state), instances, fuel: 0 })
    }

    /// Takes in what happened, at most [`EVENTS_PER_POLL`] events, then runs at most one slice.
    /// `now` never goes back. A board that has more events polls again at once.
    pub fn poll(&mut self, now: Instant, board: &mut impl Board) -> Next {
        let mut state = self.state.take().expect("the state is there between two polls");
        assert!(state.now <= now, "time never goes back");
        state.now = now;
        for _ in 0..EVENTS_PER_POLL {
            let Some(event) = board.event() else { break };
            state.input(event);
            if event == Event::PowerOff {
                self.power_off(&mut state);
            }
        }
        state.wake_due();
        let mut state = match state.schedule.pop() {
            Some(index) => self.slice(state, index, board),
            None => state,
        };
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
        self.state_mut().trace.drain(each);
    }

    /// Records that nobody drained in time.
    pub fn trace_lost(&self) -> u64 {
        self.state().trace.lost()
    }

    /// The actors that live.
    pub fn processes(&self) -> impl Iterator<Item = ProcessRecord> + '_ {
        self.state().actors.iter().flatten().map(|actor| actor.record())
    }

    /// Who can reach what, and through whom.
    pub fn authority(&self) -> impl Iterator<Item = Held> + '_ {
        held(self.state())
    }

    fn state(&self) -> &State {
        self.state.as_ref().expect("the state is there between two polls")
    }

    fn state_mut(&mut self) -> &mut State {
        self.state.as_mut().expect("the state is there between two polls")
    }

    /// Runs an actor until its slice is over.
    fn slice(&mut self, mut state: Box<State>, index: usize, board: &mut impl Board) -> Box<State> {
        let mut instance = self.instances[index].take().expect("a living actor has an instance");
        state.slice += 1;
        state.current = index;
        let mut turn = state.running().turn;
        let budget = match turn {
            Turn::Refuel => instance.fuel() + SLICE_FUEL,
            Turn::Resume(_) => instance.fuel(),
            _ => SLICE_FUEL,
        };
        instance.set_fuel(budget);
        loop {
            let exit;
            (state, exit) = enter(state, &mut instance, turn);
            match settle(&mut state, &mut instance, exit, board) {
                Step::On(next) => turn = next,
                Step::Over => break,
            }
        }
        let used = budget - instance.fuel();
        self.fuel += used;
        if let Some(actor) = &mut state.actors[index] {
            actor.fuel += used;
            actor.memory = instance.memory_size();
            self.instances[index] = Some(instance);
        }
        state
    }

    fn power_off(&mut self, state: &mut State) {
        for index in 0..self.instances.len() {
            if state.actors[index].is_some() {
                state.bury(index, ExitReason::PowerOff);
                self.instances[index] = None;
            }
        }
    }
}

/// Lets an actor go on the way its turn says.
fn enter(
    mut state: Box<State>,
    instance: &mut Instance<Box<State>>,
    turn: Turn,
) -> (Box<State>, Exit) {
    let current = state.current;
    match turn {
        Turn::Start => instance.enter(state, Entry::Start),
        Turn::Answer(word) | Turn::Resume(word) => instance.answer(state, word),
        Turn::Refuel if instance.fuel_required().is_some_and(|need| instance.fuel() < need) => {
            (state, Exit::OutOfFuel)
        }
        Turn::Refuel => instance.refuel(state),
        Turn::Receive(buffer) => {
            let into = buffer.of_mut(instance.memory());
            let word = match receive(&mut state, current, into) {
                Some(Ok(received)) => {
                    charge(instance, received.bytes);
                    received.sender
                }
                Some(Err(refusal)) => refusal.word(),
                None => unreachable!("a receiver is woken by a message"),
            };
            instance.answer(state, word)
        }
        Turn::Handle => {
            // A module without memory learns who sent what, and how long the payload is.
            let mut unseen;
            let start = instance.message_buffer();
            let into = match instance.memory() {
                [] => {
                    unseen = [0; MESSAGE_MAX];
                    &mut unseen[..]
                }
                memory => &mut memory[start..],
            };
            match receive(&mut state, current, into) {
                Some(Ok(received)) => {
                    charge(instance, received.bytes);
                    let (opcode, sender, len) = (received.opcode, received.sender, received.len);
                    instance.enter(state, Entry::Message { opcode, sender, len })
                }
                Some(Err(_)) => unreachable!("the buffer holds the largest message"),
                None => unreachable!("a handler is woken by a message"),
            }
        }
    }
}

fn charge(instance: &mut Instance<Box<State>>, bytes: u64) {
    let fuel = instance.fuel().saturating_sub(bytes / BYTES_PER_FUEL);
    instance.set_fuel(fuel);
}

/// Decides what becomes of the running actor.
fn settle(
    state: &mut State,
    instance: &mut Instance<Box<State>>,
    exit: Exit,
    board: &mut impl Board,
) -> Step {
    match exit {
        Exit::Left => {
            let left = state.left.take().expect("a call says why it left");
            wait(state, instance, left, board)
        }
        Exit::OutOfFuel => {
            state.record(What::Preempt, &[]);
            requeue(state, Turn::Refuel)
        }
        Exit::Finished(answer) if instance.is_handler() && answer != 0 => {
            if !state.running_has_mail() {
                return pause(state, Turn::Handle, Activity::Waiting);
            }
            if instance.fuel() == 0 {
                return requeue(state, Turn::Handle);
            }
            Step::On(Turn::Handle)
        }
        Exit::Finished(_) => end(state, ExitReason::Returned),
        Exit::Faulted(fault) => end(state, ExitReason::Faulted(fault)),
    }
}

/// Does what a call left the engine for.
fn wait(
    state: &mut State,
    instance: &mut Instance<Box<State>>,
    left: Left,
    board: &mut impl Board,
) -> Step {
    match left {
        Left::Receive { buffer, deadline } => {
            if let Some(deadline) = deadline {
                state.timers.set(state.current, deadline);
            }
            pause(state, Turn::Receive(buffer), Activity::Waiting)
        }
        Left::Sleep(until) => {
            state.timers.set(state.current, until);
            state.record(What::Sleep { until }, &[]);
            pause(state, Turn::Answer(0), Activity::Sleeping)
        }
        Left::Yield => requeue(state, Turn::Answer(0)),
        Left::Exit(code) => end(state, ExitReason::Exited(code)),
        Left::Preempted(word) => {
            let actor = state.running();
            actor.turn = Turn::Resume(word);
            let priority = actor.priority;
            state.schedule.push_front(state.current, priority);
            Step::Over
        }
        Left::Draw { offset, pixels } => Step::On(draw(instance, offset, pixels, board)),
        Left::Flush => {
            if let Some(screen) = board.framebuffer() {
                screen.flush();
            }
            state.record(What::Flush, &[]);
            Step::On(Turn::Answer(0))
        }
        Left::Pin { pin, high } => {
            let driven = board.pin(pin).map(|output| output.set_state(PinState::from(high)));
            if !matches!(driven, Some(Ok(()))) {
                let word = state.refuse_device(CallName::PinWrite);
                return Step::On(Turn::Answer(word));
            }
            state.record(What::Pin { pin, high }, &[]);
            Step::On(Turn::Answer(0))
        }
    }
}

fn draw(
    instance: &mut Instance<Box<State>>,
    offset: usize,
    pixels: Buffer,
    board: &mut impl Board,
) -> Turn {
    if let Some(screen) = board.framebuffer() {
        screen.write(offset, pixels.of(instance.memory()));
    }
    Turn::Answer(pixels.len as u64)
}

/// Puts the running actor behind the others of its priority.
fn requeue(state: &mut State, turn: Turn) -> Step {
    let actor = state.running();
    actor.turn = turn;
    let priority = actor.priority;
    state.schedule.push_back(state.current, priority);
    Step::Over
}

/// Lets the running actor wait.
fn pause(state: &mut State, turn: Turn, activity: Activity) -> Step {
    let actor = state.running();
    actor.turn = turn;
    actor.activity = activity;
    Step::Over
}

fn end(state: &mut State, reason: ExitReason) -> Step {
    state.bury(state.current, reason);
    Step::Over
}

fn next_of(state: &State) -> Next {
    if state.schedule.first().is_some() {
        return Next::Now;
    }
    if let Some(at) = state.timers.next() {
        return Next::At(at);
    }
    if state.living == 0 { Next::Halted } else { Next::Idle }
}
