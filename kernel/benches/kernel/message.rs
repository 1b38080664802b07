//! Messages: how many a second, and what they allocate.

use kernel::trace::Capacity;

use crate::allocation::allocations as allocated;
use crate::baseline;
use crate::cast::Make;
use crate::cast::Round;
use crate::cast::throwers;
use crate::stopwatch::RUNS;
use crate::stopwatch::each;
use crate::stopwatch::time;
use crate::world::World;

/// Messages in one measurement: so few that some of them are not disturbed.
const MESSAGES: usize = 10_000;

/// Turns that nobody measures: everybody has had a message.
const WARM_UP: usize = 2 * 16_384;

/// Populations of native actors.
const NATIVE: [usize; 3] = [16, 1_024, 16_384];

/// Populations of modules.
const WASM: [usize; 3] = [16, 1_024, 16_384];

/// A trace as a board would have: it overwrites itself and nobody reads it.
const TINY: Capacity = Capacity { records: 32, bytes: 1_024 };

/// Native actors, drained after each turn as the simulator does.
pub(crate) fn native() {
    let (smallest, channels) = (baseline::smallest_loop(), baseline::channels());
    println!(
        "baseline            smallest loop of closures {smallest:.1} ns, channels {channels:.1} ns"
    );
    for (name, round) in [("native, pair", Round::Pair), ("native, ring", Round::Ring)] {
        let population = |count| thrown(count, Make::Native, round, Capacity::one_poll(count));
        let took = messages(&mut NATIVE.map(population), true);
        for (count, nanos) in NATIVE.into_iter().zip(&took) {
            print_rate(name, count, *nanos, took[0]);
            println!(", {:.0}x the loop, {:.1}x channels", nanos / smallest, nanos / channels);
        }
    }
}

/// The same on a board with little memory, where nobody reads the trace.
pub(crate) fn board() {
    for (name, round) in [("tiny trace, pair", Round::Pair), ("tiny trace, ring", Round::Ring)] {
        let took =
            messages(&mut NATIVE.map(|count| thrown(count, Make::Native, round, TINY)), false);
        for (count, nanos) in NATIVE.into_iter().zip(&took) {
            print_rate(name, count, *nanos, took[0]);
            println!();
        }
    }
}

/// Modules.
pub(crate) fn wasm() {
    let bare = baseline::bare_call();
    println!("baseline            bare wasmi, a call in and a call out: {bare:.1} ns");
    for (name, make, round) in [
        ("handler, pair", Make::Handler, Round::Pair),
        ("handler, ring", Make::Handler, Round::Ring),
        ("loop, pair", Make::Loop, Round::Pair),
        ("loop, ring", Make::Loop, Round::Ring),
    ] {
        let population = |count| thrown(count, make, round, Capacity::one_poll(count));
        let took = messages(&mut WASM.map(population), true);
        for (count, nanos) in WASM.into_iter().zip(&took) {
            print_rate(name, count, *nanos, took[0]);
            println!(", {:.1}x bare wasmi", nanos / bare);
        }
    }
}

/// What a message allocates once everybody runs: of ours, nothing.
pub(crate) fn allocations() {
    for (name, make, trace, allowed) in [
        ("native", Make::Native, Capacity::one_poll(16), 0),
        ("native, tiny trace", Make::Native, TINY, 0),
        ("handler", Make::Handler, Capacity::one_poll(16), 0),
        // wasmi boxes the error by which a call leaves it.
        ("loop", Make::Loop, Capacity::one_poll(16), MESSAGES),
    ] {
        let mut world = thrown(16, make, Round::Ring, trace);
        let before = allocated();
        let received = world.turns(MESSAGES);
        let count = allocated() - before;
        assert!(count <= allowed, "{name}: {count} allocations for {received} messages");
        println!("allocations         {name:<18} {count:>7} in {received} messages");
    }
}

/// A population in the middle of its game.
fn thrown(count: usize, make: Make, round: Round, trace: Capacity) -> World {
    let mut world = throwers(count, make, round, trace);
    world.tell(0);
    world.turns(WARM_UP);
    world
}

/// Nanoseconds for a message in each of some worlds, measured in turns: what disturbs one
/// disturbs the others too.
fn messages<const N: usize>(worlds: &mut [World; N], is_drained: bool) -> [f64; N] {
    let mut took = [f64::INFINITY; N];
    for _ in 0..RUNS {
        for (world, best) in worlds.iter_mut().zip(&mut took) {
            *best = best.min(each(time(|| run(world, is_drained)), MESSAGES));
        }
    }
    took
}

fn run(world: &mut World, is_drained: bool) {
    if is_drained {
        assert_eq!(world.turns(MESSAGES), MESSAGES, "each turn is a message");
        return;
    }
    for _ in 0..MESSAGES {
        world.turn();
    }
}

fn print_rate(name: &str, count: usize, nanos: f64, least: f64) {
    print!(
        "{name:<19} {count:>6} actors: {nanos:>6.1} ns each, {:>5.2} M/s, {:.2}x 16 actors",
        1e3 / nanos,
        nanos / least,
    );
}
