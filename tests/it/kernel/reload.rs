//! Other code for an actor that lives: what stays, when it happens, and what is refused.

use std::fmt::Write;

use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::manifest::ActorManifest;
use kernel::manifest::Backoff;
use kernel::manifest::ChildSpec;
use kernel::manifest::GrantObject;
use kernel::manifest::Program;
use kernel::manifest::Restart;
use kernel::manifest::Strategy;
use kernel::manifest::SupervisorManifest;
use kernel::manifest::SupervisorSpec;
use kernel::native::Native;
use kernel::time::Duration;
use kernel::trace::What;

use crate::kernel::Case;
use crate::kernel::bench::ARENA;
use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::seed::bench::granted;

pub(super) const CASES: &[Case] = &[
    ("who_waits_for_a_message_is_reloaded_at_once", waiting),
    ("who_is_busy_is_reloaded_at_its_next_receive", busy),
    ("mail_waits_for_the_new_code", mail),
    ("a_loop_can_become_a_handler_and_a_handler_a_loop", shapes),
    ("a_refused_reload_leaves_the_old_code_running", refused),
    ("a_reload_needs_the_right_to_the_child_and_a_module_of_its_own", rights),
    ("a_reload_needs_memory_for_both_codes_only_until_it_happens", memory),
    ("who_dies_before_its_reload_begins_its_next_life_with_the_new_code", dead),
    ("who_crashes_at_once_can_be_mended_between_two_lives", between),
    ("who_asks_is_told_before_and_may_still_call", told),
    ("a_reload_lets_go_of_mutexes", mutex),
    ("a_deadline_of_the_old_code_is_not_the_new_ones", deadline),
    ("an_actor_can_reload_itself", itself),
    ("what_is_kept_stays_and_what_waits_in_the_mailbox", kept),
    ("a_module_in_granted_memory_becomes_an_actor", granted_memory),
];

/// Imports of all these actors, a page of memory, and a way to log a byte.
const PRELUDE: &str = r#"
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_yield" (func $yield))
    (import "env" "sys_sleep" (func $sleep (param i64 i64) (result i32)))
    (import "env" "sys_self" (func $self (result i64)))
    (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
    (import "env" "sys_cap_recv_timeout"
        (func $recv_within (param i64 i32 i32 i64) (result i64)))
    (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
    (import "env" "sys_cap_mint" (func $mint (param i64 i32 i64) (result i64)))
    (import "env" "sys_cap_keep" (func $keep (param i32 i32) (result i32)))
    (import "env" "sys_cap_info" (func $info (param i64 i32 i32) (result i32)))
    (import "env" "sys_reload" (func $reload (param i64 i32 i32) (result i32)))
    (import "env" "sys_reload_notice" (func $notice (param i32) (result i32)))
    (import "env" "sp_mutex_create" (func $mutex (result i64)))
    (import "env" "sp_mutex_lock" (func $lock (param i64) (result i32)))
    (memory (export "memory") 1)
    (func $say (param $byte i32)
        (i32.store8 (i32.const 0) (local.get $byte))
        (call $log (i32.const 0) (i32.const 1)))
    (func $next (drop (call $recv (i64.const 0) (i32.const 1024) (i32.const 2048))))
    (func $nap (drop (call $sleep (i64.const 2) (i64.const 100000))))
"#;

fn start(body: &str) -> String {
    format!(r#"(module {PRELUDE} (func (export "_start") {body}))"#)
}

/// Logs a letter for each message.
fn looping(letter: char) -> String {
    let letter = u32::from(letter);
    start(&format!("(loop (call $next) (call $say (i32.const {letter})) (br 0))"))
}

fn handling(letter: char) -> String {
    let letter = u32::from(letter);
    format!(
        r#"(module {PRELUDE} (func (export "handle_message") (param i32 i64 i32 i32) (result i32)
            (call $say (i32.const {letter})) (i32.const 1)))"#
    )
}

/// The child of [`boss`], in whose mailbox there is room for four.
fn child(text: &str) -> ActorManifest {
    ActorManifest { mailbox: 4, ..actor("child", text) }
}

/// Sends to the child in slot 3 and reloads it with these modules as its body says: `(reload N)` and
/// `(send)`. Every reload's answer is logged as a letter: a is 0, b is 1, A is -1, and so on.
fn boss(modules: &[&[u8]], body: &str) -> ActorManifest {
    let mut data = String::new();
    let mut at = 4096;
    let mut body = body.replace(
        "(send)",
        "(if (call $send (i64.const 3) (i32.const 1) (i32.const 0) (i32.const 0) (i64.const -1))
            (then (call $say (i32.const 33))))",
    );
    for (index, module) in modules.iter().enumerate() {
        let escaped: String = module.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let _ = writeln!(data, "(data (i32.const {at}) \"{escaped}\")");
        let reload = format!(
            "(call $tell (call $reload (i64.const 3) (i32.const {at}) (i32.const {})))",
            module.len()
        );
        body = body.replace(&format!("(reload {index})"), &reload);
        at += module.len();
    }
    let text = format!(
        r#"(module {PRELUDE} {data}
        (func $tell (param $answer i32)
            (if (i32.lt_s (local.get $answer) (i32.const 0))
                (then (call $say (i32.sub (i32.const 64) (local.get $answer))))
                (else (call $say (i32.add (i32.const 97) (local.get $answer))))))
        (func (export "_start") {body}))"#
    );
    let boss = actor("boss", &text);
    granted(boss, GrantObject::Child("child".to_owned()), Rights::WRITE)
}

fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the test's own module is right")
}

/// What became of a child and its boss.
fn run(child: ActorManifest, modules: &[&str], body: &str) -> Run {
    let modules: Vec<Vec<u8>> = modules.iter().map(|text| wasm(text)).collect();
    let modules: Vec<&[u8]> = modules.iter().map(Vec::as_slice).collect();
    Run::of(vec![child, boss(&modules, body)], 400)
}

fn waiting() {
    for old in [looping('o'), handling('o')] {
        let body = "(call $yield) (send) (call $yield) (reload 0) (send) (call $yield)";
        let run = run(child(&old), &[&looping('n')], body);
        assert_eq!(run.logged("boss"), ["a"]);
        assert_eq!(run.logged("child"), ["o", "n"], "the same id, by the same capability");
        assert!(!run.did("child").contains(&What::ReloadDue));
    }
}

fn busy() {
    let old = start(
        "(call $next) (call $say (i32.const 111)) (call $nap) (call $say (i32.const 112))
        (call $next) (call $say (i32.const 113))",
    );
    let body = "(call $yield) (send) (call $yield) (reload 0) (send) (call $nap) (call $nap)";
    let run = run(child(&old), &[&looping('n')], body);
    assert_eq!(run.logged("boss"), ["b"]);
    assert_eq!(run.logged("child"), ["o", "p", "n"], "what it has begun it ends");
    assert!(run.did("child").contains(&What::ReloadDue));
}

fn mail() {
    let body = "(call $yield) (send) (send) (send) (reload 0) (send) (call $nap)";
    let old = start("(call $nap) (loop (call $next) (call $say (i32.const 111)) (br 0))");
    for new in [looping('n'), handling('n')] {
        let run = run(child(&old), &[&new], body);
        assert_eq!(run.logged("child"), ["n", "n", "n", "n"]);
    }
}

fn shapes() {
    let body = "(call $yield) (send) (call $yield) (reload 0) (send) (send) (call $nap)
        (reload 1) (send) (call $nap)";
    let codes = (&handling('h'), &looping('l'));
    let run = run(child(&looping('o')), &[codes.0, codes.1], body);
    assert_eq!(run.logged("boss"), ["a", "a"]);
    assert_eq!(run.logged("child"), ["o", "h", "h", "l"]);
}

fn refused() {
    let too_large = r#"(module (memory (export "memory") 3) (func (export "_start")))"#;
    let trapping = r#"(module (memory (export "memory") 1) (func $s unreachable) (start $s)
        (func (export "_start")))"#;
    let foreign = r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
        (func (export "_start")))"#;
    let nothing = "(module)";
    let body = "(call $yield) (reload 0) (reload 1) (reload 2) (reload 3) (send) (call $yield)";
    let run = run(child(&looping('o')), &[too_large, trapping, foreign, nothing], body);
    assert_eq!(run.logged("boss"), ["T", "T", "T", "T"], "-20 is `invalid`");
    assert_eq!(run.logged("child"), ["o"]);
    assert_eq!(run.count(What::StartFailed), 4);
}

struct Service;

impl Native for Service {
    fn handle(
        &mut self,
        _: &mut dyn kernel::call::Host,
        _: &abi::message::Header,
        _: &[u8],
    ) -> bool {
        true
    }
}

