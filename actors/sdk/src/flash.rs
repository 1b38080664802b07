//! A range of flash memory, as `embedded-storage` has it.
//!
//! Reading answers at once. Programming and erasing take the chip's time: the caller waits, other
//! actors run.

use abi::flash::FlashInfo;
use abi::handle::Handle;
use abi::refusal::Refusal;

pub use embedded_storage::nor_flash::ErrorType;
pub use embedded_storage::nor_flash::NorFlash;
pub use embedded_storage::nor_flash::NorFlashError;
pub use embedded_storage::nor_flash::NorFlashErrorKind;
pub use embedded_storage::nor_flash::ReadNorFlash;

use crate::raw;

/// Bytes of a sector, which all boards' chips share.
const SECTOR: u32 = 4096;

/// Bytes that are programmed at least.
const WORD: u32 = 4;

/// A capability to a range of flash. Offsets count from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flash {
    handle: Handle,
    size: u32,
    page: u32,
}

/// Why the flash does not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashError(pub Refusal);

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self.0 {
            Refusal::Invalid => NorFlashErrorKind::NotAligned,
            Refusal::OutOfRange => NorFlashErrorKind::OutOfBounds,
            _ => NorFlashErrorKind::Other,
        }
    }
}

impl Flash {
    /// The flash of this name. One with other sectors or larger words is
    /// [`Refusal::WrongObject`].
    pub fn new(handle: Handle) -> Result<Flash, Refusal> {
        let FlashInfo { size, sector, page, word } = raw::flash::info(handle)?;
        let is_known = sector == SECTOR && WORD.is_multiple_of(word.max(1)) && page != 0;
        if is_known { Ok(Flash { handle, size, page }) } else { Err(Refusal::WrongObject) }
    }

    /// Its name.
    pub const fn handle(self) -> Handle {
        self.handle
    }

    /// Bytes that it has.
    pub const fn size(self) -> u32 {
        self.size
    }
}

impl ErrorType for Flash {
    type Error = FlashError;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        raw::flash::read(self.handle, offset, bytes).map_err(FlashError)
    }

    fn capacity(&self) -> usize {
        self.size as usize
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = WORD as usize;
    const ERASE_SIZE: usize = SECTOR as usize;

    /// Erases sector after sector.
    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        for sector in (from..to).step_by(SECTOR as usize) {
            raw::flash::erase(self.handle, sector).map_err(FlashError)?;
        }
        Ok(())
    }

    /// Programs page after page.
    fn write(&mut self, mut offset: u32, mut bytes: &[u8]) -> Result<(), FlashError> {
        while !bytes.is_empty() {
            let room = self.page - offset % self.page;
            let (now, later) = bytes.split_at(bytes.len().min(room as usize));
            raw::flash::program(self.handle, offset, now).map_err(FlashError)?;
            // A page is smaller than 32 bits count.
            offset += now.len() as u32;
            bytes = later;
        }
        Ok(())
    }
}
