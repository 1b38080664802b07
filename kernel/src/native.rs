//! Services inside the kernel image: actors whose code is Rust.
//!
//! A native actor has an identity, a cspace, a mailbox and a priority as any other, and it reaches
//! nothing but through the same calls. It is entered once for each message and cannot wait inside:
//! a call that would have to is refused.

use abi::message::Header;
use alloc::boxed::Box;

use crate::call::Host;

/// A handler of messages.
pub trait Native {
    /// Takes one message. `false` ends the actor.
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool;

    /// The same once more, with all it remembers; `None` if there can only be one.
    fn fork(&self) -> Option<Box<dyn Native>> {
        None
    }
}
