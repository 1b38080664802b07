//! What drawn actors once did to the kernel (`fuzz`), each as small as it can be said.

use std::fmt::Write;

use abi::refusal::Refusal;
use abi::rights::Rights;
use abi::spawn::SpawnGrant;
use abi::spawn::SpawnOptions;
use kernel::Account;
use kernel::Kernel;
use kernel::Next;
use kernel::bare::Bare;
use kernel::call::CallName;
use kernel::fault::ExitReason;
use kernel::manifest::ActorManifest;
use kernel::manifest::ChildSpec;
use kernel::manifest::EngineKind;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Restart;
use kernel::manifest::SupervisorManifest;
use kernel::manifest::SupervisorSpec;
use kernel::time::Instant;
use kernel::trace::Capacity;
use kernel::trace::Record;
use kernel::trace::What;

use crate::kernel::Case;
use crate::kernel::bench::actor;

pub(super) const CASES: &[Case] = &[
    ("a_tail_call_of_the_kernel_is_answered_as_any_other", tail_call),
    ("an_entry_that_is_a_kernel_call_ends_with_its_answer", entry_is_call),
    ("who_was_promised_itself_is_forgotten_whole", promised_itself),
    ("a_lock_goes_with_the_last_promise_of_it", promised_lock),
    ("one_slice_makes_one_actor", one_birth),
    ("a_log_of_countless_lines_is_refused_and_no_record_is_lost", log_flood),
];

/// Places for actors in these worlds.
const PLACES: usize = 8;

/// What happened, and what was in use in the end.
struct Seen {
    records: Vec<Record>,
    account: Account,
    lost: u64,
}

/// Runs until nothing more can happen.
fn seen(actors: Vec<ActorManifest>, supervisors: Vec<SupervisorManifest>) -> Seen {
    let manifest = Manifest {
        identity: String::from("bench"),
        places: PLACES,
        supervisors,
        actors,
        regions: Vec::new(),
        arena: 4 << 20,
        trace: Capacity::one_poll(PLACES),
        engine: EngineKind::Wasmi,
    };
    let mut board = Bare::default();
    let mut kernel = Kernel::boot(&manifest, &mut board).expect("the test's own manifest is right");
    let (mut now, mut records) = (Instant::ZERO, Vec::new());
    for _ in 0..200 {
        let next = kernel.poll(now, &mut board);
        kernel.drain_trace(|record, _, _| records.push(*record));
        now = match next {
            Next::Now => now.saturating_add_nanos(1_000),
            Next::At(at) => at,
            Next::Idle | Next::Halted => break,
        };
    }
    Seen { records, account: kernel.account(), lost: kernel.trace_lost() }
}

impl Seen {
    fn whats(&self) -> impl Iterator<Item = What> {
        self.records.iter().map(|record| record.what)
    }

    fn slices(&self, is_wanted: impl Fn(&What) -> bool) -> Vec<u64> {
        let wanted = self.records.iter().filter(|record| is_wanted(&record.what));
        wanted.map(|record| record.slice).collect()
    }
}

