//! What an actor takes of memory, on each engine.
//!
//! Each engine is measured in a process of its own: memory that an earlier figure has given back would
//! be taken again and not be seen.

use std::env;
use std::fs;
use std::process::Command;

use sim::engine::EngineName;
use sim::scenario::plan::Plan;
use sim::world::World;

use crate::engines::MANY;
use crate::engines::population;
use crate::one;

/// Worlds whose actors are measured.
const WORLDS: usize = 20;

/// What the process is told that measures one engine.
pub(crate) const OF: &str = "memory-of";

/// Every engine, in a process of its own.
pub(crate) fn memory() {
    for engine in EngineName::ALL {
        let program = env::current_exe().expect("the benchmark is a file");
        let told = Command::new(program).args([OF, engine.text()]).output();
        print!("{}", String::from_utf8_lossy(&told.expect("it can be run").stdout));
    }
}

/// One engine.
pub(crate) fn memory_of(engine: &str) {
    let engine = EngineName::parse(engine).expect("it is told one that there is");
    let nobody = "{name: nobody, version: 1, board: pc, actors: {}, steps: []}";
    let empty = resident_each(&one(nobody).on(engine));
    let full = resident_each(&population().on(engine));
    println!(
        "memory: {:<9} {:>5.1} KB for each of {} actors with 64 KiB of their own, and {:.0} KB for a \
         world without any",
        engine.text(),
        (full - empty) / 1e3 / MANY as f64,
        WORLDS * MANY,
        empty / 1e3,
    );
}

/// Bytes that a world takes once all of its actors wait.
fn resident_each(plan: &Plan) -> f64 {
    let settled = || {
        let mut world = World::boot(plan).expect("it boots");
        while world.machines()[0].due().is_some_and(|due| due == world.now()) {
            world.advance(world.now());
        }
        world
    };
    // The first one takes what all share.
    let first = settled();
    let before = resident();
    let worlds: Vec<World> = (0..WORLDS).map(|_| settled()).collect();
    let after = resident();
    drop((first, worlds));
    after.saturating_sub(before) as f64 / WORLDS as f64
}

/// Bytes of memory that this process has; 0 where nobody says.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}
