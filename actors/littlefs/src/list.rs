//! The skip list that a larger file is: block `n` begins with pointers to the blocks `n - 2^x` for
//! every power of two that divides `n` (DESIGN.md, "CTZ skip-lists").

use embedded_storage::nor_flash::NorFlash;

use crate::error::Error;
use crate::error::Result;
use crate::medium::Medium;

/// Blocks in a row, of which only the last is known by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) head: u32,
    pub(crate) size: u32,
}

impl List {
    /// No block at all.
    pub(crate) const EMPTY: List = List { head: 0, size: 0 };
}

/// Which block of a list holds the byte at this position, and where in it, pointers counted.
pub(crate) fn place(block_size: u32, position: u32) -> (u32, u32) {
    let usable = block_size - 8;
    let guess = position / usable;
    if guess == 0 {
        return (0, position);
    }
    let index = (position - 4 * ((guess - 1).count_ones() + 2)) / usable;
    (index, position - usable * index - 4 * index.count_ones())
}

/// Pointers at the beginning of the block with this index.
pub(crate) fn pointers(index: u32) -> u32 {
    if index == 0 { 0 } else { index.trailing_zeros() + 1 }
}

impl<F: NorFlash> Medium<F> {
    /// The index of a list's last block.
    ///
    /// # Errors
    /// [`Error::Corrupt`]: the list is longer than the flash, which no list is.
    pub(crate) fn last_index(&self, list: List) -> Result<u32, F> {
        let (index, _) = place(self.block_size, list.size.saturating_sub(1));
        if self.block_count <= index { Err(Error::Corrupt) } else { Ok(index) }
    }

    /// The block of a list with this index, which is not behind its last.
    pub(crate) fn find(&mut self, list: List, index: u32) -> Result<u32, F> {
        self.descend(list.head, self.last_index(list)?, index)
    }

    /// The block with index `to` of the list that ends in this block with index `from`.
    pub(crate) fn descend(&mut self, block: u32, from: u32, to: u32) -> Result<u32, F> {
        let (mut block, mut at) = (block, from);
        while to < at {
            let skip = (at - to).ilog2().min(at.trailing_zeros());
            block = self.read_word(block, 4 * skip)?;
            at -= 1 << skip;
        }
        if self.block_count <= block { Err(Error::Corrupt) } else { Ok(block) }
    }

    /// Shows every block of the list that ends in this block with this index.
    pub(crate) fn each_block(
        &mut self,
        block: u32,
        index: u32,
        each: &mut dyn FnMut(u32),
    ) -> Result<(), F> {
        let (mut block, mut index) = (block, index);
        each(block);
        while index != 0 {
            let near = self.read_word(block, 0)?;
            // A block with an even index also knows the one before the last: half the reads.
            if index & 1 == 0 {
                each(near);
                block = self.read_word(block, 4)?;
                index -= 2;
            } else {
                block = near;
                index -= 1;
            }
            each(block);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_is_what_counting_block_by_block_gives() {
        for block_size in [128, 512, 4096] {
            let (mut index, mut offset) = (0, 0);
            for position in 0..100_000 {
                assert_eq!(place(block_size, position), (index, offset));
                offset += 1;
                if offset == block_size {
                    index += 1;
                    offset = 4 * pointers(index);
                }
            }
        }
    }
}
