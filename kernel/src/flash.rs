//! Whose turn it is with the flash. A chip does one thing at a time: who comes while it works, or
//! while it is somebody else's turn, waits in the order of coming.

use alloc::collections::VecDeque;

/// What takes time on the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Work {
    /// Clears bits.
    Program,
    /// Sets all bits of a sector.
    Erase,
}

impl Work {
    /// Its name in traces.
    pub const fn name(self) -> &'static str {
        match self {
            Work::Program => "program",
            Work::Erase => "erase",
        }
    }
}

/// Whose turn it is, by place, and who comes after that.
#[derive(Clone, Debug)]
pub struct Turns {
    is_working: bool,
    owner: Option<usize>,
    /// There are fewer places than 16 bits count.
    waiting: VecDeque<u16>,
}

impl Turns {
    /// Nobody's turn, with room for so many places.
    pub fn new(places: usize) -> Turns {
        Turns { is_working: false, owner: None, waiting: VecDeque::with_capacity(places) }
    }

    /// Takes the turn if it is nobody else's; or else the place waits for it.
    pub fn take(&mut self, place: usize) -> bool {
        let is_own = self.owner.is_none_or(|owner| owner == place);
        if is_own && !self.is_working {
            self.owner = Some(place);
            return true;
        }
        let place = place as u16;
        assert!(!self.waiting.contains(&place), "an actor waits for one thing at a time");
        self.waiting.push_back(place);
        false
    }

    /// The chip begins to work for whose turn it is.
    pub fn begin(&mut self) {
        assert!(self.owner.is_some() && !self.is_working, "whoever begins has the turn");
        self.is_working = true;
    }

    /// The chip is done; for whom, unless that one has left.
    pub fn finish(&mut self) -> Option<usize> {
        self.is_working = false;
        self.owner.take()
    }

    /// The turn is over without work.
    pub fn pass(&mut self) {
        assert!(!self.is_working, "the turn lasts as long as the work");
        self.owner = None;
    }

    /// Who has the turn now and did not before.
    pub fn pass_on(&mut self) -> Option<usize> {
        if self.is_working || self.owner.is_some() {
            return None;
        }
        self.owner = self.waiting.pop_front().map(usize::from);
        self.owner
    }

    /// The actor of a place wants nothing any more. Work goes on to its end.
    pub fn leave(&mut self, place: usize) {
        self.waiting.retain(|waiting| usize::from(*waiting) != place);
        if self.owner == Some(place) {
            self.owner = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_in_the_order_of_asking_and_work_outlives_its_owner() {
        let mut turns = Turns::new(4);
        assert!(turns.take(0));
        turns.begin();
        assert!(!turns.take(1) && !turns.take(2) && !turns.take(3));
        assert_eq!(turns.pass_on(), None, "the chip works");
        turns.leave(0);
        turns.leave(2);
        assert_eq!(turns.pass_on(), None, "it works on for nobody");
        assert_eq!(turns.finish(), None);
        assert_eq!(turns.pass_on(), Some(1));
        assert!(!turns.take(0), "it is kept for whose turn it is");
        assert!(turns.take(1));
        turns.pass();
        assert_eq!((turns.pass_on(), turns.pass_on()), (Some(3), None));
        assert!(turns.take(3));
        turns.begin();
        assert_eq!(turns.finish(), Some(3));
        assert_eq!((turns.pass_on(), turns.finish(), turns.pass_on()), (Some(0), Some(0), None));
    }
}
