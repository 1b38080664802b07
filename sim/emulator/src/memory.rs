//! The 4 GiB that the processor sees: RAM and ROM in pages of 4 KiB, devices, and functions that
//! the host serves. What may be read (or written) without a further thought is found by one look
//! into a table; everything else goes the long way of [`crate::bus`].

use std::ops::Range;

use crate::exception::Access;
use crate::exception::Privilege;
use crate::near::LINE;
use crate::near::LINE_BITS;
use crate::near::Near;
use crate::near::start;
use crate::protection::Protection;
use crate::protection::Verdict;
use crate::view::GRAIN;
use crate::view::View;

/// Bytes in a page.
pub const PAGE: u32 = 4096;
const PAGE_BITS: u32 = 12;
const LINES_OF_GRAIN: usize = (GRAIN / LINE) as usize;

/// What may be done with stored bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Read, written and executed.
    Ram,
    /// Read and executed; a store is refused.
    Rom,
}

/// What lies at some addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bytes of the store, from this one on.
    Stored(Backing, Rights),
    /// The machine answers.
    Device,
    /// The machine is called when the program counter comes here.
    Hosted,
}

/// A part of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backing {
    offset: u32,
    bytes: u32,
}

impl Backing {
    /// How large it is.
    pub fn bytes(self) -> u32 {
        self.bytes
    }

    /// A part of it that begins at an offset; `None` if it is not inside or no whole pages.
    pub fn part(self, offset: u32, bytes: u32) -> Option<Backing> {
        let is_whole = offset.is_multiple_of(PAGE) && bytes.is_multiple_of(PAGE);
        let end = u64::from(offset) + u64::from(bytes);
        let is_inside = end <= u64::from(self.bytes);
        (is_whole && is_inside).then(|| Backing { offset: self.offset + offset, bytes })
    }
}

/// Why memory is not laid out as wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// There are other things already.
    Overlap,
    /// RAM and ROM begin and end with pages of 4 KiB.
    NotWholePages,
    /// It ends behind the last address, or is empty, or the store is used up.
    NoRoom,
}

#[derive(Clone, Copy, Debug)]
struct Region {
    start: u32,
    last: u32,
    kind: Kind,
}

/// One load or store, for a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Where.
    pub address: u32,
    /// How many bytes.
    pub bytes: u32,
    /// What was read or written.
    pub value: u32,
    /// Whether it was written.
    pub is_write: bool,
    /// Whether a device answered.
    pub is_device: bool,
}

/// All memory and who may use it.
pub struct Memory {
    store: Vec<u8>,
    used: u32,
    regions: Vec<Region>,
    /// All that the machine serves is in here.
    hosted: Range<u32>,
    /// As the privilege sees memory whose loads and stores are executed now, and as the other.
    view: View,
    other: Option<View>,
    near_read: Near,
    near_write: Near,
    privilege: Privilege,
    protection: Protection,
    /// For each page of the store the lines that hold decoded code.
    code: Vec<u64>,
    /// Code that was written since the cache was told.
    stale: Vec<(u32, u64)>,
    /// Words whose change the machine wants to know.
    watched: Vec<u32>,
    trace: Option<Vec<Seen>>,
}

impl Memory {
    /// Empty memory with room for so many bytes of RAM and ROM. Host memory is taken when it is
    /// first touched.
    pub fn new(capacity: u32) -> Memory {
        // The last page stays unused: a view has a use for its places.
        let bytes = u64::from(capacity).next_multiple_of(u64::from(PAGE)) + u64::from(PAGE);
        let bytes = bytes.min(u64::from(u32::MAX - PAGE + 1));
        Memory {
            store: vec![0; bytes as usize],
            used: PAGE,
            regions: Vec::new(),
            hosted: 0..0,
            view: View::new(),
            other: None,
            near_read: Near::new(),
            near_write: Near::new(),
            privilege: Privilege::Machine,
            protection: Protection::default(),
            code: vec![0; (bytes >> PAGE_BITS) as usize],
            stale: Vec::new(),
            watched: Vec::new(),
            trace: None,
        }
    }

