//! The same worlds on each engine.

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use kernel::manifest::Program;
use sim::engine::EngineName;
use sim::runner::run;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::world::World;

use crate::best;
use crate::millis;
use crate::on;
use crate::one;
use crate::ping_pong;

/// Actors whose memory is measured.
const MANY: usize = 200;

/// Messages, a world that boots, the desktop and memory, on each engine.
pub(crate) fn engines() {
    for engine in EngineName::ALL {
        let report = |plan: &Plan| run(plan).expect("it boots");
        let messages = on(ping_pong(), engine);
        let count = report(&messages).messages();
        let took = best(|| drop(black_box(run(&messages))));
        let desktop = load("scenarios/desktop/shell_shows_a_file.yaml".as_ref(), &Stock);
        let desktop = on(desktop.expect("the scenario can be read").remove(0), engine);
        let boot = best(|| drop(black_box(World::boot(&desktop))));
        let whole = best(|| drop(black_box(run(&desktop))));
        let population = on(population(), engine);
        let start = Instant::now();
        let before = resident();
        let world = World::boot(&population).expect("it boots");
        let (took_each, after) = (start.elapsed() / MANY as u32, resident());
        drop(world);
        println!(
            "engines: {:<9} {:>5.0} ns a message, boot {:>6.2} ms, desktop {:>7.2} ms, \
             {:>5.1} us and {:>5.1} KB for each of {MANY} actors",
            engine.text(),
            took.as_nanos() as f64 / count as f64,
            millis(boot),
            millis(whole),
            took_each.as_nanos() as f64 / 1e3,
            after.saturating_sub(before) as f64 / 1e3 / MANY as f64,
        );
    }
}

/// Many actors of the same module, of which nothing runs yet.
fn population() -> Plan {
    let wasm = wat::parse_str(include_str!("ping.wat")).expect("the actor is well written");
    let actors = (0..MANY).map(|n| format!("  a{n}: {{ program: echo, memory: 64KiB }}\n"));
    let actors: String = actors.collect();
    let mut plan = one(&format!(
        "name: many\nversion: 1\nboard: pc\nactors:\n{actors}steps: [ {{ delay: 1ms }} ]\n"
    ));
    for actor in &mut plan.boards[0].actors {
        actor.manifest.program = Program::Wasm(wasm.clone().into());
    }
    plan
}

/// Bytes of memory that this process has; 0 where nobody says.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}
