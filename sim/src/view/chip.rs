//! A window on an emulated chip: its panel, and a keyboard at its serial line.

use emulator::cpu::Stop;
use emulator::esp32c6::TICKS_PER_SECOND;
use emulator::esp32c6::board::Board;
use kernel::event::Event;

use crate::view::REFRESH;
use crate::view::STEP;
use crate::view::link::Said;
use crate::view::link::Viewer;
use crate::view::pace;
use crate::view::terminal::sent;

/// How a person wants to see it.
#[derive(Clone, Debug)]
pub struct ChipOptions {
    /// What the window is called.
    pub title: String,
    /// Seconds of the chip in one of the person's.
    pub speed: f64,
    /// The tick at which it ends; one for each instruction, and the time slept.
    pub limit: u64,
}

/// Why nobody looks any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// There is no window, or the display has gone, for this reason. The chip can go on without.
    NoWindow(String),
    /// The person closed it.
    Closed,
    /// The chip cannot go on, or its limit has come.
    Stopped(Stop),
}

/// What the person has said about the chip's time.
struct Time {
    until: u64,
    speed: f64,
    is_paused: bool,
}

impl Time {
    fn pass(&mut self, seconds: f64) {
        // A float becomes the nearest number of ticks.
        self.until = self.until.saturating_add((seconds * TICKS_PER_SECOND as f64) as u64);
    }

    /// One refresh of the window has gone by.
    fn go_on(&mut self) {
        if !self.is_paused {
            self.pass(REFRESH.as_secs_f64() * self.speed);
        }
    }
}

/// Lets a board go on before a person's eyes, and tells what it sends. A board that sleeps may be
/// woken by the next key.
pub fn watch(board: &mut Board, options: &ChipOptions, tell: fn(&[u8])) -> Unseen {
    let layout = board.screen().layout();
    let opened = Viewer::open(&options.title, layout.width, layout.height);
    let mut viewer = match opened {
        Ok(viewer) => viewer,
        Err(reason) => return Unseen::NoWindow(reason),
    };
    let mut shown = None;
    let mut time = Time { until: board.cpu().clock(), speed: options.speed, is_paused: false };
    loop {
        while let Some(said) = viewer.hear() {
            if let Some(unseen) = take(board, &mut time, said) {
                return unseen;
            }
        }
        time.go_on();
        let ticks = time.until.min(options.limit).saturating_sub(board.cpu().clock());
        let stop = board.run(ticks);
        tell(&board.take_sent());
        if shown != Some(board.screen().version()) {
            shown = Some(board.screen().version());
            viewer.show(&board.screen().picture());
        }
        match stop {
            Stop::Limit if options.limit <= board.cpu().clock() => return Unseen::Stopped(stop),
            Stop::Limit => (),
            // It has not fallen behind: it sleeps.
            Stop::Idle => time.until = board.cpu().clock(),
            stop => return Unseen::Stopped(stop),
        }
        pace();
    }
}

/// Does what the person wants; says whether that is the end.
fn take(board: &mut Board, time: &mut Time, said: Said) -> Option<Unseen> {
    match said {
        Said::Gone(None) => return Some(Unseen::Closed),
        Said::Gone(Some(reason)) => return Some(Unseen::NoWindow(reason)),
        Said::Pause => time.is_paused = !time.is_paused,
        Said::Step => time.pass(STEP.as_secs_f64()),
        Said::Input(Event::Key(key)) if !time.is_paused => {
            let bytes = sent(&key);
            if !bytes.is_empty() {
                board.send(&bytes);
            }
        }
        // Nobody touches the panel: the board has no such part.
        Said::Input(_) | Said::Ready => (),
    }
    None
}
