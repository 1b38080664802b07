//! The flash chip, and how it appears among the addresses: pages of 64 KiB of the window are shown
//! pages of the chip by a table (ESP32-C6 Technical Reference Manual, chapter "System and Memory").

use std::time::Duration;

use devices::flash::Flash;
use devices::flash::FlashError;
use devices::flash::PAGE;
use devices::flash::SECTOR;
use devices::flash::WORD;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;

use crate::memory::Backing;
use crate::memory::LayoutError;
use crate::memory::Memory;
use crate::memory::Rights;

/// Where the first entry of the table shows its page.
pub(super) const WINDOW: u32 = 0x4200_0000;
pub(super) const WINDOW_END: u32 = WINDOW + ENTRIES as u32 * MAPPED;

/// Bytes that an entry shows.
pub(super) const MAPPED: u32 = 0x1_0000;
const ENTRIES: usize = 256;

const CONTENT: u32 = 0x37c;
const INDEX: u32 = 0x380;

const VALID: u32 = 1 << 9;
const NUMBER: u32 = VALID - 1;

/// The chip and the table. What is mapped is a copy, kept equal.
#[derive(Clone, Debug)]
pub(super) struct Storage {
    chip: Flash,
    copy: Backing,
    entries: [u32; ENTRIES],
    index: usize,
}

impl Storage {
    /// The chip, with nothing shown of it yet.
    pub(super) fn new(chip: Flash, memory: &mut Memory) -> Result<Storage, LayoutError> {
        let bytes = u32::try_from(chip.bytes().len()).map_err(|_| LayoutError::NoRoom)?;
        let copy = memory.allocate(bytes)?;
        memory.write_backing(copy, 0, chip.bytes());
        Ok(Storage { chip, copy, entries: [0; ENTRIES], index: 0 })
    }

    pub(super) fn chip(&self) -> &Flash {
        &self.chip
    }

    /// A register of the table; `None` if it is another.
    pub(super) fn read_table(&self, offset: u32) -> Option<u32> {
        match offset {
            CONTENT => Some(self.entries[self.index]),
            INDEX => Some(self.index as u32),
            _ => None,
        }
    }

    /// A register of the table; says whether it is one.
    pub(super) fn write_table(&mut self, offset: u32, value: u32, memory: &mut Memory) -> bool {
        match offset {
            CONTENT => self.show(self.index, value, memory),
            INDEX => self.index = value as usize % ENTRIES,
            _ => return false,
        }
        true
    }

    /// Shows page `number` of the chip at the place of an entry, as the boot loader does.
    pub(super) fn show_page(&mut self, entry: usize, number: u32, memory: &mut Memory) {
        self.show(entry, number | VALID, memory);
    }

    fn show(&mut self, entry: usize, content: u32, memory: &mut Memory) {
        let address = WINDOW + entry as u32 * MAPPED;
        self.entries[entry] = content;
        memory.unmap(address);
        let page = self.copy.part((content & NUMBER) * MAPPED, MAPPED);
        if let Some(page) = page.filter(|_| content & VALID != 0) {
            // The window belongs to the table alone, and each entry to its place.
            memory.map(address, page, Rights::Rom).expect("the entry's place is free");
        }
    }

    /// What the chip says it is: maker, kind, and the power of two that is its size.
    pub(super) fn identity(&self) -> u32 {
        0x40_20 | self.chip.bytes().len().ilog2() << 16
    }

    /// Reads; `None` if there are no such bytes.
    pub(super) fn read(&mut self, at: u32, len: u32) -> Option<Vec<u8>> {
        let mut bytes = vec![0; len as usize];
        ReadNorFlash::read(&mut self.chip, at, &mut bytes).ok()?;
        Some(bytes)
    }

    /// Erases a sector. Says how long that takes.
    pub(super) fn erase(
        &mut self,
        sector: u32,
        memory: &mut Memory,
    ) -> Result<Duration, FlashError> {
        let from = sector.checked_mul(SECTOR as u32).ok_or(FlashError::OutOfBounds)?;
        let to = from.checked_add(SECTOR as u32).ok_or(FlashError::OutOfBounds)?;
        NorFlash::erase(&mut self.chip, from, to)?;
        Ok(self.finish(memory))
    }

