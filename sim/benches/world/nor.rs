//! A NOR flash in memory that counts and takes no time: what file operations cost by themselves.

use std::convert::Infallible;

use embedded_storage::nor_flash::ErrorType;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;

/// Sectors, pages and words are those of the boards' chip.
pub(crate) struct Nor {
    bytes: Vec<u8>,
    pub(crate) counts: Counts,
}

/// What was asked of a flash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) erases: u64,
    pub(crate) programs: u64,
    /// Bytes that were programmed.
    pub(crate) bytes: u64,
}

impl Counts {
    /// What came to it since an earlier moment.
    pub(crate) fn since(self, earlier: Counts) -> Counts {
        Counts {
            erases: self.erases - earlier.erases,
            programs: self.programs - earlier.programs,
            bytes: self.bytes - earlier.bytes,
        }
    }
}

impl Nor {
    /// A blank flash of this many bytes.
    pub(crate) fn new(bytes: usize) -> Nor {
        Nor { bytes: vec![u8::MAX; bytes], counts: Counts::default() }
    }
}

impl ErrorType for Nor {
    type Error = Infallible;
}

impl ReadNorFlash for Nor {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Nor {
    const WRITE_SIZE: usize = devices::flash::WORD;
    const ERASE_SIZE: usize = devices::flash::SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Infallible> {
        self.bytes[from as usize..to as usize].fill(u8::MAX);
        self.counts.erases += (u64::from(to) - u64::from(from)) / Nor::ERASE_SIZE as u64;
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Infallible> {
        let begin = offset as usize;
        let there = &mut self.bytes[begin..begin + bytes.len()];
        there.iter_mut().zip(bytes).for_each(|(there, byte)| *there &= byte);
        // A chip is told page by page.
        let pages = (begin + bytes.len()).div_ceil(devices::flash::PAGE);
        self.counts.programs += (pages - begin / devices::flash::PAGE) as u64;
        self.counts.bytes += bytes.len() as u64;
        Ok(())
    }
}
