//! Boards, what joins them, and the one order in which everything happens.
//!
//! A world moves in steps: the soonest thing on the agenda, or one slice of the board that is due
//! first. Time between two steps does not exist, so idle hours cost nothing. Within an instant the
//! agenda comes before boards and boards come in the order of the scenario.

use std::rc::Rc;
use std::sync::Arc;

use abi::exit::ExitKind;
use abi::process::ProcessState;
use devices::flash::CutMode;
use devices::picture::Picture;
use kernel::event::Event;
use kernel::time::Duration;
use kernel::time::Instant;

use crate::agenda::Agenda;
use crate::authority::Authority;
use crate::machine::Machine;
use crate::machine::Power;
use crate::message::Messages;
use crate::scenario::plan::PinPlace;
use crate::scenario::plan::Plan;
use crate::seen::Seen;
use crate::target::StartError;
use crate::target::Target;
use crate::trace::Trace;

/// A line that an actor logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSeen {
    /// The board's index.
    pub board: usize,
    /// Who logged it.
    pub actor: Rc<str>,
    /// The line.
    pub text: String,
}

/// The end of an actor's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitSeen {
    /// The board's index.
    pub board: usize,
    /// Whose.
    pub actor: Rc<str>,
    /// How.
    pub kind: ExitKind,
}

/// The whole simulated world.
pub struct World {
    now: Instant,
    machines: Vec<Machine>,
    agenda: Agenda<(usize, Event)>,
    /// Output board and pin, input board and pin.
    wires: Vec<[(usize, u8); 2]>,
    trace: Trace,
    logs: Vec<LogSeen>,
    messages: Messages,
    exits: Vec<ExitSeen>,
}

impl World {
    /// The same world once more, to go on otherwise. `None` if a kernel cannot be copied: it runs in
    /// firmware, or its modules on wasmi.
    pub fn fork(&self) -> Option<World> {
        Some(World {
            now: self.now,
            machines: self.machines.iter().map(Machine::fork).collect::<Option<_>>()?,
            agenda: self.agenda.clone(),
            wires: self.wires.clone(),
            trace: self.trace.clone(),
            logs: self.logs.clone(),
            messages: self.messages.clone(),
            exits: self.exits.clone(),
        })
    }

    /// Whether a board has refused a library that it would have loaded on another engine.
    pub fn has_refused_library(&self) -> bool {
        self.machines.iter().any(Machine::has_refused_library)
    }

    /// Builds the boards of a plan and boots their kernels. Nothing has run yet.
    pub fn boot(plan: &Plan) -> Result<World, StartError> {
        World::build(plan, |_| Power::On, None)
    }

    /// The same on other boards than those of this program.
    pub fn boot_on(plan: &Plan, target: Arc<dyn Target>) -> Result<World, StartError> {
        World::build(plan, |_| Power::On, Some(target))
    }

    /// The same, but one board has no power.
    pub fn without_power(plan: &Plan, board: usize) -> Result<World, StartError> {
        World::build(plan, |index| if index == board { Power::Off } else { Power::On }, None)
    }

    fn build(
        plan: &Plan,
        power: impl Fn(usize) -> Power,
        target: Option<Arc<dyn Target>>,
    ) -> Result<World, StartError> {
        let mut machines = Vec::new();
        for (index, (name, board)) in plan.boards.iter().enumerate() {
            let (power, target) = (power(index), target.clone());
            machines.push(Machine::boot(name, board, plan.seed, power, target)?);
        }
        let end = |place: &PinPlace| {
            let board = plan.boards.get_index_of(&place.board);
            (board.expect("a checked plan's wires end on its boards"), place.pin)
        };
        let wires = plan.wires.iter().map(|wire| [end(&wire.output), end(&wire.input)]).collect();
        Ok(World {
            now: Instant::ZERO,
            machines,
            agenda: Agenda::default(),
            wires,
            trace: Trace::default(),
            logs: Vec::new(),
            messages: Messages::default(),
            exits: Vec::new(),
        })
    }

    /// The instant that everything so far happened before.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Something happens to a board now.
    pub fn happen(&mut self, board: usize, event: Event) {
        self.machines[board].input(self.now, event);
    }

    /// Power goes.
    pub fn cut_power(&mut self, board: usize, mode: CutMode) {
        let World { now, machines, trace, .. } = self;
        machines[board].cut(*now, mode, trace);
        self.follow_wires(board);
    }

