//! How an actor names a capability that it holds.

use core::fmt;

/// `generation << 32 | slot`. The generation counts how often the slot was
/// emptied, so that a handle kept too long never reaches the slot's next tenant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Handle(u64);

impl Handle {
    /// The word that stands for "no capability" in calls and messages.
    pub const NONE_WORD: u64 = u64::MAX;

    /// The actor's own endpoint, always its first capability.
    pub const OWN_ENDPOINT: Handle = Handle(0);

    /// The handle of one life of a slot.
    pub const fn new(generation: u32, slot: u32) -> Handle {
        Handle((generation as u64) << 32 | slot as u64)
    }

    /// Any word is a handle; only the holder's cspace knows whether it names something.
    pub const fn from_word(word: u64) -> Handle {
        Handle(word)
    }

    /// The word that crosses the boundary.
    pub const fn word(self) -> u64 {
        self.0
    }

    /// Which life of the slot.
    pub const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Which slot.
    pub const fn slot(self) -> u32 {
        self.0 as u32
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.slot(), self.generation())
    }
}
