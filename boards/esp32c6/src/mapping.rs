//! Flash in the address space: what lies there is read and run in place through the cache.
//!
//! Pages of 64 KiB of the addresses from `0x4200_0000` are shown pages of the flash by a table that
//! is written entry by entry (ESP32-C6 Technical Reference Manual, chapter "System and Memory",
//! sections "Cache" and "Cache MMU"; the registers are `SPI_MEM_MMU_ITEM_INDEX_REG` and
//! `SPI_MEM_MMU_ITEM_CONTENT_REG`). The boot loader has filled the beginning for the firmware.
#![allow(unsafe_code)]

use esp_hal::peripherals::SPI0;

/// Bytes of a page, as the boot loader leaves it set.
const PAGE: u32 = 0x1_0000;

/// Where the first entry's page appears.
const WINDOW: u32 = 0x4200_0000;

/// The first entry for data: it appears at `0x4280_0000`, far behind the longest firmware.
const FIRST: u32 = 128;

/// How many entries there are.
const ENTRIES: u32 = 256;

/// An entry that shows something.
const VALID: u32 = 1 << 9;

unsafe extern "C" {
    /// Forgets what the cache holds of these addresses. In the chip's ROM.
    fn Cache_Invalidate_Addr(address: u32, len: u32);
}

/// Shows this range of the flash, which nothing writes to as long as the firmware runs, and gives
/// its bytes. What does not begin with a page, or does not fit, is shown as nothing.
pub(crate) fn map(at: u32, len: u32) -> &'static [u8] {
    let pages = len.div_ceil(PAGE);
    if !at.is_multiple_of(PAGE) || ENTRIES - FIRST < pages {
        return &[];
    }
    let registers = SPI0::regs();
    for page in 0..pages {
        let content = (at / PAGE + page) | VALID;
        // SAFETY: these entries are behind those that the boot loader made for the firmware, and
        // this is the only function that writes others.
        unsafe {
            registers.mmu_item_index().write(|index| index.bits(FIRST + page));
            registers.mmu_item_content().write(|entry| entry.bits(content));
        }
    }
    let address = WINDOW + FIRST * PAGE;
    // SAFETY: the range was just mapped and is read-only from now on: the caller promises that the
    // flash behind it does not change.
    unsafe {
        Cache_Invalidate_Addr(address, pages * PAGE);
        core::slice::from_raw_parts(address as *const u8, len as usize)
    }
}
