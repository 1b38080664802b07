//! Reload under fire: a counter is given other code again and again while a client sends it a stream of
//! numbers. No number is lost, doubled or reordered, the client's capability never breaks, and what
//! the counter counts is right, whichever way its codes keep it.

use abi::rights::Rights;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;
use kernel::trace::What;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::law::law;
use crate::seed::bench::granted;
use crate::seed::server::server;

/// Numbers in the stream.
const NUMBERS: u32 = 400;

/// How often the counter is given other code. Some of it is broken, and some is thrown away for what
/// comes before the counter's next receive: on average, more than a hundred take over.
const RELOADS: usize = 220;

/// How a counter's code is made.
#[derive(Clone, Copy, Debug)]
struct Code {
    /// `handle_message` instead of a loop that blocks.
    is_handler: bool,
    /// It keeps its count in memory and saves it when it is told of a reload.
    is_told: bool,
    /// Rounds of a loop that it spends on each number, so that its slices end anywhere.
    spin: u32,
}

/// What is done between two reloads.
#[derive(Clone, Copy, Debug)]
enum Pause {
    Nothing,
    Yield,
    Spin(u32),
    /// Nanoseconds.
    Sleep(u32),
}

/// One reload: what comes before, and which code; [`CODES`] is one that is broken.
type Reload = (Pause, usize);

/// How many codes there are.
const CODES: usize = 3;

#[derive(Clone, Debug)]
struct Case {
    codes: [Code; CODES],
    reloads: Vec<Reload>,
    /// Of counter, client and reloader.
    priorities: [u8; 3],
    /// How many numbers the client sends ahead.
    ahead: u32,
    client_spin: u32,
}

pub(super) fn trials() -> Vec<Trial> {
    vec![law("reload::no_number_is_lost_doubled_or_reordered", cases(), in_order)]
}

fn cases() -> impl Strategy<Value = Case> {
    let spin = || prop_oneof![2 => 0..200u32, 1 => 0..12_000u32];
    let code = (any::<bool>(), any::<bool>(), spin());
    let code = code.prop_map(|(is_handler, is_told, spin)| Code { is_handler, is_told, spin });
    let pause = prop_oneof![
        Just(Pause::Nothing),
        Just(Pause::Yield),
        (0..12_000u32).prop_map(Pause::Spin),
        (0..20_000u32).prop_map(Pause::Sleep),
    ];
    let which = prop_oneof![9 => 0..CODES, 1 => Just(CODES)];
    (
        [code.clone(), code.clone(), code],
        vec((pause, which), RELOADS),
        [14..18u8, 14..18u8, 14..18u8],
        1..20u32,
        spin(),
    )
        .prop_map(|(codes, reloads, priorities, ahead, client_spin)| Case {
            codes,
            reloads,
            priorities,
            ahead,
            client_spin,
        })
}

fn in_order(case: Case) -> Result<(), TestCaseError> {
    let [counter, client, reloader] = case.priorities;
    let cast = vec![
        server(),
        with_names(actor("counter", &case.codes[0].text()), counter, &["client"], Some("server")),
        with_names(actor("client", &stream(&case)), client, &["counter"], None),
        granted(
            ActorManifest { priority: reloader, ..actor("reloader", &reloads(&case)) },
            GrantObject::Child("counter".to_owned()),
            Rights::WRITE,
        ),
    ];
    let run = Run::of(cast, 200_000);
    prop_assert_eq!(run.logged("client"), ["all"]);
    prop_assert_eq!(run.logged("reloader"), ["done"]);
    prop_assert!(run.logged("counter").is_empty(), "{:?}", run.logged("counter"));
    let did = run.did("counter");
    let ended = did.iter().any(|what| matches!(what, What::Exit(_)));
    prop_assert!(!ended, "one life is enough");
    let good = case.reloads.iter().filter(|(_, code)| *code < CODES).count();
    let renewed = did.iter().filter(|what| matches!(what, What::Reload { .. })).count();
    prop_assert!(renewed <= good);
    // A code that waits is thrown away for one that comes later, but the last one takes over.
    prop_assert!(good == 0 || 0 < renewed);
    Ok(())
}

