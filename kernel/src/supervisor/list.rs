//! Lists of children through one array indexed by child, so that whoever stands in a list is taken
//! out of its middle in O(1) and nothing is allocated.

use alloc::vec::Vec;

/// No child, or no list.
const NONE: usize = usize::MAX;

#[derive(Clone, Copy, Debug)]
struct Link {
    previous: usize,
    next: usize,
    /// The list it stands in.
    list: usize,
}

#[derive(Clone, Copy, Debug)]
struct Ends {
    first: usize,
    last: usize,
}

/// Several lists; each child stands in at most one of them.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    links: Vec<Link>,
    ends: Vec<Ends>,
}

impl Lists {
    /// Empty lists for this many children.
    pub(super) fn new(children: usize, lists: usize) -> Lists {
        Lists {
            links: alloc::vec![Link { previous: NONE, next: NONE, list: NONE }; children],
            ends: alloc::vec![Ends { first: NONE, last: NONE }; lists],
        }
    }

    /// Whether a child stands in any list.
    pub(super) fn contains(&self, child: usize) -> bool {
        self.links[child].list != NONE
    }

    pub(super) fn first(&self, list: usize) -> Option<usize> {
        some(self.ends[list].first)
    }

    pub(super) fn last(&self, list: usize) -> Option<usize> {
        some(self.ends[list].last)
    }

    /// Who stands behind a child.
    pub(super) fn next(&self, child: usize) -> Option<usize> {
        some(self.links[child].next)
    }

    /// Who stands before a child.
    pub(super) fn previous(&self, child: usize) -> Option<usize> {
        some(self.links[child].previous)
    }

    /// Puts a child at the end of a list.
    pub(super) fn push_back(&mut self, list: usize, child: usize) {
        assert!(!self.contains(child), "a child stands in one list at most");
        let previous = self.ends[list].last;
        self.links[child] = Link { previous, next: NONE, list };
        match self.links.get_mut(previous) {
            Some(before) => before.next = child,
            None => self.ends[list].first = child,
        }
        self.ends[list].last = child;
    }

    /// Takes out the first child of a list.
    pub(super) fn pop_front(&mut self, list: usize) -> Option<usize> {
        let child = self.first(list)?;
        self.remove(child);
        Some(child)
    }

    /// Takes a child out of the list it stands in, if it does.
    pub(super) fn remove(&mut self, child: usize) {
        let Link { previous, next, list } = self.links[child];
        if list == NONE {
            return;
        }
        match self.links.get_mut(previous) {
            Some(before) => before.next = next,
            None => self.ends[list].first = next,
        }
        match self.links.get_mut(next) {
            Some(behind) => behind.previous = previous,
            None => self.ends[list].last = previous,
        }
        self.links[child] = Link { previous: NONE, next: NONE, list: NONE };
    }
}

fn some(child: usize) -> Option<usize> {
    (child != NONE).then_some(child)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn forwards(lists: &Lists, list: usize) -> Vec<usize> {
        core::iter::successors(lists.first(list), |child| lists.next(*child)).collect()
    }

    fn backwards(lists: &Lists, list: usize) -> Vec<usize> {
        core::iter::successors(lists.last(list), |child| lists.previous(*child)).collect()
    }

    #[test]
    fn a_child_leaves_from_anywhere_and_the_order_of_the_others_stays() {
        let mut lists = Lists::new(6, 2);
        (0..5).for_each(|child| lists.push_back(0, child));
        lists.push_back(1, 5);
        for (gone, left) in [(2, [0, 1, 3, 4].as_slice()), (0, &[1, 3, 4]), (4, &[1, 3])] {
            lists.remove(gone);
            lists.remove(gone);
            assert_eq!(forwards(&lists, 0), left);
            assert!(backwards(&lists, 0).into_iter().eq(left.iter().rev().copied()));
        }
        lists.push_back(1, 0);
        assert_eq!(forwards(&lists, 1), [5, 0]);
        assert_eq!(lists.pop_front(0), Some(1));
        assert_eq!(lists.pop_front(0), Some(3));
        assert_eq!(lists.pop_front(0), None);
        assert!(!lists.contains(3) && lists.contains(5));
    }
}
