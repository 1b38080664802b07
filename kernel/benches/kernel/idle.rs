//! What a poll costs when there is nothing to do, however many wait.

use std::hint::black_box;

use kernel::Next;
use kernel::trace::Capacity;

use crate::cast::Make;
use crate::cast::Round;
use crate::cast::throwers;
use crate::stopwatch::best;
use crate::stopwatch::each;

/// Polls in one measurement.
const POLLS: usize = 10_000;

pub(crate) fn figure() {
    let took = [16, 1_024, 16_384].map(|count| {
        let trace = Capacity::one_poll(count);
        let mut world = throwers(count, Make::Native, Round::Pair, trace);
        let took = best(|| {
            for _ in 0..POLLS {
                assert_ne!(black_box(world.turn()), Next::Now, "nobody has anything to do");
            }
        });
        (count, each(took, POLLS))
    });
    for (count, nanos) in took {
        let ratio = nanos / took[0].1;
        println!("idle poll           {count:>6} actors: {nanos:>6.1} ns, {ratio:.2}x 16 actors");
    }
}
