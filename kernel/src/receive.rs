//! Takes the next message out of a mailbox, or the answer to a call, and lays it before its receiver.

use abi::exit::ExitNotice;
use abi::message::EXIT_NOTICE;
use abi::message::Header;
use abi::message::KERNEL_SENDER;
use abi::message::RELOAD;
use abi::message::SHUTDOWN;
use abi::refusal::Refusal;

use crate::actor::Buffer;
use crate::actor::Lay;
use crate::actor::Renewal;
use crate::cspace::Obituary;
use crate::id::ActorId;
use crate::mailbox::Envelope;
use crate::state::State;
use crate::state::excerpt;
use crate::trace::What;

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// The sender's id, [`KERNEL_SENDER`] for the kernel.
    pub(crate) sender: u64,
    /// What it is about.
    pub(crate) opcode: u32,
    /// Bytes of payload.
    pub(crate) len: u32,
    /// Bytes that were moved.
    pub(crate) bytes: u64,
}

/// Lays the next message of an actor into its memory. `None` if there is none. A message that is
/// longer than a whole one may be stays in the mailbox.
///
/// The notice of a death comes after every message that arrived before it.
pub(crate) fn receive(
    state: &mut State,
    index: usize,
    lay: Lay,
    memory: &mut [u8],
) -> Option<Result<Received, Refusal>> {
    let actor = state.actors[index].as_mut().expect("a living actor receives");
    if actor.is_asked {
        if !lay.takes(0) {
            return Some(Err(Refusal::BufferTooSmall));
        }
        actor.is_asked = false;
        let envelope = Envelope { sender: None, badge: 0, opcode: SHUTDOWN, capability: None };
        return Some(lay_kernels(state, index, &envelope, &[], lay, memory));
    }
    if actor.renewal == Renewal::Announced {
        if !lay.takes(0) {
            return Some(Err(Refusal::BufferTooSmall));
        }
        actor.renewal = Renewal::Due;
        let envelope = Envelope { sender: None, badge: 0, opcode: RELOAD, capability: None };
        return Some(lay_kernels(state, index, &envelope, &[], lay, memory));
    }
    let taken = actor.mailbox.taken();
    if state.cspaces.next_notice(index).is_some_and(|after| after <= taken) {
        if !lay.takes(ExitNotice::BYTES) {
            return Some(Err(Refusal::BufferTooSmall));
        }
        let Obituary { dead, kind, code } = state.cspaces.take_notice(index)?;
        let payload = ExitNotice { id: dead.word(), kind, code }.encode();
        let envelope = Envelope { sender: None, badge: 0, opcode: EXIT_NOTICE, capability: None };
        return Some(lay_kernels(state, index, &envelope, &payload, lay, memory));
    }
    let (_, len) = actor.mailbox.front()?;
    if !lay.takes(len) {
        return Some(Err(Refusal::BufferTooSmall));
    }
    let (envelope, received) = actor
        .mailbox
        .pop(|envelope, head, tail| (envelope, lay_out(&envelope, head, tail, lay, memory)))?;
    record(state, index, &envelope, &received, lay, memory);
    Some(Ok(received))
}

/// Lays the answer to an actor's call into its memory, whole or not at all. What came along with an
/// answer that does not fit goes, because its receiver would not know of it.
pub(crate) fn receive_answer(
    state: &mut State,
    index: usize,
    buffer: Buffer,
    memory: &mut [u8],
) -> Result<Received, Refusal> {
    let lay = Lay::Whole(buffer);
    let laid = state.take_answer(index, |envelope, head, tail| {
        let fits = lay.takes(head.len() + tail.len());
        (envelope, fits.then(|| lay_out(&envelope, head, tail, lay, memory)))
    });
    let (envelope, Some(received)) = laid else {
        // Nobody would know of what came along.
        state.drop_unknown(index, laid.0.capability);
        return Err(Refusal::BufferTooSmall);
    };
    record(state, index, &envelope, &received, lay, memory);
    Ok(received)
}

impl Received {
    /// What the receiver's call returns: the sender, or that all is well.
    pub(crate) fn word(&self, lay: Lay) -> u64 {
        match lay {
            Lay::Whole(_) => self.sender,
            Lay::Parts { .. } => 0,
        }
    }
}

impl Lay {
    /// Whether a message with this much payload can be laid so.
    fn takes(self, len: usize) -> bool {
        match self {
            Lay::Whole(buffer) => Header::BYTES + len <= buffer.len,
            Lay::Parts { .. } => true,
        }
    }

    /// Where the payload is, as far as it was laid.
    fn payload(self, len: usize) -> Buffer {
        match self {
            Lay::Whole(buffer) => buffer.part(Header::BYTES, len),
            Lay::Parts { payload, .. } => payload.part(0, len),
        }
    }
}

fn lay_out(envelope: &Envelope, head: &[u8], tail: &[u8], lay: Lay, memory: &mut [u8]) -> Received {
    let len = head.len() + tail.len();
    let header = Header {
        sender: envelope.sender.map_or(KERNEL_SENDER, ActorId::word),
        badge: envelope.badge,
        capability: envelope.capability,
        opcode: envelope.opcode,
        // A payload is at most a kilobyte.
        payload_len: len as u32,
    };
    match lay {
        Lay::Whole(buffer) => {
            buffer.part(0, Header::BYTES).of_mut(memory).copy_from_slice(&header.encode());
        }
        Lay::Parts { opcode, size, source, .. } => {
            opcode.of_mut(memory).copy_from_slice(&header.opcode.to_le_bytes());
            size.of_mut(memory).copy_from_slice(&header.payload_len.to_le_bytes());
            if let Some(source) = source {
                source.of_mut(memory).copy_from_slice(&header.sender.to_le_bytes());
            }
        }
    }
    let place = lay.payload(len);
    let (first, second) = (place.part(0, head.len()), place.part(head.len(), tail.len()));
    first.of_mut(memory).copy_from_slice(&head[..first.len]);
    second.of_mut(memory).copy_from_slice(&tail[..second.len]);
    let bytes = (Header::BYTES + place.len) as u64;
    Received { sender: header.sender, opcode: header.opcode, len: header.payload_len, bytes }
}

fn record(
    state: &mut State,
    index: usize,
    envelope: &Envelope,
    received: &Received,
    lay: Lay,
    memory: &[u8],
) {
    let id = state.actors[index].as_ref().map(|actor| actor.id);
    let what = What::Receive {
        from: envelope.sender,
        opcode: received.opcode,
        len: received.len,
        capability: envelope.capability,
    };
    let payload = lay.payload(received.len as usize).of(memory);
    state.record_of(id, what, excerpt(payload));
}

/// Lays a message of the kernel's own, for which there is always room.
fn lay_kernels(
    state: &mut State,
    index: usize,
    envelope: &Envelope,
    payload: &[u8],
    lay: Lay,
    memory: &mut [u8],
) -> Result<Received, Refusal> {
    let received = lay_out(envelope, payload, &[], lay, memory);
    record(state, index, envelope, &received, lay, memory);
    Ok(received)
}
