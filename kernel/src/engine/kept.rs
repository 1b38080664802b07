//! What an engine has made of modules, kept for whoever loads the same bytes later.
//!
//! Nothing that can be seen depends on it: making it anew takes the host's time and none of the
//! kernel's.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// What was made of modules, with their bytes; the first of them, up to a number.
pub(super) struct Kept<T> {
    all: Vec<(Box<[u8]>, T)>,
    max: usize,
}

impl<T: Clone> Kept<T> {
    /// Nothing yet, and at most so much.
    pub(super) fn new(max: usize) -> Kept<T> {
        Kept { all: Vec::new(), max }
    }

    /// What was made of these bytes.
    pub(super) fn find(&self, wasm: &[u8]) -> Option<T> {
        self.all.iter().find(|(bytes, _)| **bytes == *wasm).map(|(_, made)| made.clone())
    }

    /// Keeps it, if there is room.
    pub(super) fn keep(&mut self, wasm: &[u8], made: &T) {
        if !self.is_full() {
            self.all.push((wasm.into(), made.clone()));
        }
    }

    /// Whether nothing more is kept.
    pub(super) fn is_full(&self) -> bool {
        self.max <= self.all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_of_some_bytes_is_found_by_them_until_it_is_full() {
        let mut kept = Kept::new(2);
        for (number, wasm) in [b"a", b"b", b"c"].into_iter().enumerate() {
            assert_eq!(kept.find(wasm), None);
            kept.keep(wasm, &number);
        }
        assert!(kept.is_full());
        assert_eq!([b"a", b"b", b"c"].map(|wasm| kept.find(wasm)), [Some(0), Some(1), None]);
    }
}
