//! The blocks executed last, for reports.

/// How many are remembered.
const COUNT: usize = 32;

/// A ring of addresses.
pub(crate) struct Recent {
    ring: [u32; COUNT],
    pushed: usize,
}

impl Recent {
    pub(crate) fn new() -> Recent {
        Recent { ring: [0; COUNT], pushed: 0 }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, pc: u32) {
        self.ring[self.pushed % COUNT] = pc;
        self.pushed = self.pushed.wrapping_add(1);
    }

    /// The addresses, the latest last.
    pub(crate) fn addresses(&self) -> Vec<u32> {
        let first = self.pushed.saturating_sub(COUNT);
        (first..self.pushed).map(|place| self.ring[place % COUNT]).collect()
    }
}
