//! How messages travel.

use abi::refusal::Refusal;
use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::manifest::ActorManifest;
use kernel::trace::What;

use crate::kernel::Case;
use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::knowing;

pub(super) const CASES: &[Case] = &[
    ("a_full_mailbox_is_an_answer_and_loses_nothing", full),
    ("a_receiver_of_higher_priority_runs_at_once", outranked),
    ("a_handler_is_given_each_message_once_and_in_order", handled),
    ("a_handler_without_a_buffer_gets_memory_of_its_own", grown_buffer),
    ("a_handler_without_memory_learns_what_a_message_is_about", no_memory),
    ("a_capability_arrives_with_its_message_or_neither_does", no_slot),
    ("a_message_that_is_larger_than_the_buffer_stays", small_buffer),
    ("the_kernels_opcodes_cannot_be_sent", reserved),
    ("nobody_reads_anothers_mailbox", foreign),
];

const PRELUDE: &str = r#"
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_yield" (func $yield))
    (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
    (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
    (import "env" "sys_cap_copy" (func $copy (param i64) (result i64)))
    (memory (export "memory") 1)
    (func $say (param $byte i32)
        (i32.store8 (i32.const 0) (local.get $byte))
        (call $log (i32.const 0) (i32.const 1)))
    (func $tell (param $code i32)
        (call $say (i32.sub (i32.const 65) (local.get $code))))
    (func $message (param $byte i32) (result i32)
        (i32.store8 (i32.const 16) (local.get $byte))
        (call $send (i64.const 3) (i32.const 7) (i32.const 16) (i32.const 1) (i64.const -1)))
"#;

fn start(name: &str, body: &str) -> ActorManifest {
    actor(name, &format!(r#"(module {PRELUDE} (func (export "_start") {body}))"#))
}

/// Receives and says the first byte of the payload, for ever.
const LISTEN: &str = "(loop
    (drop (call $recv (i64.const 0) (i32.const 64) (i32.const 256)))
    (call $say (i32.load8_u (i32.const 96))) (br 0))";

/// `(func $message)` for each of these bytes.
fn messages(bytes: &str) -> String {
    bytes.bytes().map(|byte| format!("(drop (call $message (i32.const {byte})))")).collect()
}

/// Sixteen messages fit; the seventeenth is answered with `Full` (`H` is `A` minus -7).
fn full() {
    let body = format!(
        "{} (call $tell (call $message (i32.const 33))) (call $yield)
        (call $tell (call $message (i32.const 113)))",
        messages("abcdefghijklmnop")
    );
    let sender = knowing(start("sender", &body), "listener", Rights::WRITE);
    let run = Run::of(vec![sender, start("listener", LISTEN)], 40);
    assert_eq!(run.logged("sender"), ["H", "A"]);
    assert_eq!(run.logged("listener").concat(), "abcdefghijklmnopq");
}

fn outranked() {
    let body = format!("{} (call $say (i32.const 33))", messages("x"));
    let sender = knowing(start("sender", &body), "listener", Rights::WRITE);
    let mut listener = start("listener", LISTEN);
    listener.priority = 17;
    let run = Run::of(vec![sender, listener], 40);
    assert_eq!(run.logged("listener"), ["x"]);
    let sent = run.did("sender");
    assert!(matches!(sent[0], What::Send { .. }), "{sent:?}");
    assert_eq!(run.logged("sender"), ["!"]);
}

/// Says the first byte of each payload, and stops at `.`.
const HANDLER: &str = r#"(func (export "handle_message")
        (param $opcode i32) (param $source i64) (param $at i32) (param $len i32) (result i32)
    (call $say (i32.load8_u (local.get $at)))
    (i32.ne (i32.load8_u (local.get $at)) (i32.const 46)))"#;

fn handled() {
    let buffer = r#"(global (export "MESSAGE_BUFFER") i32 (i32.const 1024))"#;
    let handler = actor("handler", &format!("(module {PRELUDE} {buffer} {HANDLER})"));
    let sender = knowing(start("sender", &messages("one.two")), "handler", Rights::WRITE);
    let run = Run::of(vec![sender, handler], 40);
    assert_eq!(run.logged("handler").concat(), "one.");
}

fn grown_buffer() {
    let handler = actor("handler", &format!("(module {PRELUDE} {HANDLER})"));
    let sender = knowing(start("sender", &messages("hi")), "handler", Rights::WRITE);
    let run = Run::of(vec![sender, handler], 40);
    assert_eq!(run.logged("handler"), ["h", "i"]);
}

/// It stays for opcode 7 and returns for any other.
fn no_memory() {
    let handler = actor(
        "handler",
        r#"(module (func (export "handle_message")
            (param $opcode i32) (param $source i64) (param $at i32) (param $len i32) (result i32)
            (i32.eq (local.get $opcode) (i32.const 7))))"#,
    );
    let body = format!(
        "{} (drop (call $send (i64.const 3) (i32.const 8) (i32.const 0) (i32.const 4)
            (i64.const -1)))",
        messages("xy")
    );
    let sender = knowing(start("sender", &body), "handler", Rights::WRITE);
    let did = Run::of(vec![sender, handler], 40).did("handler");
    let received = did.iter().filter(|what| matches!(what, What::Receive { .. })).count();
    assert_eq!(received, 3);
    assert!(did.contains(&What::Exit(ExitReason::Returned)), "{did:?}");
}

