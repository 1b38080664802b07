//! Lines of 64 bytes that may be used as a whole, in pages of which that is not true: because a
//! border of the protection goes through the page, or because there is code in it as well.

/// Bytes in a line, and the exponent of that.
pub(crate) const LINE_BITS: u32 = 6;
pub(crate) const LINE: u32 = 1 << LINE_BITS;
/// How many lines are found.
const COUNT: usize = 64;
/// No line begins at an odd address.
const NOTHING: Entry = Entry { start: 1, place: 0 };

#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    place: u32,
}

/// The lines used last, with their places in the store. Each has one place here, which a later one
/// takes over.
pub(crate) struct Near {
    entries: [Entry; COUNT],
}

impl Near {
    /// Nothing is known.
    pub(crate) fn new() -> Near {
        Near { entries: [NOTHING; COUNT] }
    }

    /// Where the byte at an address lies.
    pub(crate) fn find(&self, address: u32) -> Option<usize> {
        let entry = self.entries[index(address)];
        let is_found = entry.start == start(address);
        is_found.then(|| (entry.place + address % LINE) as usize)
    }

    /// The line that begins at an address lies there.
    pub(crate) fn set(&mut self, start: u32, place: usize) {
        self.entries[index(start)] = Entry { start, place: place as u32 };
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.entries = [NOTHING; COUNT];
    }
}

/// Where the line begins that an address lies in.
pub(crate) fn start(address: u32) -> u32 {
    address & !(LINE - 1)
}

fn index(address: u32) -> usize {
    (address >> LINE_BITS) as usize % COUNT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_each_of_its_addresses_until_another_takes_its_place() {
        let mut near = Near::new();
        near.set(0x1040, 0x9040);
        assert_eq!(near.find(0x1040), Some(0x9040));
        assert_eq!(near.find(0x107f), Some(0x907f));
        assert_eq!(near.find(0x1080), None);
        near.set(0x1040 + 64 * 64, 0x40);
        assert_eq!(near.find(0x1040), None);
    }

    #[test]
    fn nothing_is_found_before_and_after() {
        let mut near = Near::new();
        assert_eq!((near.find(0), near.find(1)), (None, None));
        near.set(0, 0x40);
        near.clear();
        assert_eq!(near.find(0), None);
    }
}
