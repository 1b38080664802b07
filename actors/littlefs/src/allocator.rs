//! Which blocks are free: a window over the flash that moves on, so that all blocks wear alike.
//!
//! The window is filled by looking at the whole tree. Between two checkpoints no block is offered
//! twice, so that what was taken and is not in the tree yet stays taken.

use alloc::vec;
use alloc::vec::Vec;

#[derive(Debug)]
pub(crate) struct Allocator {
    /// The block that the first bit stands for.
    start: u32,
    /// Blocks in the window.
    size: u32,
    /// The bit that is looked at next.
    next: u32,
    /// Blocks that may still be looked at since the last checkpoint.
    left: u32,
    /// A bit is set where a block is used.
    map: Vec<u8>,
    block_count: u32,
}

/// What the window has to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    Block(u32),
    /// The window must be moved on and filled.
    Scan,
    /// Every block was looked at.
    Nothing,
}

impl Allocator {
    pub(crate) fn new(start: u32, map_size: u32, block_count: u32) -> Allocator {
        let map_size = map_size.min(block_count.div_ceil(8)) as usize;
        let start = start % block_count;
        Allocator {
            start,
            size: 0,
            next: 0,
            left: block_count,
            map: vec![0; map_size],
            block_count,
        }
    }

    /// All that was taken is in the tree, or open, by now.
    pub(crate) fn checkpoint(&mut self) {
        self.left = self.block_count;
    }

    pub(crate) fn take(&mut self) -> Offer {
        while self.next < self.size && self.left != 0 {
            let bit = self.next;
            self.next += 1;
            self.left -= 1;
            if self.map[bit as usize / 8] & (1 << (bit % 8)) == 0 {
                return Offer::Block((self.start + bit) % self.block_count);
            }
        }
        if self.left == 0 { Offer::Nothing } else { Offer::Scan }
    }

    /// Moves the window behind what was looked at, and empties it.
    pub(crate) fn advance(&mut self) {
        self.start = (self.start + self.next) % self.block_count;
        self.next = 0;
        self.size = self.left.min(8 * self.map.len() as u32);
        self.map.fill(0);
    }

    /// Forgets a window that was not filled to its end.
    pub(crate) fn forget(&mut self) {
        self.size = 0;
        self.next = 0;
    }

    pub(crate) fn mark(&mut self, block: u32) {
        if self.block_count <= block {
            return;
        }
        let bit = (block + self.block_count - self.start) % self.block_count;
        if bit < self.size {
            self.map[bit as usize / 8] |= 1 << (bit % 8);
        }
    }

    /// A window over the first blocks, to count with.
    pub(crate) fn window(&self, start: u32) -> Allocator {
        let mut window = Allocator::new(start, self.map.len() as u32, self.block_count);
        window.left = self.block_count - start;
        window.advance();
        window
    }

    /// How many blocks the window covers, and how many of them are used.
    pub(crate) fn count(&self) -> (u32, u32) {
        (self.size, self.map.iter().map(|byte| byte.count_ones()).sum())
    }
}
