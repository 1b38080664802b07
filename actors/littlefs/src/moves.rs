//! Where pairs lie that the list of all pairs still has where they were.
//!
//! A pair that moves is first known by its parent and later in the list. In between the list leads
//! to what the pair was: who looked for entries there, or changed them, would work on the past.

use alloc::vec::Vec;

use crate::address::Address;

/// From where to where, in the order of time.
#[derive(Debug)]
pub(crate) struct Moves(Vec<(Address, Address)>);

impl Moves {
    pub(crate) const NONE: Moves = Moves(Vec::new());

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Where the pair lies that the list has here.
    pub(crate) fn forward(&self, listed: Address) -> Address {
        let mut at = listed;
        for (old, new) in &self.0 {
            if old.is_same(at) {
                at = *new;
            }
        }
        at
    }

    /// A pair has moved, perhaps again.
    pub(crate) fn add(&mut self, old: Address, new: Address) {
        self.0.push((old, new));
    }

    /// The list has a pair at this address now: how it came there does not matter any more.
    pub(crate) fn remove(&mut self, listed: Address) {
        let mut at = listed;
        for index in (0..self.0.len()).rev() {
            if self.0[index].1.is_same(at) {
                (at, _) = self.0.remove(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_found_at_the_end_of_its_way_until_the_list_has_it() {
        let mut moves = Moves::NONE;
        moves.add(Address([1, 2]), Address([3, 1]));
        moves.add(Address([7, 8]), Address([9, 7]));
        moves.add(Address([1, 3]), Address([4, 3]));
        assert_eq!(moves.forward(Address([2, 1])), Address([4, 3]));
        assert_eq!(moves.forward(Address([5, 1])), Address([5, 1]));
        moves.remove(Address([3, 1]));
        assert_eq!(moves.forward(Address([3, 1])), Address([4, 3]), "it moved on since");
        moves.add(Address([4, 3]), Address([6, 4]));
        moves.remove(Address([4, 6]));
        assert_eq!(moves.count(), 1, "the other is as it was");
        assert_eq!(moves.forward(Address([8, 7])), Address([9, 7]));
    }
}
