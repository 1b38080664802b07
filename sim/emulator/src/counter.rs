//! A 64-bit counter that programs can write and stop.

/// Follows a source that only goes up, at a distance.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counter {
    distance: u64,
    stopped_at: Option<u64>,
}

impl Counter {
    /// What it shows when its source is there.
    pub(crate) fn value(&self, source: u64) -> u64 {
        self.stopped_at.unwrap_or_else(|| source.wrapping_add(self.distance))
    }

    /// Shows this when its source is there, and counts on from it.
    pub(crate) fn set(&mut self, source: u64, value: u64) {
        self.distance = value.wrapping_sub(source);
        if self.stopped_at.is_some() {
            self.stopped_at = Some(value);
        }
    }

    /// Stands still, or goes on.
    pub(crate) fn set_stopped(&mut self, source: u64, is_stopped: bool) {
        let value = self.value(source);
        self.stopped_at = is_stopped.then_some(value);
        self.distance = value.wrapping_sub(source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_counts_on_from_what_was_written() {
        let mut counter = Counter::default();
        counter.set(100, u64::MAX);
        assert_eq!(counter.value(100), u64::MAX);
        assert_eq!(counter.value(102), 1);
    }

    #[test]
    fn a_stopped_counter_shows_the_same_and_goes_on_where_it_stood() {
        let mut counter = Counter::default();
        counter.set_stopped(5, true);
        assert_eq!(counter.value(50), 5);
        counter.set_stopped(50, false);
        assert_eq!(counter.value(51), 6);
    }
}
