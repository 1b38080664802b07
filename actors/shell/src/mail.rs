//! What comes in: keys and answers, told apart by the badge of the endpoint they came through.

use alloc::collections::VecDeque;
use core::time::Duration;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::input::KeyEvent;
use sdk::abi::message::EXIT_NOTICE;
use sdk::abi::message::KEY_EVENT;
use sdk::capability;
use sdk::clock::Clock;
use sdk::endpoint::Inbox;
use sdk::endpoint::KERNEL;
use sdk::endpoint::Message;

/// How long a service may take to answer, if there is a clock.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keys that are kept while an answer is waited for.
const KEYS_MAX: usize = 64;

/// Whom a message is from. Each service is given an endpoint with its own badge, so that none can
/// answer in another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Badge {
    Files = 1,
    Screen = 2,
}

impl Badge {
    /// An endpoint of this actor for the one who shall answer under this badge.
    pub(crate) fn endpoint(self) -> Result<Handle, Refusal> {
        capability::mint(Handle::OWN_ENDPOINT, Rights::WRITE | Rights::GRANT, self as u64)
    }
}

/// What the shell acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A key went down.
    Key(KeyEvent),
    /// One of the services is no more.
    Death,
}

/// The inbox, and the keys that came at another time.
#[derive(Debug)]
pub(crate) struct Mail {
    inbox: Inbox,
    clock: Option<Clock>,
    keys: VecDeque<KeyEvent>,
}

impl Mail {
    pub(crate) fn new(clock: Option<Clock>) -> Mail {
        Mail { inbox: Inbox::new(), clock, keys: VecDeque::new() }
    }

    /// Waits for something to act on.
    pub(crate) fn next_event(&mut self) -> Result<Event, Refusal> {
        loop {
            if let Some(key) = self.keys.pop_front() {
                return Ok(Event::Key(key));
            }
            let message = self.inbox.receive()?;
            if is_death(&message) {
                return Ok(Event::Death);
            }
            self.keys.extend(key_down(&message));
        }
    }

    /// Waits for the answer under this badge, reads it, and keeps the keys that come meanwhile.
    pub(crate) fn answer<R>(
        &mut self,
        badge: Badge,
        opcode: u32,
        read: impl FnOnce(&mut Message<'_>) -> R,
    ) -> Result<R, Refusal> {
        loop {
            let mut message = match self.clock {
                Some(_) => self.inbox.receive_within(PATIENCE)?,
                None => self.inbox.receive()?,
            };
            if message.badge() == badge as u64 && message.opcode() == opcode {
                return Ok(read(&mut message));
            }
            if is_death(&message) {
                return Err(Refusal::Dead);
            }
            if self.keys.len() < KEYS_MAX {
                self.keys.extend(key_down(&message));
            }
        }
    }
}

fn is_death(message: &Message<'_>) -> bool {
    message.sender() == KERNEL && message.opcode() == EXIT_NOTICE
}

/// The key, if the screen service says that one went down.
fn key_down(message: &Message<'_>) -> Option<KeyEvent> {
    let is_key = message.badge() == Badge::Screen as u64 && message.opcode() == KEY_EVENT;
    let payload = message.payload().first_chunk().filter(|_| is_key)?;
    Some(KeyEvent::decode(payload)).filter(|event| event.pressed)
}
