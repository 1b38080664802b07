//! What files cost: an actor asks the file server for them, which keeps them on a board's chip; the
//! same operations of the `littlefs` crate alone, on memory, stand beside it.

use std::time::Duration;
use std::time::Instant;

use kernel::manifest::Program;
use littlefs::Config;
use littlefs::Filesystem;
use sim::scenario::plan::Plan;
use sim::world::World;

use crate::nor::Counts;
use crate::nor::Nor;
use crate::one;
use crate::request::Request;
use crate::request::entry;

/// Every figure is the best of so many runs.
const RUNS: usize = 5;

/// Bytes of the flash.
const FLASH: usize = 1 << 20;

/// Where the driver's answers are: its script ends before that.
const SCRIPT_MAX: usize = 64_000;

/// Entries of three-letter names that one answer to a listing has room for: a count and, for each,
/// 13 bytes.
const LISTED: u32 = (1024 - 32 - 4) / 13;

/// Operations of one kind, which are measured together.
struct Phase {
    name: &'static str,
    /// How many a person would say these are.
    count: usize,
    requests: Vec<Request>,
}

impl Phase {
    /// Each request is an operation.
    fn new(name: &'static str, requests: Vec<Request>) -> Phase {
        Phase { name, count: requests.len(), requests }
    }

    /// All requests together are one operation.
    fn of_one(name: &'static str, requests: Vec<Request>) -> Phase {
        Phase { name, count: 1, requests }
    }
}

/// What a phase took.
#[derive(Clone, Copy)]
struct Cost {
    host: Duration,
    /// By the board's clock.
    nanos: u64,
    /// Instructions of the server and its client.
    fuel: u64,
    flash: Counts,
}

/// A moment between phases.
struct Mark {
    host: Instant,
    nanos: u64,
    fuel: u64,
    flash: Counts,
}

/// All phases on both boards.
pub(crate) fn files() {
    let phases = phases();
    let native = cheapest(|| alone(&phases));
    for board in ["pc", "esp32c6"] {
        let plan = plan(board, &phases);
        let house = cheapest(|| through_the_house(&plan, phases.len()));
        println!(
            "files on {board:<8}      virtual ms   op/virtual s  fuel/op   host ms  native ms  \
             ratio  erases programs  bytes"
        );
        for ((phase, cost), native) in phases.iter().zip(&house).zip(&native) {
            show(phase, cost, native);
        }
    }
}

fn show(phase: &Phase, cost: &Cost, native: &Cost) {
    let Counts { erases, programs, bytes } = cost.flash;
    assert_eq!(cost.flash, native.flash, "{}: wasm writes what native code writes", phase.name);
    println!(
        "  {:<22} {:>10.1} {:>14.1} {:>8} {:>9.2} {:>10.3} {:>5.0}x  {erases:>6} {programs:>8} \
         {bytes:>6}",
        phase.name,
        cost.nanos as f64 / 1e6,
        phase.count as f64 * 1e9 / cost.nanos as f64,
        cost.fuel / phase.count as u64,
        cost.host.as_secs_f64() * 1e3,
        native.host.as_secs_f64() * 1e3,
        cost.host.as_secs_f64() / native.host.as_secs_f64(),
    );
}

fn phases() -> Vec<Phase> {
    let file = |number: usize| format!("f{number:02}");
    let renamed = |number: usize| format!("g{number:02}");
    let small = || Request::Write("small".to_owned(), 100);
    let append = || Request::Append("log".to_owned(), 100);
    let hundred =
        |name, each: &dyn Fn(usize) -> Request| Phase::new(name, (0..100).map(each).collect());
    let listing = vec![Request::List(0), Request::List(LISTED)];
    vec![
        Phase::new("two first files", vec![small(), append()]),
        hundred("questions for /home", &|_| Request::Status(String::new())),
        hundred("questions for a file", &|_| Request::Status("small".to_owned())),
        Phase::of_one("write of 64 KiB", vec![Request::WriteLong("long".to_owned())]),
        Phase::of_one("read of 64 KiB", Request::reads("long")),
        hundred("overwrites of 100 B", &|_| small()),
        hundred("appends of 100 B", &|_| append()),
        hundred("creates of 10 B", &|number| Request::Write(file(number), 10)),
        Phase::of_one("listing of 103", listing),
        hundred("renames", &|number| Request::Rename(file(number), renamed(number))),
        hundred("deletes", &|number| Request::Remove(renamed(number))),
    ]
}

