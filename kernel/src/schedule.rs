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
//! A slice *passes over* every priority below the one it goes to at which somebody is ready. When
//! [`PASSED_OVER_MAX`] slices in a row have passed somebody over, the next one is a *rescue*: it
//! goes to the first in the queue of a priority that the last of them passed over. These take
//! turns, downwards from the one that was rescued last and around. The count starts again after a
//! rescue, and when nobody is left of those whom the last slice passed over.
//!
//! That the turns are those of priorities passed over, not of all below the highest, matters when
//! the highest comes and goes: an actor that happens to be the highest whenever a rescue is due,
//! and never otherwise, is rescued too.
//!
//! The bound: of [`ROUND`] slices in a row, a priority at which somebody is ready all the while
//! gets at least one. Proof: until it does, each slice but rescues passes it over, so a rescue
//! comes after at most `PASSED_OVER_MAX` slices and it is among those who take turns. The highest
//! priority is never passed over, so these are at most `PRIORITIES - 1`, and each other one comes
//! before it at most once. So an actor with n others before it in its queue runs within
//! `(n + 1) * ROUND` slices, if it keeps its priority. One that makes way and comes back to the
//! front counts as one of the n as often as it does so, which its fuel bounds.

use alloc::vec::Vec;

use crate::limits::PASSED_OVER_MAX;
use crate::limits::PRIORITIES;

/// Slices within which every priority gets one, if somebody of it is ready all the while.
pub const ROUND: u32 = (PASSED_OVER_MAX + 1) * (PRIORITIES as u32 - 1);

// Else nobody would have been passed over when a rescue is due.
const _: () = assert!(0 < PASSED_OVER_MAX);

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
#[derive(Clone, Debug)]
pub struct Schedule {
    links: Vec<Link>,
    queues: [Queue; PRIORITIES],
    /// Bit n: somebody of priority n is ready.
    occupied: u32,
    /// Bit n: the last slice passed priority n over, and somebody of it has been ready since.
    passed_over: u32,
    /// Slices in a row that passed somebody over, as long as `passed_over` is not empty.
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
            self.rescued = self.next_rescue();
            self.passed_over = 0;
            return Some(self.rescued);
        }
        self.passed_over = self.occupied & below(highest);
        self.passes += 1;
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
