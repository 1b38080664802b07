//! Bytes between an interrupt, which puts them in, and the one who waits for it and takes them out.

use core::sync::atomic::AtomicU8;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering;

/// Room for one byte less than `N`.
#[derive(Debug)]
pub struct Ring<const N: usize> {
    bytes: [AtomicU8; N],
    /// Where the next byte goes; only who puts moves it.
    put: AtomicUsize,
    /// Where the next byte comes from; only who takes moves it.
    taken: AtomicUsize,
}

impl<const N: usize> Ring<N> {
    /// An empty ring.
    pub const fn new() -> Ring<N> {
        let bytes = [const { AtomicU8::new(0) }; N];
        Ring { bytes, put: AtomicUsize::new(0), taken: AtomicUsize::new(0) }
    }

    /// Puts a byte in, or returns that there is no room.
    pub fn put(&self, byte: u8) -> bool {
        let put = self.put.load(Ordering::Relaxed);
        let next = (put + 1) % N;
        if next == self.taken.load(Ordering::Acquire) {
            return false;
        }
        self.bytes[put].store(byte, Ordering::Relaxed);
        self.put.store(next, Ordering::Release);
        true
    }

    /// Takes the oldest byte out.
    pub fn take(&self) -> Option<u8> {
        if self.is_empty() {
            return None;
        }
        let taken = self.taken.load(Ordering::Relaxed);
        let byte = self.bytes[taken].load(Ordering::Relaxed);
        self.taken.store((taken + 1) % N, Ordering::Release);
        Some(byte)
    }

    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.taken.load(Ordering::Relaxed) == self.put.load(Ordering::Acquire)
    }

    /// Whether there is no room.
    pub fn is_full(&self) -> bool {
        (self.put.load(Ordering::Relaxed) + 1) % N == self.taken.load(Ordering::Acquire)
    }
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Ring<N> {
        Ring::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_order_and_none_is_lost_or_made_up() {
        let ring = Ring::<4>::new();
        for round in 0..10 {
            assert_eq!(ring.take(), None);
            assert!([1, 2, 3].iter().all(|byte| ring.put(round + byte)));
            assert!(ring.is_full() && !ring.put(9));
            assert_eq!([(); 3].map(|()| ring.take()), [1, 2, 3].map(|byte| Some(round + byte)));
            assert!(ring.is_empty());
        }
    }
}
