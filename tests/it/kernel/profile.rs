//! What a module may use is what `docs/why/0003` lists, on every engine: each line of its table has
//! a module here that does only that, and there is no line without one.

use std::collections::BTreeSet;
use std::fs;

use kernel::manifest::EngineKind;
use sim::engine::why_on_wasmi;

use crate::kernel::Case;
use crate::kernel::bench::actor;
use crate::kernel::bench::outcome_on;
use crate::scenario::root;

pub(super) const CASES: &[Case] = &[
    ("the_list_of_what_a_module_may_use_has_nothing_that_is_not_tried", list),
    ("what_is_on_the_list_runs_on_every_engine", taken),
    ("what_is_not_on_the_list_is_refused_alike_by_every_engine", refused),
];

/// References to things of a host, of which there are none here: without its collector of garbage
/// wasmtime has no such type, and wasmi runs this.
const HELD_BY_HOST: &str = "(table 1 externref)
    (func (export \"_start\") (table.set (i32.const 0) (ref.null extern)))";

/// Words of the left column of the list, and what does only that.
const MAY: [(&str, &[&str]); 6] = [
    (
        "WebAssembly 1.0 with mutable globals",
        &["(global $g (export \"g\") (mut i32) (i32.const 0))
             (func (export \"_start\") (global.set $g (i32.const 1)))"],
    ),
    (
        "floats, with one NaN (below)",
        &["(func (export \"_start\") (drop (f64.div (f64.const 0) (f64.const 0))))"],
    ),
    (
        "multiple results, sign extension, saturating conversions",
        &[
            "(func $two (result i32 i32) i32.const 1 i32.const 2)
             (func (export \"_start\") call $two drop drop)",
            "(func (export \"_start\") (drop (i32.extend8_s (i32.const 200))))",
            "(func (export \"_start\") (drop (i32.trunc_sat_f32_s (f32.const 1e30))))",
        ],
    ),
    (
        "bulk memory, reference types",
        &[
            "(memory 1) (func (export \"_start\")
                (memory.fill (i32.const 0) (i32.const 1) (i32.const 9)))",
            "(table 1 funcref) (func (export \"_start\")
                (table.set (i32.const 0) (ref.null func)))",
            HELD_BY_HOST,
        ],
    ),
    (
        "tail calls, extended constants",
        &[
            "(func $f) (func (export \"_start\") return_call $f)",
            "(global i32 (i32.add (i32.const 1) (i32.const 2))) (func (export \"_start\"))",
        ],
    ),
    (
        "custom page sizes (1 byte)",
        &["(memory (export \"memory\") 100 (pagesize 1)) (func (export \"_start\"))"],
    ),
];

/// Words of the right column, and what does only that.
const MAY_NOT: [(&str, &[&str]); 6] = [
    (
        "SIMD and relaxed SIMD",
        &[
            "(func (export \"_start\") v128.const i64x2 0 0 drop)",
            "(func (export \"_start\") (v128.const i64x2 0 0)
                i32x4.relaxed_trunc_f32x4_s drop)",
        ],
    ),
    (
        "threads, shared memory, atomics",
        &[
            "(memory 1 1 shared) (func (export \"_start\"))",
            "(memory 1) (func (export \"_start\") (drop (i32.atomic.load (i32.const 0))))",
            "(func (export \"_start\") atomic.fence)",
        ],
    ),
    (
        "64-bit memories and tables",
        &[
            "(memory i64 1) (func (export \"_start\"))",
            "(table i64 1 funcref) (func (export \"_start\"))",
        ],
    ),
    ("more than one memory", &["(memory 1) (memory 1) (func (export \"_start\"))"]),
    (
        "exceptions, garbage-collected types",
        &[
            "(tag) (func (export \"_start\"))",
            "(type (struct)) (func (export \"_start\"))",
            "(func (export \"_start\") (drop (ref.i31 (i32.const 1))))",
        ],
    ),
    (
        "wide arithmetic",
        &["(func (export \"_start\") i64.const 0 i64.const 0 i64.mul_wide_s drop drop)"],
    ),
];

fn list() {
    let text = fs::read_to_string(root().join("docs/why/0003-deterministic-profile.md"));
    let text = text.expect("the list is there");
    let rows = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows =
        rows.map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    let (left, right): (BTreeSet<&str>, BTreeSet<&str>) = rows.unzip();
    assert_eq!(left, MAY.into_iter().map(|(words, _)| words).collect());
    assert_eq!(right, MAY_NOT.into_iter().map(|(words, _)| words).collect());
}

fn taken() {
    for (words, bodies) in MAY {
        for body in bodies {
            for engine in [EngineKind::Wasmi, EngineKind::InPlace] {
                assert_eq!(loaded(body, engine), Ok(()), "{words}: {body}");
            }
            // On a computer of 32 bits it runs nothing.
            let is_taken = cfg!(target_pointer_width = "64") && *body != HELD_BY_HOST;
            let reason = why_on_wasmi(&module(body));
            assert_eq!(reason.is_none(), is_taken, "{words}: {body}: {reason:?}");
        }
    }
}

fn refused() {
    for (words, bodies) in MAY_NOT {
        for body in bodies {
            let reason = loaded(body, EngineKind::Wasmi).expect_err(words);
            let is_clear = reason.starts_with("actor `a`: no valid wasm module: ");
            assert!(is_clear, "{words}: {body}: {reason}");
            assert_eq!(loaded(body, EngineKind::InPlace), Err(reason), "{words}: {body}");
            assert!(why_on_wasmi(&module(body)).is_some(), "{words}: {body}");
        }
    }
}

fn module(body: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {body})")).expect("it is a module")
}

/// What comes of an actor that is this module.
fn loaded(body: &str, engine: EngineKind) -> Result<(), String> {
    outcome_on(vec![actor("a", &format!("(module {body})"))], engine)
}