    /// Power comes back.
    pub fn reboot(&mut self, board: usize) -> Result<(), StartError> {
        let World { now, machines, trace, .. } = self;
        machines[board].reboot(*now, trace)?;
        self.follow_wires(board);
        Ok(())
    }

    /// A board, for whoever changes more than an event can.
    pub fn machine_mut(&mut self, board: usize) -> &mut Machine {
        &mut self.machines[board]
    }

    /// Lets something happen to a board later.
    pub fn schedule(&mut self, board: usize, after: Duration, event: Event) {
        self.agenda.put(self.now + after, (board, event));
    }

    /// Does the next thing, if there is one up to `limit`; otherwise only lets time pass until
    /// then. Says whether there was one.
    pub fn advance(&mut self, limit: Instant) -> bool {
        let due = self.machines.iter().enumerate();
        let first = due.filter_map(|(index, machine)| Some((machine.due()?, index))).min();
        if let Some(at) = self.agenda.next()
            && at <= limit
            && first.is_none_or(|(due, _)| at <= due)
        {
            self.now = self.now.max(at);
            let (board, event) = self.agenda.pop().expect("it has just been seen");
            self.machines[board].input(at, event);
            return true;
        }
        if let Some((at, index)) = first
            && at <= limit
        {
            self.now = self.now.max(at);
            let others = self.machines.iter().enumerate().filter(|(other, _)| *other != index);
            let due = others.filter_map(|(_, machine)| machine.due());
            let until = due.chain(self.agenda.next()).chain([limit]).min().unwrap_or(limit);
            self.run(index, until);
            return true;
        }
        self.now = self.now.max(limit);
        false
    }

    /// Lets a board go on, at most to the next thing that is not its own.
    fn run(&mut self, index: usize, until: Instant) {
        let machine = &mut self.machines[index];
        let World { trace, logs, messages, exits, .. } = self;
        self.now = machine.run(self.now, until, trace, |seen| match seen {
            Seen::Log { actor, text } => logs.push(LogSeen { board: index, actor, text }),
            Seen::Message { from, to, opcode, payload } => {
                messages.push(index, (from, to), opcode, payload);
            }
            Seen::Exit { actor, kind } => exits.push(ExitSeen { board: index, actor, kind }),
        });
        self.follow_wires(index);
    }

    /// What a board drives reaches those whom it is joined to.
    fn follow_wires(&mut self, index: usize) {
        for (pin, high) in self.machines[index].take_driven() {
            for [output, input] in &self.wires {
                if *output == (index, pin) {
                    self.agenda.put(self.now, (input.0, Event::Pin { pin: input.1, high }));
                }
            }
        }
    }

    /// How many boards there are.
    pub fn board_count(&self) -> usize {
        self.machines.len()
    }

    /// The boards in the order of the scenario.
    pub fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// What happened.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Every line that was logged.
    pub fn logs(&self) -> &[LogSeen] {
        &self.logs
    }

    /// Every message that was sent.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// Every life that ended.
    pub fn exits(&self) -> &[ExitSeen] {
        &self.exits
    }

    /// Who can reach what on every board.
    pub fn authority(&self) -> Authority {
        Authority::of(self.machines.iter().map(Machine::authority_now))
    }

    /// All that a board's serial line has shown.
    pub fn serial(&self, board: usize) -> &[u8] {
        self.machines[board].serial()
    }

    /// Whether a pin is high.
    pub fn pin(&self, board: usize, pin: u8) -> bool {
        self.machines[board].pin(pin)
    }

    /// What an actor is doing; one that has not been made is dead too.
    pub fn actor(&self, board: usize, name: &str) -> ProcessState {
        self.machines[board].actor(name)
    }

    /// What a board's screen shows.
    pub fn picture(&self, board: usize) -> Picture {
        self.machines[board].picture()
    }

    /// Changes whenever a board's screen does.
    pub fn frame_version(&self, board: usize) -> u64 {
        self.machines[board].frame_version()
    }

    /// Frames that a board's screen has finished.
    pub fn frames(&self, board: usize) -> u64 {
        self.machines[board].frames()
    }

    /// Whether a text can be read on a board's screen.
    pub fn frame_shows(&self, board: usize, text: &str) -> bool {
        self.machines[board].shows(text)
    }

    /// All that can be read on a board's screen.
    pub fn frame_text(&self, board: usize) -> String {
        self.machines[board].read()
    }
}
