//! A world that is there twice goes on twice in the same way, wherever it was forked.

use kernel::time::Instant;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::test::scenarios;
use sim::engine::EngineName;
use sim::family;
use sim::family::families;
use sim::runner::Runner;
use sim::runner::Turn;
use sim::scenario::load::load;
use sim::scenario::load::parse;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::story::difference;

/// Folders whose scenarios suspend actors in every way that there is.
const FOLDERS: [&str; 5] = ["capability", "files", "reload", "schedule", "supervision"];

/// A scenario with three endings on two boards.
const ENDINGS: &str = "scenarios/shell/a_session_goes_on_in_several_ways.yaml";

/// A scenario that loads a library, whose endings forget that by a power cut and do not.
const LIBRARY: &str = r#"
name: a library is loaded
version: 1
board: pc
ramdisk:
  library.wasm:
    wat: |
      (module
        (@dylink.0 (mem-info (memory 8 3) (table 0 0)))
        (import "env" "memory" (memory 1))
        (func (export "_start")))
actors:
  vfs: { grants: { ramdisk: read+grant, log: write, processes: read } }
  shell: { grants: { vfs: write, serial: read+write, log: write+grant, spawner: write } }
steps:
  - wait-serial: "> "
endings:
  power-stays:
    - write-serial: "load library.wasm\r"
    - wait-serial: "library, actor "
  power-goes:
    - write-serial: "load library.wasm\r"
    - delay: 100ms
    - cut-power: not-started
    - reboot: 10ms
    - wait-serial: "> "
"#;

/// Forks of each run.
const FORKS: usize = 4;

pub(crate) fn trials() -> Vec<Trial> {
    let folder = |folder: &'static str| {
        Trial::test(format!("fork::goes_on_as_the_world_it_is_of::{folder}"), move || {
            all_of(folder)
        })
    };
    let mut trials: Vec<Trial> = FOLDERS.into_iter().map(folder).collect();
    trials.push(Trial::test("fork::an_ending_is_the_same_with_its_own_beginning", || {
        let plans = load(ENDINGS.as_ref(), &Stock).expect("it can be read");
        endings(&plans, &[3, 3])
    }));
    trials.push(Trial::test("fork::an_ending_that_loads_a_library_is_played_whole", || {
        let plans = parse("library.yaml".as_ref(), LIBRARY.into(), "".as_ref(), &Stock);
        endings(&plans.expect("it can be read"), &[2])
    }));
    trials
}

/// Plays the endings of each family from one beginning, and each by itself.
fn endings(plans: &[Plan], sizes: &[usize]) -> Result<(), Failed> {
    let families = families(plans);
    assert_eq!(families.iter().map(|family| family.len()).collect::<Vec<_>>(), sizes);
    for family in families {
        let mut stories = Vec::new();
        family::play(family, |plan, forked| {
            let forked = forked.expect("it boots");
            let mut whole = Runner::new(plan).expect("it boots");
            whole.finish();
            stories.push(forked.world().trace().hash());
            let difference = difference(whole.world(), forked.world());
            assert_eq!(difference, None, "{}", sim::play::title(plan));
            assert!(forked.failure().is_none(), "{}", sim::play::title(plan));
        });
        stories.dedup();
        assert_eq!(stories.len(), family.len(), "each ending is its own");
    }
    Ok(())
}

fn all_of(folder: &str) -> Result<(), Failed> {
    for file in scenarios(&[format!("scenarios/{folder}").into()])? {
        for plan in load(&file, &Stock).expect("it can be read") {
            let plan = plan.on(EngineName::InPlace);
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