    /// Clears bits, page by page. Says how long that takes.
    pub(super) fn program(
        &mut self,
        at: u32,
        bytes: &[u8],
        memory: &mut Memory,
    ) -> Result<Duration, FlashError> {
        if !(at as usize | bytes.len()).is_multiple_of(WORD) {
            return Err(FlashError::NotAligned);
        }
        let mut busy = Duration::ZERO;
        let (mut at, mut rest) = (at, bytes);
        while !rest.is_empty() {
            let len = rest.len().min(PAGE - at as usize % PAGE);
            let (now, later) = rest.split_at(len);
            NorFlash::write(&mut self.chip, at, now)?;
            busy += self.finish(memory);
            // A page is short, and what is not in the chip has been refused.
            at += len as u32;
            rest = later;
        }
        Ok(busy)
    }

    /// The processor waits for the chip, so that nothing is seen of an operation under way.
    fn finish(&mut self, memory: &mut Memory) -> Duration {
        let busy = self.chip.busy_for().unwrap_or_default();
        if let Some(doing) = self.chip.doing() {
            memory.write_backing(self.copy, doing.at, &doing.new);
        }
        self.chip.finish();
        busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use devices::flash::Quality;
    use devices::stream::Seed;

    fn storage() -> (Storage, Memory) {
        let mut memory = Memory::new(0x10_0000);
        let chip = Flash::new(vec![0xff; 0x4_0000], Quality::SERIAL, Seed(1), "chip");
        (Storage::new(chip, &mut memory).unwrap(), memory)
    }

    #[test]
    fn an_entry_shows_its_page_and_what_is_programmed_there_later() {
        let (mut storage, mut memory) = storage();
        storage.program(0x2_0004, &[1, 2, 3, 4], &mut memory).unwrap();
        assert_eq!(memory.bytes(WINDOW, 4), None);
        storage.write_table(INDEX, 7, &mut memory);
        storage.write_table(CONTENT, 2 | VALID, &mut memory);
        assert_eq!(memory.word(WINDOW + 7 * MAPPED + 4), Some(0x0403_0201));
        storage.program(0x2_0004, &[0; 4], &mut memory).unwrap();
        assert_eq!(memory.word(WINDOW + 7 * MAPPED + 4), Some(0));
        storage.write_table(CONTENT, 0, &mut memory);
        assert_eq!(memory.word(WINDOW + 7 * MAPPED + 4), None);
    }

    #[test]
    fn a_page_that_the_chip_has_not_is_not_shown() {
        let (mut storage, mut memory) = storage();
        storage.write_table(CONTENT, 4 | VALID, &mut memory);
        assert_eq!(memory.word(WINDOW), None);
        assert_eq!(storage.read_table(CONTENT), Some(4 | VALID));
    }

    #[test]
    fn operations_take_their_time_and_clear_bits_only() {
        let (mut storage, mut memory) = storage();
        let busy = storage.program(0x100 - 4, &[0xf0; 8], &mut memory).unwrap();
        assert_eq!(busy, Quality::SERIAL.program * 8 / PAGE as u32);
        storage.program(0x100, &[0x3f; 4], &mut memory).unwrap();
        assert_eq!(storage.read(0xfe, 3).unwrap(), [0xf0, 0xf0, 0x30]);
        assert_eq!(storage.erase(0, &mut memory), Ok(Quality::SERIAL.erase));
        assert_eq!(storage.read(0xfe, 3).unwrap(), [0xff; 3]);
        assert_eq!(storage.erase(64, &mut memory), Err(FlashError::OutOfBounds));
    }

    #[test]
    fn the_chip_says_how_large_it_is() {
        let (storage, _) = storage();
        assert_eq!(storage.identity() >> 16, 18);
    }
}
