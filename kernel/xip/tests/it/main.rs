//! What this interpreter promises: nobody can tell it from wasmi.

mod actor;
mod odd;
mod ours;
mod script;
mod smith;
mod theirs;

use script::Draw;
use script::Script;
use script::Seen;
use std::cell::RefCell;
use wasmparser::Operator;
use wasmparser::Parser;
use wasmparser::Payload;
use wasmparser::TypeRef;
use xip::ValueType;

/// The kernel's limits.
pub(crate) const CALLS_MAX: usize = 256;
pub(crate) const STACK_MAX: usize = 64 * 1024;
pub(crate) const TABLES_MAX: usize = 4;
pub(crate) const ELEMENTS_MAX: usize = 4096;

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

/// Runs bytes on both, to the same effect. Returns how much was seen; nothing if both refuse them,
/// or this one does because wasmi would get them wrong, or wasmi leaves it to chance what
/// they do.
pub(crate) fn same(
    wasm: &[u8],
    only: Option<&str>,
    seed: u64,
    leaves_one_in: u64,
) -> Option<usize> {
    let engine = theirs::engine();
    let reference = wasmi::Module::new(&engine, wasm);
    let module = xip::Module::new(wasm);
    let (reference, module) = match (reference, module) {
        (Ok(reference), Ok(module)) => (reference, module),
        (Err(_), Err(_)) => return None,
        (Ok(_), Err(error)) if error.text.contains("wasmi 2.0.0 gets wrong") => return None,
        (Ok(_), Err(error)) => panic!("refused here alone: {error}"),
        (Err(error), Ok(_)) => panic!("refused by wasmi alone: {error}"),
    };
    let mut seen = 0;
    for budget in BUDGETS {
        let script = || {
            let is_kind = only.is_some() && seed.is_multiple_of(2);
            Script { is_kind, ..Script::new(seed, leaves_one_in, 1 << 20) }
        };
        let mut theirs = || {
            ORDER.set(module.exports().map(|export| export.name).collect());
            theirs::run(&engine, &reference, only, budget, script())
        };
        let wanted = theirs();
        let mut ours = script();
        ours::run(&module, only, budget, &mut ours);
        if wanted != ours.seen
            && (may_end_in_a_call_of_the_host(wasm) || is_left_to_chance(&engine, &mut theirs))
        {
            return None;
        }
        compare(&wanted, &ours.seen, budget);
        seen += wanted.len();
    }
    Some(seen)
}

/// Whether a function can end in a call of the host. If another function has called it and the
/// call leaves, wasmi 2.0.0 puts the results where the caller does not look for them.
fn may_end_in_a_call_of_the_host(wasm: &[u8]) -> bool {
    let mut imported = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("it is valid") {
            Payload::ImportSection(section) => {
                let kinds = section.into_iter().map(|import| import.expect("it is valid").ty);
                imported += kinds.filter(|kind| matches!(kind, TypeRef::Func(_))).count();
            }
            Payload::CodeSectionEntry(body) => {
                let operators = body.get_operators_reader().expect("it is valid");
                for operator in operators {
                    match operator.expect("it is valid") {
                        Operator::ReturnCall { function_index }
                            if (function_index as usize) < imported =>
                        {
                            return true;
                        }
                        Operator::ReturnCallIndirect { .. } if 0 < imported => return true,
                        _ => (),
                    }
                }
            }
            _ => (),
        }
    }
    false
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
