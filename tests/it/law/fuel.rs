//! The law of fuel: nothing is executed that is not on somebody's account, and a slice is a slice.

use std::collections::BTreeMap;

use kernel::Next;
use kernel::limits::SLICE_FUEL;
use kernel::time::Instant;
use kernel::trace::What;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use crate::kernel::bench::actor;
use crate::kernel::bench::machine;
use crate::law::law;

/// More than any block of these actors costs, and any call.
const BLOCK_MAX: u64 = 200;

pub(super) fn trials() -> Vec<Trial> {
    vec![law(
        "fuel::what_is_executed_is_on_somebodys_account_and_slices_add_up",
        (vec((1..60usize, 0..3usize, 0..4u8), 1..5), 1..120usize),
        accounts_add_up,
    )]
}

/// An actor that adds so many numbers, makes a call, and begins again.
fn text(adds: usize, call: usize) -> String {
    let sum = "(drop (i32.add (local.get $n) (i32.const 1)))".repeat(adds);
    let call = ["", "(drop (call $self))", "(call $yield)"][call];
    format!(
        r#"(module
        (import "env" "sys_yield" (func $yield))
        (import "env" "sys_self" (func $self (result i64)))
        (func (export "_start") (local $n i32) (loop {sum} {call} br 0)))"#
    )
}

/// Each actor is drawn as its numbers, its call and its priority above 16.
fn accounts_add_up((drawn, polls): (Vec<(usize, usize, u8)>, usize)) -> Result<(), TestCaseError> {
    let actors = drawn.iter().enumerate().map(|(index, (adds, call, above))| {
        let mut actor = actor(&format!("a{index}"), &text(*adds, *call));
        actor.priority += above;
        actor
    });
    let (mut kernel, mut board) = machine(actors.collect());
    let mut slices: BTreeMap<u64, u64> = BTreeMap::new();
    for poll in 0..polls {
        let before = kernel.fuel();
        let next = kernel.poll(Instant::from_nanos(poll as u64), &mut board);
        prop_assert_eq!(next, Next::Now, "they never wait");
        prop_assert!(kernel.fuel() - before <= SLICE_FUEL + BLOCK_MAX);
        kernel.drain_trace(|record, _, _| {
            if record.what == What::Preempt
                && let Some(id) = record.actor
            {
                *slices.entry(id.word()).or_default() += 1;
            }
        });
        let sum: u64 = kernel.processes().map(|process| process.fuel).sum();
        prop_assert_eq!(sum, kernel.fuel(), "executed by nobody");
    }
    for process in kernel.processes() {
        let given = slices.get(&process.id).copied().unwrap_or(0) * SLICE_FUEL;
        let yields = drawn[process.id as u32 as usize].1 == 2;
        // What a slice leaves over is used in the next.
        prop_assert!(yields || process.fuel <= given && given <= process.fuel + BLOCK_MAX);
    }
    Ok(())
}
