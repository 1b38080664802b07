//! How fast a world turns: `cargo bench -p sim`, or one figure alone by its name behind `--`. Each
//! stands beside a baseline of the same run, because machines differ and ratios do not so much.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the host's clock")]

mod nor;
mod request;
mod files;
mod engines;
mod memory;
mod runs;

use std::collections::VecDeque;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use kernel::manifest::Program;
use sim::runner::run;
use sim::scenario::load::load;
use sim::scenario::load::parse;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::world::World;

/// Every figure is the best of so many runs: the others were disturbed.
const RUNS: usize = 20;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::env::set_current_dir(root).expect("the repository is where it was built");
    // Cargo adds `--bench`.
    let mut told = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let wanted = told.next();
    if let (Some(memory::OF), Some(engine)) = (wanted.as_deref(), told.next()) {
        return memory::memory_of(&engine);
    }
    let figures: [(&str, fn()); 8] = [
        ("desktop", desktop),
        ("messages", messages),
        ("idle", idle),
        ("files", files::files),
        ("engines", engines::engines),
        ("memory", memory::memory),
        ("runs", runs::runs),
        ("short", runs::short),
    ];
    for (name, figure) in figures {
        if wanted.as_ref().is_none_or(|wanted| wanted == name) {
            figure();
        }
    }
}

/// The desktop scenario against real time.
fn desktop() {
    let plans = load("scenarios/desktop/shell_shows_a_file.yaml".as_ref(), &Stock);
    for plan in plans.expect("the scenario can be read") {
        let boot = best(|| drop(black_box(World::boot(&plan))));
        let took = best(|| told(&plan));
        let virtual_time = run(&plan).expect("it boots").end().nanos();
        println!(
            "desktop on {:<8} boot {:>6.2} ms, run {:>7.2} ms for {:.2} virtual s: {:>6.0}x real time",
            plan.boards[0].profile.name(),
            millis(boot),
            millis(took),
            virtual_time as f64 / 1e9,
            virtual_time as f64 / took.as_nanos() as f64,
        );
    }
}

/// Two actors that send one message to and fro, against two native queues.
fn messages() {
    let plan = ping_pong();
    let count = run(&plan).expect("it boots").messages();
    let [kept, took] = [best(|| drop(black_box(run(&plan)))), best(|| told(&plan))];
    let [kept, each] = [kept, took].map(|took| took.as_nanos() as f64 / count as f64);
    let native = best(|| {
        let mut queues = [VecDeque::from([[0u8; 16]]), VecDeque::new()];
        for turn in 0..count {
            let message = queues[turn % 2].pop_front().expect("the message is here");
            queues[(turn + 1) % 2].push_back(black_box(message));
        }
    });
    let native = native.as_nanos() as f64 / count as f64;
    println!(
        "messages            {kept:.0} ns each with blocking receive and trace ({count} of them), \
         {each:.0} ns when the trace is read, native queue {native:.1} ns: {:.0}x",
        kept / native
    );
}

/// Virtual hours in which nothing happens, against one hour.
fn idle() {
    let plan = |hours: usize| {
        let text = format!(
            "{{name: idle, version: 1, board: pc, actors: {{echo: {{}}}}, \
             steps: [{{delay: {hours}h}}]}}"
        );
        one(&text)
    };
    let (one_hour, many) = (plan(1), plan(1000));
    let [first, second] = [&one_hour, &many].map(|plan| best(|| drop(black_box(run(plan)))));
    println!(
        "idle                1 h takes {:.2} ms, 1000 h take {:.2} ms: {:.2}x",
        millis(first),
        millis(second),
        second.as_secs_f64() / first.as_secs_f64()
    );
}

/// The plan of two actors that throw messages at each other.
fn ping_pong() -> Plan {
    let wasm = wat::parse_str(include_str!("ping.wat")).expect("the actor is well written");
    let mut plan = one("
name: two actors throw messages at each other
version: 1
board: pc
actors:
  ping: { program: echo, memory: 64KiB, grants: { pong: write } }
  pong: { program: echo, memory: 64KiB, grants: { ping: write } }
steps: [ { delay: 20ms } ]
");
    for actor in &mut plan.boards[0].actors {
        actor.manifest.program = Program::Wasm(wasm.clone().into());
    }
    plan
}

/// Plays a plan and asks for all that is told of a run.
fn told(plan: &Plan) {
    let report = run(plan).expect("it boots");
    black_box((report.trace(), report.hash(), report.pictures()));
    black_box((report.authority_at_boot.to_string(), report.authority().to_string()));
}

fn one(text: &str) -> Plan {
    let plans = parse("bench.yaml".as_ref(), text.to_owned(), "".as_ref(), &Stock);
    plans.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).remove(0)
}

fn best(mut work: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..RUNS).map(once).min().unwrap_or_default()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
