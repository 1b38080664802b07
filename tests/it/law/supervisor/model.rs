//! OTP's supervisor as one would write it down: recursive, synchronous, on plain lists. A clock
//! that runs on while somebody is waited for stands for the time that ends take.

use std::collections::VecDeque;

use kernel::manifest::ChildSpec;
use kernel::manifest::Restart;
use kernel::manifest::Shutdown;
use kernel::manifest::Strategy;
use kernel::manifest::SupervisorSpec;
use kernel::supervisor::ExitClass;

/// What was seen to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Did {
    Start(usize),
    FailToStart(usize),
    End(usize),
    GiveUp(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Actor(usize),
    Supervisor(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Process {
    Undefined,
    Alive,
    Restarting,
}

#[derive(Clone, Copy, Debug)]
enum Message {
    Exit(Who, ExitClass),
    TryAgain(Who),
}

#[derive(Clone, Debug)]
struct Supervisor {
    spec: SupervisorSpec,
    child: ChildSpec,
    parent: usize,
    is_linked: bool,
    is_up: bool,
    /// What its start function starts.
    statics: Vec<Who>,
    children: Vec<(Who, Process)>,
    /// Newest first.
    restarts: Vec<u64>,
    mailbox: VecDeque<Message>,
}

/// An actor as the world has it, apart from who supervises it.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) spec: ChildSpec,
    pub(super) supervisor: usize,
    pub(super) is_alive: bool,
    /// How long it takes to end when it is asked.
    pub(super) latency: u64,
    /// How many of its next starts fail.
    pub(super) failures: u32,
    pub(super) restarts: u32,
}

pub(super) struct Model {
    pub(super) clock: u64,
    pub(super) actors: Vec<Option<Actor>>,
    pub(super) did: Vec<(u64, Did)>,
    supervisors: Vec<Supervisor>,
}

impl Model {
    pub(super) fn new(places: usize, root: SupervisorSpec) -> Model {
        let mut model = Model {
            clock: 0,
            actors: vec![None; places],
            did: Vec::new(),
            supervisors: Vec::new(),
        };
        model.add_supervisor(0, root, ChildSpec::TEMPORARY);
        model.supervisors[0].is_linked = true;
        model
    }

    pub(super) fn add_supervisor(&mut self, parent: usize, spec: SupervisorSpec, child: ChildSpec) {
        self.supervisors.push(Supervisor {
            spec,
            child,
            parent,
            is_linked: false,
            is_up: true,
            statics: Vec::new(),
            children: Vec::new(),
            restarts: Vec::new(),
            mailbox: VecDeque::new(),
        });
    }

    /// Adds an actor that runs, if its supervisor does.
    pub(super) fn add(&mut self, place: usize, actor: Actor, is_static: bool) -> bool {
        let supervisor = actor.supervisor;
        if !self.accepts(supervisor) {
            return false;
        }
        self.actors[place] = Some(actor);
        let who = Who::Actor(place);
        // Whoever had the place before was forgotten.
        self.supervisors.iter_mut().for_each(|other| other.statics.retain(|other| *other != who));
        self.supervisors[supervisor].children.push((who, Process::Alive));
        if is_static {
            self.supervisors[supervisor].statics.push(who);
        }
        let mut here = supervisor;
        while !self.supervisors[here].is_linked {
            let who = Who::Supervisor(here);
            self.supervisors[here].is_linked = true;
            here = self.supervisors[here].parent;
            self.supervisors[here].children.push((who, Process::Alive));
            self.supervisors[here].statics.push(who);
        }
        true
    }

    fn accepts(&self, supervisor: usize) -> bool {
        let this = &self.supervisors[supervisor];
        this.is_up && (this.is_linked || self.accepts(this.parent))
    }

    pub(super) fn is_over(&self) -> bool {
        !self.supervisors[0].is_up
    }

    /// Whether anybody may start the actor in this place again, or it runs.
    pub(super) fn knows(&self, place: usize) -> bool {
        let Some(actor) = &self.actors[place] else { return false };
        let who = Who::Actor(place);
        let this = &self.supervisors[actor.supervisor];
        let is_child = this.children.iter().any(|(other, _)| *other == who);
        let comes_back = this.statics.contains(&who) && self.comes_back(actor.supervisor);
        is_child || comes_back
    }

    fn comes_back(&self, supervisor: usize) -> bool {
        let this = &self.supervisors[supervisor];
        let who = Who::Supervisor(supervisor);
        supervisor != 0
            && (self.comes_back(this.parent)
                || self.supervisors[this.parent].children.iter().any(|(other, _)| *other == who))
    }

    /// Everybody below the siblings that were started after this actor.
    pub(super) fn later(&self, place: usize) -> Vec<usize> {
        let Some(actor) = &self.actors[place] else { return Vec::new() };
        let siblings = &self.supervisors[actor.supervisor].statics;
        let behind = siblings.iter().skip_while(|who| **who != Who::Actor(place)).skip(1);
        behind.flat_map(|who| self.below(*who)).collect()
    }

    fn below(&self, who: Who) -> Vec<usize> {
        match who {
            Who::Actor(place) => vec![place],
            Who::Supervisor(index) => {
                self.supervisors[index].statics.iter().flat_map(|who| self.below(*who)).collect()
            }
        }
    }

    /// Whether nothing but the root's giving up can end this actor for good.
    pub(super) fn is_permanent(&self, place: usize) -> bool {
        let Some(actor) = &self.actors[place] else { return false };
        let mut here = actor.supervisor;
        let mut is_permanent = actor.spec.restart == Restart::Permanent
            && self.supervisors[here].statics.contains(&Who::Actor(place));
        while here != 0 {
            is_permanent &= self.supervisors[here].child.restart == Restart::Permanent;
            here = self.supervisors[here].parent;
        }
        is_permanent
    }

    /// These actors of one supervisor end at the same moment, in this order.
    pub(super) fn crash(&mut self, places: &[usize], class: ExitClass) {
        let mut supervisor = None;
        for place in places {
            let Some(actor) = &mut self.actors[*place] else { continue };
            actor.is_alive = false;
            supervisor = Some(actor.supervisor);
            let message = Message::Exit(Who::Actor(*place), class);
            self.supervisors[actor.supervisor].mailbox.push_back(message);
        }
        if let Some(supervisor) = supervisor {
            self.handle(supervisor);
        }
    }

    pub(super) fn shutdown(&mut self) {
        self.terminate(0, None);
    }

    fn handle(&mut self, supervisor: usize) {
        while let Some(message) = self.supervisors[supervisor].mailbox.pop_front() {
            let is_fine = match message {
                Message::Exit(who, class) => self.handle_exit(supervisor, who, class),
                Message::TryAgain(who) => match self.process(supervisor, who) {
                    Some(Process::Restarting) => self.restart(supervisor, who),
                    _ => true,
                },
            };
            if !is_fine {
                self.did.push((self.clock, Did::GiveUp(supervisor)));
                self.terminate(supervisor, None);
                if supervisor != 0 {
                    let parent = self.supervisors[supervisor].parent;
                    let message = Message::Exit(Who::Supervisor(supervisor), ExitClass::Shutdown);
                    self.supervisors[parent].mailbox.push_back(message);
                    self.handle(parent);
                }
                return;
            }
        }
    }

    fn handle_exit(&mut self, supervisor: usize, who: Who, class: ExitClass) -> bool {
        self.set(supervisor, who, Process::Undefined);
        let is_dynamic = !self.supervisors[supervisor].statics.contains(&who);
        match (self.spec(who).restart, class) {
            (Restart::Permanent, _) | (Restart::Transient, ExitClass::Abnormal) => {
                return self.restart(supervisor, who);
            }
            (Restart::Transient, _) if !is_dynamic => (),
            _ => self.supervisors[supervisor].children.retain(|(other, _)| *other != who),
        }
        true
    }

    /// Whether the supervisor puts up with it.
    fn restart(&mut self, supervisor: usize, who: Who) -> bool {
        let clock = self.clock;
        let this = &mut self.supervisors[supervisor];
        let period = this.spec.period.as_nanos() as u64;
        let mut recent = vec![clock];
        recent.extend(this.restarts.iter().take_while(|at| clock.saturating_sub(period) <= **at));
        this.restarts = recent;
        if usize::from(this.spec.intensity) < this.restarts.len() {
            return false;
        }
        let strategy = this.spec.strategy;
        let at = this.children.iter().position(|(other, _)| *other == who).expect("a child");
        this.children[at].1 = Process::Undefined;
        let failed = match strategy {
            Strategy::OneForOne => (!self.start(who)).then_some(who),
            Strategy::RestForOne => {
                self.terminate_from(supervisor, at + 1);
                self.start_from(supervisor, at)
            }
            Strategy::OneForAll => {
                self.terminate_from(supervisor, 0);
                self.start_from(supervisor, 0)
            }
        };
        match failed {
            Some(failed) => {
                self.set(supervisor, failed, Process::Restarting);
                self.supervisors[supervisor].mailbox.push_back(Message::TryAgain(failed));
            }
            None => self.set(supervisor, who, Process::Alive),
        }
        true
    }

    /// Ends children in reverse order; temporary ones are removed.
    fn terminate_from(&mut self, supervisor: usize, from: usize) {
        for at in (from..self.supervisors[supervisor].children.len()).rev() {
            let (who, _) = self.supervisors[supervisor].children[at];
            self.end(supervisor, at, None);
            if self.spec(who).restart == Restart::Temporary {
                self.supervisors[supervisor].children.remove(at);
            }
        }
    }

    /// Ends the supervisor: at the limit, whoever is left is ended without being asked.
    fn terminate(&mut self, supervisor: usize, limit: Option<u64>) {
        for at in (0..self.supervisors[supervisor].children.len()).rev() {
            self.end(supervisor, at, limit);
        }
        let this = &mut self.supervisors[supervisor];
        this.is_up = false;
        this.children.clear();
        this.restarts.clear();
        this.mailbox.clear();
    }

    fn end(&mut self, supervisor: usize, at: usize, limit: Option<u64>) {
        let (who, process) = self.supervisors[supervisor].children[at];
        self.supervisors[supervisor].children[at].1 = Process::Undefined;
        self.supervisors[supervisor].mailbox.retain(|message| match message {
            Message::Exit(other, _) | Message::TryAgain(other) => *other != who,
        });
        let own = match self.spec(who).shutdown {
            Shutdown::Kill => Some(self.clock),
            Shutdown::After(time) => Some(self.clock + time.as_nanos() as u64),
            Shutdown::Wait => None,
        };
        let limit = own.into_iter().chain(limit).min();
        match who {
            Who::Supervisor(index) if process == Process::Alive => self.terminate(index, limit),
            Who::Actor(place) => {
                let actor = self.actors[place].as_mut().expect("a child");
                if actor.is_alive {
                    actor.is_alive = false;
                    let end = self.clock + actor.latency;
                    self.clock = limit.map_or(end, |limit| limit.clamp(self.clock, end));
                    self.did.push((self.clock, Did::End(place)));
                }
            }
            Who::Supervisor(_) => (),
        }
    }

    /// Starts children in order and says which did not start.
    fn start_from(&mut self, supervisor: usize, from: usize) -> Option<Who> {
        for at in from..self.supervisors[supervisor].children.len() {
            let (who, _) = self.supervisors[supervisor].children[at];
            if !self.start(who) {
                return Some(who);
            }
            self.supervisors[supervisor].children[at].1 = Process::Alive;
        }
        None
    }

    fn start(&mut self, who: Who) -> bool {
        match who {
            Who::Actor(place) => {
                let actor = self.actors[place].as_mut().expect("a child");
                actor.is_alive = actor.failures == 0;
                actor.failures = actor.failures.saturating_sub(1);
                actor.restarts += u32::from(actor.is_alive);
                let did = if actor.is_alive { Did::Start(place) } else { Did::FailToStart(place) };
                self.did.push((self.clock, did));
                matches!(did, Did::Start(_))
            }
            Who::Supervisor(index) => {
                let this = &mut self.supervisors[index];
                this.children = this.statics.iter().map(|who| (*who, Process::Undefined)).collect();
                this.is_up = true;
                if self.start_from(index, 0).is_none() {
                    return true;
                }
                self.terminate(index, None);
                false
            }
        }
    }

    fn spec(&self, who: Who) -> ChildSpec {
        match who {
            Who::Actor(place) => self.actors[place].as_ref().expect("a child").spec,
            Who::Supervisor(index) => self.supervisors[index].child,
        }
    }

    fn process(&self, supervisor: usize, who: Who) -> Option<Process> {
        let children = &self.supervisors[supervisor].children;
        children.iter().find(|(other, _)| *other == who).map(|(_, process)| *process)
    }

    fn set(&mut self, supervisor: usize, who: Who, process: Process) {
        for child in &mut self.supervisors[supervisor].children {
            if child.0 == who {
                child.1 = process;
            }
        }
    }
}
