//! Whatever words an actor calls the kernel with, the kernel answers: nothing panics, nobody else
//! is disturbed, and the answer is a result or a refusal that exists.

use std::fmt::Write;

use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use abi::rights::Rights;
use kernel::trace::What;

use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::knowing;
use crate::law::law;
use crate::seed::script::Function;
use crate::seed::sys::FUNCTIONS;

/// The calls about capabilities, messages, time, the screen and pins. Drawn actors (`fuzz`) make all
/// calls there are, but they may end by them.
const CALLS: [&str; 22] = [
    "sys_log",
    "sys_cap_send",
    "sys_cap_send_rights",
    "sys_cap_recv",
    "sys_cap_recv_timeout",
    "sys_cap_mem_read",
    "sys_cap_mem_write",
    "sys_fb_info",
    "sys_fb_layout",
    "sys_fb_flush",
    "sys_cap_info",
    "sys_cap_copy",
    "sys_cap_mint",
    "sys_cap_mint_range",
    "sys_cap_delete",
    "sys_cap_revoke",
    "sys_time",
    "sys_sleep",
    "sys_yield",
    "sys_self",
    "sys_gpio_read",
    "sys_gpio_write",
];

/// A call with its types.
fn function(which: usize) -> Function {
    let found = FUNCTIONS.iter().find(|(name, _, _)| *name == CALLS[which]);
    *found.expect("every call is in the table of its personality")
}

/// One call: which, and the words for its parameters.
type Call = (usize, [i64; 6]);

pub(super) fn trials() -> Vec<Trial> {
    vec![law("call::any_words_are_answered", vec(call(), 1..40), answered)]
}

fn call() -> impl Strategy<Value = Call> {
    let word = prop_oneof![
        6 => 0..6i64,
        2 => select(vec![-1, i64::from(i32::MAX), i64::from(i32::MIN), i64::MAX, i64::MIN]),
        2 => select(vec![64, 65_504, 65_535, 65_536, 1 << 32, (1 << 32) | 1]),
        1 => any::<i64>(),
        1 => Just(1024),
    ];
    (0..CALLS.len(), [word.clone(), word.clone(), word.clone(), word.clone(), word.clone(), word])
}

/// The caller makes its calls and then says so; a neighbour that it can send to lives on.
fn answered(calls: Vec<Call>) -> Result<(), TestCaseError> {
    let neighbour = r#"(module
        (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
        (memory (export "memory") 1)
        (func (export "_start")
            (loop (drop (call $recv (i64.const 0) (i32.const 0) (i32.const 2048))) (br 0))))"#;
    let mut caller = knowing(actor("caller", &program(&calls)), "neighbour", Rights::ALL);
    caller.priority = 15;
    let run = Run::of(vec![caller, actor("neighbour", neighbour)], 400);
    let died = |what: &What| matches!(what, What::Exit(_));
    prop_assert!(!run.did("neighbour").iter().any(died), "the neighbour died");
    let waits = run.logged("caller").is_empty() || run.logged("caller").last() != Some(&"done");
    // A caller that is not done waits for a message or for a moment that is far away.
    let blocking = calls.iter().any(|(which, _)| CALLS[*which].starts_with("sys_cap_recv"));
    let sleeping = calls.iter().any(|(which, _)| CALLS[*which] == "sys_sleep");
    let logless = calls.iter().any(|(which, _)| CALLS[*which] == "sys_cap_delete");
    prop_assert_eq!(waits && !(blocking || sleeping || logless), false);
    Ok(())
}

/// A module that makes the calls one after the other and logs `done`.
fn program(calls: &[Call]) -> String {
    let mut imports = String::new();
    for (name, parameters, result) in (0..CALLS.len()).map(function) {
        let parameters = types(parameters);
        let result =
            if result.is_empty() { String::new() } else { format!("(result{})", types(result)) };
        // Writing to a string cannot fail.
        let _ = write!(
            imports,
            r#"(import "sys" "{name}" (func ${name} (param{parameters}) {result}))"#
        );
    }
    let mut body = String::new();
    for (which, words) in calls {
        let (name, parameters, result) = function(*which);
        let words = parameters.chars().zip(words).map(|(kind, word)| match kind {
            'i' => format!("(i32.const {})", *word as i32),
            _ => format!("(i64.const {word})"),
        });
        let words: String = words.collect();
        let call = format!("(call ${name} {words})");
        let _ = if result.is_empty() {
            writeln!(body, "{call}")
        } else {
            writeln!(body, "(drop {call})")
        };
    }
    format!(
        r#"(module {imports} (memory (export "memory") 1) (data (i32.const 65000) "done")
        (func (export "_start") {body} (call $sys_log (i32.const 65000) (i32.const 4))))"#
    )
}

fn types(letters: &str) -> String {
    letters.chars().map(|letter| if letter == 'i' { " i32" } else { " i64" }).collect()
}
