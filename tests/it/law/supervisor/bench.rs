//! The tree under test, with a kernel around it that has no actors: it does what the tree says and
//! reports what came of it, each at its time.

use abi::refusal::Refusal;
use kernel::manifest::ChildSpec;
use kernel::supervisor::Action;
use kernel::supervisor::ExitClass;
use kernel::supervisor::SupervisorId;
use kernel::supervisor::Tree;
use kernel::time::Instant;

use crate::law::supervisor::model::Did;

/// Turns after which a tree that is still not at rest never will be.
const TURNS_MAX: usize = 200_000;

/// One place.
#[derive(Clone, Debug, Default)]
pub(super) struct Actor {
    pub(super) is_alive: bool,
    /// How long it takes to end when it is asked, in nanoseconds.
    pub(super) latency: u64,
    /// How long it takes until its start is reported, in nanoseconds.
    pub(super) start_latency: u64,
    /// How many of its next starts fail.
    pub(super) failures: u32,
    pub(super) restarts: u32,
    /// When it will have ended, if it was asked.
    ends_at: Option<u64>,
    /// When it will be ended at the earliest, if it was asked.
    deadline: Option<u64>,
    /// When its start is reported, and whether it succeeded.
    starts_at: Option<(u64, bool)>,
}

impl Actor {
    pub(super) fn is_starting(&self) -> bool {
        self.starts_at.is_some()
    }
}

pub(super) struct Bench {
    pub(super) tree: Tree,
    pub(super) clock: u64,
    pub(super) actors: Vec<Actor>,
    pub(super) did: Vec<(u64, Did)>,
    /// Each ordered end: who, and who was alive then.
    pub(super) ends: Vec<(usize, Vec<usize>)>,
    /// Whoever was ended although it was asked and its time was not over.
    pub(super) ended_early: Vec<usize>,
}

impl Bench {
    pub(super) fn new(tree: Tree, places: usize) -> Bench {
        Bench {
            tree,
            clock: 0,
            actors: vec![Actor::default(); places],
            did: Vec::new(),
            ends: Vec::new(),
            ended_early: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        supervisor: usize,
        place: usize,
        spec: ChildSpec,
        is_static: bool,
        latency: u64,
    ) -> Result<(), Refusal> {
        self.tree.add(SupervisorId::new(supervisor as u16), place, spec, is_static)?;
        self.actors[place] = Actor { is_alive: true, latency, ..Actor::default() };
        Ok(())
    }

    pub(super) fn now(&self) -> Instant {
        Instant::from_nanos(self.clock)
    }

    /// An actor that is alive ends.
    pub(super) fn crash(&mut self, place: usize, class: ExitClass) {
        self.actors[place].is_alive = false;
        self.actors[place].ends_at = None;
        self.actors[place].starts_at = None;
        self.tree.exited(place, class, self.now());
    }

    /// Does what the tree says, up to this moment or until it is at rest; `false` if it never is.
    pub(super) fn run(&mut self, until: u64) -> bool {
        for _ in 0..TURNS_MAX {
            if let Some(action) = self.tree.next_action() {
                self.perform(action);
                continue;
            }
            let Some(moment) = self.next_moment().filter(|moment| *moment <= until) else {
                return true;
            };
            self.clock = self.clock.max(moment);
            self.report(moment);
        }
        false
    }

    fn next_moment(&self) -> Option<u64> {
        let reports = self.actors.iter().flat_map(|actor| {
            [actor.ends_at, actor.starts_at.map(|(at, _)| at)].into_iter().flatten()
        });
        reports.chain(self.tree.next_wake().map(Instant::nanos)).min()
    }

    /// One thing that is due: an end, a start, a moment of the tree.
    fn report(&mut self, moment: u64) {
        for place in 0..self.actors.len() {
            if self.actors[place].ends_at.is_some_and(|at| at <= moment) {
                self.did.push((self.clock, Did::End(place)));
                return self.crash(place, ExitClass::Normal);
            }
            if let Some((_, is_up)) = self.actors[place].starts_at.filter(|(at, _)| *at <= moment) {
                self.actors[place].starts_at = None;
                return self.tree.started(place, is_up, self.now());
            }
        }
        self.tree.wake(self.now());
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Ask { place, deadline } => {
                assert!(self.actors[place].is_alive && self.actors[place].ends_at.is_none());
                self.note_end(place);
                self.actors[place].ends_at = Some(self.clock + self.actors[place].latency);
                self.actors[place].deadline = deadline.map(Instant::nanos);
            }
            Action::Kill { place } => {
                assert!(self.actors[place].is_alive);
                self.note_end(place);
                let was_asked = self.actors[place].ends_at.is_some();
                if was_asked && self.actors[place].deadline.is_none_or(|at| self.clock < at) {
                    self.ended_early.push(place);
                }
                self.did.push((self.clock, Did::End(place)));
                self.crash(place, ExitClass::Abnormal);
            }
            Action::Start { place } => {
                assert!(!self.actors[place].is_alive);
                let actor = &mut self.actors[place];
                let is_up = actor.failures == 0;
                actor.failures = actor.failures.saturating_sub(1);
                actor.is_alive = is_up;
                actor.restarts += u32::from(is_up);
                actor.starts_at = Some((self.clock + actor.start_latency, is_up));
                let did = if is_up { Did::Start(place) } else { Did::FailToStart(place) };
                self.did.push((self.clock, did));
            }
            Action::GiveUp { supervisor } => {
                self.did.push((self.clock, Did::GiveUp(usize::from(supervisor.number()))));
            }
            Action::Forget { place } => {
                assert!(!self.actors[place].is_alive);
                assert_eq!(self.tree.supervisor_of(place), None);
                self.actors[place] = Actor::default();
            }
            Action::WillStart { at, .. } => assert!(self.now() < at),
        }
    }

    fn note_end(&mut self, place: usize) {
        self.ends.push((place, self.alive()));
    }

    pub(super) fn alive(&self) -> Vec<usize> {
        (0..self.actors.len()).filter(|place| self.actors[*place].is_alive).collect()
    }
}
