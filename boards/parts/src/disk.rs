//! A disk that is used as flash: erased bytes are 0xFF and programming only clears bits, so that
//! what is written for a flash chip finds what it expects.

use embedded_storage::nor_flash::ErrorType;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::NorFlashErrorKind;
use embedded_storage::nor_flash::ReadNorFlash;
use embedded_storage::nor_flash::check_erase;
use embedded_storage::nor_flash::check_read;
use embedded_storage::nor_flash::check_write;

/// Bytes of a disk's block.
pub const BLOCK_BYTES: usize = 512;

/// Bytes that are erased at once.
pub const SECTOR_BYTES: usize = 4096;

/// The most that is used of a disk. It is as much as flash chips on such boards have.
const CAPACITY_MAX: u64 = 16 << 20;

/// A disk. What goes wrong with it is [`NorFlashErrorKind::Other`].
pub trait Disk {
    /// Bytes of it.
    fn bytes(&self) -> u64;

    /// Reads whole blocks.
    ///
    /// # Errors
    /// When the disk cannot.
    fn read(&mut self, block: u64, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind>;

    /// Writes whole blocks; they are on the disk when it comes back.
    ///
    /// # Errors
    /// When the disk cannot.
    fn write(&mut self, block: u64, bytes: &[u8]) -> Result<(), NorFlashErrorKind>;
}

/// The disk as flash.
#[derive(Debug)]
pub struct DiskFlash<D> {
    disk: D,
    has_done: bool,
}

impl<D: Disk> DiskFlash<D> {
    /// The beginning of this disk. `None` if it holds no sector, or what somebody else would miss.
    pub fn new(mut disk: D) -> Option<DiskFlash<D>> {
        if disk.bytes() < SECTOR_BYTES as u64 || is_partitioned(&mut disk) {
            return None;
        }
        Some(DiskFlash { disk, has_done: false })
    }

    /// Whether it has done something since this was asked last.
    pub fn take_done(&mut self) -> bool {
        core::mem::take(&mut self.has_done)
    }

    /// The sector's bytes around this range: `change` is given each piece and its place in the
    /// range, and what it leaves is written if `is_written`.
    fn each_sector(
        &mut self,
        at: u32,
        len: usize,
        is_written: bool,
        mut change: impl FnMut(&mut [u8], usize),
    ) -> Result<(), NorFlashErrorKind> {
        let mut sector = [0; SECTOR_BYTES];
        let mut done = 0;
        while done < len {
            let from = at as usize + done;
            let skipped = from % BLOCK_BYTES;
            let piece = (len - done).min(SECTOR_BYTES - skipped);
            let blocks = &mut sector[..(skipped + piece).next_multiple_of(BLOCK_BYTES)];
            let block = (from / BLOCK_BYTES) as u64;
            self.disk.read(block, blocks)?;
            change(&mut blocks[skipped..][..piece], done);
            if is_written {
                self.disk.write(block, blocks)?;
            }
            done += piece;
        }
        Ok(())
    }
}

/// Whether computers start from this disk, or find their files on it: it begins with a file system
/// of DOS or a table of partitions (UEFI Specification 2.10, chapter 5), or cannot be read.
fn is_partitioned(disk: &mut impl Disk) -> bool {
    let mut blocks = [0; 2 * BLOCK_BYTES];
    if disk.read(0, &mut blocks).is_err() {
        return true;
    }
    let (first, second) = blocks.split_at(BLOCK_BYTES);
    let is_dos = first[0] == 0xeb && first[2] == 0x90;
    let is_table = [446, 462, 478, 494].iter().all(|entry| first[*entry] & 0x7f == 0);
    let is_signed = first[510..] == [0x55, 0xaa];
    is_signed && (is_dos || is_table) || second.starts_with(b"EFI PART")
}

impl<D> ErrorType for DiskFlash<D> {
    type Error = NorFlashErrorKind;
}

impl<D: Disk> ReadNorFlash for DiskFlash<D> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, at, bytes.len())?;
        self.each_sector(at, bytes.len(), false, |piece, place| {
            bytes[place..][..piece.len()].copy_from_slice(piece);
        })
    }

    fn capacity(&self) -> usize {
        let bytes = self.disk.bytes().min(CAPACITY_MAX) as usize;
        bytes - bytes % SECTOR_BYTES
    }
}

