//! Modules that nobody would write, by wasm-smith; and bytes that are hardly modules any more.

use crate::reference::profile::profile;
use crate::reference::script::Draw;
use crate::same;
use arbitrary::Unstructured;
use std::panic::AssertUnwindSafe;
use wasm_smith::Config;
use wasm_smith::Module;

pub(crate) fn smith(seed: u64) -> Option<Vec<u8>> {
    let mut draw = Draw::new(seed);
    let config = Config {
        allow_start_export: draw.one_in(8),
        allow_floats: !draw.one_in(3),
        custom_page_sizes_enabled: draw.one_in(4),
        max_imports: 6,
        max_instructions: [60, 150, 600][draw.below(3) as usize],
        disallow_traps: draw.one_in(2),
        tail_call_enabled: true,
        ..profile()
    };
    let len = 200 + draw.below(12000) as usize;
    let bytes = draw.bytes(len);
    let module = Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    Some(module.to_bytes())
}

/// Runs modules and shrinks nothing: the seed tells which it was.
fn campaign(seeds: core::ops::Range<u64>) {
    let (mut modules, mut refused, mut seen, mut failures) = (0, 0, 0, 0);
    for seed in seeds.clone() {
        let Some(wasm) = smith(seed) else { continue };
        modules += 1;
        let leaves_one_in = [1, 2, 5, u64::MAX][seed as usize % 4];
        let outcome =
            std::panic::catch_unwind(AssertUnwindSafe(|| same(&wasm, None, seed, leaves_one_in)));
        match outcome {
            Ok(Some(count)) => seen += count,
            Ok(None) => refused += 1,
            Err(_) => {
                failures += 1;
                eprintln!("seed {seed}");
                if 5 < failures {
                    break;
                }
            }
        }
    }
    println!("{modules} modules, {refused} refused, {seen} events, {failures} failures");
    assert_eq!(failures, 0);
}

#[test]
fn modules_that_nobody_would_write_run_the_same() {
    campaign(0..1500);
}

#[test]
#[ignore = "takes long"]
fn very_many_modules_run_the_same() {
    campaign(1_000_000..1_012_000);
}

#[test]
fn what_wasmi_leaves_to_chance_is_told_from_differences() {
    campaign(1_008_318..1_008_319);
    campaign(1_009_990..1_009_991);
}

#[test]
fn hostile_bytes_are_refused_or_run_the_same() {
    let mut failures = 0;
    for seed in 0..1500 {
        let Some(mut wasm) = smith(seed) else { continue };
        let mut draw = Draw::new(!seed);
        if wasm.len() < 9 {
            continue;
        }
        for _ in 0..1 + draw.below(5) {
            let place = 8 + draw.below(wasm.len() as u64 - 8) as usize;
            wasm[place] = draw.next() as u8;
        }
        let outcome = std::panic::catch_unwind(|| same(&wasm, None, seed, 3));
        if outcome.is_err() {
            eprintln!("seed {seed}");
            failures += 1;
        }
    }
    assert_eq!(failures, 0);
}
