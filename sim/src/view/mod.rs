//! A window on a running world, and a terminal at its serial line; a window on an emulated chip.
//!
//! The window is a process of its own, because a display that dies takes down whoever holds it;
//! the run it looks at goes on and loses nothing. The window shows frames and tells what a person
//! does; it never changes what the scenario does. While the scenario's steps are played the
//! keyboard is theirs; then it is the person's, and what the person did can be saved as steps. The
//! same is true of the terminal.

mod link;
pub mod pty;
mod session;
mod terminal;
mod window;
pub mod chip;

pub use window::run as run_window;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use kernel::event::Event;
use kernel::time::Instant;

use crate::runner::Runner;
use crate::runner::Turn;
use crate::view::link::Said;
use crate::view::link::Viewer;
use crate::view::pty::Pty;
use crate::view::session::Session;

/// How often the window is looked after.
const REFRESH: Duration = Duration::from_millis(8);

/// What one press of the step key lets pass.
const STEP: Duration = Duration::from_millis(10);

/// How a person wants to see it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether the first board's screen is shown in a window.
    pub has_window: bool,
    /// Whether its serial line is a pseudo-terminal of this computer, and which.
    pub pty: Option<pty::Options>,
    /// Virtual seconds in one second of the person's.
    pub speed: f64,
    /// Where what the person did is saved as a scenario.
    pub save: Option<PathBuf>,
}

/// Where a person sees the run, and from where it hears of the person.
struct Fronts {
    viewer: Option<Viewer>,
    pty: Option<Pty>,
    session: Session,
}

/// Plays a scenario before a person's eyes, and then on until the window is closed or the terminal
/// has gone. Without either it says so and plays to the end.
pub fn play(runner: &mut Runner<'_>, options: &Options) {
    let pty = options.pty.as_ref().map(Pty::open);
    let pty = pty.transpose().unwrap_or_else(|reason| {
        eprintln!("no pseudo-terminal: {reason}; the run goes on without one");
        None
    });
    let viewer = options.has_window.then(|| {
        let (width, height) = runner.plan().boards[0].profile.screen();
        let title = format!("Orrery - {}", runner.plan().name);
        Viewer::open(&title, width.into(), height.into())
    });
    let viewer = viewer.transpose().unwrap_or_else(|reason| {
        eprintln!("no window: {reason}; the run goes on without one");
        None
    });
    let mut fronts = Fronts { viewer, pty, session: Session::default() };
    if fronts.is_any() {
        watch(runner, &mut fronts, options.speed);
    }
    runner.finish();
    if let Some(pty) = &mut fronts.pty {
        pty.show(runner.world().serial(0));
    }
    let Some(file) = &options.save else { return };
    match fronts.session.save(runner.plan(), file) {
        Ok(()) => println!("saved what you did as {}", file.display()),
        Err(reason) => eprintln!("error: cannot save the session: {reason}"),
    }
}

impl Fronts {
    fn is_any(&self) -> bool {
        self.viewer.is_some() || self.pty.is_some()
    }

    /// The next thing that the window said.
    fn hear(&mut self) -> Option<Said> {
        self.viewer.as_mut()?.hear()
    }

    /// Closes what the person has closed; says whether there is nothing left.
    fn close(&mut self, has_closed_window: bool) -> bool {
        if has_closed_window {
            self.viewer = None;
        }
        if self.pty.as_ref().is_some_and(Pty::is_over) {
            self.pty = None;
        }
        !self.is_any()
    }

    /// A person did something to the first board.
    fn happen(&mut self, runner: &mut Runner<'_>, event: Event) {
        self.session.note(runner.world().now(), event);
        runner.world_mut().happen(0, event);
    }

    /// Hands on what was typed at the terminal.
    fn take_typed(&mut self, runner: &mut Runner<'_>) {
        let typed = self.pty.as_mut().map(Pty::hear).unwrap_or_default();
        for byte in typed {
            self.happen(runner, Event::Serial(byte));
        }
    }
}

/// Lets virtual time follow the person's until nobody looks any more.
fn watch(runner: &mut Runner<'_>, fronts: &mut Fronts, speed: f64) {
    let mut target = runner.world().now();
    let mut is_paused = false;
    let mut has_ended = false;
    let mut shown = None;
    loop {
        let mut has_closed = false;
        while let Some(said) = fronts.hear() {
            match said {
                Said::Gone(reason) => {
                    if let Some(reason) = reason {
                        eprintln!("no window: {reason}; the run goes on without one");
                    }
                    has_closed = true;
                    break;
                }
                Said::Pause => is_paused = !is_paused,
                Said::Step => target = target + STEP,
                Said::Input(event) if has_ended && !is_paused => fronts.happen(runner, event),
                Said::Input(_) | Said::Ready => (),
            }
        }
        if has_ended && !is_paused {
            fronts.take_typed(runner);
        }
        if fronts.close(has_closed) {
            return;
        }
        if fronts.viewer.is_none() {
            // Nobody could let it go on.
            is_paused = false;
        }
        if !is_paused {
            target = target + REFRESH.mul_f64(speed);
        }
        if !has_ended {
            has_ended = turn_until(runner, target);
        }
        if has_ended {
            runner.linger(target);
        }
        if let Some(pty) = &mut fronts.pty {
            pty.show(runner.world().serial(0));
        }
        let version = runner.world().frame_version(0);
        if let Some(viewer) = fronts.viewer.as_mut().filter(|_| shown != Some(version)) {
            viewer.show(&runner.world().picture(0));
            shown = Some(version);
        }
        pace();
    }
}

/// Plays steps up to an instant; says whether they have ended.
fn turn_until(runner: &mut Runner<'_>, target: Instant) -> bool {
    loop {
        match runner.turn(target) {
            Turn::Went => (),
            Turn::Reached => return false,
            Turn::Ended => return true,
        }
    }
}

/// The one place where a run waits for the host's clock.
#[expect(clippy::disallowed_methods, reason = "a person watches")]
fn pace() {
    thread::sleep(REFRESH);
}
