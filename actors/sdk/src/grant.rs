//! What the manifest gave, found by what it is.

use abi::handle::Handle;
use abi::object::ObjectKind;

use crate::capability;
use crate::capability::SLOTS;
use crate::clock::Clock;
use crate::endpoint::Endpoint;
use crate::file::Files;
use crate::flash::Flash;
use crate::namespace::Namespace;
use crate::process::Processes;
use crate::spawn::Spawner;

/// The kinds of the grants in the order of the manifest, as they were at the start.
///
/// Optional grants are looked up here, so that an actor works with fewer of them and in any
/// order. The slots are read once, up to the first that is refused because it is empty.
#[derive(Clone, Debug)]
pub struct Grants {
    kinds: [Option<ObjectKind>; SLOTS],
}

impl Default for Grants {
    fn default() -> Grants {
        let mut kinds = [None; SLOTS];
        for (slot, kind) in kinds.iter_mut().enumerate().skip(1) {
            match capability::info(Handle::new(0, slot as u32)) {
                Ok(info) => *kind = Some(info.kind),
                Err(_) => break,
            }
        }
        Grants { kinds }
    }
}

impl Grants {
    /// Reads what has been given. Call it before any capability is received.
    pub fn new() -> Grants {
        Grants::default()
    }

    /// The first grant of this kind.
    pub fn find(&self, kind: ObjectKind) -> Option<Handle> {
        let slot = self.kinds.iter().position(|found| *found == Some(kind))?;
        Some(Handle::new(0, slot as u32))
    }

    /// The clock, if one was given.
    pub fn clock(&self) -> Option<Clock> {
        self.find(ObjectKind::Clock).map(Clock::new)
    }

    /// The process table, if it was given.
    pub fn processes(&self) -> Option<Processes> {
        self.find(ObjectKind::Processes).map(Processes::new)
    }

    /// Flash, if some was given and its shape is known.
    pub fn flash(&self) -> Option<Flash> {
        self.find(ObjectKind::Flash).and_then(|handle| Flash::new(handle).ok())
    }

    /// Names, if some were given.
    pub fn namespace(&self) -> Option<Namespace> {
        self.find(ObjectKind::Namespace).map(Namespace::new)
    }

    /// The power to make actors, if it was given.
    pub fn spawner(&self) -> Option<Spawner> {
        self.find(ObjectKind::Spawner).map(Spawner::new)
    }

    /// The files of the first directory, if one was given.
    pub fn files(&self) -> Option<Files> {
        self.find(ObjectKind::Directory).map(|directory| Files::new(Endpoint::new(directory)))
    }
}
