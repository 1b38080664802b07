//! Who runs next: the highest priority that is ready, first come first served within it, and now
//! and then a lower one, so that nobody starves.
//!
//! The queues are lists through one array indexed by actor, with one bit for each priority that has
//! somebody: every operation is O(1) and nothing is allocated. An actor whose slice ended goes to
//! the back of its queue; one that made way for a higher priority goes to the front and keeps the
//! rest of its slice (POSIX SCHED_RR, IEEE 1003.1 chapter "Scheduling Policies").
//!
//! # Rescue
//!
//! A priority is *passed over* when a slice goes to a higher one while somebody of it is ready. It
//! stays so until one of its own gets a slice or none is ready any more. When [`PASSED_OVER_MAX`]
//! slices in a row have gone to the highest priority and somebody was passed over all the while,
//! the next slice is a *rescue*: it goes to the first in the queue of a priority that was passed
//! over. These take turns, downwards from the one that was rescued last and around. A rescue, or a
//! moment when nobody is passed over, starts the count again.
//!
//! That the turns are those of priorities passed over, not of all below the highest, matters when
//! the highest comes and goes: an actor that happens to be the highest whenever a rescue is due,
//! and never otherwise, is rescued too.
//!
//! The bound: of [`ROUND`] slices in a row, a priority at which somebody is ready all the while gets
//! at least one. Proof: the highest priority is never passed over, so at most `PRIORITIES - 1` take
//! turns. From the first slice on, which passes it over, a priority is among them; each other one
//! comes before it at most once; and a rescue comes after at most `PASSED_OVER_MAX` slices. So an
//! actor with n others before it in its queue runs within `(n + 1) * ROUND` slices, if those do not
//! make way and come back to the front: that does not end their slice, but they run out of fuel.

use alloc::vec::Vec;

use crate::limits::PASSED_OVER_MAX;
use crate::limits::PRIORITIES;

/// Slices within which every priority gets one, if somebody of it is ready all the while.
pub const ROUND: u32 = (PASSED_OVER_MAX + 1) * (PRIORITIES as u32 - 1);

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
    /// Bit n: priority n is passed over; somebody of it is ready.
    passed_over: u32,
    /// Slices in a row that passed somebody over.
    passes: u32,
    /// The priority whose turn the last rescue was.
    rescued: usize,
}

impl Schedule {
    /// A schedule for this many actors, none of them ready.
    pub fn new(actors: usize) -> Schedule {
        Schedule {
            links: alloc::vec![Link { previous: NONE, next: NONE, priority: NONE }; actors],
            queues: [Queue { first: NONE, last: NONE }; PRIORITIES],
            occupied: 0,
            passed_over: 0,
            passes: 0,
            rescued: 0,
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

    /// Takes out who runs next: the first in the highest queue, or in the one that is rescued.
    pub fn pop(&mut self) -> Option<usize> {
        let priority = self.turn()?;
        let actor = self.queues[priority].first;
        self.remove(actor);
        Some(actor)
    }

    /// Puts an actor that is ready behind the others of another priority. One that is not ready, or
    /// has this priority already, stays where it is.
    pub fn set_priority(&mut self, actor: usize, priority: usize) {
        if self.is_ready(actor) && self.links[actor].priority != priority {
            self.remove(actor);
            self.push_back(actor, priority);
        }
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
            self.passed_over &= !(1 << priority);
        }
    }

    /// Gives a slice to a priority and counts whom it passes over.
    fn turn(&mut self) -> Option<usize> {
        let highest = self.highest()?;
        assert_eq!(self.passed_over & !self.occupied, 0, "only the ready are passed over");
        if self.passed_over == 0 {
            self.passes = 0;
        }
        if self.passes == PASSED_OVER_MAX {
            self.passes = 0;
            self.rescued = self.next_rescue();
            self.passed_over &= !(1 << self.rescued);
            return Some(self.rescued);
        }
        let lower = self.occupied & below(highest);
        self.passed_over = (self.passed_over | lower) & !(1 << highest);
        self.passes += u32::from(lower != 0);
        Some(highest)
    }

    /// The priority passed over that is next below the one rescued last, or else the highest of
    /// them.
    fn next_rescue(&self) -> usize {
        let further_down = self.passed_over & below(self.rescued);
        let turns = if further_down == 0 { self.passed_over } else { further_down };
        turns.ilog2() as usize
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

/// The bits of every lower priority.
fn below(priority: usize) -> u32 {
    (1 << priority) - 1
}
