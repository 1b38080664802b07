//! A NOR flash in memory that allows what a real one allows, counts, wears out and loses power.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use embedded_storage::nor_flash::ErrorType;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::NorFlashError;
use embedded_storage::nor_flash::NorFlashErrorKind;
use embedded_storage::nor_flash::ReadNorFlash;

/// How much of the operation during which the power goes is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nothing.
    Before,
    /// The first half.
    Half,
    /// Each bit or not.
    Torn,
}

/// The power is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dead;

impl NorFlashError for Dead {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

/// Words of `WORD` bytes, sectors of `SECTOR`.
#[derive(Clone, Debug)]
pub(crate) struct Ram<const WORD: usize, const SECTOR: usize> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) erases: u64,
    pub(crate) programs: u64,
    pub(crate) programmed: u64,
    pub(crate) reads: u64,
    /// Erases of each sector.
    pub(crate) erased: Vec<u32>,
    /// Erase or program number at which the power goes, and how.
    pub(crate) cut: Option<(u64, Cut)>,
    /// Sectors in which programming does not hold.
    pub(crate) worn: BTreeSet<u32>,
    /// How many bits each erase of every fourth sector leaves 0, at most: others each time.
    pub(crate) dents: u8,
    /// The bits that are 0 since their sector was erased.
    dented: BTreeMap<usize, u8>,
    pub(crate) is_dead: bool,
    random: u64,
}

impl<const WORD: usize, const SECTOR: usize> Ram<WORD, SECTOR> {
    pub(crate) fn new(sectors: usize) -> Self {
        Ram::from_bytes(vec![0xff; sectors * SECTOR])
    }

    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Ram {
            erased: vec![0; bytes.len() / SECTOR],
            bytes,
            erases: 0,
            programs: 0,
            programmed: 0,
            reads: 0,
            cut: None,
            worn: BTreeSet::new(),
            dents: 0,
            dented: BTreeMap::new(),
            is_dead: false,
            random: 0x9e37_79b9_7f4a_7c15,
        }
    }

    /// The same after the power came back.
    pub(crate) fn restarted(self) -> Self {
        let Ram { worn, dents, dented, random, .. } = self;
        Ram { worn, dents, dented, random, ..Ram::from_bytes(self.bytes) }
    }

    /// The same with a cut in wait.
    pub(crate) fn with_cut(self, at: u64, cut: Cut) -> Self {
        let random = self.random ^ (at << 8) ^ cut as u64;
        Ram { cut: Some((at, cut)), random, ..self }
    }

    /// Erases and programs so far.
    pub(crate) fn operations(&self) -> u64 {
        self.erases + self.programs
    }

    fn draw(&mut self) -> u8 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 24) as u8
    }

    /// Leaves bits of a sector 0 that was erased.
    fn dent(&mut self, from: usize, to: usize) {
        self.dented.retain(|at, _| *at < from || to <= *at);
        if (from / SECTOR) % 4 != 3 {
            return;
        }
        for _ in 0..self.dents {
            let place = usize::from(self.draw()) << 8 | usize::from(self.draw());
            let (at, bit) = (from + place % (to - from), 1 << (self.draw() % 8));
            *self.dented.entry(at).or_default() |= bit;
            self.bytes[at] &= !bit;
        }
    }

    /// How the operation that begins now is cut, if it is.
    fn begin(&mut self) -> Result<Option<Cut>, Dead> {
        if self.is_dead {
            return Err(Dead);
        }
        let now = self.operations();
        let cut = self.cut.filter(|(at, _)| *at == now).map(|(_, cut)| cut);
        self.is_dead = cut.is_some();
        Ok(cut)
    }
}

impl<const WORD: usize, const SECTOR: usize> ErrorType for Ram<WORD, SECTOR> {
    type Error = Dead;
}

impl<const WORD: usize, const SECTOR: usize> ReadNorFlash for Ram<WORD, SECTOR> {
    const READ_SIZE: usize = WORD;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Dead> {
        assert!((offset as usize).is_multiple_of(WORD) && bytes.len().is_multiple_of(WORD));
        if self.is_dead {
            return Err(Dead);
        }
        self.reads += 1;
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const WORD: usize, const SECTOR: usize> NorFlash for Ram<WORD, SECTOR> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Dead> {
        let (from, to) = (from as usize, to as usize);
        assert!(from.is_multiple_of(SECTOR) && to.is_multiple_of(SECTOR) && from < to);
        let cut = self.begin()?;
        for at in from..to {
            let drawn = if cut == Some(Cut::Torn) { self.draw() } else { 0 };
            self.bytes[at] |= match cut {
                None => 0xff,
                Some(Cut::Before) => 0,
                Some(Cut::Half) => {
                    if at < from.midpoint(to) {
                        0xff
                    } else {
                        0
                    }
                }
                Some(Cut::Torn) => match drawn % 3 {
                    0 => 0,
                    1 => drawn,
                    _ => 0xff,
                },
            };
        }
        self.dent(from, to);
        self.erases += 1;
        self.erased[from / SECTOR..to / SECTOR].iter_mut().for_each(|count| *count += 1);
        if cut.is_some() { Err(Dead) } else { Ok(()) }
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Dead> {
        let offset = offset as usize;
        assert!(offset.is_multiple_of(WORD) && bytes.len().is_multiple_of(WORD));
        assert!(!bytes.is_empty());
        let is_worn = self.worn.contains(&((offset / SECTOR) as u32));
        let cut = self.begin()?;
        for (index, byte) in bytes.iter().enumerate() {
            let drawn = if cut == Some(Cut::Torn) { self.draw() } else { 0 };
            let old = &mut self.bytes[offset + index];
            let dent = self.dented.get(&(offset + index)).copied().unwrap_or(0);
            assert_eq!(
                *byte & !*old & !dent,
                0,
                "programming only clears bits: byte {}",
                offset + index
            );
            *old &= match cut {
                None if is_worn && index == bytes.len() / 2 => byte | 0x24,
                None => *byte,
                Some(Cut::Before) => 0xff,
                Some(Cut::Half) => {
                    if index < bytes.len() / 2 {
                        *byte
                    } else {
                        0xff
                    }
                }
                Some(Cut::Torn) => byte | drawn,
            };
        }
        self.programs += 1;
        self.programmed += bytes.len() as u64;
        if cut.is_some() { Err(Dead) } else { Ok(()) }
    }
}
