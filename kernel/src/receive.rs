//! Takes the next message out of a mailbox and lays it before its receiver.

use abi::message::EXIT_NOTICE;
use abi::message::Header;
use abi::message::KERNEL_SENDER;
use abi::refusal::Refusal;

use crate::id::ActorId;
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

/// Writes the next message of an actor into `buffer`: header first, payload behind it. `None` if
/// there is none. A message that is longer than the buffer stays in the mailbox.
///
/// A death notice comes after every message that arrived before the death.
pub(crate) fn receive(
    state: &mut State,
    index: usize,
    buffer: &mut [u8],
) -> Option<Result<Received, Refusal>> {
    let actor = state.actors[index].as_mut().expect("a living actor receives");
    let taken = actor.mailbox.taken();
    if let Some(after) = state.cspaces.next_notice(index)
        && after <= taken
    {
        if buffer.len() < Header::BYTES + size_of::<u64>() {
            return Some(Err(Refusal::BufferTooSmall));
        }
        let dead = state.cspaces.take_notice(index);
        return Some(Ok(lay_notice(state, index, dead, buffer)));
    }
    let (_, len) = actor.mailbox.front()?;
    if buffer.len() < Header::BYTES + len {
        return Some(Err(Refusal::BufferTooSmall));
    }
    let id = actor.id;
    let (envelope, header) = actor.mailbox.pop(|envelope, head, tail| {
        let header = Header {
            sender: envelope.sender.map_or(KERNEL_SENDER, ActorId::word),
            badge: envelope.badge,
            capability: envelope.capability,
            opcode: envelope.opcode,
            // A payload is at most a kilobyte.
            payload_len: len as u32,
        };
        let (fixed, payload) = buffer.split_at_mut(Header::BYTES);
        fixed.copy_from_slice(&header.encode());
        payload[..head.len()].copy_from_slice(head);
        payload[head.len()..len].copy_from_slice(tail);
        (envelope, header)
    })?;
    let what = What::Receive {
        from: envelope.sender,
        opcode: header.opcode,
        len: header.payload_len,
        capability: header.capability,
    };
    state.record_of(Some(id), what, excerpt(&buffer[Header::BYTES..Header::BYTES + len]));
    Some(Ok(Received {
        sender: header.sender,
        opcode: header.opcode,
        len: header.payload_len,
        bytes: (Header::BYTES + len) as u64,
    }))
}

fn lay_notice(state: &mut State, index: usize, dead: ActorId, buffer: &mut [u8]) -> Received {
    let payload = dead.word().to_le_bytes();
    let header = Header {
        sender: KERNEL_SENDER,
        badge: 0,
        capability: None,
        opcode: EXIT_NOTICE,
        payload_len: payload.len() as u32,
    };
    let end = Header::BYTES + payload.len();
    buffer[..Header::BYTES].copy_from_slice(&header.encode());
    buffer[Header::BYTES..end].copy_from_slice(&payload);
    let id = state.actors[index].as_ref().map(|actor| actor.id);
    let what = What::Receive {
        from: None,
        opcode: EXIT_NOTICE,
        len: header.payload_len,
        capability: None,
    };
    state.record_of(id, what, &payload);
    Received {
        sender: KERNEL_SENDER,
        opcode: EXIT_NOTICE,
        len: header.payload_len,
        bytes: end as u64,
    }
}