fn with_names(
    actor: ActorManifest,
    priority: u8,
    others: &[&str],
    server: Option<&str>,
) -> ActorManifest {
    let mut actor = ActorManifest { priority, ..actor };
    for other in others {
        actor = granted(actor, GrantObject::Endpoint((*other).to_owned()), Rights::WRITE);
    }
    if let Some(server) = server {
        let root = GrantObject::Directory(server.to_owned());
        actor = granted(actor, root, Rights::READ | Rights::WRITE);
    }
    actor
}

/// What all of them import, a page of memory with room for a message from 1024 on, and a loop that
/// takes time.
const PRELUDE: &str = r#"
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_yield" (func $yield))
    (import "env" "sys_sleep" (func $sleep (param i64 i64) (result i32)))
    (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
    (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
    (import "env" "sys_cap_mint" (func $mint (param i64 i32 i64) (result i64)))
    (import "env" "sys_cap_keep" (func $keep (param i32 i32) (result i32)))
    (import "env" "sys_reload" (func $reload (param i64 i32 i32) (result i32)))
    (import "env" "sys_reload_notice" (func $notice (param i32) (result i32)))
    (import "env" "sys_state_save" (func $save_state (param i32 i32 i32 i32) (result i32)))
    (import "env" "sys_state_load" (func $load_state (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func $spin (param $rounds i32)
        (loop $again
            (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
            (br_if $again (i32.lt_s (i32.const 0) (local.get $rounds)))))
    (func $say (param $at i32) (param $len i32) (call $log (local.get $at) (local.get $len)))
"#;

impl Code {
    /// A counter: for the number in a message it sends the client in slot 3 that number and how
    /// many it has counted. Its state is under the key `count`.
    fn text(self) -> String {
        let Code { is_handler, is_told, spin } = self;
        let is_told = i32::from(is_told);
        let entry = if is_handler {
            r#"(func (export "handle_message")
                (param $opcode i32) (param $from i64) (param $at i32) (param $len i32) (result i32)
                (call $hear (local.get $opcode) (local.get $at))
                (i32.const 1))"#
        } else {
            r#"(func (export "_start")
                (call $begin)
                (loop $next
                    (if (i64.lt_s (call $recv (i64.const 0) (i32.const 1024) (i32.const 2048))
                            (i64.const 0))
                        (then unreachable))
                    (call $hear (i32.load (i32.const 1048)) (i32.const 1056))
                    (br $next)))"#
        };
        format!(
            r#"(module {PRELUDE}
            (data (i32.const 0) "count")
            (global $has_begun (mut i32) (i32.const 0))
            (global $count (mut i32) (i32.const 0))
            ;; Each code mints one capability: without clearing up, the slots would be used up.
            (func $begin
                (if (global.get $has_begun) (then (return)))
                (global.set $has_begun (i32.const 1))
                (if (i32.lt_s (call $keep (i32.const 0) (i32.const 0)) (i32.const 0))
                    (then unreachable))
                (if (i64.lt_s (call $mint (i64.const 0) (i32.const 3) (i64.const 7)) (i64.const 0))
                    (then unreachable))
                (drop (call $notice (i32.const {is_told})))
                (call $load))
            (func $load (local $len i32)
                (local.set $len
                    (call $load_state (i32.const 0) (i32.const 5) (i32.const 16) (i32.const 4)))
                (if (i32.eq (local.get $len) (i32.const -17)) (then (return)))
                (if (i32.ne (local.get $len) (i32.const 4)) (then unreachable))
                (global.set $count (i32.load (i32.const 16))))
            (func $save
                (i32.store (i32.const 16) (global.get $count))
                (if (call $save_state (i32.const 0) (i32.const 5) (i32.const 16) (i32.const 4))
                    (then unreachable)))
            (func $hear (param $opcode i32) (param $at i32) (local $answer i32)
                (call $begin)
                (if (i32.eq (local.get $opcode) (i32.const 0xff0000a1))
                    (then (call $save) (return)))
                ;; The end of the client is not a number.
                (if (i32.ne (local.get $opcode) (i32.const 1)) (then (return)))
                (i32.store (i32.const 32) (i32.load (local.get $at)))
                (global.set $count (i32.add (global.get $count) (i32.const 1)))
                (i32.store (i32.const 36) (global.get $count))
                (if (i32.eqz (i32.const {is_told})) (then (call $save)))
                (call $spin (i32.const {spin}))
                (loop $again
                    (local.set $answer (call $send
                        (i64.const 3) (i32.const 2) (i32.const 32) (i32.const 8) (i64.const -1)))
                    (if (i32.eq (local.get $answer) (i32.const -7))
                        (then (call $yield) (br $again))))
                (if (local.get $answer) (then unreachable)))
            {entry})"#
        )
    }
}

/// The client: sends the numbers in order to the counter in slot 3 and looks at each answer.
fn stream(case: &Case) -> String {
    let Case { ahead, client_spin, .. } = case;
    format!(
        r#"(module {PRELUDE}
        (data (i32.const 0) "allwrongbroken")
        (global $sent (mut i32) (i32.const 0))
        (global $got (mut i32) (i32.const 0))
        ;; Whether another number is on its way.
        (func $offer (result i32) (local $answer i32)
            (if (i32.eq (global.get $sent) (i32.const {NUMBERS})) (then (return (i32.const 0))))
            (if (i32.eq (i32.sub (global.get $sent) (global.get $got)) (i32.const {ahead}))
                (then (return (i32.const 0))))
            (i32.store (i32.const 64) (i32.add (global.get $sent) (i32.const 1)))
            (local.set $answer (call $send
                (i64.const 3) (i32.const 1) (i32.const 64) (i32.const 4) (i64.const -1)))
            (if (i32.eq (local.get $answer) (i32.const -7)) (then (return (i32.const 0))))
            (if (local.get $answer)
                (then (call $say (i32.const 8) (i32.const 6)) unreachable))
            (global.set $sent (i32.add (global.get $sent) (i32.const 1)))
            (call $spin (i32.const {client_spin}))
            (i32.const 1))
        (func (export "_start")
            (loop $next
                (if (i32.eq (global.get $got) (i32.const {NUMBERS}))
                    (then (call $say (i32.const 0) (i32.const 3)) (return)))
                (br_if $next (call $offer))
                (drop (call $recv (i64.const 0) (i32.const 1024) (i32.const 2048)))
                (global.set $got (i32.add (global.get $got) (i32.const 1)))
                (if (i32.or
                        (i32.ne (i32.load (i32.const 1056)) (global.get $got))
                        (i32.ne (i32.load (i32.const 1060)) (global.get $got)))
                    (then (call $say (i32.const 3) (i32.const 5)) unreachable))
                (br $next))))"#
    )
}

/// The reloader: does one reload after the other to its child in slot 3, and looks at the answers.
fn reloads(case: &Case) -> String {
    let mut data = String::new();
    let mut places = Vec::new();
    let mut at = 1024;
    let good = case.codes.iter().map(|code| wat::parse_str(code.text()).expect("a counter's code"));
    for module in good.chain([b"\0asm\x01\0\0\0broken".to_vec()]) {
        let escaped: String = module.iter().map(|byte| format!("\\{byte:02x}")).collect();
        data += &format!("(data (i32.const {at}) \"{escaped}\")\n");
        places.push((at, module.len()));
        at += module.len();
    }
    let mut body = String::new();
    for (pause, code) in &case.reloads {
        body += &match pause {
            Pause::Nothing => String::new(),
            Pause::Yield => "(call $yield)\n".to_owned(),
            Pause::Spin(rounds) => format!("(call $spin (i32.const {rounds}))\n"),
            Pause::Sleep(nanos) => {
                format!("(drop (call $sleep (i64.const 2) (i64.const {nanos})))\n")
            }
        };
        let (at, len) = places[*code];
        let lowest = if *code < CODES { "0" } else { "-20" };
        let highest = if *code < CODES { "1" } else { "-20" };
        body += &format!(
            "(call $expect (call $reload (i64.const 3) (i32.const {at}) (i32.const {len}))
                (i32.const {lowest}) (i32.const {highest}))\n"
        );
    }
    format!(
        r#"(module {PRELUDE}
        (data (i32.const 0) "donewrong")
        {data}
        (func $expect (param $answer i32) (param $lowest i32) (param $highest i32)
            (if (i32.or
                    (i32.lt_s (local.get $answer) (local.get $lowest))
                    (i32.lt_s (local.get $highest) (local.get $answer)))
                (then (call $say (i32.const 4) (i32.const 5)) unreachable)))
        (func (export "_start")
            {body}
            (call $say (i32.const 0) (i32.const 4))))"#
    )
}
