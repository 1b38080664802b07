//! Addresses of this shell that others have, and how long they have them.

use alloc::collections::VecDeque;
use sdk::Handle;
use sdk::Refusal;
use sdk::capability;

use crate::mail::address;

/// The badge of the addresses that go along with what is only sent.
const SENT: u64 = 4;

/// Addresses that those have who were sent to. The oldest is taken back for the next, so that
/// nobody who keeps all that it is sent runs out of slots by this shell.
const SENT_MAX: usize = 8;

/// Addresses of this shell that others have.
#[derive(Debug, Default)]
pub(crate) struct Addresses(VecDeque<Handle>);

impl Addresses {
    /// An address for one who is sent to.
    pub(crate) fn next(&mut self) -> Result<Handle, Refusal> {
        if self.0.len() == SENT_MAX
            && let Some(oldest) = self.0.pop_front()
        {
            take_back(oldest);
        }
        let address = address(SENT)?;
        self.0.push_back(address);
        Ok(address)
    }
}

/// Takes an address back from whoever has it.
pub(crate) fn take_back(address: Handle) {
    // A handle of this shell's own can be revoked and deleted, and nothing else can happen to it.
    let _ = capability::revoke(address);
    let _ = capability::delete(address);
}
