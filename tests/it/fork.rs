//! A world that is there twice goes on twice in the same way, wherever it was forked.

use kernel::manifest::EngineKind;
use kernel::time::Instant;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::test::scenarios;
use sim::runner::Runner;
use sim::runner::Turn;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::story::difference;

/// Folders whose scenarios suspend actors in every way that there is.
const FOLDERS: [&str; 5] = ["capability", "files", "reload", "schedule", "supervision"];

/// Forks of each run.
const FORKS: usize = 4;

pub(crate) fn trials() -> Vec<Trial> {
    let folder = |folder: &'static str| {
        Trial::test(format!("fork::goes_on_as_the_world_it_is_of::{folder}"), move || {
            all_of(folder)
        })
    };
    FOLDERS.into_iter().map(folder).collect()
}

fn all_of(folder: &str) -> Result<(), Failed> {
    for file in scenarios(&[format!("scenarios/{folder}").into()])? {
        for mut plan in load(&file, &Stock).expect("it can be read") {
            for board in plan.boards.values_mut() {
                board.engine = EngineKind::InPlace;
            }
            forked(&plan).map_err(|why| format!("{}: {why}", sim::play::title(&plan)))?;
        }
    }
    Ok(())
}

/// Plays a plan, forks it on the way, and plays the forks after it has ended.
fn forked(plan: &Plan) -> Result<(), String> {
    let start = || Runner::new(plan).map_err(|error| error.to_string());
    let mut whole = start()?;
    let mut turns = 0;
    while whole.turn(Instant::LAST) != Turn::Ended {
        turns += 1;
    }
    let mut first = start()?;
    let mut forks = Vec::new();
    for turn in 0..turns {
        if turn % (turns / FORKS).max(1) == turns / FORKS / 2 {
            forks.push((turn, first.fork(plan).ok_or("it cannot be forked")?));
        }
        first.turn(Instant::LAST);
    }
    for (turn, mut fork) in forks {
        fork.finish();
        if let Some(difference) = difference(whole.world(), fork.world()) {
            return Err(format!("forked after {turn} of {turns} turns: {difference}"));
        }
    }
    Ok(())
}
