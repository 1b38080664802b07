//! The flash as blocks: reading ahead, programming page by page, and looking whether it held.

use alloc::vec;
use alloc::vec::Vec;

use embedded_storage::nor_flash::NorFlash;

use crate::config::Config;
use crate::error::Error;
use crate::error::Result;

/// What became of something that was programmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// The flash reads back what was written.
    Yes,
    /// It does not: the block is worn out.
    No,
}

/// A flash, its geometry, and the page that was read last.
#[derive(Debug)]
pub(crate) struct Medium<F> {
    pub(crate) flash: F,
    pub(crate) block_size: u32,
    pub(crate) block_count: u32,
    page: Vec<u8>,
    /// Where on the flash the page is from.
    place: Option<u32>,
}

impl<F: NorFlash> Medium<F> {
    pub(crate) fn new(flash: F, config: &Config) -> Medium<F> {
        Medium {
            flash,
            block_size: config.block_size,
            block_count: config.block_count,
            page: vec![0; config.cache_size as usize],
            place: None,
        }
    }

    /// Bytes that are programmed at once.
    pub(crate) fn page_size(&self) -> usize {
        self.page.len()
    }

    /// Fills the buffer from this place of a block.
    ///
    /// # Errors
    /// [`Error::Corrupt`]: there is no such place, because what names it is wrong.
    pub(crate) fn read(&mut self, block: u32, offset: u32, buffer: &mut [u8]) -> Result<(), F> {
        let end = u64::from(offset) + buffer.len() as u64;
        if self.block_count <= block || u64::from(self.block_size) < end {
            return Err(Error::Corrupt);
        }
        let mut at = block * self.block_size + offset;
        let mut rest = buffer;
        while !rest.is_empty() {
            let skip = at as usize % self.page.len();
            let start = at - skip as u32;
            let is_aligned = (at as usize).is_multiple_of(F::READ_SIZE);
            let taken = if self.place == Some(start) || !is_aligned || rest.len() < self.page.len()
            {
                self.load(start)?;
                let count = rest.len().min(self.page.len() - skip);
                rest[..count].copy_from_slice(&self.page[skip..skip + count]);
                count
            } else {
                let count = rest.len() - rest.len() % F::READ_SIZE;
                self.flash.read(at, &mut rest[..count]).map_err(Error::Flash)?;
                count
            };
            rest = &mut rest[taken..];
            at += taken as u32;
        }
        Ok(())
    }

    /// The little-endian word at this place of a block.
    pub(crate) fn read_word(&mut self, block: u32, offset: u32) -> Result<u32, F> {
        let mut bytes = [0; 4];
        self.read(block, offset, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn load(&mut self, start: u32) -> Result<(), F> {
        if self.place == Some(start) {
            return Ok(());
        }
        self.place = None;
        self.flash.read(start, &mut self.page).map_err(Error::Flash)?;
        self.place = Some(start);
        Ok(())
    }

    /// Erases a block.
    pub(crate) fn erase(&mut self, block: u32) -> Result<(), F> {
        assert!(block < self.block_count, "what is erased is a block");
        self.place = None;
        let start = block * self.block_size;
        self.flash.erase(start, start + self.block_size).map_err(Error::Flash)
    }

    /// Programs erased bytes, a page at a time, and reads each back. Place and length are whole
    /// words of the flash.
    pub(crate) fn program(&mut self, block: u32, offset: u32, bytes: &[u8]) -> Result<Held, F> {
        self.program_padded(block, offset, bytes, bytes.len())
    }

    /// The same, where only so many of the bytes must hold, because the rest is padding.
    pub(crate) fn program_padded(
        &mut self,
        block: u32,
        offset: u32,
        bytes: &[u8],
        count: usize,
    ) -> Result<Held, F> {
        assert!(block < self.block_count, "what is programmed is a block");
        assert!(offset as usize + bytes.len() <= self.block_size as usize, "it stays in it");
        let mut at = block * self.block_size + offset;
        let mut rest = count;
        for part in bytes.chunks(self.page.len()) {
            self.place = None;
            self.flash.write(at, part).map_err(Error::Flash)?;
            let checked = rest.min(part.len());
            if self.has(at, &part[..checked])? == Held::No {
                return Ok(Held::No);
            }
            at += part.len() as u32;
            rest -= checked;
        }
        Ok(Held::Yes)
    }

    /// Whether the flash reads these bytes there.
    fn has(&mut self, at: u32, bytes: &[u8]) -> Result<Held, F> {
        let (mut at, mut rest) = (at, bytes);
        while !rest.is_empty() {
            let skip = at as usize % self.page.len();
            self.load(at - skip as u32)?;
            let count = rest.len().min(self.page.len() - skip);
            if !is_equal(&rest[..count], &self.page[skip..skip + count]) {
                self.place = None;
                return Ok(Held::No);
            }
            rest = &rest[count..];
            at += count as u32;
        }
        Ok(Held::Yes)
    }
}

/// The same by eight bytes at a time: where this is interpreted, bytes cost as much as words.
fn is_equal(left: &[u8], right: &[u8]) -> bool {
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks::<8>(), right.as_chunks::<8>());
    let mut pairs = left.iter().zip(right);
    pairs.all(|(left, right)| u64::from_le_bytes(*left) == u64::from_le_bytes(*right))
        && left_rest == right_rest
}
