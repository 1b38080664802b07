//! The supervision tree: what it knows of every child, and the door through which it learns more.
//!
//! Children are numbered: an actor by its place, a supervisor by its number behind all places.
//! What a supervisor is at, step by step, stands in [`crate::supervisor::walk`].

use abi::refusal::Refusal;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::limits::SUPERVISORS_MAX;
use crate::manifest::ChildSpec;
use crate::manifest::Shutdown;
use crate::manifest::SupervisorSpec;
use crate::supervisor::Action;
use crate::supervisor::ChildId;
use crate::supervisor::ExitClass;
use crate::supervisor::SupervisorId;
use crate::supervisor::list::Lists;
use crate::supervisor::walk::Activity;
use crate::supervisor::walk::News;
use crate::time::Instant;
use crate::timer::Timers;

/// Where a child is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The tree does not know it.
    Absent,
    /// It does not run.
    Down,
    /// Its start is not done yet.
    Starting,
    /// It runs.
    Up,
    /// It was asked to end.
    Asked,
    /// It was ended, and its end is not reported yet.
    Killed,
}

/// One child as its supervisor keeps it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    pub(super) spec: ChildSpec,
    /// The index of its supervisor.
    pub(super) parent: usize,
    /// Whether it comes back when its supervisor does.
    pub(super) is_static: bool,
    pub(super) state: State,
    /// It was temporary and ended: only the start of its whole supervisor brings it back.
    pub(super) is_gone: bool,
    /// What its supervisor has not looked at yet; then it stands in that supervisor's news.
    pub(super) news: Option<News>,
    /// The moment at which it will be restarted.
    pub(super) due: Option<Instant>,
    /// Restarts within its supervisor's period.
    pub(super) recent: u32,
    /// Restarts since it was added.
    pub(super) restarts: u32,
    /// Which child of this number it is: stamps of an earlier one are not its own.
    pub(super) life: u32,
}

const ABSENT: Child = Child {
    spec: ChildSpec::TEMPORARY,
    parent: 0,
    is_static: false,
    state: State::Absent,
    is_gone: false,
    news: None,
    due: None,
    recent: 0,
    restarts: 0,
    life: 0,
};

/// A restart that counts until the period is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) at: Instant,
    pub(super) child: usize,
    pub(super) life: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Supervisor {
    pub(super) spec: SupervisorSpec,
    pub(super) activity: Activity,
    /// Oldest first, at most as many as the intensity.
    pub(super) stamps: VecDeque<Stamp>,
}

/// Every supervisor and its children.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(super) places: usize,
    pub(super) children: Vec<Child>,
    pub(super) supervisors: Vec<Supervisor>,
    /// A list for each supervisor: its children in the order of their start.
    pub(super) order: Lists,
    /// A list for each supervisor: children that it has to look at, in the order of the news.
    pub(super) news: Lists,
    /// One list: supervisors that can go on.
    pub(super) ready: Lists,
    pub(super) timers: Timers,
    pub(super) actions: VecDeque<Action>,
    has_given_up: bool,
}

impl Tree {
    /// A tree of the root alone, with room for actors in this many places and for this many
    /// supervisors, the root included, but at most [`SUPERVISORS_MAX`].
    pub fn new(places: usize, supervisors: usize, root: SupervisorSpec) -> Tree {
        let supervisors = supervisors.clamp(1, SUPERVISORS_MAX);
        let children = places + supervisors;
        let mut tree = Tree {
            places,
            children: alloc::vec![ABSENT; children],
            supervisors: Vec::with_capacity(supervisors),
            order: Lists::new(children, supervisors),
            news: Lists::new(children, supervisors),
            ready: Lists::new(supervisors, 1),
            timers: Timers::new(children),
            actions: VecDeque::with_capacity(2 * supervisors),
            has_given_up: false,
        };
        let child = ChildSpec { shutdown: Shutdown::Wait, ..ChildSpec::TEMPORARY };
        tree.push_supervisor(0, root, child);
        tree
    }

    /// Adds a supervisor that runs and has no children yet. It stands in its parent's order where
    /// the first actor below it is added. [`Refusal::NoRoom`]: there are as many as can be.
    /// [`Refusal::OutOfRange`]: there is no such parent.
    pub fn add_supervisor(
        &mut self,
        parent: SupervisorId,
        spec: SupervisorSpec,
        child: ChildSpec,
    ) -> Result<SupervisorId, Refusal> {
        if self.supervisors.len() <= parent.index() {
            return Err(Refusal::OutOfRange);
        }
        if self.children.len() <= self.places + self.supervisors.len() {
            return Err(Refusal::NoRoom);
        }
        Ok(self.push_supervisor(parent.index(), spec, child))
    }

    /// Adds an actor that runs, behind its siblings. A static one comes back with its supervisor.
    /// [`Refusal::Dead`]: the supervisor is ending or has ended. [`Refusal::Exists`]: the tree
    /// knows the place. [`Refusal::OutOfRange`]: there is no such place or supervisor.
    pub fn add(
        &mut self,
        supervisor: SupervisorId,
        place: usize,
        spec: ChildSpec,
        is_static: bool,
    ) -> Result<(), Refusal> {
        let parent = supervisor.index();
        if self.places <= place || self.supervisors.len() <= parent {
            return Err(Refusal::OutOfRange);
        }
        if self.children[place].state != State::Absent {
            return Err(Refusal::Exists);
        }
        if !self.accepts(parent) {
            return Err(Refusal::Dead);
        }
        let life = self.children[place].life;
        self.children[place] = Child { spec, parent, is_static, state: State::Up, life, ..ABSENT };
        self.order.push_back(parent, place);
        self.stand_in_line(parent);
        Ok(())
    }

