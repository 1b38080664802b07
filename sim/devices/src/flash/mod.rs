//! A serial NOR flash chip: sectors are erased to ones, pages are programmed by clearing bits, both
//! take time, and power can go in the middle.
//!
//! [`Flash`] is `embedded-storage`'s `NorFlash`. An operation begins with the call and goes on until
//! [`Flash::finish`]; who drives the model lets [`Flash::busy_for`] pass in between. Until then the
//! chip takes nothing else, and [`Flash::cut`] undoes what was not done yet.

mod cut;
mod wear;

pub use cut::CutMode;
pub use wear::Wear;

use std::time::Duration;

use embedded_storage::nor_flash;
use embedded_storage::nor_flash::ErrorType;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::NorFlashError;
use embedded_storage::nor_flash::NorFlashErrorKind;
use embedded_storage::nor_flash::ReadNorFlash;

use crate::stream::Seed;
use crate::stream::Stream;

/// Bytes of a sector.
pub const SECTOR: usize = 4096;

/// Bytes of a page.
pub const PAGE: usize = 256;

/// Bytes that are programmed at least.
pub const WORD: usize = 4;

/// What a chip is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    /// How long programming a page takes; a part of one takes its part of it.
    pub program: Duration,
    /// How long erasing a sector takes.
    pub erase: Duration,
    /// Erases of a sector that it takes: each one after that leaves a few bits that cannot be set.
    pub endurance: u32,
    /// Reads of a sector between two erases after which a bit of it flips, and again after as many;
    /// 0 is never.
    pub disturb: u32,
}

impl Quality {
    /// A usual serial chip (Winbond W25Q64JV datasheet, 9.6 "AC Electrical Characteristics": page
    /// program 0.4 ms, sector erase 45 ms, both typical; 100 000 erases).
    pub const SERIAL: Quality = Quality {
        program: Duration::from_micros(400),
        erase: Duration::from_millis(45),
        endurance: 100_000,
        disturb: 0,
    };
}

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Clearing bits.
    Program,
    /// Setting all bits of a sector.
    Erase,
}

/// One operation, whole: what lay there before and what lies there after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// How many operations came before it in the chip's life.
    pub number: u64,
    /// What it is.
    pub work: Work,
    /// The first byte.
    pub at: u32,
    /// What was there.
    pub old: Vec<u8>,
    /// What is there when it is done.
    pub new: Vec<u8>,
}

/// The chip.
#[derive(Clone, Debug)]
pub struct Flash {
    bytes: Vec<u8>,
    quality: Quality,
    wear: Wear,
    /// Reads of each sector since it was erased.
    reads: Vec<u32>,
    /// Operations begun so far.
    operations: u64,
    doing: Option<Operation>,
    seed: Seed,
    board: String,
    stream: Stream,
}

/// Why the chip does not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashError {
    /// It is doing something else.
    Busy,
    /// Not a whole sector, not whole words, or more than a page.
    NotAligned,
    /// It has no such byte.
    OutOfBounds,
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            FlashError::Busy => NorFlashErrorKind::Other,
            FlashError::NotAligned => NorFlashErrorKind::NotAligned,
            FlashError::OutOfBounds => NorFlashErrorKind::OutOfBounds,
        }
    }
}

impl From<NorFlashErrorKind> for FlashError {
    fn from(kind: NorFlashErrorKind) -> FlashError {
        match kind {
            NorFlashErrorKind::NotAligned => FlashError::NotAligned,
            _ => FlashError::OutOfBounds,
        }
    }
}

impl Flash {
    /// The chip of a board with these contents, in whole sectors.
    ///
    /// # Panics
    /// When there are no whole sectors, or more than 32 bits can count.
    pub fn new(bytes: Vec<u8>, quality: Quality, seed: Seed, board: &str) -> Flash {
        assert!(bytes.len().is_multiple_of(SECTOR), "a chip has whole sectors");
        assert!(u32::try_from(bytes.len()).is_ok(), "addresses have 32 bits");
        let sectors = bytes.len() / SECTOR;
        Flash {
            bytes,
            quality,
            wear: Wear::new(sectors),
            reads: vec![0; sectors],
            operations: 0,
            doing: None,
            seed,
            stream: seed.stream(&format!("board {board}/flash")),
            board: board.to_owned(),
        }
    }

    /// All that is stored, with what the chip is doing as if it were done.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The chip's life so far.
    pub fn wear(&self) -> &Wear {
        &self.wear
    }

    /// Operations begun so far.
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// What the chip is doing.
    pub fn doing(&self) -> Option<&Operation> {
        self.doing.as_ref()
    }

