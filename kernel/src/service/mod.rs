//! Services of the kernel image: the namespace and the node's features by message, as seed
//! *actor-microkernel* has them at `/sys/ns` and `/node/{identity}/caps`.
//!
//! They hold what the manifest grants them and have no other power than the calls. A request comes
//! with the capability to answer through, which is given up after each answer; so a service holds
//! nothing of its clients between two messages.

mod caps;
mod ns;

pub use caps::Caps;
pub use ns::Ns;

use abi::handle::Handle;
use abi::message::Header;
use abi::object::ObjectInfo;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use alloc::boxed::Box;

use crate::call::Answer;
use crate::call::Call;
use crate::call::CallName;
use crate::call::Host;
use crate::limits::PAYLOAD_MAX;
use crate::native::Native;

/// Bytes that a service lays before the kernel: two payloads, one for what is asked and one for
/// what is answered.
const SCRATCH: usize = 2 * PAYLOAD_MAX;

/// Every service there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Service {
    /// [`Caps`].
    Caps,
    /// [`Ns`].
    Ns,
}

impl Service {
    /// What makes it.
    pub fn native(self) -> fn() -> Box<dyn Native> {
        match self {
            Service::Caps => Caps::native,
            Service::Ns => Ns::native,
        }
    }
}

/// A service's way to the kernel.
struct Caller<'a> {
    host: &'a mut dyn Host,
    memory: &'a mut [u8; SCRATCH],
}

impl Caller<'_> {
    fn call(&mut self, name: CallName, words: &[u64]) -> Result<u64, Refusal> {
        let mut all = [0; Call::WORDS];
        all[..words.len()].copy_from_slice(words);
        let reply = self.host.call(Call { name, words: all }, &mut self.memory[..]);
        let Answer::Now(word) = reply.answer else { return Err(Refusal::NotAvailable) };
        match Refusal::from_code(word.cast_signed()) {
            Some(refusal) => Err(refusal),
            None => Ok(word),
        }
    }

    /// Puts bytes where the kernel finds them: pointer and length.
    fn lay(&mut self, bytes: &[u8]) -> (u64, u64) {
        let len = bytes.len().min(PAYLOAD_MAX);
        self.memory[..len].copy_from_slice(&bytes[..len]);
        (0, len as u64)
    }

    /// Answers a request, and gives up what it came with.
    fn answer(&mut self, request: &Header, opcode: u32, payload: &[u8], passed: Option<Handle>) {
        let Some(reply) = request.capability else { return };
        let is_call = self.kind(reply) == Some(ObjectKind::Reply);
        let passed = passed.map_or(Handle::NONE_WORD, Handle::word);
        let (pointer, len) = self.lay(payload);
        let words = [reply.word(), u64::from(opcode), pointer, len, passed];
        let sent = self.call(CallName::Send, &words);
        if !is_call || sent.is_err() {
            // Who does not take its answer goes without.
            let _ = self.call(CallName::Delete, &[reply.word()]);
        }
    }

    fn kind(&mut self, handle: Handle) -> Option<ObjectKind> {
        self.info(handle).map(|info| info.kind)
    }

    fn info(&mut self, handle: Handle) -> Option<ObjectInfo> {
        let words = [handle.word(), PAYLOAD_MAX as u64, ObjectInfo::BYTES as u64];
        self.call(CallName::Info, &words).ok()?;
        ObjectInfo::decode(self.memory[PAYLOAD_MAX..].first_chunk()?)
    }
}

/// Memory for a [`Caller`].
fn scratch() -> Box<[u8; SCRATCH]> {
    Box::new([0; SCRATCH])
}
