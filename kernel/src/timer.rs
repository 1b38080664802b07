//! Who waits for which moment.
//!
//! An actor waits for at most one moment, so the wheel is a binary heap of actors that knows where
//! each of them stands: setting and cancelling cost O(log waiting), and nothing is allocated.

use alloc::vec::Vec;

use crate::time::Instant;

/// No place in the heap.
const ABSENT: usize = usize::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Deadline {
    at: Instant,
    /// Of two equal moments, the one that was set first comes first.
    sequence: u64,
    actor: usize,
}

/// The waiting actors, soonest first.
#[derive(Clone, Debug)]
pub struct Timers {
    heap: Vec<Deadline>,
    place: Vec<usize>,
    sequence: u64,
}

impl Timers {
    /// Timers for this many actors.
    pub fn new(actors: usize) -> Timers {
        let place = alloc::vec![ABSENT; actors];
        Timers { heap: Vec::with_capacity(actors), place, sequence: 0 }
    }

    /// The soonest moment that anybody waits for.
    pub fn next(&self) -> Option<Instant> {
        self.heap.first().map(|deadline| deadline.at)
    }

    /// Lets an actor wait until `at`, instead of what it waited for before.
    pub fn set(&mut self, actor: usize, at: Instant) {
        self.cancel(actor);
        self.sequence += 1;
        self.place[actor] = self.heap.len();
        self.heap.push(Deadline { at, sequence: self.sequence, actor });
        self.rise(self.heap.len() - 1);
    }

    /// Lets an actor wait for no moment.
    pub fn cancel(&mut self, actor: usize) {
        let hole = self.place[actor];
        if hole == ABSENT {
            return;
        }
        self.heap.swap_remove(hole);
        self.place[actor] = ABSENT;
        if hole < self.heap.len() {
            self.place[self.heap[hole].actor] = hole;
            self.rise(hole);
            self.sink(hole);
        }
    }

    /// Takes out the first actor whose moment has come.
    pub fn pop_due(&mut self, now: Instant) -> Option<usize> {
        let first = *self.heap.first()?;
        if now < first.at {
            return None;
        }
        self.cancel(first.actor);
        Some(first.actor)
    }

    fn rise(&mut self, from: usize) {
        let mut here = from;
        while 0 < here {
            let parent = (here - 1) / 2;
            if self.heap[parent] < self.heap[here] {
                return;
            }
            self.swap(parent, here);
            here = parent;
        }
    }

    fn sink(&mut self, from: usize) {
        let mut here = from;
        loop {
            let children = 2 * here + 1..(2 * here + 3).min(self.heap.len());
            let Some(child) = children.min_by_key(|child| self.heap[*child]) else { return };
            if self.heap[here] < self.heap[child] {
                return;
            }
            self.swap(child, here);
            here = child;
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.heap.swap(a, b);
        self.place[self.heap[a].actor] = a;
        self.place[self.heap[b].actor] = b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn the_soonest_comes_first_and_equals_in_order() {
        let mut timers = Timers::new(8);
        for (actor, nanos) in [(0, 50), (1, 10), (2, 30), (3, 10), (4, 20), (5, 10)] {
            timers.set(actor, Instant::from_nanos(nanos));
        }
        timers.set(0, Instant::from_nanos(5));
        timers.cancel(3);
        timers.cancel(7);
        assert_eq!(timers.next(), Some(Instant::from_nanos(5)));
        assert_eq!(timers.pop_due(Instant::from_nanos(4)), None);
        let order: Vec<usize> =
            core::iter::from_fn(|| timers.pop_due(Instant::from_nanos(30))).collect();
        assert_eq!(order, [0, 1, 5, 4, 2]);
        assert_eq!(timers.next(), None);
    }
}
