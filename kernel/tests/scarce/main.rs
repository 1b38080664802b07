//! A kernel on a board whose memory ends: whatever actors do there is refused, and nothing panics.

use std::alloc::GlobalAlloc;
use std::alloc::Layout;
use std::alloc::System;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use abi::refusal::Refusal;
use abi::rights::Rights;
use abi::spawn::Restart;
use abi::spawn::SpawnOptions;
use kernel::BootReason;
use kernel::Kernel;
use kernel::bare::Bare;
use kernel::engine::LoadError;
use kernel::fault::ExitReason;
use kernel::fault::Fault;
use kernel::limits::HEADROOM;
use kernel::manifest::ActorManifest;
use kernel::manifest::ChildSpec;
use kernel::manifest::EngineKind;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use kernel::time::Instant;
use kernel::trace::Capacity;
use kernel::trace::What;

/// An allocator that has no more than so many bytes, and moves what grows, as small boards do.
struct Scarce;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static ALL: AtomicUsize = AtomicUsize::new(usize::MAX);

#[global_allocator]
static MEMORY: Scarce = Scarce;

// SAFETY: every method hands its arguments as they are to the system's allocator, which keeps the
// contract, or returns null, which the contract allows; counting touches no memory but two numbers.
unsafe impl GlobalAlloc for Scarce {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ALL.load(Relaxed) < TAKEN.load(Relaxed).saturating_add(layout.size()) {
            return std::ptr::null_mut();
        }
        TAKEN.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        TAKEN.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Bytes of which there are more than can be asked for.
const ENOUGH: usize = 1 << 20;

/// What came of running while so many bytes were left.
#[derive(Debug, Default)]
struct Told {
    /// Refusals for want of memory.
    no_room: usize,
    /// Messages that did not fit.
    full: usize,
    /// Children that were made, and that were not.
    spawned: usize,
    failed: usize,
    has_ended: bool,
    fault: Option<Fault>,
}

/// Lets the greedy one run on a kernel with this much memory beside what it booted with.
fn run(manifest: &Manifest, room: usize) -> Told {
    let mut board = Bare::default();
    let mut kernel = Kernel::boot(manifest, &mut board).expect("there is enough to boot");
    kernel.drain_trace(|_, _, _| ());
    let mut told = Told::default();
    ALL.store(TAKEN.load(Relaxed) + room, Relaxed);
    for turn in 0..2_000 {
        kernel.poll(Instant::from_nanos(turn), &mut board);
        kernel.drain_trace(|record, _, _| match record.what {
            What::Refuse { refusal: Refusal::NoRoom, .. } => told.no_room += 1,
            What::Refuse { refusal: Refusal::Full, .. } => told.full += 1,
            What::Spawn { .. } => told.spawned += 1,
            What::StartFailed => told.failed += 1,
            What::Exit(ExitReason::Faulted(fault)) => told.fault = Some(fault),
            _ => (),
        });
    }
    ALL.store(usize::MAX, Relaxed);
    told.has_ended = !kernel.processes().any(|process| process.name() == "greedy");
    told
}

fn greedy() -> Manifest {
    let child = r#"(module (memory (export "memory") 64 (pagesize 1)) (func (export "_start")))"#;
    let child = wat::parse_str(child).expect("it is well written");
    let options = SpawnOptions {
        priority: 16,
        restart: Restart::Temporary,
        mailbox: 0,
        memory: 2_048,
        shutdown_ms: 0,
        is_linked: false,
        is_beyond: false,
        name: SpawnOptions::padded("child").expect("it is short"),
    };
    let text = include_str!("greedy.wat")
        .replace("CHILD_LEN", &child.len().to_string())
        .replace("CHILD", &escaped(&child))
        .replace("OPTIONS_LEN", &SpawnOptions::BYTES.to_string())
        .replace("OPTIONS", &escaped(&options.encode()));
    let wasm = wat::parse_str(text).expect("it is well written");
    let grants = [GrantObject::Spawner(None), GrantObject::Namespace(String::new())];
    let grants = grants.into_iter().chain([GrantObject::Log]);
    let actor = ActorManifest {
        name: "greedy".into(),
        program: Program::Wasm(wasm.into()),
        priority: 16,
        memory: 4_096,
        shared: 1 << 20,
        mailbox: 64,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: grants.map(|object| Grant { object, rights: Rights::ALL }).collect(),
    };
    Manifest {
        identity: "scarce".into(),
        places: 16,
        supervisors: Vec::new(),
        actors: vec![actor],
        regions: Vec::new(),
        arena: 1 << 20,
        trace: Capacity { records: 512, bytes: 16 * 1024 },
        engine: EngineKind::InPlace,
    }
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

fn main() {
    // Whoever tells of a panic needs memory.
    std::panic::set_hook(Box::new(|panic| {
        ALL.store(usize::MAX, Relaxed);
        eprintln!("{panic}");
        std::process::abort();
    }));
    where_memory_ends_there_are_refusals_and_no_panics();
    println!("where memory ends there are refusals and no panics: ok");
}

fn where_memory_ends_there_are_refusals_and_no_panics() {
    let manifest = greedy();
    // From what boot leaves at least to more than is asked for.
    for room in (0..60_000).step_by(100).chain([ENOUGH]) {
        let told = run(&manifest, HEADROOM + room);
        let is_exhausted = told.fault == Some(Fault::StackOverflow);
        assert!(told.has_ended, "{room}: it goes on to its end: {told:?}");
        assert!(is_exhausted || told.fault.is_none(), "{room}: nothing else is wrong: {told:?}");
        if room < 2_000 {
            assert_eq!(told.spawned, 0, "{room}: nothing is made of what is the kernel's own");
        }
        if room == ENOUGH {
            assert_eq!((told.failed, told.fault), (0, None), "{told:?}");
            assert!(0 < told.spawned && told.no_room == 0, "{told:?}");
        } else if room < 30_000 {
            assert!(told.no_room != 0 || told.full != 0 || is_exhausted, "{room}: {told:?}");
        }
    }
    // An actor whose quota does not fit is none: who boots is told how much it would have been.
    let mut large = greedy();
    large.actors[0].memory = 100_000;
    ALL.store(TAKEN.load(Relaxed) + 90_000, Relaxed);
    let booted = Kernel::boot(&large, &mut Bare::default()).map(|_| ());
    ALL.store(usize::MAX, Relaxed);
    let refused = booted.expect_err("it does not fit");
    assert_eq!(refused.reason, BootReason::Load(LoadError::NoRoom { wanted: 100_000 }));
    assert_eq!(
        refused.to_string(),
        "actor `greedy`: needs 100000 bytes of memory, for which the board has no room left"
    );
}
