//! Which engine runs the modules makes no difference: the same scenario gives the same trace, byte
//! for byte.

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::test::scenarios;
use sim::engine::EngineName;
use sim::engine::why_on_wasmi;
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
    let taken =
        Trial::test("engine::wasmtime_takes_every_actor_of_the_image", wasmtime_takes_every_actor);
    FOLDERS.into_iter().map(folder).chain([taken]).collect()
}

fn wasmtime_takes_every_actor() -> Result<(), Failed> {
    for program in image::PROGRAMS {
        if let Some(why) = why_on_wasmi(program.wasm) {
            return Err(Failed::from(format!("{} runs on wasmi: {why}", program.name)));
        }
    }
    Ok(())
}

fn all_of(folder: &str) -> Result<(), Failed> {
    let files = scenarios(&[format!("scenarios/{folder}").into()])?;
    let plans: Vec<Plan> =
        files.iter().flat_map(|file| load(file, &Stock).expect("it can be read")).collect();
    for plan in &plans {
        played_on_all(plan).map_err(|why| format!("{}: {why}", sim::play::title(plan)))?;
    }
    if plans.is_empty() { Err(Failed::from("there is no scenario")) } else { Ok(()) }
}

/// Plays a plan on every engine; says where one parts from the reference.
fn played_on_all(plan: &Plan) -> Result<(), String> {
    let reference = plan.clone().on(EngineName::Wasmi);
    let reference = played(&reference)?;
    for engine in [EngineName::InPlace, EngineName::Wasmtime] {
        let other = plan.clone().on(engine);
        let other = played(&other)?;
        if let Some(difference) = difference(reference.world(), other.world()) {
            return Err(format!("{}: {difference}", engine.text()));
        }
        if let Some(failure) = other.failure() {
            let (step, expected, seen) = (failure.step, &failure.expected, &failure.seen);
            return Err(format!("{}: step {step} {expected}: {seen}", engine.text()));
        }
    }
    Ok(())
}

fn played(plan: &Plan) -> Result<Runner<'_>, String> {
    let mut runner = Runner::new(plan).map_err(|error| error.to_string())?;
    runner.finish();
    Ok(runner)
}
