//! One slice of one actor: entered, left, settled and entered again, until its fuel is used up, it
//! waits, or it is over.

use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::boxed::Box;
use alloc::string::ToString;
use embedded_hal::digital::OutputPin;
use embedded_hal::digital::PinState;

use crate::actor::Activity;
use crate::actor::Buffer;
use crate::actor::Lay;
use crate::actor::Turn;
use crate::body::Body;
use crate::call::CallName;
use crate::capability::Capability;
use crate::capability::Object;
use crate::crew::Crew;
use crate::cspace::Place;
use crate::device::Board;
use crate::device::Framebuffer;
use crate::engine::Entry;
use crate::engine::Exit;
use crate::fault::ExitReason;
use crate::id::ActorId;
use crate::limits::BYTES_PER_FUEL;
use crate::limits::MESSAGE_MAX;
use crate::limits::PLAIN_HEAP;
use crate::limits::SLICE_FUEL;
use crate::receive::receive;
use crate::receive::receive_answer;
use crate::state::Left;
use crate::state::State;
use crate::trace::What;

/// What becomes of the running actor after it left the engine.
enum Step {
    /// It goes on at once, this way.
    On(Turn),
    /// Its slice is over.
    Over,
}

/// What an actor runs with during its slice, beside the state.
struct Stage<'a, B> {
    crew: &'a mut Crew,
    body: Body,
    board: &'a mut B,
    /// Fuel used beside the actor's own: that of making another.
    extra: u64,
}

/// Runs an actor until its slice is over; says what fuel that took.
pub(crate) fn slice(
    mut state: Box<State>,
    crew: &mut Crew,
    index: usize,
    board: &mut impl Board,
) -> (Box<State>, u64) {
    let body = crew.take(index);
    let mut stage = Stage { crew, body, board, extra: 0 };
    state.slice += 1;
    state.current = index;
    state.is_outranked = false;
    let actor = state.running();
    let mut turn = actor.turn;
    let budget = match turn {
        Turn::Refuel => stage.body.fuel() + SLICE_FUEL,
        Turn::Resume(_) => stage.body.fuel(),
        _ => SLICE_FUEL,
    };
    let allowed = actor.preempt_at.map_or(u64::MAX, |at| at.saturating_sub(actor.fuel));
    let budget = budget.min(allowed);
    stage.body.set_fuel(budget);
    loop {
        let exit;
        (state, exit) = enter(state, &mut stage.body, turn);
        match settle(&mut state, &mut stage, exit) {
            Step::On(next) => turn = next,
            Step::Over => break,
        }
    }
    let Stage { crew, body, extra, .. } = stage;
    let used = budget.saturating_sub(body.fuel());
    if let Some(actor) = &mut state.actors[index] {
        actor.fuel += used;
        actor.memory = body.memory_size();
        crew.put(index, body);
    }
    (state, used + extra)
}

/// Lets an actor go on the way its turn says.
fn enter(mut state: Box<State>, body: &mut Body, turn: Turn) -> (Box<State>, Exit) {
    let current = state.current;
    match turn {
        Turn::Start => body.enter(state, Entry::Start),
        Turn::Answer(word) | Turn::Resume(word) => body.answer(state, word),
        Turn::Refuel if body.fuel_required().is_some_and(|need| body.fuel() < need) => {
            (state, Exit::OutOfFuel)
        }
        Turn::Refuel => body.refuel(state),
        Turn::Receive(lay) => {
            let word = match receive(&mut state, current, lay, body.memory()) {
                Some(Ok(received)) => {
                    charge(body, received.bytes / BYTES_PER_FUEL);
                    received.word(lay)
                }
                Some(Err(refusal)) => refusal.word(),
                None => unreachable!("a receiver is woken by a message"),
            };
            body.answer(state, word)
        }
        Turn::Reply(buffer) => {
            let word = match receive_answer(&mut state, current, buffer, body.memory()) {
                Ok(received) => {
                    charge(body, received.bytes / BYTES_PER_FUEL);
                    received.sender
                }
                Err(refusal) => refusal.word(),
            };
            body.answer(state, word)
        }
        Turn::File(job) => match state.advance(job, body.memory()) {
            Ok(word) => body.answer(state, word),
            Err(left) => {
                state.left = Some(left);
                (state, Exit::Left)
            }
        },
        Turn::Handle => {
            // A module without memory learns who sent what, and how long the payload is.
            let mut unseen;
            let start = body.message_buffer();
            let memory = match body.memory() {
                [] => {
                    unseen = [0; MESSAGE_MAX];
                    &mut unseen[..]
                }
                memory => memory,
            };
            let lay = Lay::Whole(Buffer { start, len: MESSAGE_MAX });
            match receive(&mut state, current, lay, memory) {
                Some(Ok(received)) => {
                    charge(body, received.bytes / BYTES_PER_FUEL);
                    let (opcode, sender, len) = (received.opcode, received.sender, received.len);
                    body.enter(state, Entry::Message { opcode, sender, len })
                }
                Some(Err(_)) => unreachable!("the buffer holds the largest message"),
                None => unreachable!("a handler is woken by a message"),
            }
        }
    }
}

