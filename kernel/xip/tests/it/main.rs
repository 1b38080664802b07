//! What this interpreter promises: nobody can tell it from wasmi.

mod actor;
mod odd;
mod ours;
#[path = "../reference/mod.rs"]
mod reference;
mod smith;

use reference::given::BUDGETS;
use reference::given::ORDER;
use reference::script::Script;
use reference::theirs;
use reference::verdict::compare;
use reference::verdict::is_left_to_chance;
use wasmparser::Operator;
use wasmparser::Parser;
use wasmparser::Payload;
use wasmparser::TypeRef;

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
        (Ok(_), Err(error)) if error.to_string().contains("wasmi 2.0.0 gets wrong") => return None,
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
