//! Where indirect jumps found their targets.

use crate::exception::Privilege;
use crate::stream::NONE;

/// How many targets are found quickly.
pub(crate) const JUMPS: usize = 4096;

/// A target of an indirect jump.
#[derive(Clone, Copy)]
pub(crate) struct Jump {
    /// The address, with [`user_bit`] in its lowest bit.
    pub(crate) key: u32,
    /// The place of the block there.
    pub(crate) block: u32,
}

/// No address has these keys at these places.
pub(crate) static NO_JUMPS: [Jump; JUMPS] = {
    let mut jumps = [Jump { key: 0, block: NONE }; JUMPS];
    jumps[0].key = 2;
    jumps
};

/// Where a target is looked for.
pub(crate) fn jump_place(pc: u32) -> usize {
    (pc >> 1) as usize % JUMPS
}

/// Addresses are even, so that their lowest bit can tell whose they are.
pub(crate) fn user_bit(privilege: Privilege) -> u32 {
    u32::from(privilege == Privilege::User)
}
