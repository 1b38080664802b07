//! One actor as the kernel keeps it, apart from its instance.

use abi::process::ProcessRecord;
use abi::process::ProcessState;
use alloc::string::String;

use crate::cspace::Place;
use crate::id::ActorId;
use crate::mailbox::Mailbox;

/// A protected unit with identity.
#[derive(Debug)]
pub(crate) struct Actor {
    /// Who it is.
    pub(crate) id: ActorId,
    /// What it is called.
    pub(crate) name: String,
    /// 0 to 31, larger runs first.
    pub(crate) priority: usize,
    /// Its messages.
    pub(crate) mailbox: Mailbox,
    /// What it is doing.
    pub(crate) activity: Activity,
    /// How it goes on when its turn comes.
    pub(crate) turn: Turn,
    /// The root of all capabilities to its endpoint.
    pub(crate) endpoint: Place,
    /// Logical instructions it has used.
    pub(crate) fuel: u64,
    /// Bytes of linear memory it has.
    pub(crate) memory: usize,
    /// The last input it was told of, so that nothing tells it twice.
    pub(crate) input_seen: u64,
}

/// What an actor is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// It runs, or waits for its turn.
    Ready,
    /// It waits for a message, perhaps no longer than its timer.
    Waiting,
    /// It waits for its timer alone.
    Sleeping,
}

/// How an actor goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// `_start` is entered.
    Start,
    /// `handle_message` is entered with the next message.
    Handle,
    /// Its receive call takes the next message into this buffer.
    Receive(Buffer),
    /// Its call returns this word; the slice is fresh.
    Answer(u64),
    /// Its call returns this word; it goes on with the rest of its slice.
    Resume(u64),
    /// It ran out of fuel.
    Refuel,
}

/// A range of an actor's own memory that has been checked. Memory never shrinks, so it stays good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Buffer {
    /// First byte.
    pub(crate) start: usize,
    /// Number of bytes.
    pub(crate) len: usize,
}

impl Buffer {
    /// Its bytes.
    pub(crate) fn of(self, memory: &[u8]) -> &[u8] {
        &memory[self.start..self.start + self.len]
    }

    /// Its bytes.
    pub(crate) fn of_mut(self, memory: &mut [u8]) -> &mut [u8] {
        &mut memory[self.start..self.start + self.len]
    }
}

impl Actor {
    /// Its line in the process table.
    pub(crate) fn record(&self) -> ProcessRecord {
        let mut name = [0; ProcessRecord::NAME_BYTES];
        name[..self.name.len()].copy_from_slice(self.name.as_bytes());
        ProcessRecord {
            id: self.id.word(),
            fuel: self.fuel,
            memory: u32::try_from(self.memory).unwrap_or(u32::MAX),
            queued: u16::try_from(self.mailbox.len()).unwrap_or(u16::MAX),
            priority: u8::try_from(self.priority).unwrap_or(u8::MAX),
            state: match self.activity {
                Activity::Ready => ProcessState::Ready,
                Activity::Waiting => ProcessState::Waiting,
                Activity::Sleeping => ProcessState::Sleeping,
            },
            restarts: 0,
            name,
        }
    }
}
