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
    kept: Kept,
    lost: u64,
}

/// How records are kept: as they are, which is fast, or written down, which takes a quarter. The
/// latter is for boards with little memory, and needs the words for it.
#[derive(Clone, Debug)]
enum Kept {
    Plain(ByteQueue<Record>),
    /// With the bytes of each that its record takes; its text is behind them.
    #[cfg(feature = "serde")]
    Packed(ByteQueue<u8>),
}

/// Bytes that no record takes written down.
#[cfg(feature = "serde")]
const PACKED_MAX: usize = 128;

/// How much a trace keeps until it is drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Capacity {
    /// How many records. Of fewer than [`TRACE_RECORDS`], each is kept in as few bytes as it needs.
    pub records: usize,
    /// Bytes of text with them; those of such records count too.
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
        let Capacity { records, bytes } = capacity;
        #[cfg(feature = "serde")]
        if 0 < records && records < TRACE_RECORDS {
            return Trace { kept: Kept::Packed(ByteQueue::new(records, bytes)), lost: 0 };
        }
        Trace { kept: Kept::Plain(ByteQueue::new(records, bytes)), lost: 0 }
    }

    /// Adds a record with its text.
    pub fn push(&mut self, record: Record, text: &[u8]) {
        match &mut self.kept {
            Kept::Plain(records) => {
                if make_room(records, text.len(), &mut self.lost) {
                    records.push(record, text);
                }
            }
            #[cfg(feature = "serde")]
            Kept::Packed(records) => {
                let mut written = [0; PACKED_MAX];
                let written = postcard::to_slice(&record, &mut written);
                let written = &*written.expect("a record is shorter than that");
                if make_room(records, written.len() + text.len(), &mut self.lost) {
                    // It is less than `PACKED_MAX`.
                    records.push_both(written.len() as u8, written, text);
                }
            }
        }
    }

    /// Takes every record out, oldest first. The text comes in two parts.
    pub fn drain(&mut self, mut each: impl FnMut(&Record, &[u8], &[u8])) {
        match &mut self.kept {
            Kept::Plain(records) => {
                while records.pop(|record, head, tail| each(record, head, tail)).is_some() {}
            }
            #[cfg(feature = "serde")]
            Kept::Packed(records) => {
                let mut read = |len: &u8, head: &[u8], tail: &[u8]| {
                    let len = usize::from(*len);
                    let mut written = [0; PACKED_MAX];
                    let in_head = len.min(head.len());
                    written[..in_head].copy_from_slice(&head[..in_head]);
                    written[in_head..len].copy_from_slice(&tail[..len - in_head]);
                    let record = postcard::from_bytes(&written[..len]);
                    let record = record.expect("what was written is read");
                    each(&record, &head[in_head..], &tail[len - in_head..]);
                };
                while records.pop(&mut read).is_some() {}
            }
        }
    }

    /// Records dropped because nobody drained.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

/// Drops the oldest records until one more with so many bytes fits; whether it does.
fn make_room<H>(records: &mut ByteQueue<H>, len: usize, lost: &mut u64) -> bool {
    while !records.make_room(len) {
        *lost += 1;
        if records.pop(|_, _, _| ()).is_none() {
            // Not even an empty trace has room for this one.
            return false;
        }
    }
    true
}

#[cfg(feature = "serde")]
#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn drained(trace: &mut Trace) -> Vec<(Record, Vec<u8>)> {
        let mut all = Vec::new();
        trace.drain(|record, head, tail| all.push((*record, [head, tail].concat())));
        all
    }

    fn record(number: u64) -> Record {
        let what = match number % 4 {
            0 => What::Input(Event::Entropy([number as u8; 32])),
            1 => What::Receive {
                from: Some(ActorId::new(7, number as u32 + 1)),
                opcode: u32::MAX,
                len: 1024,
                capability: Some(Handle::new(3, 9)),
            },
            2 => What::Grant {
                handle: Handle::new(1, 2),
                object: Object::Pins(u64::MAX),
                rights: Rights::ALL,
            },
            _ => What::Preempt,
        };
        let actor = number.is_multiple_of(3).then(|| ActorId::new(u16::MAX - 1, (1 << 31) - 1));
        Record { at: Instant::from_nanos(u64::MAX - number), slice: number << 40, actor, what }
    }

    #[test]
    fn what_is_packed_comes_back_as_it_was() {
        let mut trace = Trace::new(Capacity { records: 64, bytes: 4096 });
        assert!(matches!(trace.kept, Kept::Packed(_)));
        for round in 0..10 {
            let all: Vec<(Record, Vec<u8>)> =
                (0..30).map(|number| (record(round * 30 + number), b"text".to_vec())).collect();
            for (record, text) in &all {
                trace.push(*record, text);
            }
            assert_eq!(drained(&mut trace), all);
        }
        assert_eq!(trace.lost(), 0);
    }

    #[test]
    fn the_oldest_go_when_the_bytes_are_full() {
        let mut trace = Trace::new(Capacity { records: 64, bytes: 512 });
        for number in 0..64 {
            trace.push(record(number), b"");
        }
        let kept = drained(&mut trace);
        assert_eq!(trace.lost() + kept.len() as u64, 64);
        assert_eq!(kept.last().map(|(last, _)| *last), Some(record(63)));
        trace.push(record(0), &[0; 600]);
        assert_eq!(drained(&mut trace), []);
    }
}
