//! What the client with the focus has not been told yet.

use alloc::collections::VecDeque;
use sdk::Handle;
use sdk::Refusal;
use sdk::abi::input::KeyEvent;
use sdk::abi::input::PointerEvent;
use sdk::abi::message::POINTER_EVENT;
use sdk::endpoint::Endpoint;

/// Inputs that wait for a client with a full mailbox.
const WAITING_MAX: usize = 64;

/// A key and a pointer have the same length.
const BYTES: usize = KeyEvent::BYTES;
const _: () = assert!(BYTES == PointerEvent::BYTES);

/// A key or a pointer.
#[derive(Clone, Copy, Debug)]
struct Input {
    opcode: u32,
    payload: [u8; BYTES],
}

/// Inputs on their way to the window with the focus.
#[derive(Debug, Default)]
pub(crate) struct Focus {
    /// The window's serial number.
    window: Option<u32>,
    waiting: VecDeque<Input>,
}

impl Focus {
    /// This window has the focus. What another one has not been told is forgotten.
    pub(crate) fn give(&mut self, window: Option<u32>) {
        if self.window != window {
            self.waiting.clear();
            self.window = window;
        }
    }

    /// Hands an input on, behind those that wait. The error is that it was lost.
    pub(crate) fn hand_on(
        &mut self,
        client: Handle,
        opcode: u32,
        payload: [u8; BYTES],
    ) -> Result<(), Refusal> {
        let input = Input { opcode, payload };
        let is_full = self.waiting.len() == WAITING_MAX;
        match self.waiting.back_mut() {
            // Of a pointer's way only its end counts.
            Some(last) if is_same_way(last, &input) => *last = input,
            _ if is_full => return Err(Refusal::Full),
            _ => self.waiting.push_back(input),
        }
        self.retry(client)
    }

    /// Hands on what waits, as far as the client's mailbox has room. The client makes room before
    /// it draws again, so after each of its requests is the time to try.
    pub(crate) fn retry(&mut self, client: Handle) -> Result<(), Refusal> {
        let endpoint = Endpoint::new(client);
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

/// Whether both say where the pointer is, with the same buttons down.
fn is_same_way(one: &Input, next: &Input) -> bool {
    let buttons = |input: &Input| PointerEvent::decode(&input.payload).buttons;
    one.opcode == POINTER_EVENT && next.opcode == POINTER_EVENT && buttons(one) == buttons(next)
}
