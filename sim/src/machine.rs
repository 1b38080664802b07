//! One board with its kernel, and the time that running takes.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use abi::process::ProcessRecord;
use abi::process::ProcessState;
use devices::flash::CutMode;
use devices::flash::Flash;
use devices::flash::Wear;
use devices::picture::Picture;
use devices::reading::Run;
use devices::sketch;
use devices::stream::Seed;
use devices::vcd;
use kernel::Next;
use kernel::authority::Held;
use kernel::event::Event;
use kernel::manifest::GrantObject;
use kernel::time::Instant;
use kernel::trace::What;

use crate::authority;
use crate::board::VirtualBoard;
use crate::cast::Cast;
use crate::cast::id_of;
use crate::eye::Eye;
use crate::heart::Heart;
use crate::journal::Journal;
use crate::scenario::plan::BoardPlan;
use crate::scenario::plan::FlashCut;
use crate::seen::Seen;
use crate::storage;
use crate::storage::Tree;
use crate::target::Look;
use crate::target::StartError;
use crate::target::Target;
use crate::target::TargetError;
use crate::trace::Trace;

/// Whether a board begins with power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Its kernel boots.
    On,
    /// It waits for [`Machine::reboot`].
    Off,
}

/// A simulated computer.
pub struct Machine {
    name: String,
    plan: BoardPlan,
    board: VirtualBoard,
    /// `None` as long as there is no power.
    kernel: Option<Heart>,
    /// Where its kernel runs; `None` is in this program.
    target: Option<Arc<dyn Target>>,
    /// Why it stopped of its own accord.
    stopped: Option<TargetError>,
    /// When power came.
    powered: Instant,
    /// Logical instructions of the kernels before this one.
    fuel_before: u64,
    /// Whether one of them has refused a library that another engine would have loaded.
    refused_before: bool,
    /// When the flash will have done what it is doing.
    flash_done: Option<Instant>,
    /// When power goes by itself.
    cut_with: Option<FlashCut>,
    /// What the flash was told, if somebody wants to know.
    journal: Option<Journal>,
    /// The trace shares it until it has made its lines.
    cast: Rc<Cast>,
    eye: Eye,
    /// When the processor has done what it was last given.
    free: Instant,
    /// When the kernel is to be polled next.
    due: Option<Instant>,
    /// Outputs that changed and that nobody has taken yet.
    driven: Vec<(u8, bool)>,
    /// How often each actor has been restarted; those that have not are not here.
    restarts: BTreeMap<Rc<str>, u32>,
}

impl Machine {
    /// Builds a board and, with power, boots its kernel.
    pub fn boot(
        name: &str,
        plan: &BoardPlan,
        seed: u64,
        power: Power,
        target: Option<Arc<dyn Target>>,
    ) -> Result<Machine, StartError> {
        let flash = plan.flash.as_ref();
        let flash =
            flash.map(|flash| Flash::new(flash.image.to_vec(), flash.quality, Seed(seed), name));
        let mut machine = Machine {
            name: name.to_owned(),
            plan: plan.clone(),
            board: VirtualBoard::new(name, plan.profile, flash, Seed(seed)),
            kernel: None,
            target,
            stopped: None,
            powered: Instant::ZERO,
            fuel_before: 0,
            refused_before: false,
            flash_done: None,
            cut_with: None,
            journal: None,
            cast: Rc::default(),
            eye: Eye::new(plan),
            free: Instant::ZERO,
            due: None,
            driven: Vec::new(),
            restarts: BTreeMap::new(),
        };
        if power == Power::On {
            machine.start(Instant::ZERO)?;
        }
        Ok(machine)
    }

