//! Hostile modules are refused at boot, each with a reason that names what is wrong.

use abi::rights::Rights;

use kernel::manifest::Program;

use crate::kernel::Case;
use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::knowing;
use crate::kernel::bench::refusal;

pub(super) const CASES: &[Case] = &[
    ("bytes_that_are_no_module_are_refused", no_module),
    ("an_unknown_import_is_named", unknown_import),
    ("an_import_of_another_type_is_shown_with_both_types", wrong_import),
    ("a_module_without_an_entry_is_refused", no_entry),
    ("an_entry_of_another_type_is_refused", wrong_entry),
    ("a_module_that_starts_too_large_is_refused", too_large),
    ("a_start_function_that_never_ends_is_refused", endless_start),
    ("a_start_function_may_not_call_the_kernel", calling_start),
    ("threads_and_vectors_are_outside_the_profile", profile),
    ("a_name_is_given_once", names),
    ("actors_together_have_no_more_than_the_arena", arena),
    ("memory_grows_up_to_the_quota_and_tables_never", growth),
];

const EMPTY: &str = r#"(module (func (export "_start")))"#;

fn no_module() {
    let mut broken = actor("broken", EMPTY);
    broken.program = Program::Wasm(b"\x7fELF".to_vec().into());
    let reason = refusal(vec![broken]);
    assert!(reason.starts_with("actor `broken`: no valid wasm module: "), "{reason}");
}

fn unknown_import() {
    let text = r#"(module (import "wasi_snapshot_preview1" "fd_write"
        (func (param i32 i32 i32 i32) (result i32))) (func (export "_start")))"#;
    assert_eq!(
        refusal(vec![actor("a", text)]),
        "actor `a`: imports `wasi_snapshot_preview1.fd_write`, which the kernel does not have"
    );
}

fn wrong_import() {
    let text = r#"(module (import "env" "sys_log" (func (param i32))) (func (export "_start")))"#;
    assert_eq!(
        refusal(vec![actor("a", text)]),
        "actor `a`: imports `env.sys_log` as (i32), but it is (i32, i32)"
    );
}

fn no_entry() {
    assert_eq!(
        refusal(vec![actor("a", "(module)")]),
        "actor `a`: exports neither `_start` nor `handle_message`: nothing to run"
    );
}

fn wrong_entry() {
    let text = r#"(module (func (export "handle_message") (param i32) (result i32) i32.const 0))"#;
    assert_eq!(
        refusal(vec![actor("a", text)]),
        "actor `a`: exports `handle_message` with the wrong type: \
         it must be (i32, i64, i32, i32) -> i32"
    );
}

fn too_large() {
    let text = r#"(module (memory (export "memory") 3) (func (export "_start")))"#;
    assert_eq!(
        refusal(vec![actor("a", text)]),
        "actor `a`: needs 196608 bytes of memory, but may have 131072"
    );
}

fn endless_start() {
    let text = "(module (func $f (loop br 0)) (start $f) (func (export \"_start\")))";
    let reason = refusal(vec![actor("a", text)]);
    assert!(reason.starts_with("actor `a`: does not start: "), "{reason}");
}

fn calling_start() {
    let text = r#"(module (import "env" "sys_yield" (func $yield)) (start $yield)
        (func (export "_start")))"#;
    let reason = refusal(vec![actor("a", text)]);
    assert!(reason.ends_with("the start function may not call the kernel"), "{reason}");
}

fn profile() {
    for text in [
        r#"(module (memory 1 1 shared) (func (export "_start")))"#,
        r#"(module (func (export "_start") v128.const i64x2 0 0 drop))"#,
        r#"(module (memory i64 1) (func (export "_start")))"#,
        r#"(module (memory 1) (memory 1) (func (export "_start")))"#,
    ] {
        let reason = refusal(vec![actor("a", text)]);
        assert!(reason.starts_with("actor `a`: no valid wasm module: "), "{reason}");
    }
}

fn names() {
    let reason = refusal(vec![actor("a", EMPTY), actor("a", EMPTY)]);
    assert_eq!(reason, "actor `a`: its name must be unique and have 1 to 32 bytes");
    let stranger = knowing(actor("a", EMPTY), "b", Rights::WRITE);
    assert_eq!(refusal(vec![stranger]), "actor `a`: is granted unknown actor `b`");
}

fn arena() {
    let mut large = actor("large", EMPTY);
    large.memory = 8 << 20;
    let reason = refusal(vec![large, actor("one_more", EMPTY)]);
    assert_eq!(
        reason,
        "actor `one_more`: may have 131072 bytes of memory, but only 0 are left for actors"
    );
}

/// Logs one letter for each attempt: `y` if it grew, `n` if not.
fn growth() {
    let text = r#"(module
        (import "env" "sys_log" (func $log (param i32 i32)))
        (memory (export "memory") 1)
        (table 1 funcref)
        (table $empty 0 funcref)
        (data (i32.const 0) "yn")
        (func $tell (param $grew i32)
            (call $log (i32.eq (local.get $grew) (i32.const -1)) (i32.const 1)))
        (func (export "_start")
            (call $tell (memory.grow (i32.const 1)))
            (call $tell (memory.grow (i32.const 1)))
            (call $tell (memory.grow (i32.const 0)))
            (call $tell (table.grow 0 (ref.null func) (i32.const 1)))
            (call $tell (table.grow $empty (ref.null func) (i32.const 1)))))"#;
    let run = Run::of(vec![actor("a", text)], 10);
    assert_eq!(run.logged("a"), ["y", "n", "y", "n", "n"]);
}
