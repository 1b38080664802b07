//! How often each sector was erased, and what was asked of the chip in all.

use std::fmt;

/// The chip's life so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wear {
    /// Erases of each sector.
    pub erases: Vec<u32>,
    /// Pages or parts of pages that were programmed.
    pub programs: u64,
    /// Bytes that were programmed.
    pub bytes: u64,
    /// Bits that were to be set by programming, which cannot be: they stayed 0.
    pub lost_bits: u64,
    /// Bits that reading or time has flipped.
    pub rotten_bits: u64,
}

impl Wear {
    /// A new chip's.
    pub(crate) fn new(sectors: usize) -> Wear {
        let erases = vec![0; sectors];
        Wear { erases, programs: 0, bytes: 0, lost_bits: 0, rotten_bits: 0 }
    }

    /// Erases of all sectors.
    pub fn erased(&self) -> u64 {
        self.erases.iter().map(|count| u64::from(*count)).sum()
    }

    /// Of a sector that was erased most often.
    pub fn most(&self) -> u32 {
        self.erases.iter().copied().max().unwrap_or(0)
    }

    /// How much sooner the worst sector wears out than it would if all were erased equally often:
    /// 1 is the best.
    pub fn spread(&self) -> f64 {
        let mean = self.erased() as f64 / self.erases.len().max(1) as f64;
        if mean == 0.0 { 1.0 } else { f64::from(self.most()) / mean }
    }
}

impl fmt::Display for Wear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (erased, sectors) = (self.erased(), self.erases.len());
        write!(f, "{erased} erases of {sectors} sectors")?;
        write!(f, " (at most {}, {:.1} times the mean)", self.most(), self.spread())?;
        write!(f, ", {} programs of {} bytes", self.programs, self.bytes)?;
        if self.lost_bits != 0 {
            write!(f, ", {} bits that could not be set", self.lost_bits)?;
        }
        if self.rotten_bits != 0 {
            write!(f, ", {} bits flipped", self.rotten_bits)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_the_worst_by_the_mean() {
        let mut wear = Wear::new(4);
        assert_eq!(wear.spread(), 1.0, "a new chip");
        wear.erases = vec![1, 0, 6, 1];
        assert_eq!((wear.erased(), wear.most(), wear.spread()), (8, 6, 3.0));
        let text = wear.to_string();
        assert!(
            text.starts_with("8 erases of 4 sectors (at most 6, 3.0 times the mean)"),
            "{text}"
        );
    }
}
