//! The flash chip: its partitions, and the one that the kernel has.

use embedded_storage::nor_flash::ErrorType;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;
use esp_bootloader_esp_idf::partitions::PARTITION_TABLE_MAX_LEN;
use esp_bootloader_esp_idf::partitions::read_partition_table;
use esp_hal::peripherals::FLASH;
use esp_storage::FlashStorage;
use esp_storage::FlashStorageError;

/// The chip.
pub(crate) struct FlashChip {
    chip: FlashStorage<'static>,
}

/// Where a partition lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its first byte.
    pub(crate) at: u32,
    /// Its bytes.
    pub(crate) len: u32,
}

/// A partition that can be written to.
pub(crate) struct Partition {
    chip: FlashStorage<'static>,
    place: Place,
    /// Whether an operation has ended that nobody was told of yet.
    is_done: bool,
}

impl FlashChip {
    /// The chip that the firmware runs from.
    pub(crate) fn new(flash: FLASH<'static>) -> FlashChip {
        FlashChip { chip: FlashStorage::new(flash) }
    }

    /// Where the partition with this name lies, if there is one.
    pub(crate) fn find(&mut self, name: &str) -> Option<Place> {
        let mut bytes = [0; PARTITION_TABLE_MAX_LEN];
        let table = read_partition_table(&mut self.chip, &mut bytes).ok()?;
        let entry = table.iter().find(|entry| entry.label_as_str() == name)?;
        Some(Place { at: entry.offset(), len: entry.len() })
    }

    /// The partition with this name, to be written to. Nothing else is read from then on.
    pub(crate) fn open(mut self, name: &str) -> Option<Partition> {
        let place = self.find(name)?;
        Some(Partition { chip: self.chip, place, is_done: false })
    }
}

impl Partition {
    /// Whether an operation has ended since this was last asked.
    pub(crate) fn take_done(&mut self) -> bool {
        core::mem::take(&mut self.is_done)
    }

    /// Whether somebody is to be told that an operation has ended.
    pub(crate) fn has_news(&self) -> bool {
        self.is_done
    }

    /// Where in the chip this range lies.
    fn within(&self, at: u32, len: usize) -> Result<u32, FlashStorageError> {
        let end = u32::try_from(len).ok().and_then(|len| at.checked_add(len));
        match end {
            Some(end) if end <= self.place.len => Ok(self.place.at + at),
            _ => Err(FlashStorageError::OutOfBounds),
        }
    }
}

impl ErrorType for Partition {
    type Error = FlashStorageError;
}

impl ReadNorFlash for Partition {
    const READ_SIZE: usize = 1;

    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), FlashStorageError> {
        let at = self.within(at, bytes.len())?;
        ReadNorFlash::read(&mut self.chip, at, bytes)
    }

    fn capacity(&self) -> usize {
        self.place.len as usize
    }
}

impl NorFlash for Partition {
    const WRITE_SIZE: usize = <FlashStorage<'static> as NorFlash>::WRITE_SIZE;
    const ERASE_SIZE: usize = <FlashStorage<'static> as NorFlash>::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashStorageError> {
        let len = to.checked_sub(from).ok_or(FlashStorageError::OutOfBounds)?;
        let from = self.within(from, len as usize)?;
        NorFlash::erase(&mut self.chip, from, from + len)?;
        self.is_done = true;
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), FlashStorageError> {
        let at = self.within(at, bytes.len())?;
        NorFlash::write(&mut self.chip, at, bytes)?;
        self.is_done = true;
        Ok(())
    }
}
