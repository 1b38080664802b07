//! What runs behind an actor: a wasm instance, or a service of the kernel image.

use abi::message::Header;
use abi::refusal::Refusal;
use alloc::boxed::Box;

use crate::call::Answer;
use crate::call::Call;
use crate::call::Host;
use crate::call::Reply;
use crate::engine::Entry;
use crate::engine::Exit;
use crate::engine::Instance;
use crate::limits::BYTES_PER_FUEL;
use crate::limits::CALL_FUEL;
use crate::limits::MESSAGE_MAX;
use crate::limits::NATIVE_FUEL;
use crate::native::Native;
use crate::state::Left;
use crate::state::State;

/// Code with its memory.
pub(crate) enum Body {
    /// A module.
    Wasm(Instance<Box<State>>),
    /// A service.
    Native(Service),
}

/// A service with the memory into which its messages are put.
pub(crate) struct Service {
    native: Box<dyn Native>,
    buffer: Box<[u8; MESSAGE_MAX]>,
    fuel: u64,
}

impl Service {
    /// A service that has yet to be told anything.
    pub(crate) fn new(native: Box<dyn Native>) -> Service {
        Service { native, buffer: Box::new([0; MESSAGE_MAX]), fuel: 0 }
    }

    fn fork(&self) -> Option<Service> {
        let Service { native, buffer, fuel } = self;
        Some(Service { native: native.fork()?, buffer: buffer.clone(), fuel: *fuel })
    }

    fn handle(&mut self, state: Box<State>) -> (Box<State>, Exit) {
        let mut fixed = [0; Header::BYTES];
        fixed.copy_from_slice(&self.buffer[..Header::BYTES]);
        let header = Header::decode(&fixed);
        let payload = &self.buffer[Header::BYTES..][..header.payload_len as usize];
        let mut meter = Meter { state, fuel: NATIVE_FUEL };
        let stays = self.native.handle(&mut meter, &header, payload);
        self.fuel = self.fuel.saturating_sub(meter.fuel);
        (meter.state, Exit::Finished(i32::from(stays)))
    }
}

/// Answers a service's calls and adds up what they cost.
struct Meter {
    state: Box<State>,
    fuel: u64,
}

impl Host for Meter {
    fn call(&mut self, call: Call, memory: &mut [u8]) -> Reply {
        if self.state.actors[self.state.current].is_none() {
            // It has ended itself by what it did to another.
            return Reply { answer: Answer::Now(Refusal::Dead.word()), fuel: CALL_FUEL };
        }
        let reply = self.state.call(call, memory);
        self.fuel += reply.fuel;
        if reply.answer != Answer::Leave {
            return reply;
        }
        let answer = match self.state.left.take() {
            // It makes way when it has handled its message.
            Some(Left::Preempted(word)) => word,
            Some(Left::Gone) => Refusal::Dead.word(),
            _ => self.state.refuse(call.name, Refusal::NotAvailable),
        };
        Reply { answer: Answer::Now(answer), fuel: CALL_FUEL }
    }
}

impl Body {
    /// The same body once more; `None` if there can only be one.
    pub(crate) fn fork(&self) -> Option<Body> {
        Some(match self {
            Body::Wasm(instance) => Body::Wasm(instance.fork()?),
            Body::Native(service) => Body::Native(service.fork()?),
        })
    }

    /// Enters it. It must not be suspended.
    pub(crate) fn enter(&mut self, state: Box<State>, entry: Entry) -> (Box<State>, Exit) {
        match self {
            Body::Wasm(instance) => instance.enter(state, entry),
            Body::Native(service) => service.handle(state),
        }
    }

    /// Goes on after it has left for a call.
    pub(crate) fn answer(&mut self, state: Box<State>, word: u64) -> (Box<State>, Exit) {
        match self {
            Body::Wasm(instance) => instance.answer(state, word),
            Body::Native(_) => unreachable!("a service never leaves in the middle"),
        }
    }

    /// Goes on after its fuel was used up.
    pub(crate) fn refuel(&mut self, state: Box<State>) -> (Box<State>, Exit) {
        match self {
            Body::Wasm(instance) => instance.refuel(state),
            Body::Native(_) => unreachable!("a service never leaves in the middle"),
        }
    }

    /// Whether it is entered once for each message.
    pub(crate) fn is_handler(&self) -> bool {
        match self {
            Body::Wasm(instance) => instance.is_handler(),
            Body::Native(_) => true,
        }
    }

    /// Whether it begins by waiting for a message.
    pub(crate) fn begins_idle(&self) -> bool {
        match self {
            Body::Wasm(instance) => instance.is_handler() && !instance.has_start(),
            Body::Native(_) => true,
        }
    }

    /// Fuel that is left.
    pub(crate) fn fuel(&self) -> u64 {
        match self {
            Body::Wasm(instance) => instance.fuel(),
            Body::Native(service) => service.fuel,
        }
    }

    /// Sets the fuel that is left.
    pub(crate) fn set_fuel(&mut self, fuel: u64) {
        match self {
            Body::Wasm(instance) => instance.set_fuel(fuel),
            Body::Native(service) => service.fuel = fuel,
        }
    }

    /// Out of fuel: how much the next step needs.
    pub(crate) fn fuel_required(&self) -> Option<u64> {
        match self {
            Body::Wasm(instance) => instance.fuel_required(),
            Body::Native(_) => None,
        }
    }

    /// Logical instructions that its making took, with those for its memory.
    pub(crate) fn start_fuel(&self) -> u64 {
        match self {
            Body::Wasm(instance) => {
                instance.start_fuel() + instance.memory_size() as u64 / BYTES_PER_FUEL
            }
            Body::Native(_) => 0,
        }
    }

    /// Its memory; empty if a module exports none.
    pub(crate) fn memory(&mut self) -> &mut [u8] {
        match self {
            Body::Wasm(instance) => instance.memory(),
            Body::Native(service) => &mut service.buffer[..],
        }
    }

    /// Bytes of linear memory.
    pub(crate) fn memory_size(&self) -> usize {
        match self {
            Body::Wasm(instance) => instance.memory_size(),
            Body::Native(_) => 0,
        }
    }

    /// Where a handler's messages are put: header first, payload behind it.
    pub(crate) fn message_buffer(&self) -> usize {
        match self {
            Body::Wasm(instance) => instance.message_buffer(),
            Body::Native(_) => 0,
        }
    }
}