    /// The same computer once more, to go on otherwise; `None` if its kernel cannot be copied.
    pub fn fork(&self) -> Option<Machine> {
        let kernel = match &self.kernel {
            Some(kernel) => Some(kernel.fork()?),
            None => None,
        };
        Some(Machine {
            name: self.name.clone(),
            plan: self.plan.clone(),
            board: self.board.clone(),
            kernel,
            target: self.target.clone(),
            stopped: self.stopped.clone(),
            powered: self.powered,
            fuel_before: self.fuel_before,
            refused_before: self.refused_before,
            flash_done: self.flash_done,
            cut_with: self.cut_with,
            journal: self.journal.clone(),
            cast: self.cast.clone(),
            eye: self.eye.clone(),
            free: self.free,
            due: self.due,
            driven: self.driven.clone(),
            restarts: self.restarts.clone(),
        })
    }

    /// Power comes, and the kernel boots.
    fn start(&mut self, now: Instant) -> Result<(), StartError> {
        let manifest = self.plan.manifest(&self.name);
        let target = self.target.as_deref();
        let (engine, profile) = (self.plan.engine, self.plan.profile);
        let kernel = Heart::boot(target, engine, profile, &manifest, &mut self.board)?;
        let mut cast = Cast::new(&self.plan, &manifest, now.since(Instant::ZERO));
        for process in kernel.processes() {
            let id = id_of(process.id).expect("the kernel gives sound ids");
            cast.enter(id, process.name());
        }
        self.cast = Rc::new(cast);
        self.kernel = Some(kernel);
        (self.powered, self.free, self.due) = (now, now, Some(now));
        Ok(())
    }

    /// Power comes back. A board that has power is switched off before; its flash may still end
    /// what it is doing.
    pub fn reboot(&mut self, now: Instant, trace: &mut Trace) -> Result<(), StartError> {
        if self.kernel.is_some() {
            if self.flash_done.is_some() {
                self.board.finish_flash();
            }
            self.cut(now, CutMode::NotStarted, trace);
        }
        trace.note(now, &self.name, "power    comes back");
        self.board.power_on();
        self.start(now)
    }

    /// Power goes; what the flash is doing is left as the mode says.
    pub fn cut(&mut self, now: Instant, mode: CutMode, trace: &mut Trace) {
        let Some(kernel) = self.kernel.take() else { return };
        self.fuel_before += kernel.fuel();
        self.refused_before |= kernel.has_refused_library();
        let doing = self.board.flash().and_then(Flash::doing);
        let doing =
            doing.map(|doing| format!(", flash operation {} {}", doing.number, mode.name()));
        let what = format!("power    is cut{}", doing.unwrap_or_default());
        trace.note(now, &self.name, &what);
        (self.flash_done, self.cut_with, self.due) = (None, None, None);
        self.driven.extend(self.board.power_off(now, mode));
    }

    /// Lets power go with an operation of the flash.
    pub fn cut_with(&mut self, cut: FlashCut) {
        self.cut_with = Some(cut);
    }

    /// What lies on a partition of the flash, read from outside.
    pub fn files(&self, partition: &str) -> Result<Tree, String> {
        let flash = self.flash().zip(self.plan.flash.as_ref());
        let (flash, plan) = flash.ok_or("there is no flash")?;
        storage::files(flash.bytes(), &plan.partitions, partition)
    }

    /// What lies on each partition of the flash, as text that can be reviewed.
    pub fn storage(&self) -> String {
        let flash = self.flash().zip(self.plan.flash.as_ref());
        flash.map_or_else(String::new, |(flash, plan)| {
            storage::survey(flash.bytes(), &plan.partitions)
        })
    }

    /// The flash's life so far, if the board has one.
    pub fn wear(&self) -> Option<Wear> {
        self.flash().map(|flash| flash.wear().clone())
    }

    /// Writes down from now on what the flash is told.
    pub fn begin_journal(&mut self) {
        self.journal = self.flash().map(|flash| Journal::new(flash.bytes()));
    }

    /// What the flash was told since [`Machine::begin_journal`].
    pub fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    /// The same, and ends it.
    pub fn take_journal(&mut self) -> Option<Journal> {
        self.journal.take()
    }

    /// Why it has stopped of its own accord, if it has.
    pub fn stopped(&self) -> Option<&TargetError> {
        self.stopped.as_ref()
    }

