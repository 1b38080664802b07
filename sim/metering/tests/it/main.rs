//! What the pass promises: a metered module on wasmtime cannot be told from the module on wasmi.
//!
//! The runs on wasmi, the modules and the host are those of `kernel/xip`, whose interpreter
//! makes the same promise.

mod actor;
mod odd;
mod ours;
#[path = "../../../../kernel/xip/tests/reference/mod.rs"]
mod reference;
mod smith;

use metering::Limits;
use metering::Untreatable;
use metering::meter;
use reference::given::BUDGETS;
use reference::given::CALLS_MAX;
use reference::given::ORDER;
use reference::given::STACK_MAX;
use reference::script::Script;
use reference::theirs;
use reference::verdict::compare;
use reference::verdict::is_left_to_chance;

/// The kernel's limits.
pub(crate) const LIMITS: Limits =
    Limits { calls: CALLS_MAX as u64, values: (STACK_MAX / size_of::<u64>()) as u64 };

/// What became of comparing a module.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It ran to the same effect, so often and with so many events.
    Same { runs: usize, events: usize },
    /// wasmi refuses it.
    Invalid,
    /// The pass does not treat it.
    Untreated(Untreatable),
    /// wasmtime does not take it.
    Uncompiled(String),
    /// wasmi leaves it to chance what it does.
    LeftToChance,
}

/// Runs bytes on both, to the same effect.
pub(crate) fn same(wasm: &[u8], only: Option<&str>, seed: u64, leaves_one_in: u64) -> Outcome {
    let engine = theirs::engine();
    let Ok(reference) = wasmi::Module::new(&engine, wasm) else {
        assert!(meter(wasm, &LIMITS).is_err(), "wasmi refuses what the pass accepts");
        return Outcome::Invalid;
    };
    let metered = match meter(wasm, &LIMITS) {
        Ok(metered) => metered,
        Err(reason) => return Outcome::Untreated(reason),
    };
    let module = match ours::compile(&metered.wasm) {
        Ok(module) => module,
        Err(error) => return Outcome::Uncompiled(format!("{error:#}")),
    };
    let original = xip::Module::new(wasm).expect("the pass has accepted it");
    let (mut runs, mut events) = (0, 0);
    for budget in BUDGETS {
        let script = || {
            let is_kind = only.is_some() && seed.is_multiple_of(2);
            Script { is_kind, ..Script::new(seed, leaves_one_in, 1 << 20) }
        };
        let mut theirs = || {
            ORDER.set(original.exports().map(|export| export.name).collect());
            theirs::run(&engine, &reference, only, budget, script())
        };
        let wanted = theirs();
        let got = ours::run(&original, &module, only, budget, script());
        if wanted != got && is_left_to_chance(&engine, &mut theirs) {
            return Outcome::LeftToChance;
        }
        compare(&wanted, &got, budget);
        runs += 1;
        events += wanted.len();
    }
    Outcome::Same { runs, events }
}
