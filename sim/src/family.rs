//! Runs that begin alike: the beginning is played once, and each ending goes on from a copy of its
//! world.
//!
//! Only modules that run in place can be copied in the middle of a call. Which engine runs them
//! makes no difference to a story, so the beginning and the endings run in place, as long as no
//! library is loaded. Where that does not go, or if an engine was asked for, each run is played whole.

use kernel::time::Instant;

use crate::engine::EngineName;
use crate::runner::Runner;
use crate::runner::Turn;
use crate::scenario::plan::Plan;
use crate::target::StartError;

/// Plans next to each other that begin alike, in their order.
pub fn families(plans: &[Plan]) -> Vec<&[Plan]> {
    plans.chunk_by(|one, next| one.begins_as(next)).collect()
}

/// Plays the plans of a family to their ends, one after the other.
pub fn play<'a>(
    family: &'a [Plan],
    mut each: impl FnMut(&'a Plan, Result<Runner<'a>, StartError>),
) {
    let first = match family {
        [first, _, ..] if is_free(first) => Some(first.clone().on(EngineName::InPlace)),
        _ => None,
    };
    let beginning = first.as_ref().and_then(begun);
    for plan in family {
        let forked = beginning.as_ref().and_then(|beginning| finished(beginning, plan));
        each(plan, forked.map_or_else(|| whole(plan), Ok));
    }
}

/// A run up to where the endings part.
fn begun(plan: &Plan) -> Option<Runner<'_>> {
    let begins = plan.ending.as_ref()?.begins;
    // Why a board does not come up is told by each run.
    let mut runner = Runner::new(plan).ok()?;
    while runner.steps() < begins && runner.turn(Instant::LAST) != Turn::Ended {}
    Some(runner)
}

/// Goes on from the beginning to the end of a plan; `None` if that cannot be.
fn finished<'a>(beginning: &Runner<'_>, plan: &'a Plan) -> Option<Runner<'a>> {
    let mut runner = beginning.fork(plan)?;
    runner.finish();
    (!runner.world().has_refused_library()).then_some(runner)
}

fn whole(plan: &Plan) -> Result<Runner<'_>, StartError> {
    let mut runner = Runner::new(plan)?;
    runner.finish();
    Ok(runner)
}

/// Whether nobody has chosen its engine.
fn is_free(plan: &Plan) -> bool {
    plan.boards.values().all(|board| board.engine == EngineName::default())
}
