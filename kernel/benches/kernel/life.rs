//! How fast actors are made: by another's call, again after their end, and anew with other code.

use std::hint::black_box;

use abi::rights::Rights;
use abi::spawn::SpawnOptions;
use kernel::limits::INTENSITY_MAX;
use kernel::manifest::ActorManifest;
use kernel::manifest::Backoff;
use kernel::manifest::ChildSpec;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use kernel::manifest::Restart;
use kernel::manifest::Shutdown;
use kernel::manifest::Strategy;
use kernel::manifest::SupervisorManifest;
use kernel::manifest::SupervisorSpec;
use kernel::time::Duration;
use kernel::trace::Capacity;
use kernel::trace::What;

use crate::baseline;
use crate::cast::Make;
use crate::cast::Round;
use crate::cast::TWO_PAGES;
use crate::cast::actor;
use crate::cast::manifest;
use crate::cast::throwers;
use crate::stopwatch::best;
use crate::stopwatch::each;
use crate::world::World;

/// Lives in one measurement.
const LIVES: usize = 300;

/// Turns within which they are lived.
const TURNS_MAX: usize = 10 * LIVES;

/// Places, most of them empty.
const PLACES: [usize; 2] = [16, 16_384];

/// Native actors that are booted together.
const BOOTED: [usize; 3] = [16, 1_024, 16_384];

/// Where the spawner's options lie in its memory.
const OPTIONS_AT: usize = 4_096;

pub(crate) fn figure() {
    boots();
    let child = wat::parse_str(include_str!("brief.wat")).expect("the actor is well written");
    let (birth, link) = bare(&child);
    for places in PLACES {
        let is_birth = |what: &What| matches!(what, What::Spawn { .. });
        print_rate("spawn", places, times(&spawning(&child, places), is_birth), birth);
    }
    for places in PLACES {
        let is_birth = |what: &What| matches!(what, What::Spawn { .. });
        print_rate("restart", places, times(&restarting(&child, places), is_birth), link);
    }
    let waiting = wat::parse_str(include_str!("handler.wat")).expect("the actor is well written");
    let (birth, _) = bare(&waiting);
    for places in PLACES {
        let is_reload = |what: &What| matches!(what, What::Reload { .. });
        print_rate("reload", places, times(&reloading(&waiting, places), is_reload), birth);
    }
}

/// Nanoseconds that bare wasmi takes to compile and link a module, and to link it alone.
fn bare(module: &[u8]) -> (f64, f64) {
    let (birth, link) = baseline::bare_birth(module);
    println!(
        "baseline            bare wasmi, {} bytes: compile and link {:.1} µs, link {:.1} µs",
        module.len(),
        birth / 1e3,
        link / 1e3,
    );
    (birth, link)
}

/// A whole population at once. The trace of each has the same size.
fn boots() {
    let trace = Capacity { records: 1_024, bytes: 4_096 };
    let mut least = None;
    for count in BOOTED {
        let boot = || drop(black_box(throwers(count, Make::Native, Round::Ring, trace)));
        let nanos = each(best(boot), count);
        let least = *least.get_or_insert(nanos);
        println!(
            "boot                {count:>6} actors: {:>6.2} µs each, {:.2}x 16 actors",
            nanos / 1e3,
            nanos / least
        );
    }
}

fn print_rate(name: &str, places: usize, nanos: f64, bare: f64) {
    println!(
        "{name:<19} {places:>6} places: {:>6.1} µs each, {:>6.0} a second, {:.1}x bare wasmi",
        nanos / 1e3,
        1e9 / nanos,
        nanos / bare,
    );
}

/// Nanoseconds for one of what happens again and again, such as a life from its birth to its end.
fn times(manifest: &Manifest, is_one: fn(&What) -> bool) -> f64 {
    let mut world = World::begin(manifest);
    let took = best(|| {
        let mut done = 0;
        for _ in 0..TURNS_MAX {
            world.turn();
            done += world.count(is_one);
            if LIVES <= done {
                return;
            }
        }
        panic!("{done} of {LIVES} in {TURNS_MAX} turns");
    });
    each(took, LIVES)
}

/// An actor that makes a child, lets it run to its end, and so on.
fn spawning(child: &[u8], places: usize) -> Manifest {
    let mut name = [0; SpawnOptions::NAME_BYTES];
    name[..5].copy_from_slice(b"child");
    let options = SpawnOptions {
        priority: 16,
        restart: Restart::Temporary,
        mailbox: 0,
        memory: TWO_PAGES as u32,
        shutdown_ms: 0,
        is_linked: false,
        is_beyond: false,
        name,
    };
    let text = include_str!("spawner.wat")
        .replace("CHILD_LEN", &child.len().to_string())
        .replace("CHILD", &escaped(child))
        .replace("OPTIONS_LEN", &SpawnOptions::BYTES.to_string())
        .replace("OPTIONS_AT", &OPTIONS_AT.to_string())
        .replace("OPTIONS", &escaped(&options.encode()));
    let program = Program::Wasm(wat::parse_str(text).expect("the actor is well written").into());
    let mut spawner =
        ActorManifest { memory: TWO_PAGES, ..actor(String::from("spawner"), program) };
    let object = GrantObject::Spawner(None);
    spawner.grants.push(Grant { object, rights: Rights::ALL });
    let population = manifest(vec![spawner]);
    let trace = Capacity::one_poll(places);
    Manifest { places, arena: 2 * TWO_PAGES, trace, ..population }
}

/// An actor that gives a child that waits for messages other code, and so on.
fn reloading(code: &[u8], places: usize) -> Manifest {
    let text = include_str!("reloader.wat")
        .replace("CODE_LEN", &code.len().to_string())
        .replace("CODE", &escaped(code));
    let waiting = Program::Wasm(code.to_vec().into());
    let waiting = ActorManifest { memory: TWO_PAGES, ..actor(String::from("waiting"), waiting) };
    let reloader = Program::Wasm(wat::parse_str(text).expect("the actor is well written").into());
    let mut reloader =
        ActorManifest { memory: TWO_PAGES, ..actor(String::from("reloader"), reloader) };
    let object = GrantObject::Child(String::from("waiting"));
    reloader.grants.push(Grant { object, rights: Rights::WRITE });
    let population = manifest(vec![waiting, reloader]);
    let trace = Capacity::one_poll(places);
    Manifest { places, arena: 3 * TWO_PAGES, trace, ..population }
}

/// A child that ends at once under a supervisor that puts up with it.
fn restarting(child: &[u8], places: usize) -> Manifest {
    let spec = SupervisorSpec {
        strategy: Strategy::OneForOne,
        intensity: INTENSITY_MAX,
        // Each turn is a restart and a microsecond: the list of restarts is nearly full.
        period: Duration::from_micros(990),
        backoff: Backoff { first: Duration::ZERO, last: Duration::ZERO },
    };
    let name = String::from("patient");
    let supervisor =
        SupervisorManifest { name: name.clone(), parent: None, spec, child: ChildSpec::TEMPORARY };
    let program = Program::Wasm(child.to_vec().into());
    let brief = ActorManifest {
        memory: TWO_PAGES,
        supervisor: Some(name),
        child: ChildSpec { restart: Restart::Permanent, shutdown: Shutdown::Kill },
        ..actor(String::from("brief"), program)
    };
    let population = manifest(vec![brief]);
    let trace = Capacity::one_poll(places);
    Manifest { places, supervisors: vec![supervisor], trace, ..population }
}

/// Bytes as the text format writes them in a string.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}
