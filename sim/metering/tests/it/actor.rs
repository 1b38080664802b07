//! The actors of the image, run on both with a host that answers anything.

use crate::Outcome;
use crate::same;

#[test]
fn every_actor_runs_the_same() {
    let mut all = 0;
    for program in image::PROGRAMS {
        for seed in 0..3 {
            let leaves_one_in = [1, 3, u64::MAX][seed as usize % 3];
            for entry in ["_start", "handle_message"] {
                match same(program.wasm, Some(entry), seed, leaves_one_in) {
                    Outcome::Same { events, .. } => all += events,
                    other => panic!("{}: {other:?}", program.name),
                }
            }
        }
    }
    println!("{all} events of actors");
    assert!(10_000 < all, "the actors do too little: {all}");
}
