//! The same scenario, seed and commit give the same trace, byte for byte.

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::report::Report;
use sim::runner::Runner;
use sim::runner::Turn;
use sim::runner::run;
use sim::scenario::load::load;
use sim::scenario::load::parse;
use sim::scenario::plan::Plan;
use sim::stock::Stock;

use kernel::time::Instant;

const DESKTOP: &str = "scenarios/desktop/shell_shows_a_file.yaml";

/// Fails with the first difference.
type Case = fn() -> Result<(), Failed>;

pub(crate) fn trials() -> Vec<Trial> {
    let cases: [(&str, Case); 4] = [
        ("two_runs_give_the_same_bytes", two_runs),
        ("worlds_in_one_process_do_not_touch_each_other", interleaved),
        ("a_seed_that_nobody_draws_from_changes_nothing", unused_seed),
        ("a_seed_that_somebody_draws_from_is_all_the_randomness", used_seed),
    ];
    cases
        .into_iter()
        .map(|(name, case)| Trial::test(format!("determinism::{name}"), case))
        .collect()
}

fn desktop() -> Vec<Plan> {
    load(DESKTOP.as_ref(), &Stock).expect("the desktop's scenario can be read")
}

fn played(plan: &Plan) -> Report {
    run(plan).expect("the plan boots")
}

fn same(first: &Report, second: &Report) -> Result<(), Failed> {
    if first.hash() == second.hash() && first.trace() == second.trace() {
        return Ok(());
    }
    let (first, second) = (first.trace(), second.trace());
    let lines = first.lines().zip(second.lines());
    let differing = lines.enumerate().find(|(_, (a, b))| a != b);
    Err(Failed::from(format!("the first difference: {differing:#?}")))
}

fn two_runs() -> Result<(), Failed> {
    for plan in desktop() {
        let (first, second) = (played(&plan), played(&plan));
        same(&first, &second)?;
        if first.pictures() != second.pictures() {
            return Err(Failed::from("the pictures differ"));
        }
    }
    Ok(())
}

/// Two worlds, turn by turn, one of them two turns ahead.
fn interleaved() -> Result<(), Failed> {
    for plan in desktop() {
        let alone = played(&plan);
        let mut first = Runner::new(&plan).expect("the plan boots");
        let mut second = Runner::new(&plan).expect("the plan boots");
        first.turn(Instant::LAST);
        first.turn(Instant::LAST);
        loop {
            let turns = [first.turn(Instant::LAST), second.turn(Instant::LAST)];
            if turns == [Turn::Ended; 2] {
                break;
            }
        }
        same(&alone, &first.report())?;
        same(&alone, &second.report())?;
    }
    Ok(())
}

fn unused_seed() -> Result<(), Failed> {
    for plan in desktop() {
        let other = Plan { seed: plan.seed + 1, ..plan.clone() };
        same(&played(&plan), &played(&other))?;
    }
    Ok(())
}

fn used_seed() -> Result<(), Failed> {
    let text = "
name: an actor holds the entropy
version: 1
board: pc
actors: { echo: { grants: { entropy: read } } }
steps: [ { delay: 1ms } ]
";
    let plans = parse("entropy.yaml".as_ref(), text.to_owned(), "".as_ref(), &Stock)?;
    let plan = &plans[0];
    let other = Plan { seed: plan.seed + 1, ..plan.clone() };
    same(&played(plan), &played(plan))?;
    if played(plan).hash() == played(&other).hash() {
        return Err(Failed::from("another seed gives the same entropy"));
    }
    Ok(())
}
