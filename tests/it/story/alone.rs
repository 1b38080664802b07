//! A board by its own clock: its firmware boots a population, and nobody turns the handle but the
//! board itself. What it shows and says is what the simulator shows and says, whenever that is.

use std::fs;
use std::path::Path;

use devices::picture::Picture;
use libtest_mimic::Failed;
use sim::report::Content;
use sim::report::Report;
use sim::runner;
use sim::scenario::plan::Action;
use sim::scenario::plan::Condition;
use sim::scenario::plan::Plan;
use sim::target::TargetError;

/// How often a board is listened to in vain before it has failed.
const SILENCES_MAX: usize = 300;

/// A board that is switched on, as a person meets it.
pub(super) trait Alone {
    /// Lets it go on for a moment: what it says on its serial line meanwhile.
    fn hear(&mut self) -> Result<Vec<u8>, TargetError>;

    /// Sends bytes to its serial line.
    fn send(&mut self, bytes: &[u8]) -> Result<(), TargetError>;

    /// Types on its keyboard.
    fn type_text(&mut self, text: &str) -> Result<(), TargetError>;

    /// Drives one of its inputs.
    fn drive(&mut self, pin: u8, high: bool) -> Result<(), TargetError>;

    /// What its screen shows.
    fn picture(&mut self) -> Result<Picture, TargetError>;
}

/// What a board has said, and how much of it is done with.
#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    done: usize,
}

/// Plays a plan on a board that has booted the plan's population. Steps that cannot be done to a
/// board by its own clock are failures.
pub(super) fn play(plan: &Plan, board: &mut dyn Alone) -> Result<(), Failed> {
    let report = runner::run(plan).map_err(|error| error.to_string())?;
    if let Some(failure) = &report.failure {
        return Err(format!("in the simulator: {}: {}", failure.expected, failure.seen).into());
    }
    let mut heard = Heard::default();
    for (index, step) in plan.steps.iter().enumerate() {
        let done = match &step.action {
            Action::Until { condition: Condition::Serial { text }, .. } => {
                listen(board, &mut heard, text)
            }
            Action::WriteSerial(bytes) => board.send(bytes).map_err(words),
            Action::Type(text) => board.type_text(text).map_err(words),
            Action::SetPin { pin, high } => board.drive(*pin, *high).map_err(words),
            // Its time passes by itself.
            Action::Delay(_) => Ok(()),
            Action::Snapshot(_) => frames(&report, index)
                .and_then(|frames| frames.into_iter().try_for_each(|frame| look(board, frame))),
            _ => Err("no step for a board by its own clock".to_owned()),
        };
        done.map_err(|why| {
            let said = String::from_utf8_lossy(&heard.bytes).into_owned();
            format!("step {} `{}`: {why}\nit has said:\n{said}", index + 1, step.text)
        })?;
    }
    Ok(())
}

/// Waits until the board has said a text, behind all that was waited for before.
fn listen(board: &mut dyn Alone, heard: &mut Heard, text: &str) -> Result<(), String> {
    for _ in 0..SILENCES_MAX {
        let rest = &heard.bytes[heard.done..];
        let found = rest.windows(text.len()).position(|window| window == text.as_bytes());
        if let Some(at) = found {
            heard.done += at + text.len();
            return Ok(());
        }
        heard.bytes.extend(board.hear().map_err(words)?);
    }
    Err("it does not say so".to_owned())
}

/// Waits until the board's screen shows this, to the last pixel.
fn look(board: &mut dyn Alone, frame: &Picture) -> Result<(), String> {
    let mut seen = board.picture().map_err(words)?;
    for _ in 0..SILENCES_MAX {
        if seen == *frame {
            return Ok(());
        }
        board.hear().map_err(words)?;
        seen = board.picture().map_err(words)?;
    }
    let differs = seen.pixels.iter().zip(&frame.pixels).filter(|(a, b)| a != b).count();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, picture) in [("seen.png", &seen), ("simulated.png", frame)] {
        fs::write(folder.join(name), picture.png()).map_err(|error| error.to_string())?;
    }
    Err(format!(
        "its screen of {}x{} differs from the simulator's of {}x{} in {differs} pixels: see \
         seen.png and simulated.png in {}",
        seen.width,
        seen.height,
        frame.width,
        frame.height,
        folder.display()
    ))
}

/// The frames that a step of the simulator's run took down; there is nothing else to compare.
fn frames(report: &Report, step: usize) -> Result<Vec<&Picture>, String> {
    let takes = report.takes.iter().filter(|take| take.step == step);
    let frames = takes.map(|take| match &take.content {
        Content::Frame { picture, .. } => Ok(picture),
        _ => Err(format!("`{}` is nothing that a board shows", take.name)),
    });
    frames.collect()
}

fn words(error: TargetError) -> String {
    error.to_string()
}
