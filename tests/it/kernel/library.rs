//! Shared libraries, which bring no memory of their own, are actors like others: they are given
//! memory, table and addresses, or refused with the reason.

use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::fault::Fault;
use kernel::trace::What;

use crate::kernel::Case;
use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::knowing;
use crate::kernel::bench::refusal;

pub(super) const CASES: &[Case] = &[
    ("a_library_is_given_memory_table_and_addresses", surroundings),
    ("the_addresses_in_a_librarys_data_are_written_before_it_begins", beginnings),
    ("running_over_a_librarys_stack_is_a_fault_and_leaves_its_data_alone", stack),
    ("a_librarys_message_lies_beyond_all_that_it_knows", handler),
    ("a_library_that_needs_another_is_refused_by_its_name", needed),
    ("a_symbol_that_others_may_replace_is_refused_by_its_name", symbols),
    ("a_library_that_is_too_large_is_refused", too_large),
    ("surroundings_of_another_type_are_refused", wrong_types),
    ("a_constructor_that_never_ends_is_refused", endless_constructor),
    ("a_module_that_only_looks_like_a_library_is_none", not_a_library),
];

/// What linkers let every library import.
const IMPORTS: &str = r#"
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "memory" (memory 1))
    (import "env" "__indirect_function_table" (table $table 2 funcref))
    (import "env" "__stack_pointer" (global $stack (mut i32)))
    (import "env" "__memory_base" (global $memory i32))
    (import "env" "__table_base" (global $elements i32))"#;

/// A library with eight bytes of data and two functions in its table.
fn library(body: &str) -> String {
    format!("(module (@dylink.0 (mem-info (memory 8 3) (table 2 0))) {IMPORTS} {body})")
}

/// Logs `data`, calls through the table, and logs whether the addresses are as they must be.
fn surroundings() {
    let text = library(
        r#"(data (global.get $memory) "datayn..")
        (elem (global.get $elements) func $first $second)
        (func $first (call $log (global.get $memory) (i32.const 4)))
        (func $second (call $log (global.get $memory) (i32.const 2)))
        (func $tell (param $is_right i32)
            (call $log
                (i32.add
                    (global.get $memory)
                    (select (i32.const 4) (i32.const 5) (local.get $is_right)))
                (i32.const 1)))
        (func (export "_start")
            (call_indirect $table (global.get $elements))
            (call_indirect $table (i32.add (global.get $elements) (i32.const 1)))
            (call $tell (i32.eqz (i32.and (global.get $memory) (i32.const 7))))
            (call $tell (i32.eqz (i32.and (global.get $stack) (i32.const 15))))
            (call $tell (i32.le_u (global.get $stack) (global.get $memory)))
            (call $tell (i32.le_u (i32.const 8192) (global.get $stack)))
            (call $tell (i32.eq (memory.size) (i32.const 1)))
            (call $tell (i32.eqz (global.get $elements))))"#,
    );
    let run = Run::of(vec![actor("a", &text)], 10);
    assert_eq!(run.logged("a"), ["data", "da", "y", "y", "y", "y", "y", "n"]);
}

/// The relocations write the address of `b`, and the constructor, which comes after them, reads it.
fn beginnings() {
    let text = library(
        r#"(data (global.get $memory) "ab......")
        (func (export "__wasm_call_ctors")
            (i32.store8 (global.get $memory)
                (i32.load8_u (i32.load offset=4 (global.get $memory)))))
        (func (export "__wasm_apply_data_relocs")
            (i32.store offset=4 (global.get $memory)
                (i32.add (global.get $memory) (i32.const 1))))
        (func (export "_start") (call $log (global.get $memory) (i32.const 2)))"#,
    );
    let run = Run::of(vec![actor("a", &text)], 10);
    assert_eq!(run.logged("a"), ["bb"]);
}

fn stack() {
    let text = library(
        r#"(data (global.get $memory) "datayn..")
        (func $push (result i32)
            (global.set $stack (i32.sub (global.get $stack) (i32.const 16)))
            (i64.store (global.get $stack) (i64.const -1))
            (i32.lt_u (i32.const 16) (global.get $stack)))
        (func (export "_start")
            (loop (br_if 0 (call $push)))
            (call $log (global.get $memory) (i32.const 4))
            (loop (drop (call $push)) (br 0)))"#,
    );
    let run = Run::of(vec![actor("a", &text)], 100);
    assert_eq!(run.logged("a"), ["data"]);
    let end = What::Exit(ExitReason::Faulted(Fault::MemoryOutOfBounds));
    assert!(run.did("a").contains(&end), "{:?}", run.did("a"));
}

