//! Randomness: one seed for a world, one stream for each consumer. A stream depends on the seed
//! and on its own name alone, so that a draw here, or a new consumer there, moves nothing else.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

/// What all randomness of a world grows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream of this consumer, for example `board pc/entropy`. Asking twice for one name
    /// gives the same stream from its beginning.
    ///
    /// The key of the generator (ChaCha with 8 rounds, stream 0) is made of the seed, the FNV-1a
    /// hash of the name over 128 bits and the name's length, all little-endian; recorded runs
    /// depend on this.
    pub fn stream(self, name: &str) -> Stream {
        let mut key = [0; 32];
        key[0..8].copy_from_slice(&self.0.to_le_bytes());
        key[8..24].copy_from_slice(&fnv1a(name.as_bytes()).to_le_bytes());
        key[24..32].copy_from_slice(&(name.len() as u64).to_le_bytes());
        Stream { generator: ChaCha8Rng::from_seed(key) }
    }
}

/// One consumer's endless supply of random numbers.
#[derive(Clone, Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// The next 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A number in `0..count`, each as likely as the others.
    ///
    /// # Panics
    /// When `count` is 0: there is nothing to choose from.
    pub fn below(&mut self, count: u64) -> u64 {
        assert!(0 < count, "a choice needs at least one alternative");
        // Words of the incomplete last group would favour the small numbers, so they are redrawn.
        let unfair = (u64::MAX - count + 1) % count;
        loop {
            let word = self.word();
            if word <= u64::MAX - unfair {
                return word % count;
            }
        }
    }

    /// Fills the buffer with random bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.generator.fill_bytes(bytes);
    }
}

/// FNV-1a over 128 bits (draft-eastlake-fnv, chapter 5).
fn fnv1a(bytes: &[u8]) -> u128 {
    const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET_BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_words_of_a_stream_never_change() {
        let mut stream = Seed(1).stream("board pc/entropy");
        let expected = [5_533_724_503_442_154_687, 16_595_460_752_724_557_306];
        assert_eq!([stream.word(), stream.word()], expected);
    }

    #[test]
    fn the_hash_of_names_is_fnv_1a() {
        assert_eq!(fnv1a(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv1a(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }

    proptest! {
        #[test]
        fn another_consumer_moves_nothing_elsewhere(seed: u64, draws in 0_usize..50) {
            let alone: Vec<u64> = {
                let mut stream = Seed(seed).stream("left/nic");
                (0..20).map(|_| stream.word()).collect()
            };
            let mut stream = Seed(seed).stream("left/nic");
            let mut other = Seed(seed).stream("right/nic");
            let beside: Vec<u64> = (0..20)
                .map(|_| {
                    (0..draws).for_each(|_| _ = other.word());
                    stream.word()
                })
                .collect();
            prop_assert_eq!(alone, beside);
        }

        #[test]
        fn names_and_seeds_give_different_streams(seed: u64, name in "[a-z/]{0,12}") {
            let first = Seed(seed).stream(&name).word();
            prop_assert_ne!(first, Seed(seed.wrapping_add(1)).stream(&name).word());
            prop_assert_ne!(first, Seed(seed).stream(&format!("{name}x")).word());
        }

        #[test]
        fn a_choice_is_one_of_the_alternatives(seed: u64, count in 1_u64..) {
            prop_assert!(Seed(seed).stream("choice").below(count) < count);
        }
    }
}