/// wasmi resumes no tail call of the host from the entry itself; from a function below it does.
fn tail_call() {
    let prelude = r#"(import "env" "sys_yield" (func $yield))
        (import "env" "sys_sleep" (func $sleep (param i64 i64) (result i32)))
        (import "env" "sys_exit" (func $exit (param i32)))"#;
    for (body, reason) in [
        (r#"(func (export "_start") (return_call $yield))"#, ExitReason::Returned),
        (r#"(func (export "_start") (return_call $exit (i32.const 7)))"#, ExitReason::Exited(7)),
        (
            r#"(func $nap (result i32) (return_call $sleep (i64.const 2) (i64.const 50)))
            (func (export "_start") (call $exit (i32.add (call $nap) (i32.const 3))))"#,
            ExitReason::Exited(3),
        ),
    ] {
        let text = format!("(module {prelude} {body})");
        let other = r#"(module (import "env" "sys_yield" (func $yield))
            (func (export "_start") (call $yield)))"#;
        let run = seen(vec![actor("tail", &text), actor("other", other)], Vec::new());
        let mut exits = run.whats().filter(|what| matches!(what, What::Exit(_)));
        assert!(exits.any(|what| what == What::Exit(reason)), "{body}");
        assert_eq!(run.account.actors, 0, "{body}");
    }
}

fn entry_is_call() {
    let text =
        r#"(module (import "env" "sys_yield" (func $yield)) (export "_start" (func $yield)))"#;
    let run = seen(vec![actor("a", text)], Vec::new());
    assert!(run.whats().any(|what| what == What::Exit(ExitReason::Returned)));
    assert_eq!(run.account.actors, 0);
}

/// Its supervisor gives up and is forgotten with all below it.
fn promised_itself() {
    let mut own = actor("own", r#"(module (func (export "_start") unreachable))"#);
    own.supervisor = Some(String::from("s"));
    own.child = ChildSpec { restart: Restart::Permanent, ..ChildSpec::TEMPORARY };
    let object = GrantObject::Directory(String::from("own"));
    own.grants.push(Grant { object, rights: Rights::ALL });
    let supervisor = SupervisorManifest {
        name: String::from("s"),
        parent: None,
        spec: SupervisorSpec::ROOT,
        child: ChildSpec::TEMPORARY,
    };
    let run = seen(vec![own], vec![supervisor]);
    let Account { roles, places, capabilities, devices, .. } = run.account;
    assert_eq!((roles, places, capabilities), (0, PLACES, devices));
}

/// A child is given a mutex whose maker has deleted its own capability, and ends.
fn promised_lock() {
    let sleeper = r#"(module (import "env" "sys_yield" (func $yield))
        (func (export "_start") (call $yield)))"#;
    let body = "(local.set $mutex (call $create))
        (i64.store (i32.const 2096) (local.get $mutex))
        (drop (call $spawn (i64.const 3) (i32.const 4096) (i32.const $LEN)
            (i32.const 2048) (i32.const 64)))
        (drop (call $delete (local.get $mutex)))";
    let run = seen(vec![maker(sleeper, body)], Vec::new());
    let refused = run.whats().any(|what| matches!(what, What::Refuse { .. }));
    assert!(!refused, "mutex and child are made");
    assert_eq!((run.account.locks, run.account.capabilities), (0, run.account.devices));
}

fn one_birth() {
    let idle = r#"(module (func (export "_start")))"#;
    let spawn = "(drop (call $spawn (i64.const 3) (i32.const 4096) (i32.const $LEN)
        (i32.const 2048) (i32.const 48)))";
    let run = seen(vec![maker(idle, &spawn.repeat(3))], Vec::new());
    let mut slices = run.slices(|what| matches!(what, What::Spawn { .. }));
    assert_eq!(slices.len(), 4, "the maker and what it made");
    slices.dedup();
    assert_eq!(slices.len(), 4, "each in a slice of its own");
}

/// An actor with a spawner in slot 3, options with one grant at 2048 and a module at 4096.
fn maker(child: &str, body: &str) -> ActorManifest {
    let wasm = wat::parse_str(child).expect("the test's own module is right");
    let mut name = [0; SpawnOptions::NAME_BYTES];
    name[..5].copy_from_slice(b"child");
    let options = SpawnOptions {
        priority: 16,
        restart: Restart::Temporary,
        mailbox: 0,
        memory: 0,
        shutdown_ms: 0,
        is_linked: false,
        is_beyond: false,
        name,
    };
    let grant = SpawnGrant { handle: abi::handle::Handle::OWN_ENDPOINT, rights: Rights::ALL };
    let options = [&options.encode()[..], &grant.encode()].concat();
    let text = format!(
        r#"(module
        (import "env" "sys_spawn" (func $spawn (param i64 i32 i32 i32 i32) (result i64)))
        (import "env" "sys_cap_delete" (func $delete (param i64) (result i32)))
        (import "env" "sp_mutex_create" (func $create (result i64)))
        (memory (export "memory") 1)
        (data (i32.const 2048) "{}") (data (i32.const 4096) "{}")
        (func (export "_start") (local $mutex i64) {}))"#,
        escaped(&options),
        escaped(&wasm),
        body.replace("$LEN", &wasm.len().to_string()),
    );
    let mut maker = actor("maker", &text);
    maker.grants.push(Grant { object: GrantObject::Spawner(None), rights: Rights::ALL });
    maker
}

/// Bytes as the text format writes them.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "\\{byte:02x}");
        text
    })
}

fn log_flood() {
    let text = r#"(module
        (import "env" "sys_log" (func $log (param i32 i32)))
        (memory (export "memory") 1)
        (func (export "_start")
            (memory.fill (i32.const 0) (i32.const 10) (i32.const 65535))
            (call $log (i32.const 0) (i32.const 65536))
            (call $log (i32.const 61440) (i32.const 4096))))"#;
    let run = seen(vec![actor("flood", text)], Vec::new());
    assert_eq!(run.lost, 0, "a trace drained after each poll loses nothing");
    let refusal = What::Refuse { call: CallName::Log, refusal: Refusal::TooLong };
    assert_eq!(run.whats().filter(|what| *what == refusal).count(), 1, "the longer one");
    assert_eq!(run.whats().filter(|what| *what == What::Log).count(), 4096, "the shorter one");
}
