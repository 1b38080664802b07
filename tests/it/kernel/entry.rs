//! Which functions of a module are entered, and when.

use kernel::fault::ExitReason;
use kernel::fault::Fault;
use kernel::manifest::ActorManifest;
use kernel::trace::What;

use crate::kernel::Case;
use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::refusal;
use crate::seed::bench::granted;

pub(super) const CASES: &[Case] = &[
    ("a_start_comes_before_the_handler_and_messages_wait_for_it", both),
    ("a_start_that_ends_the_actor_is_its_end", ended),
    ("messages_lie_beyond_what_a_start_takes_for_its_own", beyond),
    ("a_start_that_leaves_no_memory_for_messages_is_a_fault", greedy),
    ("initialize_runs_once_before_anything_else", initialized),
    ("an_initialize_that_cannot_be_run_is_refused", refused),
];

const PRELUDE: &str = r#"
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_exit" (func $exit (param i32)))
    (import "env" "sys_sleep" (func $sleep (param i64 i64) (result i32)))
    (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "payload")
    (func $say (param $byte i32)
        (i32.store8 (i32.const 0) (local.get $byte))
        (call $log (i32.const 0) (i32.const 1)))
    (func $nap (drop (call $sleep (i64.const 2) (i64.const 100000))))
"#;

/// The actor that is looked at.
fn module(functions: &str) -> ActorManifest {
    actor("module", &format!("(module {PRELUDE} {functions})"))
}

/// Sends it two messages, one before its start can be over.
fn client() -> ActorManifest {
    let send = "(drop (call $send
        (i64.const 3) (i32.const 1) (i32.const 16) (i32.const 7) (i64.const -1)))";
    let text = format!(
        r#"(module {PRELUDE} (func (export "_start") {send} (call $nap) (call $nap) {send}))"#
    );
    let object = kernel::manifest::GrantObject::Endpoint("module".to_owned());
    granted(actor("client", &text), object, abi::rights::Rights::WRITE)
}

fn run(functions: &str) -> Run {
    Run::of(vec![module(functions), client()], 100)
}

/// A handler that logs the first byte of each payload.
const HANDLER: &str = r#"
    (func (export "handle_message") (param i32 i64 i32 i32) (result i32)
        (if (local.get 3) (then (call $log (local.get 2) (local.get 3))))
        (i32.const 1))"#;

fn both() {
    let start = r#"(func (export "_start")
        (call $say (i32.const 97)) (call $nap) (call $say (i32.const 122)))"#;
    let run = run(&format!("{start} {HANDLER}"));
    assert_eq!(run.logged("module"), ["a", "z", "payload", "payload"]);
}

fn ended() {
    let start = r#"(func (export "_start") (call $say (i32.const 97)) (call $exit (i32.const 0)))"#;
    let run = run(&format!("{start} {HANDLER}"));
    assert_eq!(run.logged("module"), ["a"]);
    assert_eq!(run.did("module")[1], What::Exit(ExitReason::Exited(0)));
}

/// A runtime that takes all memory up to its end for its heap, and fills it.
fn beyond() {
    let run = run(r#"
        (global $end (mut i32) (i32.const 0))
        (func (export "_start")
            (global.set $end (i32.mul (memory.size) (i32.const 65536)))
            (memory.fill (i32.const 1024) (i32.const 120) (i32.const 64512)))
        (func (export "handle_message") (param i32 i64 i32 i32) (result i32)
            (if (local.get 3)
                (then
                    (call $say (i32.add (i32.const 48)
                        (i32.le_u (global.get $end) (local.get 2))))
                    (call $log (local.get 2) (local.get 3))))
            (i32.const 1))"#);
    assert_eq!(run.logged("module"), ["1", "payload", "1", "payload"]);
}

/// Two pages are all that it may have, and it takes both.
fn greedy() {
    let start = r#"(func (export "_start") (drop (memory.grow (i32.const 1))))"#;
    let run = run(&format!("{start} {HANDLER}"));
    assert_eq!(run.did("module")[0], What::Exit(ExitReason::Faulted(Fault::Limit)));
}

fn initialized() {
    let initialize = r#"
        (global $count (mut i32) (i32.const 48))
        (func (export "_initialize")
            (global.set $count (i32.add (global.get $count) (i32.const 1))))
        (func $show (call $say (global.get $count)))"#;
    let start = r#"(func (export "_start") (call $show))"#;
    assert_eq!(run(&format!("{initialize} {start}")).logged("module"), ["1"]);
    let handler = r#"(func (export "handle_message") (param i32 i64 i32 i32) (result i32)
        (if (local.get 3) (then (call $show))) (i32.const 1))"#;
    assert_eq!(run(&format!("{initialize} {handler}")).logged("module"), ["1", "1"]);
}

fn refused() {
    let wrong = r#"(func (export "_initialize") (result i32) (i32.const 0))"#;
    let text = refusal(vec![module(&format!("{wrong} {HANDLER}"))]);
    assert!(text.contains("_initialize"), "{text}");
    let trapping = r#"(func (export "_initialize") unreachable)"#;
    let text = refusal(vec![module(&format!("{trapping} {HANDLER}"))]);
    assert!(text.contains("unreachable"), "{text}");
    let calling = r#"(func (export "_initialize") (call $say (i32.const 97)))"#;
    let text = refusal(vec![module(&format!("{calling} {HANDLER}"))]);
    assert!(text.contains("may not call the kernel"), "{text}");
}
