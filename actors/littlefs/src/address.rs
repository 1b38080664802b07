//! Where a metadata pair lies: two blocks, of which at least one was written whole.

use crate::tag::word;

/// The block number that stands for no block.
pub(crate) const NO_BLOCK: u32 = 0xffff_ffff;

/// The two blocks of a pair. In a fetched pair the first is the newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address(pub(crate) [u32; 2]);

impl Address {
    /// No pair: the end of a list.
    pub(crate) const NONE: Address = Address([NO_BLOCK; 2]);
    /// Where every file system begins.
    pub(crate) const FIRST: Address = Address([0, 1]);

    pub(crate) fn is_none(self) -> bool {
        self.0.contains(&NO_BLOCK)
    }

    /// Whether the pairs share a block: then one is what became of the other, because one block is
    /// replaced at a time.
    pub(crate) fn shares(self, other: Address) -> bool {
        other.0.iter().any(|block| self.0.contains(block))
    }

    /// Whether these are the same blocks, in whatever order.
    pub(crate) fn is_same(self, other: Address) -> bool {
        self == other || self == other.swapped()
    }

    pub(crate) fn swapped(self) -> Address {
        Address([self.0[1], self.0[0]])
    }

    pub(crate) fn to_bytes(self) -> [u8; 8] {
        words(self.0)
    }

    /// The address at this place of a log.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Address> {
        Some(Address([word(bytes, 0)?, word(bytes, 4)?]))
    }
}

/// Two words as the disk has them.
pub(crate) fn words(words: [u32; 2]) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&words[0].to_le_bytes());
    bytes[4..].copy_from_slice(&words[1].to_le_bytes());
    bytes
}
