//! What becomes of actors that end below a supervisor, and of those who knew them.

use std::time::Duration;

use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::fault::Fault;
use kernel::manifest::ActorManifest;
use kernel::manifest::Backoff;
use kernel::manifest::ChildSpec;
use kernel::manifest::Restart;
use kernel::manifest::Shutdown;
use kernel::manifest::Strategy;
use kernel::manifest::SupervisorManifest;
use kernel::manifest::SupervisorSpec;
use kernel::trace::What;

use crate::kernel::Case;
use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::knowing;

pub(super) const CASES: &[Case] = &[
    ("what_the_manifest_gave_of_an_actor_reaches_its_next_life", standing),
    ("a_supervisor_gives_up_at_one_restart_more_than_its_intensity", gives_up),
    ("who_is_asked_to_end_has_until_its_deadline", deadline),
];

/// A supervisor with this strategy that allows this many restarts in a second.
fn supervisor(name: &str, strategy: Strategy, intensity: u16) -> SupervisorManifest {
    let period = Duration::from_secs(1);
    let backoff = Backoff { first: Duration::ZERO, last: Duration::ZERO };
    SupervisorManifest {
        name: name.to_owned(),
        parent: None,
        spec: SupervisorSpec { strategy, intensity, period, backoff },
        child: ChildSpec { restart: Restart::Permanent, shutdown: Shutdown::Wait },
    }
}

fn below(mut actor: ActorManifest, name: &str, restart: Restart) -> ActorManifest {
    actor.supervisor = Some(name.to_owned());
    actor.child = ChildSpec { restart, shutdown: Shutdown::Kill };
    actor
}

/// Logs `up`, takes one message, and traps.
const CRASHER: &str = r#"(module
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
    (memory (export "memory") 1)
    (data (i32.const 0) "up")
    (func (export "_start")
        (call $log (i32.const 0) (i32.const 2))
        (drop (call $recv (i64.const 0) (i32.const 64) (i32.const 256)))
        (unreachable)))"#;

/// Sends three messages through slot 3, each when it has been told of a death. Logs the opcode of
/// what it is told, as a letter for the exit's kind.
const CLIENT: &str = r#"(module
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
    (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start") (local $left i32)
        (local.set $left (i32.const 3))
        (loop
            (i32.store8 (i32.const 0) (i32.sub (i32.const 65)
                (call $send (i64.const 3) (i32.const 7) (i32.const 0) (i32.const 0) (i64.const -1))))
            (call $log (i32.const 0) (i32.const 1))
            (drop (call $recv (i64.const 0) (i32.const 64) (i32.const 256)))
            ;; opcode of an exit notice, and the kind in its payload
            (i32.store8 (i32.const 0) (i32.add (i32.const 48) (i32.load (i32.const 104))))
            (call $log (i32.const 0) (i32.const 1))
            (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))"#;

fn standing() {
    let server = below(actor("server", CRASHER), "top", Restart::Transient);
    let client = knowing(actor("client", CLIENT), "server", Rights::WRITE);
    let run = Run::under(vec![supervisor("top", Strategy::OneForOne, 5)], vec![server, client], 60);
    assert_eq!(run.logged("client"), ["A", "2", "A", "2", "A", "2"]);
    assert_eq!(run.logged_in_any_life("server"), ["up"; 4]);
}

fn gives_up() {
    let trap = r#"(module (func (export "_start") (unreachable)))"#;
    let server = below(actor("server", trap), "top", Restart::Permanent);
    let mut top = supervisor("top", Strategy::OneForOne, 40);
    top.child.restart = Restart::Temporary;
    let run = Run::under(vec![top], vec![server], 400);
    let fault = What::Exit(ExitReason::Faulted(Fault::Unreachable));
    assert_eq!(run.count(fault), 41);
    assert_eq!(run.count(What::GiveUp), 1);
}

fn deadline() {
    // `loop` never listens; `crash` takes it along.
    let looper = r#"(module (func (export "_start") (loop br 0)))"#;
    let mut stubborn = below(actor("stubborn", looper), "top", Restart::Permanent);
    stubborn.child.shutdown = Shutdown::After(Duration::from_micros(50));
    let crash = r#"(module
        (import "env" "sys_sleep" (func $sleep (param i64 i64) (result i32)))
        (func (export "_start")
            (drop (call $sleep (i64.const 2) (i64.const 10000))) (unreachable)))"#;
    let crash = below(actor("crash", crash), "top", Restart::Permanent);
    let top = supervisor("top", Strategy::OneForAll, 1);
    let run = Run::under(vec![top], vec![stubborn, crash], 200);
    let ends = run.when(What::Exit(ExitReason::Faulted(Fault::Unreachable)));
    let kills = run.when(What::Exit(ExitReason::Killed));
    assert_eq!(kills[0].since(ends[0]), Duration::from_micros(50));
}