fn charge(body: &mut Body, fuel: u64) {
    let left = body.fuel().saturating_sub(fuel);
    body.set_fuel(left);
}

/// Decides what becomes of the running actor.
fn settle<B: Board>(state: &mut State, stage: &mut Stage<'_, B>, exit: Exit) -> Step {
    if state.actors[state.current].is_none() {
        // It has ended by what it did to another, whatever it left for.
        state.left = None;
        return Step::Over;
    }
    match exit {
        Exit::Left => {
            let left = state.left.take().expect("a call says why it left");
            leave(state, stage, left)
        }
        Exit::OutOfFuel => {
            state.running().preempt_at = None;
            state.record(What::Preempt, &[]);
            requeue(state, Turn::Refuel)
        }
        Exit::Finished(answer) if stage.body.is_handler() && answer != 0 => {
            if !state.running_has_mail() {
                return pause(state, Turn::Handle, Activity::Waiting);
            }
            if stage.body.fuel() == 0 {
                return requeue(state, Turn::Handle);
            }
            if state.is_outranked {
                return make_way(state, Turn::Handle);
            }
            Step::On(Turn::Handle)
        }
        Exit::Finished(_) => end(state, ExitReason::Returned),
        Exit::Faulted(fault) => end(state, ExitReason::Faulted(fault)),
    }
}

/// Does what a call left the engine for.
fn leave<B: Board>(state: &mut State, stage: &mut Stage<'_, B>, left: Left) -> Step {
    match left {
        Left::Receive { lay, deadline } => {
            if let Some(deadline) = deadline {
                state.timers.set(state.current, deadline);
            }
            pause(state, Turn::Receive(lay), Activity::Waiting)
        }
        Left::Call { turn, deadline } => {
            if let Some(deadline) = deadline {
                state.timers.set(state.current, deadline);
            }
            pause(state, turn, Activity::Calling)
        }
        Left::Lock(lock) => pause(state, Turn::Answer(0), Activity::Locking(lock)),
        Left::Interrupt(line) => pause(state, Turn::Answer(0), Activity::Watching(line)),
        Left::Sleep(until) => {
            state.timers.set(state.current, until);
            state.record(What::Sleep { until }, &[]);
            pause(state, Turn::Answer(0), Activity::Sleeping)
        }
        Left::Yield => requeue(state, Turn::Answer(0)),
        Left::Exit(reason) => end(state, reason),
        Left::Gone => unreachable!("who is gone is settled already"),
        Left::Preempted(word) => make_way(state, Turn::Resume(word)),
        Left::Spawn { .. } => {
            // Making an actor takes time, so the others have their turn first.
            let word = spawn(state, stage, left);
            requeue(state, Turn::Answer(word))
        }
        Left::Draw { offset, pixels } => {
            if let Some(screen) = stage.board.framebuffer() {
                screen.write(offset, pixels.of(stage.body.memory()));
            }
            Step::On(Turn::Answer(pixels.len as u64))
        }
        Left::Flush => {
            if let Some(screen) = stage.board.framebuffer() {
                screen.flush();
            }
            state.record(What::Flush, &[]);
            Step::On(Turn::Answer(0))
        }
        Left::Pin { pin, high } => {
            let output = stage.board.pin(pin);
            let driven = output.map(|output| output.set_state(PinState::from(high)));
            if !matches!(driven, Some(Ok(()))) {
                return Step::On(Turn::Answer(state.refuse_device(CallName::PinWrite)));
            }
            state.record(What::Pin { pin, high }, &[]);
            Step::On(Turn::Answer(0))
        }
        Left::Port { port, bytes, value: None } => {
            let read = stage.board.port_read(port, bytes).map(u64::from);
            let word = read.unwrap_or_else(|| state.refuse_device(CallName::PortRead));
            Step::On(Turn::Answer(word))
        }
        Left::Port { port, bytes, value: Some(value) } => {
            let written = stage.board.port_write(port, bytes, value).map(|()| 0);
            let word = written.unwrap_or_else(|| state.refuse_device(CallName::PortWrite));
            Step::On(Turn::Answer(word))
        }
    }
}

