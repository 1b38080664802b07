//! Who gets the keys and the pointer.

use alloc::collections::VecDeque;
use sdk::Refusal;
use sdk::abi::input::KeyEvent;
use sdk::capability::Owned;
use sdk::endpoint::Endpoint;

/// Inputs that wait for a client with a full mailbox.
const WAITING_MAX: usize = 64;

/// A key or a pointer, as it came.
#[derive(Clone, Copy, Debug)]
struct Input {
    opcode: u32,
    payload: [u8; KeyEvent::BYTES],
}

/// The client that opened last, and what it has not been told yet.
#[derive(Debug, Default)]
pub(crate) struct Focus {
    client: Option<Client>,
    waiting: VecDeque<Input>,
}

#[derive(Debug)]
struct Client {
    id: u64,
    endpoint: Owned,
}

impl Focus {
    /// Somebody opened. What the former client has not been told is forgotten.
    pub(crate) fn give(&mut self, id: u64, endpoint: Owned) {
        self.waiting.clear();
        self.client = Some(Client { id, endpoint });
    }

    /// Somebody died.
    pub(crate) fn bereave(&mut self, dead: u64) {
        if let Some(client) = self.client.take_if(|client| client.id == dead) {
            self.waiting.clear();
            // The kernel has emptied the slot already.
            client.endpoint.keep();
        }
    }

    /// Hands an input on, behind those that wait. The error is that it was lost.
    pub(crate) fn hand_on(&mut self, opcode: u32, payload: &[u8]) -> Result<(), Refusal> {
        let payload = *payload.first_chunk().ok_or(Refusal::BufferTooSmall)?;
        if self.client.is_none() {
            return Err(Refusal::NoCapability);
        }
        if self.waiting.len() == WAITING_MAX {
            return Err(Refusal::Full);
        }
        self.waiting.push_back(Input { opcode, payload });
        self.retry()
    }

    /// Hands on what waits, as far as the client's mailbox has room. The client makes room before
    /// it draws again, so after each of its requests is the time to try.
    pub(crate) fn retry(&mut self) -> Result<(), Refusal> {
        let Some(client) = &self.client else { return Ok(()) };
        let endpoint = Endpoint::new(client.endpoint.handle());
        while let Some(input) = self.waiting.front() {
            match endpoint.send(input.opcode, &input.payload) {
                Err(Refusal::Full) => return Ok(()),
                Ok(()) => self.waiting.pop_front(),
                Err(refusal) => {
                    self.waiting.clear();
                    return Err(refusal);
                }
            };
        }
        Ok(())
    }
}
