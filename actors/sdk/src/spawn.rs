//! Making actors and ending them.
//!
//! ```no_run
//! use sdk::Refusal;
//! use sdk::Rights;
//! use sdk::abi::spawn::SpawnGrant;
//! use sdk::grant::Grants;
//! use sdk::spawn::options;
//!
//! fn make(module: &[u8]) -> Result<(), Refusal> {
//!     let grants = Grants::new();
//!     let clock = grants.clock().ok_or(Refusal::NoCapability)?.handle();
//!     let given = [SpawnGrant { handle: clock, rights: Rights::READ }];
//!     let spawner = grants.spawner().ok_or(Refusal::NoCapability)?;
//!     let child = spawner.spawn(module, &options("worker")?, &given)?;
//!     child.stop()
//! }
//! ```

use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::spawn::Restart;
use abi::spawn::SpawnGrant;
use abi::spawn::SpawnOptions;

use crate::capability::SLOTS;
use crate::memory::Memory;
use crate::raw;

/// Grants that fill a child's cspace, but for its own endpoint.
const GRANTS_MAX: usize = SLOTS - 1;

/// The power to make actors under one supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spawner(Handle);

impl Spawner {
    /// The spawner of this name.
    pub const fn new(handle: Handle) -> Spawner {
        Spawner(handle)
    }

    /// The spawner that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Spawner {
        Spawner(Handle::new(0, slot))
    }

    /// Makes an actor of a wasm module. It has nothing but what it is given here, from slot 1 on.
    pub fn spawn(
        self,
        module: &[u8],
        options: &SpawnOptions,
        grants: &[SpawnGrant],
    ) -> Result<Child, Refusal> {
        let mut bytes = [0; SpawnOptions::BYTES + GRANTS_MAX * SpawnGrant::BYTES];
        let len = encode(options, grants, &mut bytes).ok_or(Refusal::NoSlot)?;
        raw::spawn(self.0, module, &bytes[..len]).map(Child)
    }

    /// The same of a module that lies in granted memory, such as a file: nothing is copied through
    /// the maker.
    pub fn spawn_from(
        self,
        module: Memory,
        options: &SpawnOptions,
        grants: &[SpawnGrant],
    ) -> Result<Child, Refusal> {
        let mut bytes = [0; SpawnOptions::BYTES + GRANTS_MAX * SpawnGrant::BYTES];
        let len = encode(options, grants, &mut bytes).ok_or(Refusal::NoSlot)?;
        raw::renewal::spawn_from(self.0, module.handle(), &bytes[..len]).map(Child)
    }
}

/// Lays options and grants one behind the other; `None` if the buffer is too small.
fn encode(options: &SpawnOptions, grants: &[SpawnGrant], bytes: &mut [u8]) -> Option<usize> {
    let len = SpawnOptions::BYTES + grants.len() * SpawnGrant::BYTES;
    let (head, rest) = bytes.get_mut(..len)?.split_at_mut(SpawnOptions::BYTES);
    head.copy_from_slice(&options.encode());
    for (place, grant) in rest.chunks_exact_mut(SpawnGrant::BYTES).zip(grants) {
        place.copy_from_slice(&grant.encode());
    }
    Some(len)
}

/// What an ordinary worker is made with: never started again, 16 KiB of memory beyond what its module
/// starts with, 16 messages, five seconds to end in, not linked. [`Refusal::Invalid`] if the name is empty or too long.
pub fn options(name: &str) -> Result<SpawnOptions, Refusal> {
    Ok(SpawnOptions {
        priority: 16,
        restart: Restart::Temporary,
        mailbox: 16,
        memory: 16 * 1024,
        shutdown_ms: 5000,
        is_linked: false,
        is_beyond: true,
        name: SpawnOptions::padded(name).ok_or(Refusal::Invalid)?,
    })
}

/// An actor as the one who made it holds it. Its end is told to its maker
/// ([`Message::exit_notice`](crate::endpoint::Message::exit_notice)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child(Handle);

impl Child {
    /// The child of this name.
    pub const fn new(handle: Handle) -> Child {
        Child(handle)
    }

    /// Its name.
    pub const fn handle(self) -> Handle {
        self.0
    }

    /// Has its supervisor end it, in the way that was said when it was made.
    pub fn stop(self) -> Result<(), Refusal> {
        raw::stop(self.0)
    }

    /// Gives it other code. It stays who it is: its id, its mailbox with what waits there, what it
    /// holds, its names, and the capabilities that others have of it. Its memory is new, so what
    /// shall last it [saves](crate::state). [`Refusal::Invalid`] if the module cannot be had, and
    /// the trace says why; [`Refusal::NoRoom`] if there is no memory for both meanwhile;
    /// [`Refusal::WrongObject`] for a service of the kernel image. A refused reload changes nothing.
    pub fn reload(self, module: &[u8]) -> Result<Reload, Refusal> {
        raw::renewal::reload(self.0, module).map(Reload::new)
    }

    /// The same with a module that lies in granted memory, such as a file.
    pub fn reload_from(self, module: Memory) -> Result<Reload, Refusal> {
        raw::renewal::reload_from(self.0, module.handle()).map(Reload::new)
    }
}

/// When other code takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reload {
    /// It has.
    Done,
    /// At the actor's next receive, because it is doing something now; or in its next life, if this
    /// one is over.
    YetToCome,
}

impl Reload {
    fn new(is_yet_to_come: bool) -> Reload {
        if is_yet_to_come { Reload::YetToCome } else { Reload::Done }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::rights::Rights;
    use std::vec;

    #[test]
    fn grants_follow_the_options_until_a_cspace_is_full() {
        let options = options("worker").unwrap();
        let grant = SpawnGrant { handle: Handle::new(2, 5), rights: Rights::WRITE };
        let mut bytes = [0xff; SpawnOptions::BYTES + GRANTS_MAX * SpawnGrant::BYTES];
        assert_eq!(encode(&options, &[grant, grant], &mut bytes), Some(48 + 32));
        assert_eq!(SpawnOptions::decode(bytes.first_chunk().unwrap()), Some(options));
        assert_eq!(SpawnGrant::decode(bytes[64..].first_chunk().unwrap()), Some(grant));
        assert_eq!(encode(&options, &vec![grant; GRANTS_MAX], &mut bytes), Some(bytes.len()));
        assert_eq!(encode(&options, &vec![grant; GRANTS_MAX + 1], &mut bytes), None);
    }
}
