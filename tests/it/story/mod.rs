//! The same scenario on other targets than the kernel of this program is the same story.

mod desk;

use std::sync::Arc;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::test::scenarios;
use sim::runner::Runner;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::story::difference;
use sim::story::unsupported;
use sim::target::Target;

use desk::Desks;

/// Folders whose scenarios the firmware plays on a desk, at both ends of the same protocol.
const FOLDERS: [&str; 15] = [
    "blinky",
    "capability",
    "chaos",
    "desktop",
    "files",
    "flash",
    "kv",
    "names",
    "reload",
    "schedule",
    "shell",
    "state",
    "supervision",
    "tty",
    "wires",
];

pub(crate) fn trials() -> Vec<Trial> {
    let on = |folder: &'static str, keep_flash| {
        let target: Arc<dyn Target> = Arc::new(Desks { keep_flash });
        let name = if keep_flash { "desk_with_a_used_flash" } else { "desk" };
        Trial::test(format!("story::{name}::{folder}"), move || all_on(folder, &target))
    };
    let folders = FOLDERS.into_iter().map(|folder| on(folder, false));
    folders.chain([on("flash", true)]).collect()
}

fn all_on(folder: &str, target: &Arc<dyn Target>) -> Result<(), Failed> {
    let files = scenarios(&[format!("scenarios/{folder}").into()])?;
    let plans = files.iter().flat_map(|file| load(file, &Stock).expect("it can be read"));
    let mut told = 0;
    for plan in plans.filter(|plan| unsupported(plan, &**target).is_empty()) {
        told_twice(&plan, target).map_err(|why| format!("{}: {why}", sim::play::title(&plan)))?;
        told += 1;
    }
    if told == 0 { Err(Failed::from("no scenario there runs elsewhere")) } else { Ok(()) }
}

/// Plays a plan on the kernel of this program and on a target; says where they part.
fn told_twice(plan: &Plan, target: &Arc<dyn Target>) -> Result<(), String> {
    let mut linked = Runner::new(plan).map_err(|error| error.to_string())?;
    linked.finish();
    let mut other = Runner::on(plan, Arc::clone(target)).map_err(|error| error.to_string())?;
    other.finish();
    if let Some(difference) = difference(linked.world(), other.world()) {
        return Err(difference);
    }
    if let Some(failure) = other.failure() {
        return Err(format!("step {} {}: {}", failure.step, failure.expected, failure.seen));
    }
    Ok(())
}
