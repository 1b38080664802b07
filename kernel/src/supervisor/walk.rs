//! What supervisors do: look at news, end children from the last to the first, start them from the
//! first to the last.
//!
//! Each supervisor is at one [`Activity`] and goes on until it must wait for a report. It does not
//! call another one: it changes what that one is at and makes it ready, so that the depth of the
//! tree is not the depth of the stack.

use crate::manifest::Restart;
use crate::manifest::Shutdown;
use crate::manifest::Strategy;
use crate::supervisor::Action;
use crate::supervisor::ExitClass;
use crate::supervisor::decision::Cause;
use crate::supervisor::decision::Decision;
use crate::supervisor::decision::decide;
use crate::supervisor::decision::delay;
use crate::supervisor::tree::Stamp;
use crate::supervisor::tree::State;
use crate::supervisor::tree::Tree;
use crate::time::Instant;

/// What a supervisor learns about one of its children.
#[derive(Clone, Copy, Debug)]
pub(super) enum News {
    /// It ended without having been told to.
    Exit(ExitClass),
    /// It did not start.
    FailedStart,
    /// The moment of its restart has come.
    Due,
}

/// What a supervisor is at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Activity {
    /// It waits for news, or does not run.
    Watching,
    /// It ends children; `next` is the one that it looks at, or waits for.
    Ending { next: Option<usize>, goal: Goal },
    /// It starts children; `next` is the one that it looks at, or waits for.
    Starting { next: Option<usize>, scope: Scope },
}

impl Activity {
    pub(super) fn is_leaving(self) -> bool {
        matches!(self, Activity::Ending { goal: Goal::Leave, .. })
    }
}

/// Why a supervisor ends children.
#[derive(Clone, Copy, Debug)]
pub(super) enum Goal {
    /// To restart them with this child at that moment.
    Restart { child: usize, at: Instant },
    /// To end itself.
    Leave,
}

/// Which children a supervisor starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// One.
    One,
    /// It and those behind it.
    Rest,
    /// All, temporary ones too: the supervisor itself starts.
    Whole,
}

impl Tree {
    /// Lets every supervisor do what it can.
    pub(super) fn go_on(&mut self, now: Instant) {
        while let Some(supervisor) = self.ready.pop_front(0) {
            let mut is_waiting = false;
            while !is_waiting {
                is_waiting = !match self.supervisors[supervisor].activity {
                    Activity::Watching => self.look(supervisor, now),
                    Activity::Ending { next, goal } => self.end_next(supervisor, next, goal, now),
                    Activity::Starting { next, scope } => self.start_next(supervisor, next, scope),
                };
            }
        }
    }

    pub(super) fn ready_up(&mut self, supervisor: usize) {
        if !self.ready.contains(supervisor) {
            self.ready.push_back(0, supervisor);
        }
    }

    /// Leaves news about a child, of which there was none, for its supervisor.
    pub(super) fn tell(&mut self, child: usize, news: News) {
        let parent = self.children[child].parent;
        self.children[child].news = Some(news);
        self.news.push_back(parent, child);
        self.ready_up(parent);
    }

    /// A child runs.
    pub(super) fn rise(&mut self, child: usize) {
        self.children[child].state = State::Up;
        self.children[child].restarts = self.children[child].restarts.saturating_add(1);
    }

    /// A child that ran has ended: as it was told to, or it is news.
    pub(super) fn fall(&mut self, child: usize, class: ExitClass) {
        self.timers.cancel(child);
        let was_told = matches!(self.children[child].state, State::Asked | State::Killed);
        self.children[child].state = State::Down;
        if was_told {
            self.ready_up(self.children[child].parent);
        } else {
            self.tell(child, News::Exit(class));
        }
    }

    /// A child did not start. In a restart that is news; in the start of a whole supervisor, that
    /// one does not start either. A supervisor that was told to end meanwhile does not mind.
    pub(super) fn fail_to_start(&mut self, child: usize) {
        let parent = self.children[child].parent;
        self.children[child].state = State::Down;
        if !matches!(self.supervisors[parent].activity, Activity::Starting { .. }) {
            return;
        }
        if self.children[self.child_of(parent)].state == State::Starting {
            return self.leave(parent);
        }
        self.supervisors[parent].activity = Activity::Watching;
        self.tell(child, News::FailedStart);
    }

    /// Lets a supervisor end its children and then itself, whatever it is at.
    pub(super) fn leave(&mut self, supervisor: usize) {
        self.ready_up(supervisor);
        if self.supervisors[supervisor].activity.is_leaving() {
            return;
        }
        let next = self.order.last(supervisor);
        self.supervisors[supervisor].activity = Activity::Ending { next, goal: Goal::Leave };
    }

