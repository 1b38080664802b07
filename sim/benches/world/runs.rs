//! How many runs there are in a second, and how much time passes in them.

use std::hint::black_box;
use std::time::Duration;

use kernel::Kernel;
use kernel::bare::Bare;
use kernel::manifest::EngineKind;
use kernel::manifest::Manifest;
use kernel::time::Instant;
use kernel::trace::Capacity;
use sim::engine::EngineName;
use sim::runner::Runner;
use sim::runner::run;
use sim::scenario::load::load;
use sim::scenario::plan::Action;
use sim::stock::Stock;
use sim::world::World;

use crate::best;
use crate::millis;
use crate::one;
use crate::ping_pong;
use crate::told;

/// Messages of a short run.
const MESSAGES: usize = 200;

/// Boards that wait and now and then blink.
const BOARDS: usize = 100;

/// Virtual seconds that they do so.
const SECONDS: u64 = 60;

/// Runs that are over soon, many boards, and worlds that are copied.
pub(crate) fn runs() {
    empty();
    short();
    boards();
    forks();
}

/// A kernel that has nothing to do, and a world with one.
fn empty() {
    let manifest = Manifest {
        identity: "bare".into(),
        places: 0,
        supervisors: Vec::new(),
        actors: Vec::new(),
        regions: Vec::new(),
        arena: 0,
        trace: Capacity::one_poll(0),
        engine: EngineKind::InPlace,
    };
    let kernel = best(|| {
        let mut board = Bare::default();
        let mut kernel = Kernel::boot(&manifest, &mut board).expect("nothing can be wrong");
        black_box(kernel.poll(Instant::ZERO, &mut board));
    });
    let plan = one("{name: empty, version: 1, board: esp32c6, actors: {}, steps: []}");
    let world = best(|| drop(black_box(run(&plan))));
    println!(
        "runs: empty         {:>8.0} kernels a second, {:>8.0} worlds",
        per_second(kernel),
        per_second(world)
    );
}

/// Two actors that throw a message to and fro, from boot to end: as such, and with all that is told
/// of a run made into text and pictures.
pub(crate) fn short() {
    for engine in EngineName::ALL {
        let mut plan = ping_pong().on(engine);
        let many = run(&plan).expect("it boots");
        let each = many.end().nanos() / many.messages() as u64;
        plan.steps[0].action = Action::Delay(Duration::from_nanos(each * MESSAGES as u64));
        let messages = run(&plan).expect("it boots").messages();
        let [run, told] = [best(|| drop(black_box(run(&plan)))), best(|| told(&plan))];
        println!(
            "runs: {:<13} {:>8.0} a second, with {messages} messages each; {:>6.0} if all is told",
            engine.text(),
            per_second(run),
            per_second(told)
        );
    }
}

/// Boards that do what boards mostly do.
fn boards() {
    let board = |n: usize| format!("  b{n}: {{ profile: esp32c6, actors: {{ blinky: {{}} }} }}\n");
    let boards: String = (0..BOARDS).map(board).collect();
    let plan = one(&format!(
        "name: many\nversion: 1\nboards:\n{boards}steps: [ {{ delay: {SECONDS}s }} ]\n"
    ));
    let took = best(|| drop(black_box(run(&plan))));
    println!(
        "runs: {BOARDS} boards blink for {SECONDS} virtual s in {:.1} ms: {:.0}x real time",
        millis(took),
        SECONDS as f64 / took.as_secs_f64()
    );
}

/// A desktop that waits for a command: copied, and played anew up to there.
fn forks() {
    let plans = load("scenarios/desktop/shell_shows_a_file.yaml".as_ref(), &Stock);
    let plan = plans.expect("the scenario can be read").remove(0).on(EngineName::InPlace);
    let boot = best(|| drop(black_box(World::boot(&plan))));
    let mut runner = Runner::new(&plan).expect("it boots");
    let played = best(|| {
        runner = Runner::new(&plan).expect("it boots");
        while runner.steps() == 0 {
            runner.turn(Instant::LAST);
        }
    });
    let forked = best(|| drop(black_box(runner.fork(&plan))));
    println!(
        "runs: a desktop at its prompt is forked in {:.2} ms; its boot takes {:.2} ms, the way there \
         {:.2} ms: {:.0}x",
        millis(forked),
        millis(boot),
        millis(played),
        played.as_secs_f64() / forked.as_secs_f64()
    );
}

fn per_second(took: Duration) -> f64 {
    1.0 / took.as_secs_f64()
}
