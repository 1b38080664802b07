//! What a place and an actor take of the heap.

use kernel::manifest::ActorManifest;
use kernel::manifest::Manifest;
use kernel::trace::Capacity;

use crate::allocation::bytes;
use crate::cast::Make;
use crate::cast::Round;
use crate::cast::actor;
use crate::cast::endpoint;
use crate::cast::manifest;
use crate::cast::throwers;
use crate::world::World;

/// Actors among whom the bytes are divided.
const COUNT: usize = 1_024;

/// No trace: it is counted apart.
const TRACE: Capacity = Capacity { records: 0, bytes: 0 };

pub(crate) fn figure() {
    let empty = Manifest { trace: TRACE, places: 0, ..manifest(vec![]) };
    let kernel = taken(|| World::boot(&empty));
    let places = taken(|| World::boot(&Manifest { places: COUNT, ..empty.clone() }));
    println!("memory              a kernel without actors: {kernel} bytes");
    println!("memory              a place without an actor: {} bytes", (places - kernel) / COUNT);
    let small = |index: usize| {
        let mut actor = actor(index.to_string(), Make::Native.program());
        actor.grants.push(endpoint(((index + 1) % COUNT).to_string()));
        ActorManifest { mailbox: 1, ..actor }
    };
    let small = Manifest { trace: TRACE, ..manifest((0..COUNT).map(small).collect()) };
    let one = (taken(|| World::boot(&small)) - places) / COUNT;
    println!("memory              and an actor in it (native, mailbox of 1): {one} bytes");
    for (name, make) in [("native", Make::Native), ("handler", Make::Handler), ("loop", Make::Loop)]
    {
        let actors = taken(|| throwers(COUNT, make, Round::Ring, TRACE));
        println!(
            "memory              and an actor in it ({name}): {} bytes",
            (actors - places) / COUNT
        );
    }
    let trace = |places| {
        let trace = Capacity::one_poll(places);
        taken(|| World::boot(&Manifest { trace, ..empty.clone() }))
    };
    let (none, many) = (trace(0), trace(COUNT));
    println!("memory              a trace that loses nothing: {none} bytes");
    println!("memory              and for each place {} more", (many - none) / COUNT);
}

/// Bytes that a world holds.
fn taken(make: impl FnOnce() -> World) -> usize {
    let before = bytes();
    let world = make();
    let after = bytes();
    drop(world);
    after - before
}