    /// How long the operation takes that it is doing.
    pub fn busy_for(&self) -> Option<Duration> {
        let doing = self.doing.as_ref()?;
        Some(match doing.work {
            Work::Erase => self.quality.erase,
            // A page has 256 bytes.
            Work::Program => self.quality.program * doing.new.len() as u32 / PAGE as u32,
        })
    }

    /// The operation is done.
    pub fn finish(&mut self) {
        self.doing = None;
    }

    /// Power goes: the operation that the chip was doing is left as the mode says. What is torn
    /// depends on the seed and the operation alone.
    pub fn cut(&mut self, mode: CutMode) {
        let Some(doing) = self.doing.take() else { return };
        let left = doing.after_cut(mode, self.seed, &self.board);
        self.bytes[doing.at as usize..][..left.len()].copy_from_slice(&left);
    }

    /// Time or a stray particle flips one bit; a byte that is not there stays what it is.
    pub fn flip(&mut self, at: u32, bit: u8) {
        if let Some(byte) = self.bytes.get_mut(at as usize) {
            *byte ^= 1 << (bit % 8);
            self.wear.rotten_bits += 1;
        }
    }

    /// Begins an operation.
    fn begin(&mut self, work: Work, at: u32, new: Vec<u8>) {
        let old = self.bytes[at as usize..][..new.len()].to_vec();
        self.bytes[at as usize..][..new.len()].copy_from_slice(&new);
        self.doing = Some(Operation { number: self.operations, work, at, old, new });
        self.operations += 1;
    }

    /// Bits of a worn sector stay as they are: a few, and always others.
    fn wear_out(&mut self, at: u32, new: &mut [u8]) {
        let sector = at as usize / SECTOR;
        self.wear.erases[sector] += 1;
        self.reads[sector] = 0;
        let Some(over) = self.wear.erases[sector].checked_sub(self.quality.endurance + 1) else {
            return;
        };
        for _ in 0..=over.min(8) {
            let place = self.stream.below(SECTOR as u64) as usize;
            new[place] &= !(1 << self.stream.below(8));
        }
    }

    /// Reading disturbs the neighbours of what is read.
    fn disturb(&mut self, sector: usize) {
        if self.quality.disturb == 0 {
            return;
        }
        self.reads[sector] += 1;
        if self.reads[sector].is_multiple_of(self.quality.disturb) {
            let place = sector * SECTOR + self.stream.below(SECTOR as u64) as usize;
            let bit = self.stream.below(8) as u8;
            self.flip(place as u32, bit);
        }
    }
}

impl Operation {
    /// What lies there after a cut. What is torn depends on the seed, the board's name and the
    /// operation's number alone.
    pub fn after_cut(&self, mode: CutMode, seed: Seed, board: &str) -> Vec<u8> {
        let mut left = self.new.clone();
        let mut stream = seed.stream(&format!("board {board}/flash/cut {}", self.number));
        mode.leave(self.work, &self.old, &mut left, &mut stream);
        left
    }
}

impl ErrorType for Flash {
    type Error = FlashError;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        nor_flash::check_read(self, offset, bytes.len())?;
        if self.doing.is_some() {
            return Err(FlashError::Busy);
        }
        let begin = offset as usize;
        bytes.copy_from_slice(&self.bytes[begin..begin + bytes.len()]);
        for sector in begin / SECTOR..(begin + bytes.len()).div_ceil(SECTOR) {
            self.disturb(sector);
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = SECTOR;

    /// Erases one sector.
    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        nor_flash::check_erase(self, from, to)?;
        if self.doing.is_some() {
            return Err(FlashError::Busy);
        }
        if (to - from) as usize != SECTOR {
            return Err(FlashError::NotAligned);
        }
        let mut new = vec![u8::MAX; SECTOR];
        self.wear_out(from, &mut new);
        self.begin(Work::Erase, from, new);
        Ok(())
    }

    /// Programs a page or a part of one.
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        nor_flash::check_write(self, offset, bytes.len())?;
        if self.doing.is_some() {
            return Err(FlashError::Busy);
        }
        let begin = offset as usize;
        if PAGE < begin % PAGE + bytes.len() {
            return Err(FlashError::NotAligned);
        }
        let old = &self.bytes[begin..begin + bytes.len()];
        let lost: u32 = old.iter().zip(bytes).map(|(old, new)| (!old & new).count_ones()).sum();
        let new = old.iter().zip(bytes).map(|(old, new)| old & new).collect();
        self.wear.programs += 1;
        self.wear.bytes += bytes.len() as u64;
        self.wear.lost_bits += u64::from(lost);
        self.begin(Work::Program, offset, new);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
