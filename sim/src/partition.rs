//! What lies where in the flash of an ESP32-C6: as `boards/esp32c6/partitions.csv` says, which is
//! also flashed to the chip.

use std::fmt;

use emulator::esp32c6::partition::Partition;
use emulator::esp32c6::partition::TABLE;
use emulator::esp32c6::partition::Table;

/// The file.
pub const PARTITIONS: &str = include_str!("../../boards/esp32c6/partitions.csv");

/// Bytes of the whole flash.
pub const FLASH_BYTES: usize = 4 << 20;

/// The partition that an image is booted from.
pub const IMAGE: &str = "actors";

/// The partition that the kernel has.
pub const HOME: &str = "home";

/// What a partition does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// Which.
    pub partition: &'static str,
    /// Bytes that it has.
    pub room: usize,
    /// Bytes that it would need.
    pub len: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooLong { partition, room, len } = self;
        write!(f, "the partition `{partition}` has {room} bytes, not {len}")
    }
}

impl std::error::Error for TooLong {}

/// The flash of a board without firmware: the table of partitions, an image, and what the kernel
/// finds.
///
/// # Errors
/// When one of them does not fit.
pub fn flash(image: &[u8], home: &[u8]) -> Result<Vec<u8>, TooLong> {
    let mut flash = vec![u8::MAX; FLASH_BYTES];
    let table = table().bytes();
    flash[TABLE as usize..TABLE as usize + table.len()].copy_from_slice(&table);
    insert(&mut flash, IMAGE, image)?;
    insert(&mut flash, HOME, home)?;
    Ok(flash)
}

/// Lays bytes at the beginning of a partition.
///
/// # Errors
/// When they are more than it has.
pub fn insert(flash: &mut [u8], partition: &'static str, bytes: &[u8]) -> Result<(), TooLong> {
    let (at, room) = place(partition);
    if room < bytes.len() {
        return Err(TooLong { partition, room, len: bytes.len() });
    }
    flash[at..at + bytes.len()].copy_from_slice(bytes);
    Ok(())
}

/// What lies in a partition of a whole flash.
pub fn content<'a>(flash: &'a [u8], partition: &str) -> &'a [u8] {
    let (at, len) = place(partition);
    &flash[at..at + len]
}

/// Where a partition begins, and its bytes.
pub fn place(partition: &str) -> (usize, usize) {
    let table = table();
    let found = table.find(partition).expect("the file has this partition");
    let Partition { at, len, .. } = *found;
    (at as usize, len as usize)
}

fn table() -> Table {
    Table::parse(PARTITIONS).expect("the file says where its partitions are")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_follow_one_another_within_the_flash() {
        let mut end = TABLE as usize + 0x1000;
        for partition in table().partitions {
            assert!(end <= partition.at as usize, "{}", partition.name);
            assert!(partition.at.is_multiple_of(0x1_0000), "{} is mapped by pages", partition.name);
            end = partition.at as usize + partition.len as usize;
        }
        assert!(end <= FLASH_BYTES);
    }

    #[test]
    fn what_is_laid_into_a_partition_is_found_there() {
        let flash = flash(b"an image", b"a home").unwrap();
        assert!(content(&flash, IMAGE).starts_with(b"an image"));
        assert!(content(&flash, HOME).starts_with(b"a home"));
        assert_eq!(Table::read(&flash), table());
    }

    #[test]
    fn more_than_a_partition_has_is_refused() {
        let (_, room) = place(HOME);
        let error = flash(&[], &vec![0; room + 1]).unwrap_err();
        assert_eq!(error, TooLong { partition: HOME, room, len: room + 1 });
    }
}
