//! What the pass promises: a metered module on wasmtime cannot be told from the module on wasmi.
//!
//! The runs on wasmi, the modules and the host are those of `kernel/xip`, whose interpreter
//! makes the same promise.

mod actor;
mod odd;
mod ours;
#[path = "../../../../kernel/xip/tests/it/script.rs"]
mod script;
mod smith;
#[path = "../../../../kernel/xip/tests/it/theirs.rs"]
mod theirs;

use metering::Limits;
use metering::Untreatable;
use metering::meter;
use script::Draw;
use script::Script;
use script::Seen;
use std::cell::RefCell;
use xip::ValueType;

/// The kernel's limits.
pub(crate) const CALLS_MAX: usize = 256;
pub(crate) const STACK_MAX: usize = 64 * 1024;
pub(crate) const TABLES_MAX: usize = 4;
pub(crate) const ELEMENTS_MAX: usize = 4096;
pub(crate) const LIMITS: Limits =
    Limits { calls: CALLS_MAX as u64, values: (STACK_MAX / size_of::<u64>()) as u64 };

/// How much fuel there is at a time.
pub(crate) const BUDGETS: [u64; 4] = [7, 97, 1000, 10007];

thread_local! {
    /// The names of a module's exports in its own order.
    pub(crate) static ORDER: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn given_global(kind: ValueType) -> u64 {
    match kind {
        ValueType::I32 => 1024,
        ValueType::I64 => 1 << 40,
        ValueType::F32 => u64::from(1.5f32.to_bits()),
        ValueType::F64 => 2.5f64.to_bits(),
        _ => 0,
    }
}

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

/// Whether wasmi runs to another effect if something else lay on its stack before: then it reads
/// what it has never written.
fn is_left_to_chance(engine: &wasmi::Engine, run: &mut dyn FnMut() -> Vec<Seen>) -> bool {
    let mut runs = [0, u64::MAX, 0x5555_5555_5555_5555].map(|dirt| {
        theirs::leave_dirt(engine, dirt);
        run()
    });
    runs.sort_by_key(|seen| format!("{seen:?}"));
    runs.first() != runs.last()
}

fn compare(wanted: &[Seen], got: &[Seen], budget: u64) {
    let place = wanted.iter().zip(got).position(|(wanted, got)| wanted != got);
    let place = place.unwrap_or(wanted.len().min(got.len()));
    let (wanted, got) = (&wanted[place.saturating_sub(1)..], &got[place.saturating_sub(1)..]);
    let few = |seen: &[Seen]| format!("{:#?}", &seen[..seen.len().min(3)]);
    assert!(
        wanted == got,
        "budget {budget}, event {place}: wanted {}, but got {}",
        few(wanted),
        few(got)
    );
}
