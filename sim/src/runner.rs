//! Plays a plan in a world and says what came of it.

use std::sync::Arc;

use abi::input::KeyEvent;
use devices::keyboard;
use devices::pointer::Pointer;
use kernel::event::Event;
use kernel::time::Duration;
use kernel::time::Instant;

use crate::authority;
use crate::authority::Authority;
use crate::journal::Journal;
use crate::report::Content;
use crate::report::Failure;
use crate::report::Report;
use crate::report::Take;
use crate::scenario::plan::Action;
use crate::scenario::plan::FlashCut;
use crate::scenario::plan::Plan;
use crate::scenario::plan::SnapshotKind;
use crate::scenario::plan::Step;
use crate::scenario::plan::Touch;
use crate::target::StartError;
use crate::target::Target;
use crate::watch::Cursors;
use crate::watch::Watch;
use crate::world::World;

/// From one key going down to its going up, and from there to the next key: a hundred words a
/// minute.
const KEY_TIME: Duration = Duration::from_millis(60);

/// Lines of the trace that a failure shows.
const TRACE_AROUND: usize = 12;

/// A condition that must not become true.
#[derive(Clone)]
struct Monitor {
    step: usize,
    watch: Watch,
    until: Option<Instant>,
}

/// What the current step waits for.
#[derive(Clone)]
enum Doing {
    /// Nothing: it is over, or has yet to begin.
    Nothing,
    /// Time passes.
    Pass { until: Instant },
    /// Power comes back.
    Reboot { board: usize, until: Instant },
    /// Keys go down and up, one after the other; the last one first here.
    Press { board: usize, keys: Vec<KeyEvent>, until: Instant },
    /// A condition becomes true.
    Wait { watch: Watch, within: Duration, deadline: Instant },
    /// A condition holds without a break.
    Hold { watch: Watch, duration: Duration, since: Option<Instant>, deadline: Instant },
}

/// How far a turn got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Something happened; there is more to do.
    Went,
    /// Nothing more happens up to the limit.
    Reached,
    /// The steps are done, or one has failed.
    Ended,
}

/// A plan being played, turn by turn, so that whoever shows it can do so in its own time.
pub struct Runner<'a> {
    plan: &'a Plan,
    world: World,
    cursors: Cursors,
    monitors: Vec<Monitor>,
    pointers: Vec<Pointer>,
    takes: Vec<Take>,
    failure: Option<Failure>,
    authority_at_boot: Authority,
    /// What flashes were told, each for the exploration at this step.
    journals: Vec<(usize, Journal)>,
    doing: Doing,
    /// Steps that are done.
    steps: usize,
}

/// Plays a whole plan.
pub fn run(plan: &Plan) -> Result<Report, StartError> {
    let mut runner = Runner::new(plan)?;
    runner.finish();
    Ok(runner.report())
}

