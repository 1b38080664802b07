//! Numbers that are the same everywhere, and registers among those that a program may use freely.

/// A generator (Marsaglia, Xorshift RNGs).
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Draw {
        let mut draw = Draw(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            draw.next();
        }
        draw
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as u32
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.next() % bound
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize]
    }

    /// Where results go: not the pointers x2 and x8, the way back x3, or the counter x4.
    pub(crate) fn target(&mut self) -> u32 {
        self.one(&[0, 1, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 20, 28, 31])
    }

    /// Where operands come from.
    pub(crate) fn source(&mut self) -> u32 {
        self.below(32)
    }

    /// A word that is likely to be at an edge.
    pub(crate) fn word(&mut self) -> u32 {
        let any = self.next();
        self.one(&[any, any, any & 31, 0, 1, u32::MAX, 1 << 31, (1 << 31) - 1, 0xffff, 0x8000])
    }
}