/// The receiver fills its cspace with copies before it receives: the send is refused (`K` is `A`
/// minus -10) and nothing is in the mailbox.
fn no_slot() {
    let send =
        "(call $send (i64.const 3) (i32.const 7) (i32.const 16) (i32.const 1) (i64.const 0))";
    let body = format!("(call $tell {send}) {}", messages("x"));
    let sender = knowing(start("sender", &body), "hoarder", Rights::WRITE);
    let hoard =
        format!("(loop (br_if 0 (i64.ge_s (call $copy (i64.const 0)) (i64.const 0)))) {LISTEN}");
    let mut hoarder = start("hoarder", &hoard);
    hoarder.priority = 17;
    let run = Run::of(vec![sender, hoarder], 40);
    assert_eq!(run.logged("sender"), ["K"]);
    assert_eq!(run.logged("hoarder"), ["x"]);
}

/// A buffer of 32 bytes holds no payload; the second attempt gets the same message.
fn small_buffer() {
    let body = format!(
        "(if (i64.eq (i64.const -9) (call $recv (i64.const 0) (i32.const 64) (i32.const 32)))
            (then (call $say (i32.const 33)))) {LISTEN}"
    );
    let sender = knowing(start("sender", &messages("x")), "listener", Rights::WRITE);
    let run = Run::of(vec![sender, start("listener", &body)], 40);
    assert_eq!(run.logged("listener"), ["!", "x"]);
}

fn reserved() {
    let body = "(call $tell (call $send (i64.const 3) (i32.const 0xff000010) (i32.const 0)
        (i32.const 0) (i64.const -1)))";
    let sender = knowing(start("sender", body), "listener", Rights::WRITE);
    let run = Run::of(vec![sender, start("listener", LISTEN)], 40);
    assert_eq!(run.logged("sender"), ["F"]);
    assert_eq!(Refusal::OutOfRange as i32, -5);
    assert_eq!(run.logged("listener"), [] as [&str; 0]);
}

/// Even a capability to read another's endpoint does not.
fn foreign() {
    let body = "(call $tell (i32.wrap_i64
        (call $recv (i64.const 3) (i32.const 64) (i32.const 256))))";
    let thief = knowing(start("thief", body), "listener", Rights::READ);
    let run = Run::of(vec![thief, start("listener", LISTEN)], 40);
    assert_eq!(run.logged("thief"), ["D"]);
    assert_eq!(Refusal::NoRight as i32, -3);
}
