//! What the boot loader has done when firmware begins: its parts that change are in RAM, the others
//! are shown where they lie in flash.

use std::fmt;

use crate::elf::Elf;
use crate::elf::Segment;
use crate::esp32c6::partition::Table;
use crate::esp32c6::storage::MAPPED;
use crate::esp32c6::storage::WINDOW;
use crate::esp32c6::storage::WINDOW_END;
use crate::memory::LayoutError;

/// Why firmware does not begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BootError {
    /// The flash has no whole sectors, or is too large.
    Flash(LayoutError),
    /// A part lies neither in RAM nor in the window of the flash.
    Outside(Segment),
    /// The flash ends before it does.
    NoRoom(Segment),
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BootError::Flash(_) => f.write_str("a flash has 64 KiB to 16 MiB, in whole sectors"),
            BootError::Outside(segment) => {
                write!(f, "{segment} is neither in RAM nor in mapped flash: not for an ESP32-C6?")
            }
            BootError::NoRoom(segment) => write!(f, "{segment} does not fit into the flash"),
        }
    }
}

impl std::error::Error for BootError {}

/// A page that is shown to firmware: the entry of the table, and the page of the flash.
pub(super) type Shown = (usize, u32);

/// Writes what lies in flash there, where the table of partitions has the application; says which
/// pages are to be shown.
pub(super) fn install(elf: &Elf, flash: &mut [u8]) -> Result<Vec<Shown>, BootError> {
    let application = Table::read(flash).application();
    let mut shown = Vec::new();
    for segment in elf.segments.iter().filter(|segment| is_mapped(segment)) {
        let first = segment.physical - WINDOW;
        let at = (application + first) as usize;
        let no_room = || BootError::NoRoom(segment.clone());
        let place = flash.get_mut(at..at + segment.bytes.len()).ok_or_else(no_room)?;
        place.copy_from_slice(&segment.bytes);
        let last = first + segment.size.max(1) - 1;
        let entries = first / MAPPED..=last / MAPPED;
        shown.extend(entries.map(|entry| (entry as usize, application / MAPPED + entry)));
    }
    shown.dedup();
    Ok(shown)
}

/// Whether a part is run where it lies in flash.
pub(super) fn is_mapped(segment: &Segment) -> bool {
    let end = u64::from(segment.physical) + u64::from(segment.size);
    WINDOW <= segment.physical && end <= u64::from(WINDOW_END) && !segment.bytes.is_empty()
}