    /// Takes zeroed bytes from the store: whole pages.
    pub fn allocate(&mut self, bytes: u32) -> Result<Backing, LayoutError> {
        if !bytes.is_multiple_of(PAGE) {
            return Err(LayoutError::NotWholePages);
        }
        let end = u64::from(self.used) + u64::from(bytes);
        if (self.store.len() as u64) < end {
            return Err(LayoutError::NoRoom);
        }
        let backing = Backing { offset: self.used, bytes };
        self.used = end as u32;
        Ok(backing)
    }

    /// Lays bytes of the store at an address. The same may lie at several.
    pub fn map(&mut self, start: u32, backing: Backing, rights: Rights) -> Result<(), LayoutError> {
        if !start.is_multiple_of(PAGE) {
            return Err(LayoutError::NotWholePages);
        }
        self.add(start, backing.bytes, Kind::Stored(backing, rights))
    }

    /// Takes RAM from the store and lays it at an address.
    pub fn map_ram(&mut self, start: u32, bytes: u32) -> Result<Backing, LayoutError> {
        let backing = self.allocate(bytes)?;
        self.map(start, backing, Rights::Ram)?;
        Ok(backing)
    }

    /// Lets the machine answer for some addresses.
    pub fn map_device(&mut self, start: u32, bytes: u32) -> Result<(), LayoutError> {
        self.add(start, bytes, Kind::Device)
    }

    /// Lets the machine serve functions at some addresses.
    pub fn map_hosted(&mut self, start: u32, bytes: u32) -> Result<(), LayoutError> {
        self.add(start, bytes, Kind::Hosted)?;
        let (first, end) = (self.hosted.start, self.hosted.end);
        let behind = start.saturating_add(bytes);
        self.hosted = if end <= first { start..behind } else { first.min(start)..end.max(behind) };
        Ok(())
    }

    /// Takes away what begins exactly here. Says whether there was something.
    pub fn unmap(&mut self, start: u32) -> bool {
        let Ok(found) = self.regions.binary_search_by_key(&start, |region| region.start) else {
            return false;
        };
        let region = self.regions.remove(found);
        if let Kind::Stored(backing, _) = region.kind {
            let first = backing.offset >> PAGE_BITS;
            for page in first..first + (backing.bytes >> PAGE_BITS) {
                self.forget_code(page, u64::MAX);
            }
        }
        self.clear_views();
        true
    }

    fn add(&mut self, start: u32, bytes: u32, kind: Kind) -> Result<(), LayoutError> {
        let last = bytes.checked_sub(1).and_then(|size| start.checked_add(size));
        let last = last.ok_or(LayoutError::NoRoom)?;
        let place = self.regions.partition_point(|region| region.start < start);
        let is_after = place == 0 || self.regions[place - 1].last < start;
        let is_before = self.regions.get(place).is_none_or(|next| last < next.start);
        if !is_after || !is_before {
            return Err(LayoutError::Overlap);
        }
        self.regions.insert(place, Region { start, last, kind });
        Ok(())
    }

    /// What lies at an address: how far it is from its start, and how many bytes follow in it.
    pub(crate) fn find(&self, address: u32) -> Option<(Kind, u32, u32)> {
        let place = self.regions.partition_point(|region| region.start <= address);
        let region = self.regions[..place].last().filter(|region| address <= region.last)?;
        let follow = (region.last - address).saturating_add(1);
        Some((region.kind, address - region.start, follow))
    }

    /// Whether the machine serves functions at an address.
    pub(crate) fn is_hosted(&self, address: u32) -> bool {
        self.hosted.contains(&address) && matches!(self.find(address), Some((Kind::Hosted, ..)))
    }

    /// Where bytes lie in the store, if all of them do and may be used so.
    pub(crate) fn place(&self, address: u32, bytes: u32, access: Access) -> Option<usize> {
        let (Kind::Stored(backing, rights), offset, follow) = self.find(address)? else {
            return None;
        };
        let is_allowed = access != Access::Write || rights == Rights::Ram;
        (bytes <= follow && is_allowed).then(|| (backing.offset + offset) as usize)
    }

    /// Bytes as a debugger or a device sees them: no protection, no device is asked.
    pub fn bytes(&self, address: u32, bytes: u32) -> Option<&[u8]> {
        let place = self.place(address, bytes, Access::Read)?;
        self.store.get(place..place + bytes as usize)
    }