impl<D: Disk> NorFlash for DiskFlash<D> {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR_BYTES;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        let erased = [0xff; SECTOR_BYTES];
        for sector in (from..to).step_by(SECTOR_BYTES) {
            self.disk.write(u64::from(sector) / BLOCK_BYTES as u64, &erased)?;
        }
        self.has_done = true;
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, at, bytes.len())?;
        self.each_sector(at, bytes.len(), true, |piece, place| {
            let cleared = bytes[place..].iter();
            piece.iter_mut().zip(cleared).for_each(|(byte, cleared)| *byte &= cleared);
        })?;
        self.has_done = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    struct Memory(Vec<u8>);

    impl Disk for Memory {
        fn bytes(&self) -> u64 {
            self.0.len() as u64
        }

        fn read(&mut self, block: u64, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
            assert_eq!(bytes.len() % BLOCK_BYTES, 0, "whole blocks");
            bytes.copy_from_slice(&self.0[block as usize * BLOCK_BYTES..][..bytes.len()]);
            Ok(())
        }

        fn write(&mut self, block: u64, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
            assert_eq!(bytes.len() % BLOCK_BYTES, 0, "whole blocks");
            self.0[block as usize * BLOCK_BYTES..][..bytes.len()].copy_from_slice(bytes);
            Ok(())
        }
    }

    fn flash() -> DiskFlash<Memory> {
        DiskFlash::new(Memory(vec![0; 3 * SECTOR_BYTES + BLOCK_BYTES])).unwrap()
    }

    #[test]
    fn programming_only_clears_bits_and_erasing_sets_them() {
        let mut flash = flash();
        flash.erase(4096, 8192).unwrap();
        flash.write(4096 + 508, &[0xf0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
        flash.write(4096 + 508, &[0x1f, 0xff, 0xff, 0xff]).unwrap();
        let mut bytes = [0; 10];
        flash.read(4096 + 507, &mut bytes).unwrap();
        assert_eq!(bytes, [0xff, 0x10, 1, 2, 3, 4, 5, 6, 7, 0xff]);
        flash.read(4090, &mut bytes).unwrap();
        assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    }

    #[test]
    fn what_spans_sectors_is_written_to_each() {
        let mut flash = flash();
        flash.erase(0, 12288).unwrap();
        let written: Vec<u8> = (0..6000).map(|index| index as u8).collect();
        flash.write(1000, &written).unwrap();
        let mut read = vec![0; 6002];
        flash.read(999, &mut read).unwrap();
        assert_eq!((read[0], &read[1..6001], read[6001]), (0xff, &written[..], 0xff));
    }

    #[test]
    fn only_whole_sectors_of_the_disk_are_flash() {
        assert_eq!(flash().capacity(), 3 * SECTOR_BYTES);
        assert!(DiskFlash::new(Memory(vec![0; BLOCK_BYTES])).is_none());
        assert_eq!(flash().erase(8192, 16384), Err(NorFlashErrorKind::OutOfBounds));
    }

    #[test]
    fn a_disk_that_somebody_would_miss_is_no_flash() {
        let with = |pieces: &[(usize, &[u8])]| {
            let mut bytes = vec![0; SECTOR_BYTES];
            pieces
                .iter()
                .for_each(|(at, piece)| bytes[*at..][..piece.len()].copy_from_slice(piece));
            DiskFlash::new(Memory(bytes)).is_some()
        };
        assert!(with(&[]));
        assert!(!with(&[(510, &[0x55, 0xaa])]));
        assert!(!with(&[(0, &[0xeb, 0x3c, 0x90]), (446, &[7]), (510, &[0x55, 0xaa])]));
        assert!(with(&[(446, &[0xff]), (510, &[0x55, 0xaa])]));
        assert!(!with(&[(512, b"EFI PART")]));
    }

    #[test]
    fn it_says_once_that_it_has_done_what_it_was_told() {
        let mut flash = flash();
        flash.erase(0, 4096).unwrap();
        assert_eq!([flash.take_done(), flash.take_done()], [true, false]);
        flash.read(0, &mut [0]).unwrap();
        assert!(!flash.take_done());
    }
}
