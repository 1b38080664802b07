//! The global state: what is unfinished. It is the exclusive or of the shares that all pairs hold,
//! so that any commit anywhere can change it.

use crate::address::Address;
use crate::tag::DELETE;
use crate::tag::NO_ID;
use crate::tag::Tag;
use crate::tag::word;

/// The bit that says that the list of all pairs may contradict the tree.
const ORPHANS: u32 = 0x8000_0000;

/// The global state, or a share of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GlobalState {
    tag: u32,
    pair: [u32; 2],
}

impl GlobalState {
    pub(crate) const ZERO: GlobalState = GlobalState { tag: 0, pair: [0; 2] };

    pub(crate) fn is_zero(self) -> bool {
        self == GlobalState::ZERO
    }

    pub(crate) fn xor(self, other: GlobalState) -> GlobalState {
        let [left, right] = self.pair;
        let pair = [left ^ other.pair[0], right ^ other.pair[1]];
        GlobalState { tag: self.tag ^ other.tag, pair }
    }

    /// The entry that is being moved away and has another place already.
    pub(crate) fn pending(self) -> Option<(Address, u16)> {
        let tag = Tag(self.tag & !ORPHANS);
        if tag.family() == 0 { None } else { Some((Address(self.pair), tag.id())) }
    }

    /// The id of the entry that is being moved out of this pair.
    pub(crate) fn pending_in(self, pair: Address) -> Option<u16> {
        let (source, id) = self.pending()?;
        source.shares(pair).then_some(id)
    }

    pub(crate) fn with_pending(self, source: Address, id: u16) -> GlobalState {
        let tag = (self.tag & ORPHANS) | Tag::new(DELETE, id & NO_ID, 0).0;
        GlobalState { tag, pair: source.0 }
    }

    pub(crate) fn without_pending(self) -> GlobalState {
        GlobalState { tag: self.tag & ORPHANS, pair: [0; 2] }
    }

    pub(crate) fn has_orphans(self) -> bool {
        self.tag & ORPHANS != 0
    }

    /// The same with the orphans' bit as it follows from their number.
    pub(crate) fn with_orphans(self, count: u32) -> GlobalState {
        let bit = if count == 0 { 0 } else { ORPHANS };
        GlobalState { tag: self.tag & !ORPHANS | bit, pair: self.pair }
    }

    pub(crate) fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&self.tag.to_le_bytes());
        bytes[4..].copy_from_slice(&Address(self.pair).to_bytes());
        bytes
    }

    /// A share as a log has it. The lowest ten bits mean nothing on the disk.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<GlobalState> {
        let Address(pair) = Address::from_bytes(bytes.get(4..)?)?;
        Some(GlobalState { tag: word(bytes, 0)? & !0x3ff, pair })
    }
}
