//! Who is in the foreground, and who is behind.

use alloc::vec::Vec;
use sdk::Refusal;
use sdk::tty::Modes;

/// How many can stand behind each other.
pub(crate) const CROWD_MAX: usize = 8;

/// One who is, or was, in the foreground.
#[derive(Debug)]
struct Member<A> {
    id: u64,
    /// Where it is told of an interrupt.
    address: A,
    /// The modes that the terminal had before.
    before: Modes,
}

/// Those in the foreground, the one in front last.
#[derive(Debug)]
pub(crate) struct Crowd<A> {
    members: Vec<Member<A>>,
}

impl<A> Default for Crowd<A> {
    fn default() -> Crowd<A> {
        Crowd { members: Vec::with_capacity(CROWD_MAX) }
    }
}

impl<A> Crowd<A> {
    /// Puts an actor in front, which begins with cooked modes; says which modes there are from now
    /// on. Who is in front already has another address from now on, and keeps the modes.
    pub(crate) fn enter(&mut self, id: u64, address: A, now: Modes) -> Result<Modes, Refusal> {
        if let Some(front) = self.members.last_mut().filter(|front| front.id == id) {
            front.address = address;
            return Ok(now);
        }
        if self.members.iter().any(|member| member.id == id) {
            // It would be in front and behind another at once.
            return Err(Refusal::Locked);
        }
        if self.members.len() == CROWD_MAX {
            return Err(Refusal::NoRoom);
        }
        self.members.push(Member { id, address, before: now });
        Ok(Modes::COOKED)
    }

    /// An actor goes; says which modes there are then, if they are others. The error is that it is
    /// not here.
    pub(crate) fn leave(&mut self, id: u64) -> Result<Option<Modes>, Refusal> {
        let place = self.members.iter().position(|member| member.id == id);
        let place = place.ok_or(Refusal::NotFound)?;
        let gone = self.members.remove(place);
        match self.members.get_mut(place) {
            // Who stood on its shoulders gives back what it would have.
            Some(above) => {
                above.before = gone.before;
                Ok(None)
            }
            None => Ok(Some(gone.before)),
        }
    }

    /// The address of who is in front.
    pub(crate) fn front(&self) -> Option<&A> {
        self.members.last().map(|front| &front.address)
    }

    /// Whether this actor is in front.
    pub(crate) fn is_front(&self, id: u64) -> bool {
        self.members.last().is_some_and(|front| front.id == id)
    }

    /// Whether this actor is given what was typed: nobody else is in front.
    pub(crate) fn may_read(&self, id: u64) -> bool {
        self.members.last().is_none_or(|front| front.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Modes = Modes::RETURN_IS_NEWLINE;

    #[test]
    fn who_was_behind_is_in_front_again_with_its_modes() {
        let mut crowd = Crowd::default();
        assert!(crowd.may_read(1) && !crowd.is_front(1));
        assert_eq!(crowd.enter(1, 'a', Modes::COOKED), Ok(Modes::COOKED));
        assert_eq!(crowd.enter(2, 'b', QUIET), Ok(Modes::COOKED));
        assert_eq!(crowd.enter(1, 'c', QUIET), Err(Refusal::Locked));
        assert_eq!((crowd.front(), crowd.may_read(1)), (Some(&'b'), false));
        assert_eq!(crowd.leave(2), Ok(Some(QUIET)));
        assert_eq!((crowd.front(), crowd.may_read(1)), (Some(&'a'), true));
        assert_eq!(crowd.leave(2), Err(Refusal::NotFound));
        assert_eq!(crowd.leave(1), Ok(Some(Modes::COOKED)));
        assert_eq!(crowd.front(), None);
    }

    #[test]
    fn who_goes_from_the_middle_leaves_its_modes_to_the_one_above() {
        let mut crowd = Crowd::default();
        for (id, now) in [(1, Modes::COOKED), (2, QUIET), (3, Modes::RAW)] {
            assert_eq!(crowd.enter(id, 'a', now), Ok(Modes::COOKED));
        }
        assert_eq!(crowd.leave(2), Ok(None));
        assert_eq!(crowd.leave(3), Ok(Some(QUIET)), "what the first had");
    }

    #[test]
    fn a_second_address_takes_the_place_of_the_first() {
        let mut crowd = Crowd::default();
        assert_eq!(crowd.enter(1, 'a', Modes::COOKED), Ok(Modes::COOKED));
        assert_eq!(crowd.enter(1, 'b', QUIET), Ok(QUIET));
        assert_eq!(crowd.front(), Some(&'b'));
        assert_eq!(crowd.leave(1), Ok(Some(Modes::COOKED)));
    }

    #[test]
    fn the_crowd_is_bounded() {
        let mut crowd = Crowd::default();
        for id in 0..CROWD_MAX as u64 {
            assert_eq!(crowd.enter(id, (), Modes::COOKED), Ok(Modes::COOKED));
        }
        assert_eq!(crowd.enter(99, (), Modes::COOKED), Err(Refusal::NoRoom));
    }
}
