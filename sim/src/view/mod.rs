//! A window on a running world.
//!
//! The window is a process of its own, because a display that dies takes down whoever holds it;
//! the run it looks at goes on and loses nothing. The window shows frames and tells what a person
//! does; it never changes what the scenario does. While the scenario's steps are played the
//! keyboard is theirs; then it is the person's, and what the person did can be saved as steps.

mod link;
mod session;
mod window;

pub use window::run as run_window;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use kernel::time::Instant;

use crate::runner::Runner;
use crate::runner::Turn;
use crate::view::link::Said;
use crate::view::link::Viewer;
use crate::view::session::Session;

/// How often the window is looked after.
const REFRESH: Duration = Duration::from_millis(8);

/// What one press of the step key lets pass.
const STEP: Duration = Duration::from_millis(10);

/// How a person wants to see it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Virtual seconds in one second of the person's.
    pub speed: f64,
    /// Where what the person did is saved as a scenario.
    pub save: Option<PathBuf>,
}

/// Plays a scenario before a person's eyes, and then on until the window is closed. Without a
/// window it says so and plays to the end.
pub fn play(runner: &mut Runner<'_>, options: &Options) {
    let (width, height) = runner.world().screen(0);
    let title = format!("Orrery - {}", runner.plan().name);
    let mut viewer = match Viewer::open(&title, width, height) {
        Ok(viewer) => viewer,
        Err(reason) => {
            eprintln!("no window: {reason}; the run goes on without one");
            return runner.finish();
        }
    };
    let mut session = Session::default();
    watch(runner, &mut viewer, &mut session, options.speed);
    runner.finish();
    let Some(file) = &options.save else { return };
    match session.save(runner.plan(), file) {
        Ok(()) => println!("saved what you did as {}", file.display()),
        Err(reason) => eprintln!("error: cannot save the session: {reason}"),
    }
}

/// Lets virtual time follow the person's until the window is gone.
fn watch(runner: &mut Runner<'_>, viewer: &mut Viewer, session: &mut Session, speed: f64) {
    let mut target = runner.world().now();
    let mut is_paused = false;
    let mut has_ended = false;
    let mut shown = None;
    loop {
        while let Some(said) = viewer.hear() {
            match said {
                Said::Gone(None) => return,
                Said::Gone(Some(reason)) => {
                    eprintln!("no window: {reason}; the run goes on without one");
                    return;
                }
                Said::Pause => is_paused = !is_paused,
                Said::Step => target = target + STEP,
                Said::Input(event) if has_ended && !is_paused => {
                    session.note(runner.world().now(), event);
                    runner.world_mut().happen(0, event);
                }
                Said::Input(_) | Said::Ready => (),
            }
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
        let version = runner.world().frame_version(0);
        if shown != Some(version) {
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