/// The client's message arrives behind the library's one page.
fn handler() {
    let text = library(
        r#"(data (global.get $memory) "yn......")
        (func (export "handle_message") (param i32 i64) (param $payload i32) (param i32)
            (result i32)
            (call $log
                (i32.add (global.get $memory) (i32.ne (local.get $payload) (i32.const 65568)))
                (i32.const 1))
            (call $log (local.get $payload) (i32.const 4))
            (i32.const 1))"#,
    );
    let client = r#"(module
        (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
        (memory (export "memory") 1) (data (i32.const 0) "ping")
        (func (export "_start")
            (drop (call $send
                (i64.const 3) (i32.const 7) (i32.const 0) (i32.const 4) (i64.const -1)))))"#;
    let client = knowing(actor("client", client), "a", Rights::WRITE);
    let run = Run::of(vec![actor("a", &text), client], 10);
    assert_eq!(run.logged("a"), ["y", "ping"]);
}

/// Why a library of this shape is refused.
fn reason(section: &str, rest: &str) -> String {
    let text = format!("(module (@dylink.0 {section}) {rest} (func (export \"_start\")))");
    refusal(vec![actor("a", &text)])
}

fn needed() {
    assert_eq!(
        reason(r#"(needed "libc.so" "libm.so")"#, ""),
        "actor `a`: is a library that cannot be loaded: it needs the library `libc.so`"
    );
}

fn symbols() {
    let import = r#"(import "GOT.mem" "count" (global (mut i32)))"#;
    assert_eq!(
        reason("(mem-info (memory 4 2))", import),
        "actor `a`: is a library that cannot be loaded: `GOT.mem.count` is a symbol that other \
         libraries may replace: hide it, or link with `-Bsymbolic`"
    );
}

fn too_large() {
    let memory = r#"(import "env" "memory" (memory 1))"#;
    assert_eq!(
        reason("(mem-info (memory 131072 0))", memory),
        "actor `a`: needs 196608 bytes of memory, but may have 131072"
    );
    for (section, import, expected) in [
        ("(mem-info (memory 4294967295 0))", memory, "its memory may not have 4295032832 bytes"),
        (
            "(mem-info (memory 131072 0))",
            r#"(import "env" "memory" (memory 1 2))"#,
            "its memory may not have 196608 bytes",
        ),
        ("(mem-info (memory 1 17))", memory, "it wants to be aligned to 2^17"),
        ("(mem-info (memory 1 4294967295))", memory, "it wants to be aligned to 2^4294967295"),
        ("(mem-info (table 4294967295 0))", "", "it needs a table of 4294967296 elements"),
        (
            "(mem-info (table 7 1))",
            r#"(import "env" "__indirect_function_table" (table 1 8 funcref))"#,
            "its table may not have 9 elements",
        ),
    ] {
        let expected = format!("actor `a`: is a library that cannot be loaded: {expected}");
        assert_eq!(reason(section, import), expected);
    }
}

fn wrong_types() {
    for (import, expected) in [
        (r#""memory" (global i32)"#, "`memory` must be a memory"),
        (
            r#""__memory_base" (global (mut i32))"#,
            "`__memory_base` must be an i32 that never changes",
        ),
        (r#""__table_base" (global i64)"#, "`__table_base` must be an i32 that never changes"),
        (r#""__stack_pointer" (global i32)"#, "`__stack_pointer` must be an i32 that may change"),
        (
            r#""__indirect_function_table" (table 1 externref)"#,
            "`__indirect_function_table` must be a table of functions",
        ),
    ] {
        let import = format!("(import \"env\" {import})");
        let expected =
            format!("actor `a`: is a library that cannot be loaded: its import {expected}");
        assert_eq!(reason("(mem-info (memory 0 0))", &import), expected);
    }
}

fn endless_constructor() {
    let constructor = r#"(func (export "__wasm_call_ctors") (loop (br 0)))"#;
    let reason = reason("(mem-info (memory 0 0))", constructor);
    assert!(reason.starts_with("actor `a`: does not start: "), "{reason}");
}

fn not_a_library() {
    let section = r#"(@custom "dylink.0" (after last) "\01\04\08\03\00\00")"#;
    let memory = r#"(import "env" "memory" (memory 1))"#;
    let text = format!("(module {memory} (func (export \"_start\")) {section})");
    assert_eq!(
        refusal(vec![actor("a", &text)]),
        "actor `a`: imports `env.memory`, which the kernel does not have"
    );
}