    /// A word as a debugger sees it.
    pub fn word(&self, address: u32) -> Option<u32> {
        let bytes = self.bytes(address, 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Writes as a loader, a debugger or a device does: also into ROM, without protection. Code
    /// that lies there is decoded anew. Says whether all of it is RAM or ROM.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> bool {
        let Ok(count) = u32::try_from(bytes.len()) else { return false };
        let Some(place) = self.place(address, count, Access::Read) else { return count == 0 };
        self.write_store(place, bytes);
        true
    }

    /// The bytes of a part of the store, wherever it is mapped.
    pub fn backing(&self, backing: Backing) -> &[u8] {
        &self.store[backing.offset as usize..(backing.offset + backing.bytes) as usize]
    }

    /// Writes into a part of the store, wherever it is mapped. Says whether it is inside.
    pub fn write_backing(&mut self, backing: Backing, offset: u32, bytes: &[u8]) -> bool {
        let end = u64::from(offset) + bytes.len() as u64;
        let is_inside = end <= u64::from(backing.bytes);
        if is_inside {
            self.write_store((backing.offset + offset) as usize, bytes);
        }
        is_inside
    }

    pub(crate) fn write_store(&mut self, place: usize, bytes: &[u8]) {
        self.store[place..place + bytes.len()].copy_from_slice(bytes);
        let (mut at, end) = (place, place + bytes.len());
        while at < end {
            self.forget_code((at >> PAGE_BITS) as u32, 1 << (at >> LINE_BITS & 63));
            at = ((at >> LINE_BITS) + 1) << LINE_BITS;
        }
    }

    pub(crate) fn read_store(&self, place: usize, bytes: usize) -> u32 {
        let mut word = [0; 4];
        word[..bytes].copy_from_slice(&self.store[place..place + bytes]);
        u32::from_le_bytes(word)
    }

    /// The machine is told when this word is stored to.
    pub fn watch(&mut self, address: u32) {
        self.watched.push(address & !3);
        self.clear_views();
    }

    pub(crate) fn is_watched(&self, address: u32, bytes: u32) -> bool {
        let end = u64::from(address) + u64::from(bytes);
        self.watched
            .iter()
            .any(|word| u64::from(*word) < end && u64::from(address) < u64::from(*word) + 4)
    }
}

/// What the processor's side needs.
impl Memory {
    /// The protection registers.
    pub fn protection(&self) -> &Protection {
        &self.protection
    }

    /// Changes the protection registers; says whether that changed anything.
    pub(crate) fn protect(&mut self, change: impl FnOnce(&mut Protection) -> bool) -> bool {
        let is_changed = change(&mut self.protection);
        if is_changed {
            self.clear_views();
        }
        is_changed
    }

    /// Loads and stores from now on are made with this privilege.
    pub(crate) fn select(&mut self, privilege: Privilege) {
        if self.privilege != privilege {
            self.privilege = privilege;
            let other = self.other.take().unwrap_or_else(View::new);
            self.other = Some(std::mem::replace(&mut self.view, other));
            self.clear_near();
        }
    }

    pub(crate) fn privilege(&self) -> Privilege {
        self.privilege
    }

    /// Keeps what is loaded and stored, for a trace, or no longer.
    pub fn set_traced(&mut self, is_traced: bool) {
        self.trace = is_traced.then(Vec::new);
        self.clear_views();
    }