/// A board with the file server and the actor that asks for all of this.
fn plan(board: &str, phases: &[Phase]) -> Plan {
    // The first answer comes when the file system is made.
    let mut script = [Request::List(0).encode(), entry(0, b"ready")].concat();
    for phase in phases {
        phase.requests.iter().for_each(|request| script.extend(request.encode()));
        script.extend(entry(0, phase.name.as_bytes()));
    }
    script.extend(entry(1, &[]));
    assert!(script.len() <= SCRIPT_MAX, "{} bytes of script", script.len());
    let text: String = script.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = include_str!("driver.wat").replace("@script@", &text);
    let wasm = wat::parse_str(text).expect("the actor is well written");
    let mut plan = one(&format!(
        "
name: files
version: 1
board: {board}
flash: {{ size: {}KiB }}
actors:
  vfs: {{ grants: {{ ramdisk: read+grant, log: write, flash(home): read+write }} }}
  driver: {{ program: echo, memory: 64KiB, shared: 64KiB, grants: {{ vfs: write, log: write }} }}
steps: []
",
        FLASH >> 10
    ));
    let driver = plan.boards[0].actors.iter_mut().find(|actor| actor.manifest.name == "driver");
    let driver = driver.expect("the plan has it");
    driver.manifest.program = Program::Wasm(wasm.into());
    plan
}

/// Plays the plan; what each phase took.
fn through_the_house(plan: &Plan, phases: usize) -> Vec<Cost> {
    let mut world = World::boot(plan).expect("it boots");
    let mut marks = Vec::new();
    let mut seen = 0;
    while marks.len() <= phases {
        let happened = world.advance(kernel::time::Instant::LAST);
        assert!(happened, "the driver says the end of every phase");
        assert!(world.exits().is_empty(), "nothing is refused");
        let logs = &world.logs()[seen..];
        seen += logs.len();
        let said = logs.iter().filter(|line| &*line.actor == "driver").count();
        (0..said).for_each(|_| marks.push(mark(&world)));
    }
    between(&marks)
}

fn mark(world: &World) -> Mark {
    let machine = &world.machines()[0];
    let wear = machine.flash().expect("the board has one").wear();
    let flash = Counts { erases: wear.erased(), programs: wear.programs, bytes: wear.bytes };
    let nanos = world.now().nanos();
    Mark { host: Instant::now(), nanos, fuel: machine.fuel(), flash }
}

/// Does the same without a kernel, an actor or a chip.
fn alone(phases: &[Phase]) -> Vec<Cost> {
    let mut flash = Nor::new(FLASH);
    // As the file server has it.
    let config = Config { pairs_cached: 2, ..Config::of(&flash) };
    Filesystem::format(&mut flash, &config).expect("the geometry fits");
    let mounted = Filesystem::mount(flash, config).map_err(|(_, error)| error);
    let mut files = mounted.expect("it has just been formatted");
    let mut marks = vec![native_mark(&mut files)];
    for phase in phases {
        phase.requests.iter().for_each(|request| request.perform(&mut files));
        marks.push(native_mark(&mut files));
    }
    between(&marks)
}

fn native_mark(files: &mut Filesystem<Nor>) -> Mark {
    Mark { host: Instant::now(), nanos: 0, fuel: 0, flash: files.flash().counts }
}

fn between(marks: &[Mark]) -> Vec<Cost> {
    let cost = |pair: &[Mark]| Cost {
        host: pair[1].host - pair[0].host,
        nanos: pair[1].nanos - pair[0].nanos,
        fuel: pair[1].fuel - pair[0].fuel,
        flash: pair[1].flash.since(pair[0].flash),
    };
    marks.windows(2).map(cost).collect()
}

/// The best time of each phase; all else is the same in every run.
fn cheapest(run: impl Fn() -> Vec<Cost>) -> Vec<Cost> {
    let mut best = run();
    for _ in 1..RUNS {
        for (best, cost) in best.iter_mut().zip(run()) {
            assert_eq!((best.fuel, best.flash), (cost.fuel, cost.flash), "runs are alike");
            best.host = best.host.min(cost.host);
        }
    }
    best
}
