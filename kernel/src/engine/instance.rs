//! A running module: entered, left, refuelled and resumed.

use alloc::boxed::Box;

use crate::call::Host;
use crate::engine::external;
use crate::engine::in_place;
use crate::engine::wasmi;
use crate::fault::Fault;

/// A module with its memory and, between two slices, its suspended call. It changes hands twice in a
/// slice and wasmi's store is two kilobytes: it stays where it is.
pub(crate) enum Instance<H> {
    /// wasmi runs it.
    Wasmi(Box<wasmi::Instance<H>>),
    /// It runs where its module lies.
    InPlace(Box<in_place::Instance>),
    /// An engine from outside runs it.
    External(Box<external::Instance<H>>),
}

/// Where an instance is entered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// `_start`. When it returns, a module with a handler goes on to messages.
    Start,
    /// `handle_message`, for the message that lies in [`Instance::message_buffer`].
    Message {
        /// What it is about.
        opcode: u32,
        /// The sender's id.
        sender: u64,
        /// Bytes of payload.
        len: u32,
    },
}

/// Why an instance stopped running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The entry returned. A handler's answer is nonzero if it wants to stay.
    Finished(i32),
    /// A call must wait; [`Instance::answer`] goes on.
    Left,
    /// The fuel does not suffice for what comes next; [`Instance::refuel`] goes on.
    OutOfFuel,
    /// It can never go on.
    Faulted(Fault),
}

/// Does the same on any engine.
macro_rules! either {
    ($instance:expr, $either:ident => $what:expr) => {
        match $instance {
            Instance::Wasmi($either) => $what,
            Instance::InPlace($either) => $what,
            Instance::External($either) => $what,
        }
    };
}

impl<H: Host + Send + 'static> Instance<H> {
    /// The same instance once more, whatever it is in the middle of; `None` if its engine can
    /// copy no suspended call.
    pub(crate) fn fork(&self) -> Option<Instance<H>> {
        match self {
            Instance::Wasmi(_) | Instance::External(_) => None,
            Instance::InPlace(instance) => Some(Instance::InPlace(instance.clone())),
        }
    }

    /// Enters the instance. It must not be suspended.
    pub(crate) fn enter(&mut self, host: H, entry: Entry) -> (H, Exit) {
        either!(self, instance => instance.enter(host, entry))
    }

    /// Goes on after [`Exit::Left`] with the result of the call.
    pub(crate) fn answer(&mut self, host: H, word: u64) -> (H, Exit) {
        either!(self, instance => instance.answer(host, word))
    }

    /// Goes on after [`Exit::OutOfFuel`], once [`Instance::fuel`] is at least
    /// [`Instance::fuel_required`].
    pub(crate) fn refuel(&mut self, host: H) -> (H, Exit) {
        either!(self, instance => instance.refuel(host))
    }

    /// Whether it is entered once for each message.
    pub(crate) fn is_handler(&self) -> bool {
        either!(self, instance => instance.is_handler())
    }

    /// Whether it is entered by its start before anything else.
    pub(crate) fn has_start(&self) -> bool {
        either!(self, instance => instance.has_start())
    }

    /// Logical instructions that its making took.
    pub(crate) fn start_fuel(&self) -> u64 {
        either!(self, instance => instance.start_fuel())
    }

    /// Fuel that is left.
    pub(crate) fn fuel(&self) -> u64 {
        either!(self, instance => instance.fuel())
    }

    /// Sets the fuel that is left.
    pub(crate) fn set_fuel(&mut self, fuel: u64) {
        either!(self, instance => instance.set_fuel(fuel));
    }

    /// Out of fuel: how much the next step needs.
    pub(crate) fn fuel_required(&self) -> Option<u64> {
        either!(self, instance => instance.fuel_required())
    }

    /// Linear memory; empty if the module has none.
    pub(crate) fn memory(&mut self) -> &mut [u8] {
        either!(self, instance => instance.memory())
    }

    /// Bytes of linear memory.
    pub(crate) fn memory_size(&self) -> usize {
        either!(self, instance => instance.memory_size())
    }

    /// Where a handler's messages are put: header first, payload behind it.
    pub(crate) fn message_buffer(&self) -> usize {
        either!(self, instance => instance.message_buffer())
    }
}
