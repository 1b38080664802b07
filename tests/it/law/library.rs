//! Whatever a module says about itself as a library, it is loaded or refused: nothing panics, and
//! one that is loaded stays within its quota.

use std::fmt::Write;

use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use kernel::trace::What;

use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::outcome;
use crate::law::law;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        law("library::any_needs_are_met_or_refused", needs(), met),
        law("library::any_section_is_read_or_refused", vec(byte(), 0..24), read),
    ]
}

/// Memory and its alignment, table and its alignment, pages and elements of the imports.
type Needs = [u32; 6];

fn needs() -> impl Strategy<Value = Needs> {
    let size = || prop_oneof![Just(0), 0..200_000u32, any::<u32>()];
    let power = || prop_oneof![0..6u32, 0..40u32, any::<u32>()];
    let few = || 0..4u32;
    (size(), power(), size(), power(), few(), few()).prop_map(
        |(memory, align, table, order, pages, elements)| {
            [memory, align, table % 5_000, order, pages, elements]
        },
    )
}

/// Bytes that often are the numbers of parts and small lengths.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![3 => 0..6u8, 1 => any::<u8>()]
}

/// A library that is loaded can write all of its data, 8 KiB of stack and its part of the table.
fn met([memory, align, table, order, pages, elements]: Needs) -> Result<(), TestCaseError> {
    // What lies last is beyond the end if less was given.
    let last = memory.saturating_sub(1);
    let last_element = table.saturating_sub(1);
    let text = format!(
        r#"(module
        (@dylink.0 (mem-info (memory {memory} {align}) (table {table} {order})))
        (import "env" "memory" (memory {pages}))
        (import "env" "__indirect_function_table" (table {elements} funcref))
        (import "env" "__stack_pointer" (global $stack (mut i32)))
        (import "env" "__memory_base" (global $memory i32))
        (import "env" "__table_base" (global $elements i32))
        (func $any)
        (elem declare func $any)
        (func (export "_start"))
        (func (export "__wasm_call_ctors")
            (if (i32.const {table}) (then
                (table.set
                    (i32.add (global.get $elements) (i32.const {last_element}))
                    (ref.func $any)))))
        (func (export "__wasm_apply_data_relocs")
            (if (i32.const {memory}) (then
                (i32.store8 (i32.add (global.get $memory) (i32.const {last})) (i32.const 1))))
            (i64.store (i32.sub (global.get $stack) (i32.const 8192)) (i64.const 2))))"#
    );
    let expected = memory <= (2 << 16) && align <= 16 && order <= 16;
    match outcome(vec![actor("a", &text)]) {
        Ok(()) => prop_assert!(expected, "{text}"),
        Err(reason) => {
            prop_assert!(reason.starts_with("actor `a`: "), "{reason}");
            prop_assert!(!reason.contains("does not start"), "{reason}");
        }
    }
    Ok(())
}

fn read(section: Vec<u8>) -> Result<(), TestCaseError> {
    let mut bytes = String::new();
    for byte in section {
        // Writing to a string cannot fail.
        let _ = write!(bytes, "\\{byte:02x}");
    }
    let text = format!(
        r#"(module (@custom "dylink.0" (before first) "{bytes}") (func (export "_start")))"#
    );
    if let Err(reason) = outcome(vec![actor("a", &text)]) {
        let expected = "actor `a`: is a library that cannot be loaded: ";
        prop_assert!(reason.starts_with(expected), "{reason}");
        return Ok(());
    }
    let run = Run::of(vec![actor("a", &text)], 10);
    let exits = run.did("a").iter().filter(|what| matches!(what, What::Exit(_))).count();
    prop_assert_eq!(exits, 1);
    Ok(())
}
