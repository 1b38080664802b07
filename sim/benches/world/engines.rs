//! The same worlds on each engine.

use std::hint::black_box;

use kernel::Kernel;
use kernel::bare::Bare;
use kernel::manifest::Program;
use kernel::time::Instant;
use sim::engine::EngineName;
use sim::runner::run;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::world::World;

use crate::best;
use crate::millis;
use crate::one;
use crate::ping_pong;

/// Actors of one world: nearly as many as there can be.
pub(crate) const MANY: usize = 200;

/// How often an actor leaves its engine in one measurement.
const LEAVES: usize = 10_000;

/// Messages, a world that boots, the desktop and memory, on each engine.
pub(crate) fn engines() {
    for engine in EngineName::ALL {
        let report = |plan: &Plan| run(plan).expect("it boots");
        let messages = ping_pong().on(engine);
        let count = report(&messages).messages();
        let took = best(|| drop(black_box(run(&messages))));
        let desktop = load("scenarios/desktop/shell_shows_a_file.yaml".as_ref(), &Stock);
        let desktop = desktop.expect("the scenario can be read").remove(0).on(engine);
        let boot = best(|| drop(black_box(World::boot(&desktop))));
        let whole = best(|| drop(black_box(run(&desktop))));
        let population = population().on(engine);
        let made = best(|| drop(black_box(World::boot(&population))));
        println!(
            "engines: {:<9} {:>5.0} ns a message, boot {:>6.2} ms, desktop {:>7.2} ms, \
             {:>5.1} us for each of {MANY} actors, {:>4.0} ns to leave and come back",
            engine.text(),
            took.as_nanos() as f64 / count as f64,
            millis(boot),
            millis(whole),
            made.as_nanos() as f64 / 1e3 / MANY as f64,
            leaving(engine),
        );
    }
}

/// Many actors of the same module, of which nothing runs yet.
pub(crate) fn population() -> Plan {
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

/// Nanoseconds for a call that leaves the engine, a turn of the kernel's, and the way back.
fn leaving(engine: EngineName) -> f64 {
    let wasm = wat::parse_str(
        r#"(module
            (import "env" "sys_yield" (func $yield))
            (func (export "_start") (loop (call $yield) (br 0))))"#,
    );
    let mut plan = one("
name: an actor makes way for ever
version: 1
board: pc
actors: { it: { program: echo, memory: 64KiB } }
steps: []
");
    let program = Program::Wasm(wasm.expect("the actor is well written").into());
    plan.boards[0].actors[0].manifest.program = program;
    let mut board = Bare::default();
    let manifest = plan.boards[0].manifest("bare");
    let kernel = Kernel::boot_from(&manifest, &mut board, &engine.foundry());
    let mut kernel = kernel.expect("it boots");
    let took = best(|| {
        for _ in 0..LEAVES {
            black_box(kernel.poll(Instant::ZERO, &mut board));
        }
    });
    took.as_nanos() as f64 / LEAVES as f64
}
