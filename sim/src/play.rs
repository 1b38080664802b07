//! Plays one plan from beginning to end: runs it, compares what it took down, and writes it out.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use kernel::time::Instant;
use sha2::Digest;
use sha2::Sha256;

use crate::explore::Broken;
use crate::explore::Survey;
use crate::explore::explore;
use crate::journal::Journal;
use crate::report::Content;
use crate::report::Failure;
use crate::report::Report;
use crate::runner::Runner;
use crate::scenario::plan::Action;
use crate::scenario::plan::FlashCut;
use crate::scenario::plan::Plan;
use crate::snapshot;
use crate::snapshot::Mismatch;
use crate::story::difference;
use crate::target::StartError;
use crate::target::Target;
use crate::trace::hex;
use crate::world::World;

/// What came of a plan, and where to look at it.
pub struct Outcome {
    /// What happened.
    pub report: Report,
    /// What differs from what was approved.
    pub mismatches: Vec<Mismatch>,
    /// What came of every power cut that could have been.
    pub surveys: Vec<Survey>,
    /// How many snapshots were approved by this run.
    pub accepted: usize,
    /// What it ran on, if not on the kernel of this program.
    pub on: Option<String>,
    /// Where pictures and texts were written.
    pub out: PathBuf,
}

/// Why a plan could not be played.
#[derive(Debug)]
pub enum PlayError {
    /// A board does not come up.
    Start(StartError),
    /// A file could not be written.
    Write(io::Error),
}

impl From<io::Error> for PlayError {
    fn from(error: io::Error) -> PlayError {
        PlayError::Write(error)
    }
}

/// What to do with snapshots that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// The run fails.
    Compare,
    /// They are approved.
    Accept,
}

impl Outcome {
    /// Whether everything was as the scenario says.
    pub fn has_passed(&self) -> bool {
        self.report.failure.is_none() && self.mismatches.is_empty()
    }
}

/// What a plan is called: `desktop/shell_shows_a_file`, with its variant behind it.
pub fn title(plan: &Plan) -> String {
    let fact = plan.source.with_extension("");
    let parts: Vec<_> = fact.iter().map(|part| part.to_string_lossy()).collect();
    let short = parts[parts.len().saturating_sub(2)..].join("/");
    plan.run().map_or(short.clone(), |run| format!("{short} ({run})"))
}

/// Plays a plan headless, on a target instead of the kernel of this program if there is one. Files
/// go below `out`.
pub fn play(
    plan: &Plan,
    target: Option<&Arc<dyn Target>>,
    out: &Path,
    review: Review,
) -> Result<Outcome, PlayError> {
    let mut outcome = finish(plan, run_on(plan, target)?, out, review)?;
    outcome.on = target.map(|target| target.name());
    Ok(outcome)
}

/// Plays a plan to its end. On a target it must be the same story as on the kernel of this program.
pub fn run_on<'a>(
    plan: &'a Plan,
    target: Option<&Arc<dyn Target>>,
) -> Result<Runner<'a>, PlayError> {
    let mut linked = Runner::new(plan).map_err(PlayError::Start)?;
    linked.finish();
    let Some(target) = target else { return Ok(linked) };
    let mut other = Runner::on(plan, Arc::clone(target)).map_err(PlayError::Start)?;
    other.finish();
    let has_stopped = other.world().machines().iter().any(|board| board.stopped().is_some());
    if !has_stopped && let Some(difference) = difference(linked.world(), other.world()) {
        other.part(difference);
    }
    Ok(other)
}

/// Compares and writes what a run left.
pub fn finish(
    plan: &Plan,
    runner: Runner<'_>,
    out: &Path,
    review: Review,
) -> Result<Outcome, PlayError> {
    let out = out.join(title(plan).replace(" (", "/").replace(')', ""));
    fs::create_dir_all(&out)?;
    for machine in runner.world().machines() {
        let name = machine.name();
        fs::write(out.join(format!("{name}.serial.txt")), machine.serial())?;
        fs::write(out.join(format!("{name}.pins.vcd")), machine.pin_history()?)?;
        fs::write(out.join(format!("{name}.png")), machine.picture().png())?;
    }
    let mut report = runner.report();
    let surveys = explore_all(plan, &mut report);
    if !surveys.is_empty() {
        let tables =
            surveys.iter().map(|survey| format!("{}\n{}\n", survey.matrix.text(), survey.line()));
        fs::write(out.join("cuts.txt"), tables.collect::<String>())?;
    }
    fs::write(out.join("trace.txt"), report.trace())?;
    fs::write(out.join("hashes.txt"), hashes(&report.world))?;
    fs::write(out.join("authority.txt"), report.authority().to_string())?;
    let folder = snapshot::folder(&plan.source, plan.run().as_deref());
    let mut mismatches = Vec::new();
    for take in &report.takes {
        if let Content::Frame { picture, .. } = &take.content {
            fs::write(out.join(format!("{}.png", take.name)), picture.png())?;
        }
        mismatches.extend(snapshot::compare(take, &folder, &out)?);
    }
    let accepted = match review {
        Review::Accept if report.failure.is_none() => {
            mismatches.clear();
            snapshot::accept(&folder)?
        }
        _ => 0,
    };
    Ok(Outcome { report, mismatches, surveys, accepted, on: None, out })
}

/// Hashes of what is in no other file: lines of the trace that are not kept, and the flash.
fn hashes(world: &World) -> String {
    let mut text = format!("{}  trace\n", world.trace().hash());
    for machine in world.machines() {
        if let Some(flash) = machine.flash() {
            let hash = hex(&Sha256::digest(flash.bytes())[..8]);
            text.push_str(&format!("{hash}  flash of {}\n", machine.name()));
        }
    }
    text
}

/// Plays every power cut that a run was to be explored for, if it came to its end. What is broken
/// fails the run.
fn explore_all(plan: &Plan, report: &mut Report) -> Vec<Survey> {
    let mut surveys = Vec::new();
    for (step, journal) in std::mem::take(&mut report.journals) {
        if report.failure.is_some() {
            break;
        }
        let survey = explore(plan, step, &journal);
        if survey.cuts == 0
            && let Some(fail) = nothing_cut(plan, step, &journal, report.end())
        {
            report.failure = Some(fail);
        }
        if let Some(first) = survey.broken.first() {
            report.failure = Some(Failure {
                step,
                at: report.end(),
                expected: format!("left something broken {} times", survey.broken.len()),
                seen: format!("{}; {}: {}", cut_in_words(first), first.about, first.why),
                trace: first.trace.clone(),
            });
        }
        surveys.push(survey);
    }
    surveys
}

/// Why no cut was played, if one was asked for that there is not.
fn nothing_cut(plan: &Plan, step: usize, journal: &Journal, at: Instant) -> Option<Failure> {
    let Action::Explore(exploration) = &plan.steps[step].action else { return None };
    let FlashCut { operation, .. } = exploration.only?;
    let numbers = journal.told.iter().map(|told| told.operation.number);
    let seen = match (numbers.clone().min(), numbers.max()) {
        (Some(first), Some(last)) => format!("the flash did operations {first} to {last} here"),
        _ => "the flash did nothing here".to_owned(),
    };
    let expected = format!("has no flash operation {operation} that could be cut this way");
    Some(Failure { step, at, expected, seen, trace: Vec::new() })
}

/// A cut, as the command line takes it.
fn cut_in_words(broken: &Broken) -> String {
    let FlashCut { operation, mode } = broken.cut;
    let again = broken.again.map_or_else(String::new, |again| {
        format!(", then at operation {again} of the world after it")
    });
    format!("`--cut {operation}:{}`{again}", mode.name())
}
