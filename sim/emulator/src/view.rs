//! Parts of memory that may be read, or written, as a whole: one look into a table finds where the
//! bytes at an address lie in the store.

/// Bytes in a part, and the exponent of that. Borders of the protection and code that is written
/// beside make whole pages rare.
pub(crate) const GRAIN: u32 = 1 << GRAIN_BITS;
const GRAIN_BITS: u32 = 9;
const GRAINS: usize = 1 << (32 - GRAIN_BITS);
/// What is added to a place, so that 0 is none. A store has no bytes at the last 4096 places.
const SHIFT: u32 = 4096;

/// For each part of the addresses the place of its bytes in the store.
#[derive(Clone)]
pub(crate) struct View {
    read: Box<[u32; GRAINS]>,
    write: Box<[u32; GRAINS]>,
    /// The parts that are known in either table.
    filled: Vec<u32>,
}

impl View {
    /// Nothing is known. The tables take memory of the host when they are first touched.
    pub(crate) fn new() -> View {
        View { read: empty_table(), write: empty_table(), filled: Vec::new() }
    }

    /// Where a byte lies that may be read; behind the end of any store if that is not known.
    #[inline(always)]
    pub(crate) fn read(&self, address: u32) -> usize {
        place(&self.read, address)
    }

    /// The same for a byte that may be written.
    #[inline(always)]
    pub(crate) fn write(&self, address: u32) -> usize {
        place(&self.write, address)
    }

    /// The part that begins at an address may be read; its first byte lies there.
    pub(crate) fn allow_reads(&mut self, start: u32, place: usize) {
        self.read[(start >> GRAIN_BITS) as usize] = place as u32 + SHIFT;
        self.filled.push(start >> GRAIN_BITS);
    }

    /// The same for writes.
    pub(crate) fn allow_writes(&mut self, start: u32, place: usize) {
        self.write[(start >> GRAIN_BITS) as usize] = place as u32 + SHIFT;
        self.filled.push(start >> GRAIN_BITS);
    }

    /// Whatever lies there in the store, which is the beginning of a part, may not be written so.
    pub(crate) fn refuse_writes(&mut self, place: usize) {
        for part in &self.filled {
            let entry = &mut self.write[*part as usize];
            if *entry == place as u32 + SHIFT {
                *entry = 0;
            }
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        for part in self.filled.drain(..) {
            self.read[part as usize] = 0;
            self.write[part as usize] = 0;
        }
    }
}

#[inline(always)]
fn place(table: &[u32; GRAINS], address: u32) -> usize {
    let start = table[(address >> GRAIN_BITS) as usize].wrapping_sub(SHIFT);
    start.wrapping_add(address % GRAIN) as usize
}

fn empty_table() -> Box<[u32; GRAINS]> {
    let table: Result<Box<[u32; GRAINS]>, _> = vec![0; GRAINS].into_boxed_slice().try_into();
    match table {
        Ok(table) => table,
        Err(_) => unreachable!("the table has as many entries as it was made with"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_lies_behind_every_store() {
        let mut view = View::new();
        let end = (u32::MAX - SHIFT) as usize;
        assert!(end < view.read(0) && end < view.write(u32::MAX));
        view.allow_reads(0x8000_0200, 0x1200);
        assert_eq!(view.read(0x8000_03ff), 0x13ff);
        assert!(end < view.read(0x8000_0400) && end < view.write(0x8000_0200));
        view.clear();
        assert!(end < view.read(0x8000_03ff));
    }

    #[test]
    fn writes_are_refused_wherever_a_part_of_the_store_is_seen() {
        let mut view = View::new();
        for start in [0x8000_0000, 0x9000_0000] {
            view.allow_reads(start, 0x1000);
            view.allow_writes(start, 0x1000);
        }
        view.allow_writes(0x8000_0200, 0x1200);
        view.refuse_writes(0x1000);
        let end = (u32::MAX - SHIFT) as usize;
        assert!(end < view.write(0x8000_0000) && end < view.write(0x9000_0000));
        assert_eq!((view.read(0x9000_0001), view.write(0x8000_0200)), (0x1001, 0x1200));
    }
}
