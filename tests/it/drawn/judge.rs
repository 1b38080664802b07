//! Plays a drawn scenario on every engine, and makes one that differs small.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use sim::engine::EngineName;
use sim::runner::Runner;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::story::difference;

use crate::drawn::draft::Draft;

/// The engines that must tell what wasmi tells.
const OTHERS: [EngineName; 2] = [EngineName::Wasmtime, EngineName::InPlace];

/// Runs that making a scenario smaller may take.
const ATTEMPTS_MAX: usize = 600;

/// How a scenario went, if it was the same everywhere.
pub(super) struct Played {
    /// Lines of its trace; 0 if a board did not come up.
    pub(super) lines: usize,
    /// Slices that ended because their fuel did.
    pub(super) preempts: u64,
}

/// A scenario that differs.
pub(super) struct Differs {
    /// The engine that is not as wasmi.
    pub(super) engine: EngineName,
    /// Where it parts, side by side.
    pub(super) why: String,
}

/// Plays a scenario on all engines.
///
/// # Panics
/// When it is no scenario.
pub(super) fn played(draft: &Draft, folder: &Path) -> Result<Played, Differs> {
    let plan = plan(draft, folder).unwrap_or_else(|why| panic!("{why}\n{}", draft.text()));
    let reference = plan.clone().on(EngineName::Wasmi);
    let reference = ended(&reference);
    for engine in OTHERS {
        let other = plan.clone().on(engine);
        if let Some(why) = unlike(&reference, &ended(&other)) {
            return Err(Differs { engine, why });
        }
    }
    let trace = reference.as_ref().map(|runner| runner.world().trace());
    let (lines, preempts) = trace.map_or((0, 0), |trace| (trace.lines().len(), trace.preempts()));
    Ok(Played { lines, preempts })
}

/// It without all that it can be without and still differs on that engine; and how it differs then.
pub(super) fn shrunk(draft: Draft, differs: &Differs, folder: &Path) -> (Draft, String) {
    let engine = differs.engine;
    let unlike = |draft: &Draft| self::differs(&plan(draft, folder).ok()?, engine);
    let (small, why) = smallest(draft, unlike);
    // What was tried last lies there.
    drop(small.write(folder));
    (small, why.unwrap_or_else(|| differs.why.clone()))
}

/// It without all that it can be without and still fails; and what is said of it then, if it could
/// be without anything.
pub(super) fn smallest(
    mut draft: Draft,
    fails: impl Fn(&Draft) -> Option<String>,
) -> (Draft, Option<String>) {
    let (mut why, mut attempts) = (None, 0);
    loop {
        let (mut is_smaller, mut number) = (false, 0);
        while let Some(part) = draft.parts().get(number).copied() {
            if ATTEMPTS_MAX <= attempts {
                return (draft, why);
            }
            attempts += 1;
            let without = draft.without(part);
            match fails(&without) {
                Some(now) => (draft, why, is_smaller) = (without, Some(now), true),
                None => number += 1,
            }
        }
        // What could not go before may go when something else has gone.
        if !is_smaller {
            return (draft, why);
        }
    }
}

/// Where one scenario parts from another one, each on an engine of its own.
pub(super) fn parted(one: &Draft, other: &Draft, folder: &Path) -> Option<String> {
    let plan = |draft| plan(draft, folder).expect("it is a scenario");
    let (one, other) = (plan(one), plan(other));
    let (one, other) = (one.on(EngineName::Wasmi), other.on(EngineName::Wasmtime));
    unlike(&ended(&one), &ended(&other))
}

/// Its plan; the error says why it is none.
fn plan(draft: &Draft, folder: &Path) -> Result<Plan, String> {
    let file: PathBuf = draft.write(folder).map_err(|error| error.to_string())?;
    let plans = load(&file, &Stock).map_err(|diagnostics| diagnostics.to_string())?;
    plans.into_iter().next().ok_or_else(|| "there is no run".to_owned())
}

/// Where an engine parts from wasmi.
fn differs(plan: &Plan, engine: EngineName) -> Option<String> {
    let (reference, other) = (plan.clone().on(EngineName::Wasmi), plan.clone().on(engine));
    unlike(&ended(&reference), &ended(&other))
}

/// A run that is over; the error says why a board does not come up.
fn ended(plan: &Plan) -> Result<Runner<'_>, String> {
    let mut runner = Runner::new(plan).map_err(|error| error.to_string())?;
    runner.finish();
    Ok(runner)
}

/// In what two runs differ.
fn unlike(one: &Result<Runner<'_>, String>, other: &Result<Runner<'_>, String>) -> Option<String> {
    if let (Ok(one), Ok(other)) = (one, other)
        && let Some(difference) = difference(one.world(), other.world())
    {
        return Some(difference);
    }
    let end = |run: &Result<Runner<'_>, String>| match run {
        Ok(run) => format!("{} steps, then {:?}", run.steps(), run.failure()),
        Err(why) => why.clone(),
    };
    let (one, other) = (end(one), end(other));
    (one != other).then(|| format!("wasmi: {one}\nhere:  {other}"))
}

/// Takes away what was written for a scenario that is as it should be.
pub(super) fn forget(folder: &Path) {
    // What stays harms nobody.
    drop(fs::remove_dir_all(folder));
}
