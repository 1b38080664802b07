//! One actor as the kernel keeps it, apart from its instance.

use abi::handle::Handle;
use alloc::vec::Vec;

use crate::cspace::Place;
use crate::id::ActorId;
use crate::mailbox::Envelope;
use crate::mailbox::Mailbox;
use crate::queue::ByteQueue;

/// A protected unit with identity.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// Who it is.
    pub(crate) id: ActorId,
    /// 0 to 31, larger runs first.
    pub(crate) priority: usize,
    /// The priority at which it runs: its own, or that of one who waits for it.
    pub(crate) effective: usize,
    /// Its messages.
    pub(crate) mailbox: Mailbox,
    /// What it is doing.
    pub(crate) activity: Activity,
    /// How it goes on when its turn comes.
    pub(crate) turn: Turn,
    /// The kernel's own capability to its endpoint, above all that it was given to hand out.
    pub(crate) own: Place,
    /// The root of the capability by which its call is answered.
    pub(crate) reply: Place,
    /// The answer to its call, in memory taken with its first call.
    pub(crate) answer: ByteQueue<Envelope>,
    /// Logical instructions it has used.
    pub(crate) fuel: u64,
    /// Its slice ends when it has used so much.
    pub(crate) preempt_at: Option<u64>,
    /// Bytes of linear memory it has.
    pub(crate) memory: usize,
    /// The last input it was told of, so that nothing tells it twice.
    pub(crate) input_seen: u64,
    /// Whose abnormal end takes it along, and the other way round.
    pub(crate) links: Vec<ActorId>,
    /// Whether the end of a linked actor is only told.
    pub(crate) traps_exits: bool,
    /// Whether its supervisor has asked it to end and it has yet to hear of it.
    pub(crate) is_asked: bool,
    /// Whether other code waits to take over.
    pub(crate) renewal: Renewal,
    /// Whether it wants to be told before.
    pub(crate) wants_notice: bool,
    /// Whether it is a service of the kernel image: it may be sent the kernel's own opcodes.
    pub(crate) is_service: bool,
}

/// Whether other code waits to take over from an actor's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// None does.
    Nothing,
    /// It does, and the actor has yet to be told.
    Announced,
    /// It does, at the actor's next receive.
    Due,
}

/// What an actor is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// It runs, or waits for its turn.
    Ready,
    /// It waits for a message, perhaps no longer than its timer.
    Waiting,
    /// It waits for the answer to its call, perhaps no longer than its timer.
    Calling,
    /// It waits for a lock.
    Locking(u16),
    /// It waits for an interrupt line.
    Watching(u8),
    /// It waits for the flash.
    Storing,
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
    /// Its receive call takes the next message.
    Receive(Lay),
    /// Its call has its answer, which goes here.
    Reply(Buffer),
    /// Its file call goes on with the server's answer.
    File(Job),
    /// Its call about flash is done now that it is its turn.
    Flash(FlashJob),
    /// Its call returns this word; the slice is fresh.
    Answer(u64),
    /// Its call returns this word; it goes on with the rest of its slice.
    Resume(u64),
    /// It ran out of fuel.
    Refuel,
}

/// Where a received message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lay {
    /// Header and payload, whole or not at all.
    Whole(Buffer),
    /// Its parts, each to a place of its own; the payload is cut to its place.
    Parts {
        /// u32: what it is about.
        opcode: Buffer,
        /// The payload.
        payload: Buffer,
        /// u32: bytes that the payload has.
        size: Buffer,
        /// u64: who sent it.
        source: Option<Buffer>,
    },
}

/// A call about files on its way: which one, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// What was asked.
    pub(crate) task: Task,
    /// What the server is answering now.
    pub(crate) step: JobStep,
    /// The file's handle, once there is one that the caller does not know of.
    pub(crate) file: Option<Handle>,
    /// Bytes that were moved.
    pub(crate) done: u32,
}

/// What an actor wants of a file server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// A handle.
    Open,
    /// A directory made.
    MakeDirectory,
    /// A file or a directory removed.
    Remove,
    /// A length.
    Size,
    /// Bytes from an offset.
    Read {
        /// The file's handle.
        file: Handle,
        /// Where they go.
        into: Buffer,
        /// Where they begin.
        offset: u32,
    },
    /// All bytes of a file that is opened for it.
    Load {
        /// Where they go.
        into: Buffer,
        /// u32: how many they were, or they are the call's result.
        size: Option<Buffer>,
    },
    /// All bytes of a file that is made for it.
    Save {
        /// Under which key.
        key: Buffer,
        /// The bytes.
        from: Buffer,
    },
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobStep {
    /// A directory above the file is being made: so many are there.
    Prepare(u8),
    /// The file is being opened or created.
    Open,
    /// Bytes are being moved, or the only answer is awaited.
    Move,
    /// The new file is being published.
    Commit,
}

/// A call about flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlashJob {
    /// What is asked.
    pub(crate) task: FlashTask,
    /// The first byte of the flash that it is about.
    pub(crate) at: u32,
}

/// What an actor wants of the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlashTask {
    /// Its bytes.
    Read(Buffer),
    /// Bits cleared.
    Program(Buffer),
    /// All bits of so many bytes set.
    Erase(u32),
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

    /// The part from this byte on, at most `len` long.
    pub(crate) fn part(self, from: usize, len: usize) -> Buffer {
        let from = from.min(self.len);
        Buffer { start: self.start + from, len: len.min(self.len - from) }
    }
}