/// Makes an actor of a module in the maker's memory. The word is what the maker's call returns.
fn spawn<B: Board>(state: &mut State, stage: &mut Stage<'_, B>, left: Left) -> u64 {
    let Left::Spawn { wasm, place, supervisor, is_linked, is_plain } = left else {
        unreachable!("only a spawn is settled here");
    };
    let role = state.roles[place].as_ref().expect("the role was cast with the call");
    let (root, id, child) = (role.root, role.life, role.part.child);
    // A compiler looks at each byte once.
    stage.extra += wasm.len as u64;
    let made = make(state, stage, wasm, place, is_plain);
    let added = made.and_then(|()| state.supervision.add(supervisor, place, child, false));
    if let Err(refusal) = added {
        stage.crew.drop_body(place);
        stage.crew.drop_code(place);
        state.vacate(place);
        return state.refuse(CallName::Spawn, refusal);
    }
    let (is_handler, memory) = stage.crew.shape(place);
    stage.extra += stage.crew.start_fuel(place) + memory as u64 / BYTES_PER_FUEL;
    state.settle(place, is_handler, memory);
    state.give(place);
    hand_over(state, root, id, is_linked, is_plain)
}

/// Compiles a module and makes the body of a place from it.
fn make<B: Board>(
    state: &mut State,
    stage: &mut Stage<'_, B>,
    wasm: Buffer,
    place: usize,
    is_plain: bool,
) -> Result<(), Refusal> {
    let loaded = stage.crew.load_wasm(place, wasm.of(stage.body.memory()));
    if is_plain && loaded.is_ok() {
        state.widen(place, stage.crew.first_memory(place).saturating_add(PLAIN_HEAP))?;
    }
    let memory_max = state.roles[place].as_ref().map_or(0, |role| role.part.memory);
    loaded.and_then(|()| stage.crew.make(place, memory_max)).map_err(|error| {
        state.record(What::StartFailed, error.to_string().as_bytes());
        Refusal::Invalid
    })
}

/// Gives the maker its child.
fn hand_over(state: &mut State, root: Place, id: ActorId, is_linked: bool, is_plain: bool) -> u64 {
    let object = Object::Child(id);
    let capability = Capability { object, rights: Rights::ALL, badge: 0 };
    let derived = state.cspaces.derive(root, capability, state.current);
    let handle = derived.expect("a slot was free when the call came");
    state.record(What::Derive { handle, object, rights: Rights::ALL }, &[]);
    if is_linked {
        let maker = state.running().id;
        state.tie(maker, id);
    }
    if is_plain { id.word() } else { handle.word() }
}

/// Puts the running actor behind the others of its priority.
fn requeue(state: &mut State, turn: Turn) -> Step {
    let actor = state.running();
    actor.turn = turn;
    let effective = actor.effective;
    state.schedule.push_back(state.current, effective);
    Step::Over
}

/// Puts the running actor before the others of its priority: a higher one is ready.
fn make_way(state: &mut State, turn: Turn) -> Step {
    let actor = state.running();
    actor.turn = turn;
    let effective = actor.effective;
    state.schedule.push_front(state.current, effective);
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