    /// What was loaded and stored since the last time.
    pub fn take_trace(&mut self) -> Vec<Seen> {
        self.trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub(crate) fn record(&mut self, seen: Seen) {
        if let Some(trace) = &mut self.trace {
            trace.push(seen);
        }
    }

    #[inline(always)]
    pub(crate) fn quick_read<const BYTES: usize>(&self, address: u32) -> Option<[u8; BYTES]> {
        let place = self.view.read(address);
        if !(address as usize).is_multiple_of(BYTES) {
            return None;
        }
        self.store.get(place..place + BYTES)?.first_chunk().copied()
    }

    #[inline(always)]
    pub(crate) fn quick_write<const BYTES: usize>(
        &mut self,
        address: u32,
        bytes: [u8; BYTES],
    ) -> bool {
        let place = self.view.write(address);
        if !(address as usize).is_multiple_of(BYTES) {
            return false;
        }
        let Some(found) = self.store.get_mut(place..place + BYTES) else { return false };
        found.copy_from_slice(&bytes);
        true
    }

    /// Lets the quick way find what is around an address, if all of it is alike. Nothing that has
    /// to be noticed may happen there: code, watched words, traces.
    pub(crate) fn fill(&mut self, address: u32, access: Access) {
        if self.trace.is_some() {
            return;
        }
        let start = address & !(GRAIN - 1);
        let Some(place) = self.place(start, GRAIN, access) else { return };
        let verdict = self.protection.verdict(start, GRAIN, access, self.privilege);
        if verdict != Verdict::Allowed {
            return self.fill_near(address, access);
        }
        if access == Access::Read {
            return self.view.allow_reads(start, place);
        }
        let has_code = self.code[place >> PAGE_BITS] & lines_of_grain(place) != 0;
        if has_code || self.is_watched(start, GRAIN) {
            return self.fill_near(address, access);
        }
        self.view.allow_writes(start, place);
    }

    /// The same for a line of what is not all alike.
    fn fill_near(&mut self, address: u32, access: Access) {
        let start = start(address);
        let Some(place) = self.place(start, LINE, access) else { return };
        let verdict = self.protection.verdict(start, LINE, access, self.privilege);
        let has_code = self.code[place >> PAGE_BITS] >> (place >> LINE_BITS & 63) & 1 == 1;
        let is_noticed = access == Access::Write && (has_code || self.is_watched(start, LINE));
        if verdict != Verdict::Allowed || is_noticed {
            return;
        }
        let near = if access == Access::Write { &mut self.near_write } else { &mut self.near_read };
        near.set(start, place);
    }

    /// Where bytes lie in the store that may be used without a further look. They are within a
    /// line.
    pub(crate) fn near(&self, address: u32, access: Access) -> Option<usize> {
        let near = if access == Access::Write { &self.near_write } else { &self.near_read };
        near.find(address)
    }

    /// Writes where [`Memory::near`] says.
    pub(crate) fn write_near(&mut self, place: usize, bytes: &[u8]) {
        self.store[place..place + bytes.len()].copy_from_slice(bytes);
    }

    fn clear_near(&mut self) {
        self.near_read.clear();
        self.near_write.clear();
    }

    /// Remembers that decoded code lies in these lines of a page of the store, so that stores are
    /// noticed.
    pub(crate) fn note_code(&mut self, page: u32, lines: u64) {
        let known = self.code[page as usize];
        if known & lines == lines {
            return;
        }
        self.near_write.clear();
        let start = (page as usize) << PAGE_BITS;
        for place in (start..start + PAGE as usize).step_by(GRAIN as usize) {
            let of_grain = lines_of_grain(place);
            if lines & of_grain != 0 && known & of_grain == 0 {
                for view in std::iter::once(&mut self.view).chain(&mut self.other) {
                    view.refuse_writes(place);
                }
            }
        }
        self.code[page as usize] |= lines;
    }

    fn clear_views(&mut self) {
        self.clear_near();
        self.view.clear();
        if let Some(other) = &mut self.other {
            other.clear();
        }
    }

    fn forget_code(&mut self, page: u32, lines: u64) {
        let code = &mut self.code[page as usize];
        if *code & lines != 0 {
            self.stale.push((page, *code & lines));
            *code &= !lines;
        }
    }

    pub(crate) fn has_stale_code(&self) -> bool {
        !self.stale.is_empty()
    }

    /// Pages of the store, and the lines of each, whose code was written.
    pub(crate) fn take_stale(&mut self) -> Vec<(u32, u64)> {
        std::mem::take(&mut self.stale)
    }
}

/// The lines that lie in the same part as a place, as bits of its page.
fn lines_of_grain(place: usize) -> u64 {
    let first = place % PAGE as usize / GRAIN as usize * LINES_OF_GRAIN;
    ((1 << LINES_OF_GRAIN) - 1) << first
}
