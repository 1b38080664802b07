//! What a power cut leaves of the operation that the chip was doing.

use crate::flash::Work;
use crate::stream::Stream;

/// How far the chip was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CutMode {
    /// Nothing has changed yet.
    NotStarted,
    /// The first half is done, the second has not begun.
    HalfDone,
    /// Each bit that changes may have changed or not.
    Torn,
}

impl CutMode {
    /// All of them.
    pub const ALL: [CutMode; 3] = [CutMode::NotStarted, CutMode::HalfDone, CutMode::Torn];

    /// Its name in scenarios and traces.
    pub const fn name(self) -> &'static str {
        match self {
            CutMode::NotStarted => "not-started",
            CutMode::HalfDone => "half-done",
            CutMode::Torn => "torn",
        }
    }

    /// The mode with this name.
    pub fn from_name(name: &str) -> Option<CutMode> {
        CutMode::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// What lies there after the cut: `new` is what would lie there after the whole operation, and
    /// takes the result.
    ///
    /// A torn program leaves some of the bits that it was to clear. A torn erase leaves a third of
    /// the bytes as they were, sets some bits of another third, and is done with the rest.
    pub fn leave(self, work: Work, old: &[u8], new: &mut [u8], stream: &mut Stream) {
        assert_eq!(old.len(), new.len(), "one operation, one place");
        let half = old.len() / 2;
        match self {
            CutMode::NotStarted => new.copy_from_slice(old),
            CutMode::HalfDone => new[half..].copy_from_slice(&old[half..]),
            CutMode::Torn => {
                for (new, old) in new.iter_mut().zip(old) {
                    let drawn = stream.word();
                    // The upper bits choose, the lower ones are which bits have changed.
                    let changed = match (work, (drawn >> 32) % 3) {
                        (Work::Program, _) | (Work::Erase, 0) => drawn as u8,
                        (Work::Erase, 1) => 0,
                        (Work::Erase, _) => u8::MAX,
                    };
                    *new = old & !changed | *new & changed;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Seed;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_mode_invents_a_bit(
            bytes in proptest::collection::vec(any::<(u8, u8)>(), 1..64), erases: bool, seed: u64,
        ) {
            let work = if erases { Work::Erase } else { Work::Program };
            let old: Vec<u8> = bytes.iter().map(|(old, _)| *old).collect();
            let whole: Vec<u8> = match work {
                Work::Erase => vec![u8::MAX; old.len()],
                Work::Program => bytes.iter().map(|(old, new)| old & new).collect(),
            };
            for mode in CutMode::ALL {
                let mut left = whole.clone();
                mode.leave(work, &old, &mut left, &mut Seed(seed).stream("a"));
                for (left, (old, whole)) in left.iter().zip(old.iter().zip(&whole)) {
                    let same = !(old ^ whole);
                    prop_assert_eq!(left & same, old & same, "what does not change stays");
                }
                let mut again = whole.clone();
                mode.leave(work, &old, &mut again, &mut Seed(seed).stream("a"));
                prop_assert_eq!(&left, &again);
            }
        }
    }

    #[test]
    fn half_done_is_half_old_and_half_new() {
        let mut left = [0xf0; 4];
        CutMode::HalfDone.leave(Work::Program, &[0xff; 4], &mut left, &mut Seed(1).stream("a"));
        assert_eq!(left, [0xf0, 0xf0, 0xff, 0xff]);
    }

    #[test]
    fn every_mode_is_found_by_its_name() {
        for mode in CutMode::ALL {
            assert_eq!(CutMode::from_name(mode.name()), Some(mode));
        }
        assert_eq!(CutMode::from_name("clean"), None);
    }
}
