//! Memory that a device reaches too. All of it is words that may change at any time.

use alloc::vec::Vec;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering;

const PAGE_WORDS: usize = 1024;

#[derive(Debug)]
#[repr(align(4096))]
struct Page([AtomicU32; PAGE_WORDS]);

/// Memory of whole pages, zero at first. It is never given back: a device may write late.
#[derive(Clone, Copy, Debug)]
pub struct Memory(&'static [Page]);

impl Memory {
    /// At least so many bytes.
    pub fn new(bytes: usize) -> Memory {
        let pages = bytes.div_ceil(4 * PAGE_WORDS);
        let zero = || Page([const { AtomicU32::new(0) }; PAGE_WORDS]);
        let pages: Vec<Page> = (0..pages).map(|_| zero()).collect();
        Memory(pages.leak())
    }

    /// Where the device finds the byte at `offset`.
    pub fn address(self, offset: usize) -> u64 {
        self.0.as_ptr() as usize as u64 + offset as u64
    }

    fn word(self, offset: usize) -> &'static AtomicU32 {
        let word = offset / 4;
        &self.0[word / PAGE_WORDS].0[word % PAGE_WORDS]
    }

    /// The word that holds the byte at `offset`.
    pub fn read(self, offset: usize) -> u32 {
        self.word(offset).load(Ordering::Relaxed)
    }

    /// Writes the word that holds the byte at `offset`.
    pub fn write(self, offset: usize, value: u32) {
        self.word(offset).store(value, Ordering::Relaxed);
    }

    /// Reads bytes from a word on.
    pub fn load(self, offset: usize, bytes: &mut [u8]) {
        for (index, piece) in bytes.chunks_mut(4).enumerate() {
            let word = self.read(offset + 4 * index).to_le_bytes();
            piece.copy_from_slice(&word[..piece.len()]);
        }
    }

    /// Writes bytes from a word on; what is left of the last word is zero then.
    pub fn store(self, offset: usize, bytes: &[u8]) {
        for (index, piece) in bytes.chunks(4).enumerate() {
            let mut word = [0; 4];
            word[..piece.len()].copy_from_slice(piece);
            self.write(offset + 4 * index, u32::from_le_bytes(word));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_span_pages_come_back() {
        let memory = Memory::new(8192);
        let bytes: Vec<u8> = (0..99).collect();
        memory.store(4096 - 8, &bytes);
        let mut read = [0xff; 101];
        memory.load(4096 - 8, &mut read);
        assert_eq!((&read[..99], &read[99..]), (&bytes[..], &[0, 0][..]));
        assert_eq!(memory.address(0) % 4096, 0);
    }
}