fn rights() {
    let module = wasm(&looping('n'));
    let mut powerless = boss(&[&module], "(reload 0)");
    powerless.grants[2].rights = Rights::READ;
    let run = Run::of(vec![child(&looping('o')), powerless], 100);
    assert_eq!(run.logged("boss"), ["C"], "-3 is `right not held`");

    let mut stranger = boss(&[&module], "(reload 0)");
    stranger.grants[2].object = GrantObject::Endpoint("child".to_owned());
    let run = Run::of(vec![child(&looping('o')), stranger], 100);
    assert_eq!(run.logged("boss"), ["D"], "-4 is `wrong kind of object`");

    let program = Program::Native(|| Box::new(Service));
    let service = ActorManifest { program, memory: 0, ..child(&looping('o')) };
    let run = Run::of(vec![service, boss(&[&module], "(reload 0)")], 100);
    assert_eq!(run.logged("boss"), ["D"]);

    let gone = child(&start(""));
    let run = Run::of(vec![gone, boss(&[&module], "(call $nap) (reload 0)")], 100);
    assert_eq!(run.logged("boss"), ["K"], "-11 is `actor is dead`");
}

fn memory() {
    let body = "(call $yield) (reload 0) (call $nap) (reload 0)";
    // Boss and child have two pages each: there is room for one page less than what is asked.
    let large = |pages: usize| ActorManifest {
        memory: pages << 16,
        ..child(&start("(call $nap) (loop (call $next) (br 0))"))
    };
    let half = (ARENA >> 16) / 2;
    let run = |pages| run(large(pages), &[&looping('n')], body).logged("boss").join("");
    assert_eq!(run(half - 1), "ba", "when it has happened, the memory is there again");
    assert_eq!(run(half), "RR", "-18 is `no room left`");
}

fn dead() {
    let old = start("(call $nap) unreachable");
    let restart = ChildSpec { restart: Restart::Permanent, ..ChildSpec::TEMPORARY };
    let child = ActorManifest { child: restart, ..child(&old) };
    let body = "(call $yield) (reload 0) (call $nap) (call $nap) (send)";
    let run = run(child, &[&looping('n')], body);
    assert_eq!(run.logged("boss"), ["b"]);
    assert_eq!(run.logged_in_any_life("child"), ["n"]);
}

fn between() {
    let restart = ChildSpec { restart: Restart::Permanent, ..ChildSpec::TEMPORARY };
    let patient = SupervisorManifest {
        name: String::from("patient"),
        parent: None,
        spec: SupervisorSpec {
            strategy: Strategy::OneForOne,
            intensity: 5,
            period: Duration::from_secs(1),
            backoff: Backoff { first: Duration::from_millis(1), last: Duration::from_millis(1) },
        },
        child: restart,
    };
    let child = ActorManifest {
        child: restart,
        supervisor: Some(patient.name.clone()),
        ..child(&start("unreachable"))
    };
    // The second restart waits for a millisecond, and the child is dead meanwhile.
    let body = "(call $nap) (reload 0)
        (drop (call $sleep (i64.const 2) (i64.const 5000000))) (send) (call $nap)";
    let module = wasm(&looping('n'));
    let run = Run::under(vec![patient], vec![child, boss(&[&module], body)], 200);
    assert_eq!(run.logged("boss"), ["b"]);
    assert_eq!(run.logged_in_any_life("child"), ["n"]);
}

fn told() {
    // Told, it says so and calls something that waits; then it receives, and is no more.
    let old = start(
        "(drop (call $notice (i32.const 1)))
        (loop $again
            (call $next)
            (if (i32.eq (i32.load (i32.const 1048)) (i32.const 0xff0000a1))
                (then (call $say (i32.const 116)) (call $nap) (call $say (i32.const 115)))
                (else (call $say (i32.const 111))))
            (br $again))",
    );
    let body = "(call $yield) (reload 0) (send) (call $nap) (call $nap) (send) (call $nap)
        (reload 0)";
    let run = run(child(&old), &[&looping('n')], body);
    assert_eq!(run.logged("boss"), ["b", "a"], "the new code has not asked");
    assert_eq!(run.logged("child"), ["t", "s", "n", "n"]);
}

/// The child has locked a mutex that it gave to the other, who waits for it.
fn mutex() {
    let old = start(
        "(local $mutex i64)
        (local.set $mutex (call $mutex))
        (drop (call $lock (local.get $mutex)))
        (drop (call $send (i64.const 3) (i32.const 1) (i32.const 0) (i32.const 0)
            (local.get $mutex)))
        (loop (call $next) (br 0))",
    );
    let other = start(
        "(call $next)
        (drop (call $lock (i64.load (i32.const 1040))))
        (call $say (i32.const 108))",
    );
    let child = granted(child(&old), GrantObject::Endpoint("other".to_owned()), Rights::WRITE);
    let module = wasm(&looping('n'));
    let body = "(call $nap) (call $say (i32.const 45)) (reload 0)";
    let run = Run::of(vec![child, boss(&[&module], body), actor("other", &other)], 200);
    assert_eq!(run.logged("boss"), ["-", "a"]);
    assert_eq!(run.logged("other"), ["l"]);
}