    /// An actor ended. A place that the tree does not know, or that is down, is ignored.
    pub fn exited(&mut self, place: usize, class: ExitClass, now: Instant) {
        if self.places <= place {
            return;
        }
        match self.children[place].state {
            State::Absent | State::Down => return,
            State::Asked | State::Killed => (),
            // It ended before its start was reported: so it had started.
            State::Starting => self.rise(place),
            State::Up => (),
        }
        self.fall(place, class);
        self.go_on(now);
    }

    /// What came of [`Action::Start`]. Anything that was not to be started is ignored.
    pub fn started(&mut self, place: usize, is_up: bool, now: Instant) {
        if self.places <= place || self.children[place].state != State::Starting {
            return;
        }
        if is_up {
            self.rise(place);
        } else {
            self.fail_to_start(place);
        }
        self.ready_up(self.children[place].parent);
        self.go_on(now);
    }

    /// Treats the moments that have come: deadlines and restarts.
    pub fn wake(&mut self, now: Instant) {
        while let Some(child) = self.timers.pop_due(now) {
            if self.children[child].due.take().is_some() {
                self.tell(child, News::Due);
            } else if self.children[child].state == State::Asked {
                self.kill(child);
            }
            self.go_on(now);
        }
    }

    /// The soonest moment for [`Tree::wake`].
    pub fn next_wake(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// What to do next, in the order in which it was decided. What an end has overtaken is left
    /// out.
    pub fn next_action(&mut self) -> Option<Action> {
        loop {
            let action = self.actions.pop_front()?;
            let is_due = match action {
                Action::Ask { place, .. } => self.children[place].state == State::Asked,
                Action::Kill { place } => self.children[place].state == State::Killed,
                Action::Start { place } => self.children[place].state == State::Starting,
                Action::WillStart { .. } | Action::GiveUp { .. } | Action::Forget { .. } => true,
            };
            if is_due {
                return Some(action);
            }
        }
    }

    /// Whether there is something to do.
    pub fn has_actions(&self) -> bool {
        !self.actions.is_empty()
    }

    /// Ends everybody, from the last to the first.
    pub fn shutdown(&mut self, now: Instant) {
        let root = self.child_of(0);
        if self.children[root].state == State::Up {
            self.children[root].state = State::Asked;
        }
        self.leave(0);
        self.go_on(now);
    }

    /// Whether the root has given up.
    pub fn has_given_up(&self) -> bool {
        self.has_given_up
    }

    /// Whether the root has ended, and so everybody.
    pub fn is_over(&self) -> bool {
        self.children[self.child_of(0)].state == State::Down
    }

    /// How often the actor in a place was started again; 0 for a place that the tree does not know.
    pub fn restarts(&self, place: usize) -> u32 {
        self.actor(place).map_or(0, |child| child.restarts)
    }

    /// Whose child the actor in a place is, also while it is down.
    pub fn supervisor_of(&self, place: usize) -> Option<SupervisorId> {
        self.actor(place).map(|child| self.supervisor_id(child.parent))
    }

    fn actor(&self, place: usize) -> Option<&Child> {
        let child = self.children[..self.places].get(place)?;
        (child.state != State::Absent).then_some(child)
    }

    fn push_supervisor(
        &mut self,
        parent: usize,
        spec: SupervisorSpec,
        child: ChildSpec,
    ) -> SupervisorId {
        let index = self.supervisors.len();
        let number = self.child_of(index);
        self.children[number] =
            Child { spec: child, parent, is_static: true, state: State::Up, ..ABSENT };
        let stamps = VecDeque::with_capacity(usize::from(spec.intensity));
        self.supervisors.push(Supervisor { spec, activity: Activity::Watching, stamps });
        self.supervisor_id(index)
    }

    /// Whether a supervisor takes children: it runs or is being started, and so are those above it
    /// that have yet to take it into their order.
    fn accepts(&self, supervisor: usize) -> bool {
        let mut here = supervisor;
        loop {
            let child = self.child_of(here);
            let is_leaving = self.supervisors[here].activity.is_leaving();
            if is_leaving || !matches!(self.children[child].state, State::Up | State::Starting) {
                return false;
            }
            if here == 0 || self.order.contains(child) {
                return true;
            }
            here = self.children[child].parent;
        }
    }

    /// Gives a supervisor its place in its parent's order, and those above it theirs.
    fn stand_in_line(&mut self, supervisor: usize) {
        let mut here = supervisor;
        while here != 0 {
            let child = self.child_of(here);
            if self.order.contains(child) {
                return;
            }
            here = self.children[child].parent;
            self.order.push_back(here, child);
        }
    }

    /// The number of a supervisor among children.
    pub(super) fn child_of(&self, supervisor: usize) -> usize {
        self.places + supervisor
    }

    /// The index of a child that is a supervisor.
    pub(super) fn supervisor_at(&self, child: usize) -> Option<usize> {
        child.checked_sub(self.places)
    }

    pub(super) fn id(&self, child: usize) -> ChildId {
        match self.supervisor_at(child) {
            Some(supervisor) => ChildId::Supervisor(self.supervisor_id(supervisor)),
            None => ChildId::Actor(child),
        }
    }

    pub(super) fn supervisor_id(&self, supervisor: usize) -> SupervisorId {
        // There are at most SUPERVISORS_MAX, so the cast keeps the number.
        SupervisorId::new(supervisor as u16)
    }

    pub(super) fn give_up(&mut self, supervisor: usize) {
        self.has_given_up |= supervisor == 0;
        let id = self.supervisor_id(supervisor);
        self.actions.push_back(Action::GiveUp { supervisor: id });
        self.leave(supervisor);
    }
}