    /// What its devices are like, seen from outside past its firmware.
    pub fn look(&self) -> Result<Look, TargetError> {
        self.kernel.as_ref().map_or_else(|| Ok(Look::default()), Heart::look)
    }

    /// Whether it has power.
    pub fn is_on(&self) -> bool {
        self.kernel.is_some()
    }

    /// Its devices.
    pub fn board(&self) -> &VirtualBoard {
        &self.board
    }

    /// Its flash, if it has one.
    pub fn flash(&self) -> Option<&Flash> {
        self.board.flash()
    }

    /// Its flash, for whoever damages it.
    pub fn flash_mut(&mut self) -> Option<&mut Flash> {
        self.board.flash_mut()
    }

    /// What the scenario calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it wants to run next.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Something happens to it. It takes notice as soon as its processor is free; without power it
    /// takes none.
    pub fn input(&mut self, now: Instant, event: Event) {
        let is_on = self.is_on();
        self.board.happen(now, event, is_on);
        if self.board.has_events() {
            self.be_due(now.max(self.free));
        }
    }

    /// Polls the kernel, elsewhere again before `until` if nothing but time passes; says when last.
    /// `each` is told what actors say.
    pub fn run(
        &mut self,
        now: Instant,
        until: Instant,
        trace: &mut Trace,
        mut each: impl FnMut(Seen<'_>),
    ) -> Instant {
        // A line that sends has more room later and shows more, also what it has just sent.
        let until = if self.board.line().idle_at().is_some() { now } else { until };
        self.board.advance(now);
        if self.flash_done.is_some_and(|done| done <= now) {
            self.flash_done = None;
            self.board.finish_flash();
        }
        let Some(kernel) = &mut self.kernel else {
            self.due = None;
            return now;
        };
        // The kernel's time begins with power.
        let powered = self.powered.since(Instant::ZERO);
        let until = self.flash_done.map_or(until, |done| done.min(until));
        let its = |instant: Instant| Instant::ZERO + instant.since(self.powered);
        let pace = self.plan.profile.pace();
        let polled = match kernel.poll(its(now), its(until), pace, &mut self.board) {
            Ok(polled) => polled,
            Err(error) => {
                self.stopped = Some(error);
                self.due = None;
                return now;
            }
        };
        let (now, next) = (polled.at + powered, polled.next);
        self.free = now.saturating_add_nanos(pace.nanos(polled.used));
        self.due = match next {
            Next::Now => Some(self.free),
            Next::At(at) => Some((at + powered).max(self.free)),
            Next::Idle | Next::Halted => None,
        };
        if self.board.has_events() {
            self.be_due(self.free);
        }
        if let Some(idle) = self.board.line().idle_at() {
            self.be_due((Instant::ZERO + idle).max(self.free));
        }
        self.follow_flash();
        self.driven.extend(self.board.settle(now));
        let Machine { kernel, cast, restarts, journal, board, .. } = self;
        let kernel = kernel.as_mut().expect("it has just been polled");
        kernel.drain_trace(|record, text| {
            if matches!(record.what, What::Spawn { .. })
                && let Some(id) = record.actor
                && !cast.knows(id, text)
            {
                trace.settle();
                let is_restart = Rc::make_mut(cast).enter(id, &String::from_utf8_lossy(text));
                if is_restart {
                    *restarts.entry(cast.name(id)).or_default() += 1;
                }
            }
            if let Some(journal) = journal.as_mut() {
                journal.note(cast, record, text, board.flash().and_then(Flash::doing));
            }
            if let Some(seen) = Seen::of(cast, record, text) {
                each(seen);
            }
            trace.push(cast, record, text);
        });
        if let Some(cut) = self.cut_with
            && self.flash().is_some_and(|flash| cut.operation < flash.operations())
        {
            self.cut(now, cut.mode, trace);
        }
        now
    }

    /// The flash works while the processor goes on.
    fn follow_flash(&mut self) {
        if self.flash_done.is_none()
            && let Some(busy) = self.board.flash().and_then(Flash::busy_for)
        {
            self.flash_done = Some(self.free + busy);
        }
        if let Some(done) = self.flash_done {
            self.be_due(done);
        }
    }

    fn be_due(&mut self, at: Instant) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Takes the outputs that changed.
    pub fn take_driven(&mut self) -> Vec<(u8, bool)> {
        std::mem::take(&mut self.driven)
    }

    /// All that its serial line has shown.
    pub fn serial(&self) -> &[u8] {
        self.board.line().shown()
    }

    /// Whether a pin is high.
    pub fn pin(&self, pin: u8) -> bool {
        self.board.gpio().is_high(pin)
    }

    /// The history of its pins as a file for logic analysers.
    pub fn pin_history(&self) -> std::io::Result<Vec<u8>> {
        vcd::write(&self.name, self.board.gpio().history())
    }

    /// What an actor is doing; one that there is not is dead.
    pub fn actor(&self, name: &str) -> ProcessState {
        self.process(name).map_or(ProcessState::Dead, |process| process.state)
    }

    /// The id of an actor that lives.
    pub fn actor_id(&self, name: &str) -> Option<u64> {
        self.process(name).map(|process| process.id)
    }

    fn process(&self, name: &str) -> Option<ProcessRecord> {
        self.kernel.as_ref()?.process(name)
    }

    /// Which life an actor is in, or was in when it died.
    pub fn generation(&self, name: &str) -> u32 {
        self.cast.generation(name)
    }

    /// How often an actor has been restarted.
    pub fn restarts(&self, name: &str) -> u32 {
        self.restarts.get(name).copied().unwrap_or(0)
    }

    /// How often actors have been restarted.
    pub fn restarts_of_all(&self) -> u32 {
        self.restarts.values().sum()
    }

    /// Whether an actor holds a capability to this object or a part of it.
    pub fn reaches(&self, name: &str, object: &GrantObject) -> bool {
        authority::reaches(&self.cast, &self.held(), name, object)
    }

    /// Who can reach what, one line for each capability.
    pub fn authority(&self) -> String {
        authority::rows(&self.name, &self.cast, &self.held())
    }

    /// Who can reach what, to become text later.
    pub fn authority_now(&self) -> (Rc<Cast>, Vec<Held>) {
        (Rc::clone(&self.cast), self.held())
    }

    /// What one actor can reach.
    pub fn authority_of(&self, name: &str) -> String {
        authority::rows_of(&self.name, &self.cast, &self.held(), name)
    }

    fn held(&self) -> Vec<Held> {
        self.kernel.as_ref().map_or_else(Vec::new, Heart::authority)
    }

    /// What the screen shows.
    pub fn picture(&self) -> Picture {
        self.board.screen().picture()
    }

    /// Changes whenever the screen does.
    pub fn frame_version(&self) -> u64 {
        self.board.screen().version()
    }

    /// Frames that were finished.
    pub fn frames(&self) -> u64 {
        self.board.screen().frames()
    }

    /// Logical instructions that were executed.
    pub fn fuel(&self) -> u64 {
        self.fuel_before + self.kernel.as_ref().map_or(0, Heart::fuel)
    }

    /// Whether any kernel since power-on has refused a library that another engine would have loaded.
    pub fn has_refused_library(&self) -> bool {
        self.refused_before || self.kernel.as_ref().is_some_and(Heart::has_refused_library)
    }

    /// Whether a text can be read in one line of the screen.
    pub fn shows(&self, text: &str) -> bool {
        self.runs().iter().any(|run| run.text.contains(text))
    }

    /// All that can be read on the screen, each line where it stands.
    pub fn read(&self) -> String {
        sketch::layout(&self.runs(), self.eye.cell())
    }

    /// The screen as text that can be reviewed.
    pub fn sketch(&self) -> String {
        sketch::sketch(&self.picture(), &self.runs(), self.eye.cell())
    }

    /// The text on the screen.
    fn runs(&self) -> Rc<[Run]> {
        self.eye.read(self.board.screen())
    }
}
