//! What an actor holds: what a capability is, and deriving others from it.

use abi::handle::Handle;
use abi::object::ObjectInfo;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::raw;

/// Capabilities that one actor can hold.
pub const SLOTS: usize = 64;

/// What the capability is.
pub fn info(handle: Handle) -> Result<ObjectInfo, Refusal> {
    let mut bytes = [0; ObjectInfo::BYTES];
    raw::info(handle, &mut bytes)?;
    ObjectInfo::decode(&bytes).ok_or(Refusal::WrongObject)
}

/// A second capability with the same rights.
pub fn copy(handle: Handle) -> Result<Handle, Refusal> {
    raw::copy(handle)
}

/// A lesser capability: no more than these rights, and with this badge (0: none).
pub fn mint(handle: Handle, rights: Rights, badge: u64) -> Result<Handle, Refusal> {
    raw::mint(handle, rights, badge)
}

/// A capability to the actor's own endpoint that only speaks the file protocol
/// ([`abi::file`]): a directory or a file, whose requests come with this badge, which is not 0.
///
/// ```no_run
/// use sdk::Rights;
/// use sdk::abi::object::ObjectKind;
/// use sdk::capability;
///
/// // Passing it on takes `grant`; the client is then given `read` alone.
/// let file = capability::narrow(ObjectKind::File, Rights::READ | Rights::GRANT, 7);
/// ```
pub fn narrow(kind: ObjectKind, rights: Rights, badge: u64) -> Result<Handle, Refusal> {
    narrow_from(Handle::OWN_ENDPOINT, kind, rights, badge)
}

/// The same of another actor's endpoint, of which this one has the rights that it narrows.
pub fn narrow_from(
    endpoint: Handle,
    kind: ObjectKind,
    rights: Rights,
    badge: u64,
) -> Result<Handle, Refusal> {
    raw::narrow(endpoint, kind, rights, badge)
}

/// The same capability in another slot. The old handle is stale from then on: whoever in this
/// actor kept it can do nothing with it any more.
pub fn move_slot(handle: Handle) -> Result<Handle, Refusal> {
    raw::move_slot(handle)
}

/// Empties the slot.
pub fn delete(handle: Handle) -> Result<(), Refusal> {
    raw::delete(handle)
}

/// Deletes what the actor holds, except for what it was born with, what came with messages that it
/// has yet to receive, and these handles; answers how many went. It is what new code begins with
/// after a [reload](crate::spawn::Child::reload), because it does not know what the old one held.
/// [`Refusal::OutOfRange`] for more handles than a cspace has slots.
pub fn keep_only(handles: &[Handle]) -> Result<usize, Refusal> {
    let mut words = [0; SLOTS];
    let named = words.get_mut(..handles.len()).ok_or(Refusal::OutOfRange)?;
    for (word, handle) in named.iter_mut().zip(handles) {
        *word = handle.word();
    }
    raw::renewal::keep(named)
}

/// Removes every capability derived from this one, whoever has it now.
pub fn revoke(handle: Handle) -> Result<(), Refusal> {
    raw::revoke(handle)
}

/// A capability that is deleted when this is dropped, as one that came in a message should be
/// once the answer is sent.
#[derive(Debug)]
pub struct Owned(Handle);

impl Owned {
    /// From now on dropping deletes the capability.
    pub fn new(handle: Handle) -> Owned {
        Owned(handle)
    }

    /// Its name.
    pub fn handle(&self) -> Handle {
        self.0
    }

    /// Keeps the capability.
    pub fn keep(self) -> Handle {
        let handle = self.0;
        core::mem::forget(self);
        handle
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // It may have been revoked meanwhile: then there is nothing left to delete.
        let _ = raw::delete(self.0);
    }
}
