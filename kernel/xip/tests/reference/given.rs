//! What a module is given to run with, by whichever engine.

use crate::reference::script::Draw;
use std::cell::RefCell;
use xip::ValueType;

/// The kernel's limits.
pub(crate) const CALLS_MAX: usize = 256;
pub(crate) const STACK_MAX: usize = 64 * 1024;
pub(crate) const TABLES_MAX: usize = 4;
pub(crate) const ELEMENTS_MAX: usize = 4096;

/// Fuel for start functions.
pub(crate) const START_FUEL: u64 = 10_000;

/// How much fuel there is at a time.
pub(crate) const BUDGETS: [u64; 4] = [7, 97, 1000, 10007];

thread_local! {
    /// The names of a module's exports in its own order.
    pub(crate) static ORDER: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What an imported global holds at first.
pub(crate) fn global(kind: ValueType) -> u64 {
    match kind {
        ValueType::I32 => 1024,
        ValueType::I64 => 1 << 40,
        ValueType::F32 => u64::from(1.5f32.to_bits()),
        ValueType::F64 => 2.5f64.to_bits(),
        _ => 0,
    }
}

/// What a function is called with.
pub(crate) fn argument(draw: &mut Draw, kind: ValueType) -> u64 {
    match kind {
        ValueType::I32 | ValueType::F32 => draw.value() as u32 as u64,
        ValueType::I64 | ValueType::F64 => draw.value(),
        _ => 0,
    }
}

/// The kernel adds a budget each turn until there is enough.
pub(crate) fn refuelled(mut fuel: u64, required: u64, budget: u64) -> u64 {
    while fuel < required {
        fuel += budget;
    }
    fuel
}
