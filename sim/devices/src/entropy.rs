//! The source of randomness that a board offers, in blocks as a hardware generator gives them.

use crate::stream::Seed;
use crate::stream::Stream;

/// Bytes of one block: a key's worth.
pub const BLOCK_BYTES: usize = 32;

/// A board's hardware generator.
#[derive(Clone, Debug)]
pub struct Entropy {
    stream: Stream,
}

impl Entropy {
    /// The generator of this board: a stream of its own, so that boards do not share.
    pub fn new(seed: Seed, board: &str) -> Entropy {
        Entropy { stream: seed.stream(&format!("board {board}/entropy")) }
    }

    /// The next block.
    pub fn block(&mut self) -> [u8; BLOCK_BYTES] {
        let mut block = [0; BLOCK_BYTES];
        self.stream.fill(&mut block);
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_the_seed_and_never_repeat() {
        let blocks = |seed: u64| {
            let mut entropy = Entropy::new(Seed(seed), "pc");
            [entropy.block(), entropy.block()]
        };
        assert_eq!(blocks(1), blocks(1));
        assert_ne!(blocks(1), blocks(2));
        let [first, second] = blocks(1);
        assert_ne!(first, second);
    }
}
