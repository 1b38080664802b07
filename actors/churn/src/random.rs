//! The same draws for the same seed.

/// Marsaglia's xorshift with 64 bits of state ("Xorshift RNGs", 2003).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u32) -> Random {
        // Zero alone would stay zero for ever, and near seeds shall not begin alike.
        let mut random = Random((u64::from(seed) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.below(1);
        random
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (((self.0 >> 32) * u64::from(end)) >> 32) as u32
    }

    /// The place of one of so many.
    pub(crate) fn index(&mut self, count: usize) -> usize {
        self.below(count as u32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_every_draw() {
        let draws = |seed| {
            let mut random = Random::new(seed);
            core::array::from_fn::<u32, 32, _>(|_| random.below(1000))
        };
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
        assert!((0..100).all(|seed| draws(seed).iter().all(|draw| *draw < 1000)));
    }

    #[test]
    fn every_place_is_drawn() {
        let mut random = Random::new(1);
        let drawn: std::collections::BTreeSet<usize> = (0..200).map(|_| random.index(8)).collect();
        assert_eq!(drawn.len(), 8);
    }
}
