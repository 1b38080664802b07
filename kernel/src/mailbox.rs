//! The bounded queue behind an endpoint.

use abi::handle::Handle;

use crate::id::ActorId;
use crate::limits::MAILBOX_BYTES;
use crate::limits::PAYLOAD_MAX;
use crate::queue::ByteQueue;

/// What the receiver is told about a message beside its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Who sent it; `None` is the kernel.
    pub sender: Option<ActorId>,
    /// Badge of the capability it was sent through.
    pub badge: u64,
    /// What it is about.
    pub opcode: u32,
    /// The capability that came along: it is in the receiver's cspace already.
    pub capability: Option<Handle>,
}

/// Messages in the order of their arrival.
#[derive(Clone, Debug)]
pub struct Mailbox {
    queue: ByteQueue<Envelope>,
    arrived: u64,
}

impl Mailbox {
    /// A mailbox for at most this many messages, with [`MAILBOX_BYTES`] for their payloads, or less
    /// if so many messages cannot have so much. It takes memory as more wait than ever before.
    pub fn new(messages: usize) -> Mailbox {
        let bytes = MAILBOX_BYTES.min(messages * PAYLOAD_MAX);
        Mailbox { queue: ByteQueue::new(messages, bytes), arrived: 0 }
    }

    /// Messages that wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether no message waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Makes sure that a message with a payload of this length fits. It does not if too much waits,
    /// or if there is no memory for it.
    pub fn make_room(&mut self, len: usize) -> bool {
        self.queue.make_room(len)
    }

    /// Puts a message in. The caller has asked [`Mailbox::make_room`].
    pub fn push(&mut self, envelope: Envelope, payload: &[u8]) {
        self.queue.push(envelope, payload);
        self.arrived += 1;
    }

    /// The oldest message and the length of its payload.
    pub fn front(&self) -> Option<(&Envelope, usize)> {
        self.queue.front()
    }

    /// The capabilities that came along with messages that wait.
    pub fn capabilities(&self) -> impl Iterator<Item = Handle> + '_ {
        self.queue.headers().filter_map(|envelope| envelope.capability)
    }

    /// Takes the oldest message out; its payload comes in two parts.
    pub fn pop<T>(&mut self, take: impl FnOnce(Envelope, &[u8], &[u8]) -> T) -> Option<T> {
        self.queue.pop(|envelope, head, tail| take(*envelope, head, tail))
    }

    /// Messages that ever arrived.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Messages that were taken out.
    pub fn taken(&self) -> u64 {
        self.arrived - self.queue.len() as u64
    }
}
