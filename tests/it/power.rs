//! What an exploration of power cuts is worth: a cut from the journal is the cut in the run itself,
//! and a file server that is not safe is found out.

use devices::flash::CutMode;
use devices::stream::Seed;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::explore::Survey;
use sim::explore::explore;
use sim::journal::Journal;
use sim::report::Report;
use sim::runner::Runner;
use sim::runner::Turn;
use sim::runner::run;
use sim::scenario::load::load;
use sim::scenario::load::parse;
use sim::scenario::plan::Action;
use sim::scenario::plan::Plan;
use sim::stock::Stock;

use kernel::time::Instant;

const EXPLORATION: &str = "scenarios/flash/every_power_cut_leaves_the_old_or_the_new.yaml";

/// Fails with what is wrong.
type Case = fn() -> Result<(), Failed>;

pub(crate) fn trials() -> Vec<Trial> {
    let cases: [(&str, Case); 3] = [
        ("a_cut_of_the_journal_is_the_cut_of_the_run", same_cut),
        ("two_surveys_of_one_plan_are_equal", same_survey),
        ("a_server_that_is_not_safe_is_found_out", unsafe_server),
    ];
    cases.into_iter().map(|(name, case)| Trial::test(format!("power::{name}"), case)).collect()
}

/// The plan of the reduced exploration.
fn plan() -> Plan {
    let plans = load(EXPLORATION.as_ref(), &Stock).expect("the scenario can be read");
    plans.into_iter().next().expect("it has one board")
}

fn played(plan: &Plan) -> Report {
    run(plan).expect("the plan boots")
}

/// Plays the run up to the cut itself, and compares bit by bit.
fn same_cut() -> Result<(), Failed> {
    let plan = plan();
    let report = played(&plan);
    let (_, journal) = report.journals.first().ok_or("nothing was written down")?;
    let name = plan.boards.keys().next().ok_or("a board")?;
    for place in (0..journal.told.len()).step_by(17) {
        for mode in CutMode::ALL {
            let operation = &journal.told[place].operation;
            let left = operation.after_cut(mode, Seed(plan.seed), name);
            let mut expected = flash_before(journal, place);
            expected[operation.at as usize..][..left.len()].copy_from_slice(&left);
            if flash_after_cut(&plan, place, mode)? != expected {
                return Err(format!("operation {place}, {}: not the same", mode.name()).into());
            }
        }
    }
    Ok(())
}

/// The flash before an operation of the journal.
fn flash_before(journal: &Journal, place: usize) -> Vec<u8> {
    let mut image = journal.image.clone();
    for told in &journal.told[..place] {
        let new = &told.operation.new;
        image[told.operation.at as usize..][..new.len()].copy_from_slice(new);
    }
    image
}

/// The flash of the run itself when power has gone with that operation.
fn flash_after_cut(plan: &Plan, place: usize, mode: CutMode) -> Result<Vec<u8>, Failed> {
    let mut plan = plan.clone();
    let begin = plan.steps.iter().position(|step| step.action == Action::BeginJournal);
    let begin = begin.ok_or("the exploration begins somewhere")?;
    plan.steps[begin].action = Action::CutPower { mode, operation: Some(place as u64 + 1) };
    let mut runner = Runner::new(&plan).map_err(|error| error.to_string())?;
    while runner.world().machines()[0].is_on() {
        if runner.turn(Instant::LAST) == Turn::Ended {
            return Err(format!("power never went with operation {place}").into());
        }
    }
    let flash = runner.world().machines()[0].flash().ok_or("it has flash")?;
    Ok(flash.bytes().to_vec())
}

fn survey(plan: &Plan) -> Result<Survey, Failed> {
    let report = played(plan);
    if let Some(failure) = &report.failure {
        return Err(format!("{}; {}", failure.expected, failure.seen).into());
    }
    let (step, journal) = report.journals.first().ok_or("nothing was written down")?;
    Ok(explore(plan, *step, journal))
}

fn same_survey() -> Result<(), Failed> {
    let plan = reckless()?;
    let (first, second) = (survey(&plan)?, survey(&plan)?);
    let is_same = first.matrix.text() == second.matrix.text() && first.line() == second.line();
    if !is_same {
        return Err(format!("{}\n{}", first.matrix.text(), second.matrix.text()).into());
    }
    Ok(())
}

/// Writes the first two sectors anew as they are, by erasing both first.
const RECKLESS: &str = r#"
name: an actor rewrites the beginning of the files
version: 1
board: pc
flash: { size: 64KiB, erase: 1ms }
actors:
  vfs: { grants: { ramdisk: read+grant, log: write, flash(home): read+write } }
  reckless:
    wat: |
      (module
        (import "env" "sys_flash_read" (func $read (param i64 i32 i32 i32) (result i32)))
        (import "env" "sys_flash_program" (func $program (param i64 i32 i32 i32) (result i32)))
        (import "env" "sys_flash_erase" (func $erase (param i64 i32) (result i32)))
        (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
        (import "env" "sys_log" (func $log (param i32 i32)))
        (memory (export "memory") 1)
        (data (i32.const 32768) "done")
        (func (export "_start") (local $at i32)
          (drop (call $recv (i64.const 0) (i32.const 40000) (i32.const 1056)))
          (drop (call $read (i64.const 1) (i32.const 0) (i32.const 0) (i32.const 8192)))
          (drop (call $erase (i64.const 1) (i32.const 0)))
          (drop (call $erase (i64.const 1) (i32.const 4096)))
          (loop $pages
            (drop (call $program
              (i64.const 1) (local.get $at) (local.get $at) (i32.const 256)))
            (local.set $at (i32.add (local.get $at) (i32.const 256)))
            (br_if $pages (i32.lt_u (local.get $at) (i32.const 8192))))
          (call $log (i32.const 32768) (i32.const 4))
          (drop (call $recv (i64.const 0) (i32.const 40000) (i32.const 1056)))))
    grants: { flash(home): read+write, log: write, gpio4: read }
  saver:
    wat: |
      (module
        (import "env" "sys_state_save" (func $save (param i32 i32 i32 i32) (result i32)))
        (import "env" "sys_log" (func $log (param i32 i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "key value saved")
        (func (export "_start")
          (drop (call $save (i32.const 0) (i32.const 3) (i32.const 4) (i32.const 5)))
          (call $log (i32.const 10) (i32.const 5))))
    grants: { log: write, directory(vfs): read+write }
steps:
  - wait: { log: saved, within: 5s }
  - cut-power:
      during:
        - set-pin: { pin: gpio4, level: high }
        - wait: { log: done, within: 5s }
      modes: [torn]
      then:
        - reboot: 1ms
        - wait: { log: saved, within: 5s }
"#;

fn reckless() -> Result<Plan, Failed> {
    let plans = parse("a.yaml".as_ref(), RECKLESS.to_owned(), "".as_ref(), &Stock);
    Ok(plans.map_err(|mistakes| format!("{mistakes:?}"))?.remove(0))
}

fn unsafe_server() -> Result<(), Failed> {
    let survey = survey(&reckless()?)?;
    let broken = survey.broken.len();
    let operations = survey.matrix.operations();
    if broken == 0 || operations <= broken {
        return Err(format!("{}\n{}", survey.matrix.text(), survey.line()).into());
    }
    Ok(())
}