    /// Ends a child without asking it. A supervisor then ends those below it so.
    pub(super) fn kill(&mut self, child: usize) {
        self.timers.cancel(child);
        self.children[child].state = State::Killed;
        match self.supervisor_at(child) {
            Some(supervisor) => self.leave(supervisor),
            None => self.actions.push_back(Action::Kill { place: child }),
        }
    }

    /// Looks at the first news. Every step says whether the supervisor can go on.
    fn look(&mut self, supervisor: usize, now: Instant) -> bool {
        let Some(child) = self.news.pop_front(supervisor) else { return false };
        let cause = match self.children[child].news.take() {
            Some(News::Exit(class)) => Cause::Exit(class),
            Some(News::FailedStart) => Cause::FailedStart,
            Some(News::Due) => {
                self.start_from(supervisor, child);
                return true;
            }
            None => unreachable!("who stands in the news has some"),
        };
        self.drop_old_stamps(supervisor, now);
        let Tree { supervisors, children, .. } = self;
        let (spec, stamps) = (&supervisors[supervisor].spec, &supervisors[supervisor].stamps);
        match decide(spec, children[child].spec.restart, cause, stamps.len()) {
            Decision::LeaveDown => self.leave_down(child),
            Decision::GiveUp => self.give_up(supervisor),
            Decision::Restart(strategy) => self.restart(supervisor, child, strategy, now),
        }
        true
    }

    fn restart(&mut self, supervisor: usize, child: usize, strategy: Strategy, now: Instant) {
        let life = self.children[child].life;
        self.children[child].recent += 1;
        let Tree { supervisors, children, order, .. } = self;
        supervisors[supervisor].stamps.push_back(Stamp { at: now, child, life });
        let at = now + delay(supervisors[supervisor].spec.backoff, children[child].recent);
        let next = match strategy {
            Strategy::OneForOne => None,
            Strategy::OneForAll | Strategy::RestForOne => order.last(supervisor),
        };
        let goal = Goal::Restart { child, at };
        supervisors[supervisor].activity = Activity::Ending { next, goal };
    }

    /// A child that ended stays down: who comes back with its supervisor keeps its place.
    fn leave_down(&mut self, child: usize) {
        let is_temporary = self.children[child].spec.restart == Restart::Temporary;
        let comes_back = self.children[child].is_static && self.children[child].parent != 0;
        if is_temporary && comes_back {
            self.children[child].is_gone = true;
        } else if is_temporary || !self.children[child].is_static {
            self.forget(child);
        }
    }

    fn end_next(
        &mut self,
        supervisor: usize,
        next: Option<usize>,
        goal: Goal,
        now: Instant,
    ) -> bool {
        let strategy = self.supervisors[supervisor].spec.strategy;
        let child = match (next, goal) {
            (None, Goal::Leave) => return self.left(supervisor),
            (None, Goal::Restart { child, at }) => return self.wait(supervisor, child, at, now),
            (Some(next), Goal::Restart { child, at })
                if next == child && strategy == Strategy::RestForOne =>
            {
                return self.wait(supervisor, child, at, now);
            }
            (Some(next), _) => next,
        };
        let is_hurried = self.children[self.child_of(supervisor)].state == State::Killed;
        let is_actor = self.supervisor_at(child).is_none();
        match self.children[child].state {
            State::Down | State::Absent => {
                let next = self.order.previous(child);
                let goal = self.lay_down(child, goal);
                self.supervisors[supervisor].activity = Activity::Ending { next, goal };
                return true;
            }
            // Its start is on the way and cannot be taken back; its report comes.
            State::Starting if is_actor => (),
            State::Asked if is_hurried => self.kill(child),
            State::Asked | State::Killed => (),
            State::Up | State::Starting if is_hurried => self.kill(child),
            State::Up | State::Starting => self.end(child, now),
        }
        false
    }

    /// Ends a child as its `Shutdown` says.
    fn end(&mut self, child: usize, now: Instant) {
        let deadline = match self.children[child].spec.shutdown {
            Shutdown::Kill => return self.kill(child),
            Shutdown::After(time) => Some(now + time),
            Shutdown::Wait => None,
        };
        if let Some(at) = deadline {
            self.timers.set(child, at);
        }
        self.children[child].state = State::Asked;
        match self.supervisor_at(child) {
            Some(supervisor) => self.leave(supervisor),
            None => self.actions.push_back(Action::Ask { place: child, deadline }),
        }
    }

