//! Who an actor is: where it lives in the table, and which life this is.

use core::fmt;

/// Index and generation. The generation starts at 1, so that 0 is the kernel itself
/// ([`abi::message::KERNEL_SENDER`]), and stays below 2³¹, so that an id is a positive word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ActorId {
    index: u16,
    generation: u32,
}

impl ActorId {
    /// The actor at `index` in its `generation`th life.
    pub const fn new(index: u16, generation: u32) -> ActorId {
        assert!(0 < generation && generation < 1 << 31);
        ActorId { index, generation }
    }

    /// Its place in the table.
    pub const fn index(self) -> usize {
        self.index as usize
    }

    /// Which life.
    pub const fn generation(self) -> u32 {
        self.generation
    }

    /// The word that actors see.
    pub const fn word(self) -> u64 {
        (self.generation as u64) << 32 | self.index as u64
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}.{}", self.index, self.generation)
    }
}
