//! What happened, one record a state change, for whoever drives the kernel to drain.

use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::call::CallName;
use crate::capability::Object;
use crate::event::Event;
use crate::fault::ExitReason;
use crate::flash::Work;
use crate::id::ActorId;
use crate::limits::NAME_MAX;
use crate::limits::NAMES_MAX;
use crate::limits::PATH_MAX;
use crate::limits::TRACE_BYTES;
use crate::limits::TRACE_RECORDS;
use crate::queue::ByteQueue;
use crate::time::Instant;

/// One state change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Record {
    /// The instant at which the slice began.
    pub at: Instant,
    /// The slice's number since boot.
    pub slice: u64,
    /// Who did it, or to whom it happened; `None` is the kernel itself.
    pub actor: Option<ActorId>,
    /// What it was.
    pub what: What,
}

/// The kinds of state change. "Text" is the record's accompanying bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum What {
    /// The kernel came up with this many actors.
    Boot {
        /// How many actors the manifest has.
        actors: u16,
    },
    /// An actor was made. Text: its name.
    Spawn {
        /// Its priority.
        priority: u8,
        /// Bytes of linear memory it may have.
        memory: u32,
    },
    /// The manifest gave a capability.
    Grant {
        /// Where it is.
        handle: Handle,
        /// What it names.
        object: Object,
        /// What its holder may do.
        rights: Rights,
    },
    /// A message went into a mailbox. Text: the start of its payload.
    Send {
        /// Whose mailbox.
        to: ActorId,
        /// What it is about.
        opcode: u32,
        /// Bytes of payload.
        len: u32,
        /// What came along.
        capability: Option<(Object, Rights)>,
    },
    /// A message was taken out of the mailbox. Text: the start of its payload.
    Receive {
        /// Who sent it; `None` is the kernel.
        from: Option<ActorId>,
        /// What it is about.
        opcode: u32,
        /// Bytes of payload.
        len: u32,
        /// Where the capability that came along is now.
        capability: Option<Handle>,
    },
    /// The kernel said no.
    Refuse {
        /// To what.
        call: CallName,
        /// Why.
        refusal: Refusal,
    },
    /// A line was logged. Text: the line.
    Log,
    /// A capability was derived within one cspace.
    Derive {
        /// Where the new one is.
        handle: Handle,
        /// What it names.
        object: Object,
        /// What its holder may do.
        rights: Rights,
    },
    /// A slot was emptied by its holder.
    Delete {
        /// Which one.
        handle: Handle,
    },
    /// All that derived from a capability was removed.
    Revoke {
        /// Which one.
        handle: Handle,
        /// How many went.
        count: u32,
    },
    /// An output was driven.
    Pin {
        /// Its number.
        pin: u8,
        /// Its level now.
        high: bool,
    },
    /// The flash began to work.
    Flash {
        /// At what.
        work: Work,
        /// The first byte.
        at: u32,
        /// Bytes.
        len: u32,
    },
    /// The screen shows what has been drawn.
    Flush,
    /// The slice ended because its fuel did.
    Preempt,
    /// The actor waits for a moment.
    Sleep {
        /// Which.
        until: Instant,
    },
    /// Something happened outside.
    Input(Event),
    /// Something from outside was lost, because nobody holds its device or there was no room.
    Overrun(Event),
    /// Log bytes were lost because the serial line did not take them fast enough.
    LogLost {
        /// How many.
        bytes: u32,
    },
    /// The actor's life ended.
    Exit(ExitReason),
    /// What the dead actor's end took away.
    Release {
        /// Capabilities it held.
        held: u32,
        /// Capabilities of others that derived from its objects.
        revoked: u32,
        /// Messages that it had not read.
        unread: u32,
        /// Actors that will be told.
        told: u32,
    },
    /// The supervisor asked the actor to end.
    Shutdown {
        /// When it will be ended if it has not by then; `None` is never.
        deadline: Option<Instant>,
    },
    /// The supervisor will start the actor again, or a supervisor below. Text: that one's name.
    Restart {
        /// When.
        at: Instant,
    },
    /// A supervisor has given up. Text: its name.
    GiveUp,
    /// The supervisor could not start the actor. Text: why.
    StartFailed,
    /// The actor will have other code at its next receive.
    ReloadDue,
    /// The actor begins anew with other code. What others hold of it, its mailbox, its cspace and
    /// its names stay.
    Reload {
        /// Bytes of linear memory the new code starts with.
        memory: u32,
    },
    /// An actor was given a name or a path. Text: the name.
    Register,
    /// A name or path was taken away. Text: the name.
    Unregister,
    /// The actor runs at another priority: a caller lends it its own, or has its answer.
    Priority {
        /// At which.
        effective: u8,
    },
}

/// Records in order of time, bounded. Full, or without memory for more, it drops the oldest and
/// counts them.
#[derive(Clone, Debug)]
pub struct Trace {
    records: ByteQueue<Record>,
    lost: u64,
}

/// How much a trace keeps until it is drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Capacity {
    /// How many records.
    pub records: usize,
    /// Bytes of text with them.
    pub bytes: usize,
}

impl Capacity {
    /// All that one poll can write when there can be this many actors: whoever drains after each
    /// poll loses nothing. A board with little memory asks for less.
    pub const fn one_poll(places: usize) -> Capacity {
        // All of them may die at once, and each death writes an end, a release, a decision and a
        // priority; and every name may go.
        Capacity {
            records: TRACE_RECORDS + 4 * places + NAMES_MAX,
            bytes: TRACE_BYTES + NAME_MAX * places + PATH_MAX * NAMES_MAX,
        }
    }
}

impl Trace {
    /// An empty trace. It takes memory as more waits to be drained than ever before.
    pub const fn new(capacity: Capacity) -> Trace {
        Trace { records: ByteQueue::new(capacity.records, capacity.bytes), lost: 0 }
    }

    /// Adds a record with its text.
    pub fn push(&mut self, record: Record, text: &[u8]) {
        while !self.records.make_room(text.len()) {
            self.lost += 1;
            if self.records.pop(|_, _, _| ()).is_none() {
                // Not even an empty trace has room for this one.
                return;
            }
        }
        self.records.push(record, text);
    }

    /// Takes every record out, oldest first. The text comes in two parts.
    pub fn drain(&mut self, mut each: impl FnMut(&Record, &[u8], &[u8])) {
        while self.records.pop(|record, head, tail| each(&record, head, tail)).is_some() {}
    }

    /// Records dropped because nobody drained.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}