    /// A child is down and its supervisor wants it so: what was to be done about it is not any
    /// more. What waited for a later moment makes the restart that takes it in wait.
    fn lay_down(&mut self, child: usize, goal: Goal) -> Goal {
        self.news.remove(child);
        self.children[child].news = None;
        let due = self.children[child].due.take();
        if due.is_some() {
            self.timers.cancel(child);
        }
        match goal {
            Goal::Leave if self.children[child].is_static => (),
            Goal::Leave => self.forget(child),
            Goal::Restart { child: leader, at } => {
                if self.children[child].spec.restart == Restart::Temporary {
                    self.leave_down(child);
                }
                return Goal::Restart { child: leader, at: due.map_or(at, |due| due.max(at)) };
            }
        }
        goal
    }

    /// All have ended who had to: the starts begin, at once or later.
    fn wait(&mut self, supervisor: usize, child: usize, at: Instant, now: Instant) -> bool {
        if at <= now {
            self.start_from(supervisor, child);
            return true;
        }
        self.children[child].due = Some(at);
        self.timers.set(child, at);
        self.actions.push_back(Action::WillStart { child: self.id(child), at });
        self.supervisors[supervisor].activity = Activity::Watching;
        true
    }

    /// A supervisor has ended all its children, and so has ended itself.
    fn left(&mut self, supervisor: usize) -> bool {
        self.supervisors[supervisor].activity = Activity::Watching;
        while let Some(stamp) = self.supervisors[supervisor].stamps.pop_front() {
            self.discount(stamp);
        }
        let child = self.child_of(supervisor);
        if supervisor == 0 {
            self.children[child].state = State::Down;
        } else if self.children[child].state == State::Starting {
            self.fail_to_start(child);
            self.ready_up(self.children[child].parent);
        } else {
            self.fall(child, ExitClass::Shutdown);
        }
        false
    }

    /// Begins to start a child and the siblings that its supervisor's strategy says.
    fn start_from(&mut self, supervisor: usize, child: usize) {
        let (next, scope) = match self.supervisors[supervisor].spec.strategy {
            Strategy::OneForOne => (Some(child), Scope::One),
            Strategy::RestForOne => (Some(child), Scope::Rest),
            Strategy::OneForAll => (self.order.first(supervisor), Scope::Rest),
        };
        self.supervisors[supervisor].activity = Activity::Starting { next, scope };
    }

    fn start_next(&mut self, supervisor: usize, next: Option<usize>, scope: Scope) -> bool {
        let Some(child) = next else {
            self.supervisors[supervisor].activity = Activity::Watching;
            let own = self.child_of(supervisor);
            if self.children[own].state == State::Starting {
                self.rise(own);
                self.ready_up(self.children[own].parent);
            }
            return true;
        };
        let state = self.children[child].state;
        if matches!(state, State::Starting | State::Asked | State::Killed) {
            return false;
        }
        if scope == Scope::Whole {
            self.children[child].is_gone = false;
        }
        // Who has news or a moment of its own is started for that.
        let entry = &self.children[child];
        if state == State::Down && !entry.is_gone && entry.news.is_none() && entry.due.is_none() {
            self.start(child);
            return false;
        }
        let next = if scope == Scope::One { None } else { self.order.next(child) };
        self.supervisors[supervisor].activity = Activity::Starting { next, scope };
        true
    }

    fn start(&mut self, child: usize) {
        self.children[child].state = State::Starting;
        let Some(supervisor) = self.supervisor_at(child) else {
            return self.actions.push_back(Action::Start { place: child });
        };
        let next = self.order.first(supervisor);
        self.supervisors[supervisor].activity = Activity::Starting { next, scope: Scope::Whole };
        self.ready_up(supervisor);
    }

    /// Takes a child that is down out of the tree for good, and all below it. It calls itself once
    /// for each floor of the tree, of which there are at most `SUPERVISORS_MAX`.
    fn forget(&mut self, child: usize) {
        self.order.remove(child);
        let Some(supervisor) = self.supervisor_at(child) else {
            let life = self.children[child].life.wrapping_add(1);
            self.children[child].life = life;
            self.children[child].recent = 0;
            self.children[child].state = State::Absent;
            return self.actions.push_back(Action::Forget { place: child });
        };
        while let Some(below) = self.order.first(supervisor) {
            self.forget(below);
        }
    }

    fn drop_old_stamps(&mut self, supervisor: usize, now: Instant) {
        let period = self.supervisors[supervisor].spec.period;
        while let Some(stamp) = self.supervisors[supervisor].stamps.front().copied() {
            if now.since(stamp.at) <= period {
                return;
            }
            self.supervisors[supervisor].stamps.pop_front();
            self.discount(stamp);
        }
    }

    fn discount(&mut self, stamp: Stamp) {
        let child = &mut self.children[stamp.child];
        if child.life == stamp.life {
            child.recent -= 1;
        }
    }
}
