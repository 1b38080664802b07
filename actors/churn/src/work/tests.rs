//! Laws of the workload, on files in memory.

use super::*;
use crate::shelf::Shelf;
use crate::shelf::Values;
use crate::store;
use crate::survey::survey;
use proptest::prelude::*;

fn work(size: usize, seed: u32) -> Work<Shelf, Values> {
    let mut work = Work::new(Shelf::new(size), Some(Values::default()), "/a/top", "1-", seed);
    work.begin().unwrap();
    work
}

fn check(work: &mut Work<Shelf, Values>) {
    let found = survey(&mut work.disk, "/a/top").unwrap();
    let values = store::survey(work.store.as_mut().unwrap(), "1-").unwrap();
    work.compare(&found, &values).unwrap();
}

#[test]
fn a_workload_does_everything_there_is_to_do() {
    let mut work = work(256 * 1024, 1);
    for _ in 0..300 {
        assert_eq!(work.step(), Ok(true));
    }
    check(&mut work);
    assert!(work.disk.done.iter().all(|count| 3 < *count), "{:?}", work.disk.done);
    let longest = work.tree.files().map(|(_, records)| records.len()).max();
    assert!(1 < longest.unwrap() && 1 < work.tree.directories().count());
    assert!(work.values.files().next().is_some());
}

#[test]
fn what_is_not_as_it_was_left_stops_it() {
    let mut work = work(64 * 1024, 1);
    while work.tree.files().count() < 3 {
        work.step().unwrap();
    }
    work.disk = Shelf::new(64 * 1024);
    work.begin().unwrap();
    let broken = (0..100).find_map(|_| work.step().err());
    assert!(broken.is_some_and(|broken| broken.to_string().ends_with("not found")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_step_leaves_what_it_says(seed: u32, size in 1usize..200_000) {
        let mut work = work(size, seed);
        for _ in 0..8 {
            for _ in 0..20 {
                work.step().unwrap();
            }
            check(&mut work);
        }
        let used = work.disk.usage("").unwrap().used as usize;
        // A question about the room is as old as a few operations, and values are not in it.
        prop_assert!(used <= size / 3 + 8 * 6020);
        work.begin().unwrap();
        work.step().unwrap();
        check(&mut work);
    }

    #[test]
    fn a_seed_decides_the_whole_workload(seed: u32) {
        let (mut one, mut other) = (work(100_000, seed), work(100_000, seed));
        for _ in 0..60 {
            one.step().unwrap();
            other.step().unwrap();
        }
        prop_assert_eq!(one.tree, other.tree);
    }
}
