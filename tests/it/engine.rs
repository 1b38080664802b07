//! Which engine runs the modules makes no difference: the same scenario gives the same trace, byte
//! for byte.

use kernel::manifest::EngineKind;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::test::scenarios;
use sim::runner::Runner;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::story::difference;

use crate::scenario::FOLDERS;

pub(crate) fn trials() -> Vec<Trial> {
    let folder = |folder: &'static str| {
        Trial::test(format!("engine::is_not_to_be_told::{folder}"), move || all_of(folder))
    };
    FOLDERS.into_iter().map(folder).collect()
}

fn all_of(folder: &str) -> Result<(), Failed> {
    let files = scenarios(&[format!("scenarios/{folder}").into()])?;
    let plans: Vec<Plan> =
        files.iter().flat_map(|file| load(file, &Stock).expect("it can be read")).collect();
    for plan in &plans {
        played_twice(plan).map_err(|why| format!("{}: {why}", sim::play::title(plan)))?;
    }
    if plans.is_empty() { Err(Failed::from("there is no scenario")) } else { Ok(()) }
}

/// Plays a plan on both engines; says where they part.
fn played_twice(plan: &Plan) -> Result<(), String> {
    let [wasmi, in_place] =
        [EngineKind::Wasmi, EngineKind::InPlace].map(|engine| with(plan, engine));
    let (wasmi, in_place) = (played(&wasmi)?, played(&in_place)?);
    if let Some(difference) = difference(wasmi.world(), in_place.world()) {
        return Err(difference);
    }
    match in_place.failure() {
        None => Ok(()),
        Some(failure) => {
            Err(format!("step {} {}: {}", failure.step, failure.expected, failure.seen))
        }
    }
}

fn with(plan: &Plan, engine: EngineKind) -> Plan {
    let mut plan = plan.clone();
    for board in plan.boards.values_mut() {
        board.engine = engine;
    }
    plan
}

fn played(plan: &Plan) -> Result<Runner<'_>, String> {
    let mut runner = Runner::new(plan).map_err(|error| error.to_string())?;
    runner.finish();
    Ok(runner)
}
