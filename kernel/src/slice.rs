//! One slice of one actor: entered, left, settled and entered again, until its fuel is used up, it
//! waits, or it is over.

use alloc::boxed::Box;
use embedded_hal::digital::OutputPin;
use embedded_hal::digital::PinState;

use crate::actor::Activity;
use crate::actor::Buffer;
use crate::actor::Lay;
use crate::actor::Renewal;
use crate::actor::Turn;
use crate::body::Body;
use crate::call::CallName;
use crate::crew::Crew;
use crate::device::Board;
use crate::device::Framebuffer;
use crate::engine::Entry;
use crate::engine::Exit;
use crate::fault::ExitReason;
use crate::limits::BYTES_PER_FUEL;
use crate::limits::MESSAGE_MAX;
use crate::limits::SLICE_FUEL;
use crate::receive::receive;
use crate::receive::receive_answer;
use crate::state::Left;
use crate::state::State;
use crate::storing::Stored;
use crate::trace::What;
use crate::workshop::reload;
use crate::workshop::spawn;

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
        Turn::Flash(job) => {
            state.left = Some(Left::Flash(job));
            (state, Exit::Left)
        }
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
            if state.running().renewal == Renewal::Due {
                return renew_running(state, stage);
            }
            if !state.has_mail(state.current) {
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
        Left::Receive { .. } if state.running().renewal == Renewal::Due => {
            renew_running(state, stage)
        }
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
            let (word, fuel) = spawn(state, stage.crew, stage.body.memory(), left);
            stage.extra += fuel;
            requeue(state, Turn::Answer(word))
        }
        Left::Reload { wasm, place } => {
            let (word, fuel) = reload(state, stage.crew, stage.body.memory(), wasm, place);
            stage.extra += fuel;
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
        Left::Flash(job) => match state.store(stage.board, stage.body.memory(), job) {
            Stored::Done(word) => Step::On(Turn::Answer(word)),
            Stored::Waits(turn) => pause(state, turn, Activity::Storing),
        },
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

/// Lets the code that waits for it take over from the running actor's.
fn renew_running<B: Board>(state: &mut State, stage: &mut Stage<'_, B>) -> Step {
    let fuel = stage.body.fuel();
    stage.body = stage.crew.take_renewal(state.current).expect("what is due waits");
    state.begin_anew(state.current, stage.body.begins_idle(), stage.body.memory_size());
    // What the slice has used is counted by what is left.
    stage.body.set_fuel(fuel);
    Step::Over
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
