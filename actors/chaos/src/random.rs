//! The same surprising words every time.

/// Marsaglia's xorshift with 64 bits of state ("Xorshift RNGs", 2003).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(u64);

impl Default for Random {
    fn default() -> Random {
        Random(0x9e37_79b9_7f4a_7c15)
    }
}

impl Random {
    pub(crate) fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| (self.word() >> 32) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_repeat_with_the_run_and_not_before() {
        let mut random = Random::default();
        let words: Vec<u64> = (0..1000).map(|_| random.word()).collect();
        let distinct: std::collections::BTreeSet<&u64> = words.iter().collect();
        assert_eq!(distinct.len(), words.len());
        assert_eq!(Random::default().word(), words[0]);
    }
}
