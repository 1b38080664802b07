//! The geometry of a file system and the bounds of what it may take.

use embedded_storage::nor_flash::NorFlash;

use crate::tag::LENGTH_MAX;

/// The smallest block in which every pair has room for one entry with a short name.
const BLOCK_MIN: u32 = 128;

/// How a file system is laid out and how much memory it may take: about
/// `pairs_cached × (block_size × 1.5) + 3 × cache_size + lookahead_size` bytes, a block more while it
/// writes, and `cache_size` for each file that is being written.
#[derive(Clone, Debug)]
pub struct Config {
    /// Bytes of a block: a multiple of [`NorFlash::ERASE_SIZE`].
    pub block_size: u32,
    /// Blocks on the flash. A file system that was formatted for fewer is mounted too.
    pub block_count: u32,
    /// How often a pair of metadata is erased before it moves elsewhere, or `None` for never; 100 to
    /// 1000 spreads wear well.
    pub block_cycles: Option<u32>,
    /// Bytes that are programmed, or read ahead, at once. Divides the block; a multiple of the
    /// flash's words.
    pub cache_size: u32,
    /// Bytes of the map of free blocks; it covers eight times as many blocks at a time.
    pub lookahead_size: u32,
    /// Pairs of metadata that are kept in memory.
    pub pairs_cached: usize,
    /// Files up to this many bytes lie in the metadata; `None` for what littlefs chooses.
    pub inline_max: Option<u32>,
    /// The longest name in bytes. A file system that was formatted with less keeps that.
    pub name_max: u32,
    /// The longest file in bytes. A file system that was formatted with less keeps that.
    pub file_max: u32,
}

impl Config {
    /// All of the flash, in blocks of its own erase size.
    pub fn of<F: NorFlash>(flash: &F) -> Config {
        let block_size = F::ERASE_SIZE as u32;
        Config {
            block_size,
            block_count: (flash.capacity() / F::ERASE_SIZE) as u32,
            block_cycles: Some(500),
            cache_size: block_size.min(256).max(F::WRITE_SIZE as u32),
            lookahead_size: 16,
            pairs_cached: 3,
            inline_max: None,
            name_max: 255,
            file_max: 0x7fff_ffff,
        }
    }

    /// Whether this can be meant, on this flash.
    pub(crate) fn is_valid<F: NorFlash>(&self, flash: &F) -> bool {
        let (word, sector) = (F::WRITE_SIZE as u32, F::ERASE_SIZE as u32);
        let (block, page) = (self.block_size, self.cache_size);
        let Some(size) = block.checked_mul(self.block_count) else { return false };
        BLOCK_MIN <= block
            && 2 <= self.block_count
            && size as usize <= flash.capacity()
            && block.is_multiple_of(sector)
            && page != 0
            && block.is_multiple_of(page)
            && page.is_multiple_of(word)
            && page.is_multiple_of(F::READ_SIZE as u32)
            && self.lookahead_size != 0
            && self.pairs_cached != 0
            && 0 < self.name_max
            && self.name_max <= LENGTH_MAX
            && self.block_cycles != Some(0)
    }

    /// The longest file that lies in the metadata: littlefs' own rule.
    pub(crate) fn inline_limit(&self) -> usize {
        let limit = self.inline_max.unwrap_or(self.cache_size);
        limit.min(self.block_size / 8).min(LENGTH_MAX) as usize
    }

    /// The period of revisions after which a pair moves. It is odd, so that both blocks of a pair
    /// have their turn, and not 1, so that moving ends.
    pub(crate) fn period(&self) -> Option<u32> {
        Some(self.block_cycles?.saturating_add(1) | 1)
    }
}