impl<'a> Runner<'a> {
    /// Boots the world of a plan.
    pub fn new(plan: &'a Plan) -> Result<Runner<'a>, StartError> {
        Ok(Runner::of(plan, World::boot(plan)?))
    }

    /// The same on other boards than those of this program.
    pub fn on(plan: &'a Plan, target: Arc<dyn Target>) -> Result<Runner<'a>, StartError> {
        Ok(Runner::of(plan, World::boot_on(plan, target)?))
    }

    /// The same, but one board has no power.
    pub fn without_power(plan: &'a Plan, board: usize) -> Result<Runner<'a>, StartError> {
        Ok(Runner::of(plan, World::without_power(plan, board)?))
    }

    fn of(plan: &'a Plan, world: World) -> Runner<'a> {
        let sizes = plan.boards.values().map(|board| board.profile.screen());
        Runner {
            plan,
            cursors: Cursors::at_start(&world),
            authority_at_boot: world.authority(),
            world,
            monitors: Vec::new(),
            pointers: sizes.map(|(width, height)| Pointer::new(width, height)).collect(),
            takes: Vec::new(),
            failure: None,
            journals: Vec::new(),
            doing: Doing::Nothing,
            steps: 0,
        }
    }

    /// The same run once more, to go on by another plan, which begins as this one does up to here.
    /// `None` if the world cannot be copied.
    pub fn fork<'b>(&self, plan: &'b Plan) -> Option<Runner<'b>> {
        Some(Runner {
            plan,
            world: self.world.fork()?,
            cursors: self.cursors.clone(),
            monitors: self.monitors.clone(),
            pointers: self.pointers.clone(),
            takes: self.takes.clone(),
            failure: self.failure.clone(),
            authority_at_boot: self.authority_at_boot.clone(),
            journals: self.journals.clone(),
            doing: self.doing.clone(),
            steps: self.steps,
        })
    }

    /// Steps that are done.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Why it failed, if it did.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// The plan that is played.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// The world as it is now.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The world, for whoever adds a person's input to it.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Plays to the end.
    pub fn finish(&mut self) {
        while self.turn(Instant::LAST) != Turn::Ended {}
    }

    /// Does the next thing that happens up to `limit`.
    pub fn turn(&mut self, limit: Instant) -> Turn {
        if self.failure.is_some() {
            return Turn::Ended;
        }
        match std::mem::replace(&mut self.doing, Doing::Nothing) {
            Doing::Nothing => {
                let Some(step) = self.plan.steps.get(self.steps) else { return Turn::Ended };
                self.doing = self.begin(step);
                if matches!(self.doing, Doing::Nothing) && self.failure.is_none() {
                    self.steps += 1;
                }
                Turn::Went
            }
            Doing::Pass { until } => {
                if self.world.now() < until {
                    return self.go(limit, until, Doing::Pass { until });
                }
                self.done()
            }
            Doing::Reboot { board, until } => {
                if self.world.now() < until {
                    return self.go(limit, until, Doing::Reboot { board, until });
                }
                if let Err(error) = self.world.reboot(board) {
                    let expected = "cannot be done, for the kernel refuses to boot".to_owned();
                    self.fail_with(self.steps, expected, error.to_string());
                    return Turn::Ended;
                }
                self.done()
            }
            Doing::Press { board, mut keys, until } => {
                if self.world.now() < until {
                    return self.go(limit, until, Doing::Press { board, keys, until });
                }
                let Some(key) = keys.pop() else { return self.done() };
                self.happen(board, Event::Key(key));
                let until = self.world.now() + KEY_TIME;
                self.doing = Doing::Press { board, keys, until };
                Turn::Went
            }
            Doing::Wait { mut watch, within, deadline } => {
                let is_last = deadline <= self.world.now();
                if watch.look(&self.world) || is_last && watch.look_again(&self.world) {
                    self.cursors = watch.cursors().clone();
                    return self.done();
                }
                if is_last {
                    let expected = format!("was not true {}", in_words(within));
                    return self.fail(self.steps, expected, &watch);
                }
                self.go(limit, deadline, Doing::Wait { watch, within, deadline })
            }
            Doing::Hold { mut watch, duration, since, deadline } => {
                let now = self.world.now();
                let since = watch.look(&self.world).then_some(since.unwrap_or(now));
                let over = since.map(|since| since + duration);
                if over.is_some_and(|over| over <= now) {
                    return self.done();
                }
                if deadline <= now {
                    let expected = format!("did not hold for {duration:?} without a break");
                    return self.fail(self.steps, expected, &watch);
                }
                let until = over.map_or(deadline, |over| deadline.min(over));
                self.go(limit, until, Doing::Hold { watch, duration, since, deadline })
            }
        }
    }

    /// Lets the world go on without steps; for a person who plays on.
    pub fn linger(&mut self, limit: Instant) {
        while self.world.advance(limit) {}
    }

    /// Lets the world do one thing while a step goes on.
    fn go(&mut self, limit: Instant, until: Instant, doing: Doing) -> Turn {
        self.doing = doing;
        let happened = self.world.advance(limit.min(until));
        if let Some(machine) = self.world.machines().iter().find(|board| board.stopped().is_some())
        {
            let stopped = machine.stopped().map_or_else(String::new, ToString::to_string);
            self.fail_with(self.steps, "was not reached".to_owned(), stopped);
            return Turn::Ended;
        }
        self.check_monitors();
        if happened || until <= limit { Turn::Went } else { Turn::Reached }
    }

    fn done(&mut self) -> Turn {
        self.steps += 1;
        Turn::Went
    }

    /// Fails a run that is over because it is another story than on the kernel of this program.
    pub fn part(&mut self, difference: String) {
        let last = self.plan.steps.len().saturating_sub(1);
        let expected = "comes after, or in, another story than the linked kernel's".to_owned();
        self.fail_with(self.steps.min(last), expected, difference);
    }

    /// What came of it.
    pub fn report(self) -> Report {
        let Runner { world, takes, failure, steps, authority_at_boot, journals, .. } = self;
        Report { steps, world, authority_at_boot, takes, journals, failure }
    }

    /// Begins a step; says what it waits for.
    fn begin(&mut self, step: &Step) -> Doing {
        let board = self.plan.boards.get_index_of(&step.board);
        let board = board.expect("a checked plan's steps are about its boards");
        let now = self.world.now();
        match &step.action {
            Action::Delay(duration) => return Doing::Pass { until: now + *duration },
            Action::Type(text) => return press(board, keyboard::typed(text), now),
            Action::Press(chord) => {
                let keys = keyboard::chord(chord).expect("a checked plan's keys have names");
                return press(board, keys, now);
            }
            Action::WriteSerial(bytes) => {
                for byte in bytes {
                    self.happen(board, Event::Serial(*byte));
                }
            }
            Action::SetPin { pin, high } => {
                self.happen(board, Event::Pin { pin: *pin, high: *high });
            }
            Action::Interrupt(line) => self.happen(board, Event::Interrupt(*line)),
            Action::Preempt { actor, fuel } => self.preempt(board, actor, *fuel),
            Action::Touch { x, y, touch } => return self.touch(board, (*x, *y), *touch),
            Action::Until { condition, within } => {
                let watch = Watch::new(board, condition.clone(), self.cursors.clone());
                return Doing::Wait { watch, within: *within, deadline: now + *within };
            }
            Action::Never { condition, duration } => {
                let cursors = Cursors::at_end(&self.world);
                let watch = Watch::new(board, condition.clone(), cursors);
                let until = duration.map(|duration| now + duration);
                self.monitors.push(Monitor { step: self.steps, watch, until });
                self.check_monitors();
            }
            Action::StableFor { condition, duration, within } => {
                let watch = Watch::new(board, condition.clone(), self.cursors.clone());
                let (duration, deadline) = (*duration, now + *within);
                return Doing::Hold { watch, duration, since: None, deadline };
            }
            Action::CutPower { mode, operation: None } => self.world.cut_power(board, *mode),
            Action::CutPower { mode, operation: Some(after) } => {
                let machine = self.world.machine_mut(board);
                let begun = machine.flash().map_or(0, |flash| flash.operations());
                machine.cut_with(FlashCut { operation: begun + after - 1, mode: *mode });
            }
            Action::Reboot(after) => {
                return Doing::Reboot { board, until: now + *after };
            }
            Action::FlipBit { at, bit } => {
                if let Some(flash) = self.world.machine_mut(board).flash_mut() {
                    flash.flip(*at, *bit);
                }
            }
            Action::BeginJournal => self.world.machine_mut(board).begin_journal(),
            Action::Explore(_) => {
                let journal = self.world.machine_mut(board).take_journal();
                self.journals.extend(journal.map(|journal| (self.steps, journal)));
            }
            Action::Snapshot(snapshots) => {
                for snapshot in snapshots {
                    let content = self.take(board, snapshot.kind);
                    let name = snapshot.name.clone();
                    self.takes.push(Take { step: self.steps, name, content });
                }
            }
            Action::TakeScreenshot { save_to, compare_with } => {
                let content = Content::Screenshot {
                    picture: self.world.picture(board),
                    save_to: save_to.clone(),
                    compare_with: compare_with.clone(),
                };
                let name = format!("screenshot-{}", self.steps + 1);
                self.takes.push(Take { step: self.steps, name, content });
            }
        }
        Doing::Nothing
    }

    fn happen(&mut self, board: usize, event: Event) {
        self.world.happen(board, event);
    }

    fn preempt(&mut self, board: usize, name: &str, fuel: u64) {
        let Some(actor) = self.world.machines()[board].actor_id(name) else {
            let expected = "cannot be done, for there is nobody to preempt".to_owned();
            self.fail_with(self.steps, expected, format!("{name} is dead"));
            return;
        };
        self.happen(board, Event::Preempt { actor, fuel });
    }

    fn touch(&mut self, board: usize, (x, y): (u16, u16), touch: Touch) -> Doing {
        let pointer = &mut self.pointers[board];
        let event = match touch {
            Touch::Tap { .. } | Touch::Press => pointer.press(x, y),
            Touch::Move => pointer.move_to(x, y),
            Touch::Release => pointer.release(x, y),
        };
        self.happen(board, Event::Pointer(event));
        if let Touch::Tap { duration, wait } = touch {
            let up = self.pointers[board].release(x, y);
            self.world.schedule(board, duration, Event::Pointer(up));
            if wait {
                return Doing::Pass { until: self.world.now() + duration };
            }
        }
        Doing::Nothing
    }

    fn check_monitors(&mut self) {
        let now = self.world.now();
        self.monitors.retain(|monitor| monitor.until.is_none_or(|until| now <= until));
        let broken = self.monitors.iter_mut().position(|monitor| monitor.watch.look(&self.world));
        if let Some(index) = broken
            && self.failure.is_none()
        {
            let Monitor { step, watch, .. } = self.monitors.swap_remove(index);
            self.fail(step, "became true, but never should have".to_owned(), &watch);
        }
    }

    fn take(&self, board: usize, kind: SnapshotKind) -> Content {
        match kind {
            SnapshotKind::Trace => Content::Text(self.world.trace().text()),
            SnapshotKind::Serial => {
                let text = String::from_utf8_lossy(self.world.serial(board));
                Content::Text(text.replace("\r\n", "\n"))
            }
            SnapshotKind::Files => Content::Text(self.world.machines()[board].storage()),
            SnapshotKind::Authority => {
                let rows = self.world.machines()[board].authority();
                Content::Text(format!("{}\n{rows}", authority::HEADING))
            }
            SnapshotKind::Frame => Content::Frame {
                picture: self.world.picture(board),
                sketch: self.world.machines()[board].sketch(),
            },
        }
    }

    fn fail(&mut self, step: usize, expected: String, watch: &Watch) -> Turn {
        self.fail_with(step, expected, watch.seen(&self.world));
        Turn::Ended
    }

    fn fail_with(&mut self, step: usize, expected: String, seen: String) {
        self.failure = Some(Failure {
            step,
            at: self.world.now(),
            expected,
            seen,
            trace: self.world.trace().last_lines(TRACE_AROUND),
        });
    }
}

fn press(board: usize, mut keys: Vec<KeyEvent>, now: Instant) -> Doing {
    keys.reverse();
    Doing::Press { board, keys, until: now }
}

fn in_words(within: Duration) -> String {
    if within.is_zero() { "at once".to_owned() } else { format!("within {within:?}") }
}
