//! Who watches whom, and what is done when a child ends: the semantics of OTP's supervisors.
//!
//! A [`Tree`] is a state machine without actors, engine or clock. The kernel tells it what became
//! of a place ([`Tree::exited`], [`Tree::started`]) and what time it is ([`Tree::wake`]); the tree
//! says what to do next, one [`Action`] after the other, and the kernel reports back. The words and
//! the order of things are those of Erlang/OTP (stdlib, `supervisor.erl`):
//!
//! - A supervisor is a sequential process. While it ends or starts children, the ends of its other
//!   children wait, and each is looked at in the order in which it came. One that has ended by the
//!   time its supervisor wants to end it ended as expected: it is not counted.
//! - Siblings are ended from the last to the first, one after the other, then started from the
//!   first to the last. Temporary ones that were ended so are not started again.
//! - A transient child that has ended normally stays down but keeps its place in the order: when
//!   its siblings are restarted, it is started with them.
//! - A start that fails counts as another restart of that child and is tried again after the ends
//!   that already wait. In the start of a whole supervisor it makes that start fail: what was
//!   already started is ended, and the supervisor above tries again.
//! - More restarts within the period than the intensity: the supervisor gives up. It ends its
//!   children and then exits with reason shutdown, so a transient one is not restarted. When the
//!   root gives up, everything has ended.
//!
//! What OTP does not say:
//!
//! - A delay ([`crate::manifest::Backoff`]) runs from the decision to restart. Siblings are ended
//!   at once and are down meanwhile, but their supervisor goes on watching: other ends are treated
//!   as they come. A restart that takes in a child which still waits keeps to the later moment.
//! - A supervisor that is told to end while it restarts children does not go on starting them.
//! - A supervisor below another is ended by its own `Shutdown` too: `Kill` ends all below it
//!   without asking, and so does the deadline of `After`, from the last to the first.
//! - A child that was added while the system runs is forgotten as soon as it will not be started
//!   again: a transient one that ended normally, too (as OTP's simple_one_for_one), for its place
//!   is needed. Children and supervisors of the manifest come back with their supervisor; only
//!   below the root, which never comes back, are temporary ones forgotten.
//!
//! Cost: an exit under one_for_one is O(1), apart from O(log waiting) for a moment; the other
//! strategies visit the siblings that they are about. Nothing is allocated once the queue of
//! actions has grown to what one turn of the kernel leaves in it.

mod decision;
mod list;
mod tree;
mod walk;
#[cfg(test)]
mod example;

pub use decision::Cause;
pub use decision::Decision;
pub use decision::decide;
pub use decision::delay;
pub use tree::Tree;

use crate::time::Instant;

/// Which supervisor: its number in the order of [`Tree::add_supervisor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupervisorId(u16);

impl SupervisorId {
    /// The supervisor above all others.
    pub const ROOT: SupervisorId = SupervisorId(0);

    /// The supervisor with this number. A number that was never given out is refused where it is
    /// used.
    pub const fn new(number: u16) -> SupervisorId {
        SupervisorId(number)
    }

    /// Its number; the root has 0.
    pub const fn number(self) -> u16 {
        self.0
    }

    fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// How a child ended, as its supervisor sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitClass {
    /// It was done.
    Normal,
    /// It was asked to end, or is a supervisor that gave up.
    Shutdown,
    /// It faulted, exited with a code other than 0, or was ended by somebody else.
    Abnormal,
}

/// Who a child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildId {
    /// The actor in this place.
    Actor(usize),
    /// A supervisor below.
    Supervisor(SupervisorId),
}

/// What the kernel is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ask the actor to end; its end is reported by [`Tree::exited`]. At the deadline the tree says
    /// [`Action::Kill`].
    Ask {
        /// Which.
        place: usize,
        /// When it will be ended if it has not by then; `None` is never.
        deadline: Option<Instant>,
    },
    /// End the actor now and report it by [`Tree::exited`].
    Kill {
        /// Which.
        place: usize,
    },
    /// Start the actor and report by [`Tree::started`] whether it runs.
    Start {
        /// Which.
        place: usize,
    },
    /// Nothing yet: the child is restarted later. For the trace.
    WillStart {
        /// Which.
        child: ChildId,
        /// When.
        at: Instant,
    },
    /// Nothing: the supervisor has given up and now ends its children. For the trace.
    GiveUp {
        /// Which.
        supervisor: SupervisorId,
    },
    /// The tree no longer knows this place: it may be given to another actor.
    Forget {
        /// Which.
        place: usize,
    },
}
