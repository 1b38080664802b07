//! Runs in which nothing happens but a second: ours, and madsim's.

use std::hint::black_box;
use std::time::Duration;

use kernel::Kernel;
use kernel::bare::Bare;
use kernel::manifest::EngineKind;
use kernel::manifest::Manifest;
use kernel::time::Instant;
use kernel::trace::Capacity;
use madsim::runtime::Runtime;
use madsim::time::sleep;

use crate::per_second;

/// Runs that are measured together.
const MANY: usize = 100;

pub(crate) fn empty() {
    let manifest = Manifest {
        identity: "bare".into(),
        places: 0,
        supervisors: Vec::new(),
        actors: Vec::new(),
        regions: Vec::new(),
        arena: 0,
        trace: Capacity::one_poll(0),
        engine: EngineKind::InPlace,
    };
    let second = Instant::from_nanos(1_000_000_000);
    let ours = per_second(|| {
        for _ in 0..MANY {
            let mut board = Bare::default();
            let mut kernel = Kernel::boot(&manifest, &mut board).expect("nothing can be wrong");
            black_box(kernel.poll(Instant::ZERO, &mut board));
            black_box(kernel.poll(second, &mut board));
        }
    });
    let theirs = per_second(|| {
        for seed in 0..MANY {
            let runtime = Runtime::with_seed_and_config(seed as u64, madsim::Config::default());
            runtime.block_on(async { sleep(Duration::from_secs(1)).await });
        }
    });
    let [ours, theirs] = [ours, theirs].map(|rate| rate * MANY as f64);
    println!(
        "empty runs          ours {ours:.0} a second, madsim {theirs:.0}: {:.2}x",
        ours / theirs
    );
}
