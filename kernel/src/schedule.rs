//! Who runs next: the highest priority that is ready, first come first served within it.
//!
//! The queues are lists through one array indexed by actor, with one bit for each priority that has
//! somebody: every operation is O(1) and nothing is allocated. An actor whose slice ended goes to
//! the back of its queue; one that made way for a higher priority goes to the front and keeps the
//! rest of its slice (POSIX SCHED_RR, IEEE 1003.1 chapter "Scheduling Policies").

use alloc::vec::Vec;

use crate::limits::PRIORITIES;

/// Nobody.
const NONE: usize = usize::MAX;

#[derive(Clone, Copy, Debug)]
struct Link {
    previous: usize,
    next: usize,
    /// The queue it stands in; `NONE` if it is not ready.
    priority: usize,
}

#[derive(Clone, Copy, Debug)]
struct Queue {
    first: usize,
    last: usize,
}

/// Which actors could run, and in which order.
#[derive(Debug)]
pub struct Schedule {
    links: Vec<Link>,
    queues: [Queue; PRIORITIES],
    /// Bit n: somebody of priority n is ready.
    occupied: u32,
}

impl Schedule {
    /// A schedule for this many actors, none of them ready.
    pub fn new(actors: usize) -> Schedule {
        Schedule {
            links: alloc::vec![Link { previous: NONE, next: NONE, priority: NONE }; actors],
            queues: [Queue { first: NONE, last: NONE }; PRIORITIES],
            occupied: 0,
        }
    }

    /// Whether an actor waits for its turn.
    pub fn is_ready(&self, actor: usize) -> bool {
        self.links[actor].priority != NONE
    }

    /// Puts an actor behind the others of its priority.
    pub fn push_back(&mut self, actor: usize, priority: usize) {
        let last = self.queues[priority].last;
        self.insert(actor, priority, Link { previous: last, next: NONE, priority });
    }

    /// Puts an actor before the others of its priority.
    pub fn push_front(&mut self, actor: usize, priority: usize) {
        let first = self.queues[priority].first;
        self.insert(actor, priority, Link { previous: NONE, next: first, priority });
    }

    /// Who is first in the highest queue.
    pub fn first(&self) -> Option<usize> {
        self.highest().map(|priority| self.queues[priority].first)
    }

    /// The highest priority at which somebody is ready.
    pub fn highest(&self) -> Option<usize> {
        self.occupied.checked_ilog2().map(|priority| priority as usize)
    }

    /// Takes out who runs next.
    pub fn pop(&mut self) -> Option<usize> {
        let actor = self.first()?;
        self.remove(actor);
        Some(actor)
    }

    /// Takes an actor out, if it is ready.
    pub fn remove(&mut self, actor: usize) {
        let Link { previous, next, priority } = self.links[actor];
        if priority == NONE {
            return;
        }
        match self.links.get_mut(previous) {
            Some(link) => link.next = next,
            None => self.queues[priority].first = next,
        }
        match self.links.get_mut(next) {
            Some(link) => link.previous = previous,
            None => self.queues[priority].last = previous,
        }
        self.links[actor].priority = NONE;
        if self.queues[priority].first == NONE {
            self.occupied &= !(1 << priority);
        }
    }

    fn insert(&mut self, actor: usize, priority: usize, link: Link) {
        assert!(!self.is_ready(actor), "an actor waits for its turn at most once");
        match self.links.get_mut(link.previous) {
            Some(before) => before.next = actor,
            None => self.queues[priority].first = actor,
        }
        match self.links.get_mut(link.next) {
            Some(behind) => behind.previous = actor,
            None => self.queues[priority].last = actor,
        }
        self.links[actor] = link;
        self.occupied |= 1 << priority;
    }
}
