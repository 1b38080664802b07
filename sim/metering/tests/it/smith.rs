//! Modules that nobody would write, by wasm-smith.

use crate::Outcome;
use crate::reference::profile::profile;
use crate::reference::script::Draw;
use crate::same;
use arbitrary::Unstructured;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use wasm_smith::Config;
use wasm_smith::Module;

fn smith(seed: u64) -> Option<Vec<u8>> {
    let mut draw = Draw::new(seed);
    // References mean nothing to the host, so most modules do without them.
    let has_references = draw.one_in(4);
    let config = Config {
        allow_start_export: draw.one_in(8),
        allow_floats: !draw.one_in(3),
        custom_page_sizes_enabled: draw.one_in(4),
        reference_types_enabled: has_references,
        max_imports: [0, 2, 6][draw.below(3) as usize],
        max_instructions: [60, 150, 600][draw.below(3) as usize],
        disallow_traps: draw.one_in(2),
        max_type_size: if has_references { 1000 } else { 12 },
        tail_call_enabled: draw.one_in(2),
        ..profile()
    };
    let len = 200 + draw.below(12000) as usize;
    let bytes = draw.bytes(len);
    let module = Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    Some(module.to_bytes())
}

/// Compares until as many runs agree, and shrinks nothing: the seed tells which it was.
fn campaign(first: u64, runs_wanted: usize) {
    let (mut modules, mut runs, mut events, mut failures) = (0, 0, 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for seed in first.. {
        if runs_wanted <= runs || 5 < failures {
            break;
        }
        let Some(wasm) = smith(seed) else { continue };
        modules += 1;
        let leaves_one_in = [1, 2, 5, u64::MAX][seed as usize % 4];
        let outcome =
            std::panic::catch_unwind(AssertUnwindSafe(|| same(&wasm, None, seed, leaves_one_in)));
        let reason = match outcome {
            Ok(Outcome::Same { runs: more, events: seen }) => {
                runs += more;
                events += seen;
                continue;
            }
            Ok(Outcome::Untreated(reason)) => {
                let words = reason.to_string();
                words.chars().filter(|letter| !letter.is_ascii_digit()).collect()
            }
            Ok(Outcome::Uncompiled(error)) => {
                error.chars().filter(|letter| !letter.is_ascii_digit()).take(160).collect()
            }
            Ok(other) => format!("{other:?}"),
            Err(_) => {
                failures += 1;
                eprintln!("seed {seed}");
                continue;
            }
        };
        *reasons.entry(reason).or_default() += 1;
    }
    println!("{modules} modules, {runs} runs agree, {events} events, {failures} failures");
    println!("not compared: {reasons:#?}");
    assert_eq!(failures, 0);
}

#[test]
fn modules_that_nobody_would_write_run_the_same() {
    campaign(0, 1200);
}

#[test]
#[ignore = "takes long"]
fn a_hundred_thousand_runs_are_the_same() {
    let first = option_env!("METERING_SEED").and_then(|seed| seed.parse().ok());
    campaign(first.unwrap_or(1_000_000), 100_000);
}
