//! How actors live side by side and how they end.

use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::fault::Fault;
use kernel::trace::What;

use crate::kernel::Case;
use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::knowing;

pub(super) const CASES: &[Case] = &[
    ("a_looping_actor_stops_nobody_of_its_priority", looping),
    ("out_of_fuel_preempts_and_does_not_kill", preempted),
    ("a_yielded_actor_runs_again", yielded),
    ("a_trap_is_an_abnormal_exit", trap),
    ("deep_recursion_kills_its_actor_alone", recursion),
    ("sleep_wakes_on_time", sleep),
    ("a_receive_with_a_deadline_ends_by_it", deadline),
    ("whoever_could_send_to_the_dead_is_told_after_its_last_message", told),
    ("what_is_not_in_the_log_was_not_granted", no_log),
];

/// Imports that most of these actors want, one page of memory, and a way to log one byte.
const PRELUDE: &str = r#"
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_yield" (func $yield))
    (import "env" "sys_sleep" (func $sleep (param i64 i64) (result i32)))
    (import "env" "sys_time" (func $time (param i64) (result i64)))
    (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
    (import "env" "sys_cap_recv_timeout"
        (func $recv_timeout (param i64 i32 i32 i64) (result i64)))
    (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
    (memory (export "memory") 1)
    (func $say (param $byte i32)
        (i32.store8 (i32.const 0) (local.get $byte))
        (call $log (i32.const 0) (i32.const 1)))
"#;

fn start(body: &str) -> String {
    format!(r#"(module {PRELUDE} (func (export "_start") {body}))"#)
}

fn looping() {
    let looper = actor("looper", &start("(loop br 0)"));
    let other = actor("other", &start(r#"(call $say (i32.const 65))"#));
    let run = Run::of(vec![looper, other], 20);
    assert_eq!(run.logged("other"), ["A"]);
    assert_eq!(run.did("other").len(), 3, "it logs, returns and is released");
    assert_eq!(run.did("looper"), [What::Preempt; 19]);
}

fn preempted() {
    let body = "(local $i i32)
        (loop (br_if 0 (i32.lt_u
            (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000))))
        (call $say (i32.const 90))";
    let run = Run::of(vec![actor("a", &start(body))], 100);
    assert_eq!(run.logged("a"), ["Z"]);
    let preempts = run.did("a").iter().filter(|what| **what == What::Preempt).count();
    assert!((3..20).contains(&preempts), "{preempts}");
}

fn yielded() {
    let body = "(call $say (i32.const 49)) (call $yield) (call $say (i32.const 50))";
    let run = Run::of(vec![actor("a", &start(body)), actor("b", &start(body))], 100);
    assert_eq!(run.logged("a"), ["1", "2"]);
    assert_eq!(run.logged("b"), ["1", "2"]);
}

fn trap() {
    for (body, fault) in [
        ("unreachable", Fault::Unreachable),
        ("(drop (i32.load (i32.const 65536)))", Fault::MemoryOutOfBounds),
        ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", Fault::IntegerDivisionByZero),
    ] {
        let run = Run::of(vec![actor("a", &start(body))], 10);
        let reason = ExitReason::Faulted(fault);
        assert!(!reason.is_normal());
        assert_eq!(run.did("a")[0], What::Exit(reason));
    }
}

fn recursion() {
    let deep = format!(
        r#"(module {PRELUDE} (func $f (param i64) (result i64)
            (i64.add (i64.const 1) (call $f (local.get 0))))
            (func (export "_start") (drop (call $f (i64.const 0)))))"#
    );
    let other = actor("other", &start("(call $yield) (call $say (i32.const 65))"));
    let run = Run::of(vec![actor("deep", &deep), other], 10);
    assert_eq!(run.did("deep")[0], What::Exit(ExitReason::Faulted(Fault::StackOverflow)));
    assert_eq!(run.logged("other"), ["A"]);
}

fn sleep() {
    let body = "(drop (call $sleep (i64.const 2) (i64.const 5000000)))
        (if (i64.eq (call $time (i64.const 2)) (i64.const 5000000))
            (then (call $say (i32.const 89))))";
    assert_eq!(Run::of(vec![actor("a", &start(body))], 10).logged("a"), ["Y"]);
}

fn deadline() {
    let body = "(if (i64.eq (i64.const -12)
            (call $recv_timeout (i64.const 0) (i32.const 64) (i32.const 128) (i64.const 7000)))
            (then (call $say (i32.const 84))))
        (if (i64.eq (call $time (i64.const 2)) (i64.const 7000))
            (then (call $say (i32.const 89))))";
    assert_eq!(Run::of(vec![actor("a", &start(body))], 10).logged("a"), ["T", "Y"]);
}

/// The dying actor sends one message and traps; its client reads the message, then the notice,
/// and finds its capability gone.
fn told() {
    let mut dying = knowing(
        actor(
            "dying",
            &start(
                "(drop (call $send (i64.const 3) (i32.const 65) (i32.const 0) (i32.const 0)
                    (i64.const -1)))
                unreachable",
            ),
        ),
        "client",
        Rights::WRITE,
    );
    dying.priority = 20;
    let client = knowing(
        actor(
            "client",
            &start(
                "(drop (call $recv (i64.const 0) (i32.const 64) (i32.const 128)))
                (call $say (i32.load8_u (i32.const 88)))
                (if (i32.eq (i32.const -11) (call $send (i64.const 3) (i32.const 1)
                        (i32.const 0) (i32.const 0) (i64.const -1)))
                    (then (call $say (i32.const 68))))
                (drop (call $recv (i64.const 0) (i32.const 64) (i32.const 128)))
                (if (i32.eq (i32.load (i32.const 88)) (i32.const 0xff000010))
                    (then (call $say (i32.const 78))))
                (if (i32.eq (i32.const -2) (call $send (i64.const 3) (i32.const 1)
                        (i32.const 0) (i32.const 0) (i64.const -1)))
                    (then (call $say (i32.const 83))))",
            ),
        ),
        "dying",
        Rights::WRITE,
    );
    let run = Run::of(vec![dying, client], 20);
    assert_eq!(run.logged("client"), ["A", "D", "N", "S"]);
}

fn no_log() {
    let mut mute = actor("mute", &start("(call $say (i32.const 65))"));
    mute.grants.clear();
    let run = Run::of(vec![mute], 10);
    assert_eq!(run.logged("mute"), [] as [&str; 0]);
    assert!(matches!(run.did("mute")[0], What::Refuse { .. }));
}