fn deadline() {
    let old = start(
        "(drop (call $recv_within
            (i64.const 0) (i32.const 1024) (i32.const 2048) (i64.const 50000)))
        (call $say (i32.const 33))",
    );
    let body = "(call $yield) (reload 0) (call $nap) (send) (call $nap)";
    for new in [handling('n'), looping('n')] {
        let run = run(child(&old), &[&new], body);
        assert_eq!(run.logged("boss"), ["a"]);
        assert_eq!(run.logged("child"), ["n"]);
    }
}

fn itself() {
    let module = wasm(&looping('n'));
    let body = "(reload 0) (call $say (i32.const 111)) (call $next) (call $say (i32.const 33))";
    let mut own = boss(&[&module], body);
    own.grants[2].object = GrantObject::Child("boss".to_owned());
    let other = start(
        "(call $nap) (drop (call $send
            (i64.const 3) (i32.const 1) (i32.const 0) (i32.const 0) (i64.const -1)))",
    );
    let other =
        granted(actor("other", &other), GrantObject::Endpoint("boss".to_owned()), Rights::WRITE);
    let run = Run::of(vec![own, other], 100);
    assert_eq!(run.logged("boss"), ["b", "o", "n"]);
}

/// The actor mints three, keeps one, and one more comes with a message that waits.
fn kept() {
    let keeper = start(
        "(call $nap)
        (drop (call $mint (i64.const 0) (i32.const 3) (i64.const 1)))
        (i64.store (i32.const 64) (call $mint (i64.const 0) (i32.const 3) (i64.const 2)))
        (drop (call $mint (i64.const 0) (i32.const 3) (i64.const 3)))
        (call $say (i32.add (i32.const 48) (call $keep (i32.const 64) (i32.const 1))))
        (call $say (i32.add (i32.const 48) (call $info (i64.load (i32.const 64)) (i32.const 128)
            (i32.const 24))))
        (call $next)
        (call $say (i32.add (i32.const 48) (call $info (i64.load (i32.const 1040)) (i32.const 128)
            (i32.const 24))))
        (call $say (i32.sub (i32.const 0) (call $keep (i32.const 64) (i32.const 65))))",
    );
    let sender = start(
        "(drop (call $send (i64.const 3) (i32.const 1) (i32.const 0) (i32.const 0)
            (i64.const 0)))
        (call $next)",
    );
    let to = GrantObject::Endpoint("keeper".to_owned());
    let cast = vec![actor("keeper", &keeper), granted(actor("sender", &sender), to, Rights::WRITE)];
    let run = Run::of(cast, 100);
    assert_eq!(run.logged("keeper"), ["2", "0", "0", "\u{5}"], "65 are more than there can be");
}

/// A module in the region in slot 4 becomes an actor, and other code for it.
fn granted_memory() {
    let maker = r#"(module
        (import "env" "sys_spawn_memory" (func $spawn (param i64 i64 i32 i32) (result i64)))
        (import "env" "sys_reload_memory" (func $reload (param i64 i64) (result i32)))
        (import "env" "sys_log" (func $log (param i32 i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\10\02\04\00\00\00\01\00\00\00\00\00\00\00\00\00kid")
        (data (i32.const 64) "0123")
        (func $say (param $digit i32)
            (call $log (i32.add (i32.const 64) (local.get $digit)) (i32.const 1)))
        (func (export "_start") (local $kid i64)
            (local.set $kid
                (call $spawn (i64.const 3) (i64.const 4) (i32.const 0) (i32.const 48)))
            (call $say (i64.lt_s (i64.const 0) (local.get $kid)))
            (call $say (call $reload (local.get $kid) (i64.const 5)))
            ;; The log in slot 1 is no memory.
            (call $say (i32.eq (i32.const -4) (call $reload (local.get $kid) (i64.const 1))))))"#;
    let mut maker = actor("maker", maker);
    maker = granted(maker, GrantObject::Spawner(None), Rights::WRITE);
    for region in 0..2 {
        maker = granted(maker, GrantObject::Region(region.to_string()), Rights::READ);
    }
    let run = Run::with_regions(vec![maker], [looping('o'), looping('n')].map(|t| wasm(&t)), 100);
    assert_eq!(run.logged("maker"), ["1", "0", "1"]);
    let ended = run.did("kid").iter().any(|what| {
        matches!(what, What::Exit(reason)
        if *reason != ExitReason::Killed)
    });
    assert!(!ended, "it waits for messages");
}
