//! Blocks for the contents of files that are written: taken once at the start, handed out and
//! taken back, so that a full store is a refusal and never a lack of memory.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use sdk::Refusal;

/// Bytes of a block.
pub(crate) const BLOCK: usize = 256;

/// The end of a chain.
const NONE: u16 = u16::MAX;

/// The contents of one file: blocks one after another. Only the store makes and unmakes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    first: u16,
    len: u32,
}

impl Chain {
    /// No contents.
    pub(crate) const EMPTY: Chain = Chain { first: NONE, len: 0 };

    /// Bytes of contents.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// Blocks that it has.
    pub(crate) fn blocks(&self) -> usize {
        blocks(self.len)
    }
}

/// All blocks.
#[derive(Debug)]
pub(crate) struct Store {
    bytes: Vec<[u8; BLOCK]>,
    /// For each block, the one behind it in its chain.
    next: Vec<u16>,
    /// The chain of those that nobody has.
    free: u16,
    free_count: usize,
}

impl Store {
    /// A store for this many bytes of contents, in whole blocks.
    pub(crate) fn new(bytes: usize) -> Result<Store, TryReserveError> {
        let count = (bytes / BLOCK).min(usize::from(NONE));
        let mut store = Store { bytes: Vec::new(), next: Vec::new(), free: NONE, free_count: 0 };
        store.bytes.try_reserve_exact(count)?;
        store.next.try_reserve_exact(count)?;
        store.bytes.resize(count, [0; BLOCK]);
        store.next.resize(count, NONE);
        for block in (0..count).rev() {
            // There are fewer blocks than 16 bits can count.
            store.put_back(block as u16);
        }
        Ok(store)
    }

    /// Blocks that nobody has given back yet and that the chain needs to grow to this many bytes.
    pub(crate) fn missing(&self, chain: &Chain, len: u32) -> usize {
        blocks(len).saturating_sub(blocks(chain.len)).saturating_sub(self.free_count)
    }

    /// Fills the buffer from `offset` on. Answers how many bytes there were.
    pub(crate) fn read(&self, chain: &Chain, offset: u32, buffer: &mut [u8]) -> usize {
        let rest = chain.len.saturating_sub(offset) as usize;
        let count = buffer.len().min(rest);
        let mut block = chain.first;
        let mut begin = 0;
        let (offset, mut done) = (offset as usize, 0);
        while done < count {
            let contents = &self.bytes[usize::from(block)];
            if offset < begin + BLOCK {
                let part = &contents[(offset + done - begin)..];
                let len = part.len().min(count - done);
                buffer[done..done + len].copy_from_slice(&part[..len]);
                done += len;
            }
            begin += BLOCK;
            block = self.next[usize::from(block)];
        }
        count
    }

    /// Writes all of the bytes from `offset` on, or none. A gap before them reads as zeros.
    pub(crate) fn write(
        &mut self,
        chain: &mut Chain,
        offset: u32,
        bytes: &[u8],
    ) -> Result<(), Refusal> {
        if bytes.is_empty() {
            return Ok(());
        }
        let end = u32::try_from(bytes.len()).ok().and_then(|len| offset.checked_add(len));
        let end = end.ok_or(Refusal::Quota)?;
        if self.missing(chain, end) != 0 {
            return Err(Refusal::Quota);
        }
        self.extend(chain, blocks(end));
        chain.len = chain.len.max(end);
        let mut block = chain.first;
        let mut begin = 0;
        let (offset, mut done) = (offset as usize, 0);
        while done < bytes.len() {
            if offset < begin + BLOCK {
                let part = &mut self.bytes[usize::from(block)][(offset + done - begin)..];
                let len = part.len().min(bytes.len() - done);
                part[..len].copy_from_slice(&bytes[done..done + len]);
                done += len;
            }
            begin += BLOCK;
            block = self.next[usize::from(block)];
        }
        Ok(())
    }

    /// Cuts the contents off, or fills them up with zeros. Growing needs blocks that are there.
    pub(crate) fn resize(&mut self, chain: &mut Chain, len: u32) -> Result<(), Refusal> {
        if self.missing(chain, len) != 0 {
            return Err(Refusal::Quota);
        }
        self.extend(chain, blocks(len));
        let kept = blocks(len);
        let mut block = chain.first;
        for _ in 1..kept {
            block = self.next[usize::from(block)];
        }
        if len < chain.len {
            let rest = match kept {
                0 => core::mem::replace(&mut chain.first, NONE),
                _ => core::mem::replace(&mut self.next[usize::from(block)], NONE),
            };
            self.release(Chain { first: rest, len: 0 });
            if kept != 0 && !(len as usize).is_multiple_of(BLOCK) {
                // What is behind the end reads as zeros if it is written beyond.
                self.bytes[usize::from(block)][len as usize % BLOCK..].fill(0);
            }
        }
        chain.len = len;
        Ok(())
    }

    /// Bytes that nobody has.
    pub(crate) fn free(&self) -> usize {
        self.free_count * BLOCK
    }

    /// Takes the blocks back.
    pub(crate) fn release(&mut self, chain: Chain) {
        let mut block = chain.first;
        while block != NONE {
            let next = self.next[usize::from(block)];
            self.put_back(block);
            block = next;
        }
    }

    /// Gives a chain as many blocks; the store has them. What nobody wrote is zero, so that no file
    /// shows what another one had.
    fn extend(&mut self, chain: &mut Chain, wanted: usize) {
        let have = blocks(chain.len);
        let mut last = NONE;
        let mut block = chain.first;
        for _ in 0..have {
            last = block;
            block = self.next[usize::from(block)];
        }
        for _ in have..wanted {
            let block = self.take();
            match last {
                NONE => chain.first = block,
                last => self.next[usize::from(last)] = block,
            }
            last = block;
        }
    }

    fn take(&mut self) -> u16 {
        let block = self.free;
        assert!(block != NONE, "room is asked for before blocks are taken");
        self.free = core::mem::replace(&mut self.next[usize::from(block)], NONE);
        self.free_count -= 1;
        self.bytes[usize::from(block)].fill(0);
        block
    }

    fn put_back(&mut self, block: u16) {
        self.next[usize::from(block)] = self.free;
        self.free = block;
        self.free_count += 1;
    }
}

/// Blocks that so many bytes need.
fn blocks(len: u32) -> usize {
    (len as usize).div_ceil(BLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All contents of a chain.
    fn contents(store: &Store, chain: &Chain) -> Vec<u8> {
        let mut bytes = vec![0xee; chain.len() as usize + 9];
        let count = store.read(chain, 0, &mut bytes);
        bytes.truncate(count);
        bytes
    }

    #[test]
    fn chains_behave_like_vectors_and_no_block_is_lost() {
        let mut store = Store::new(24 * BLOCK).unwrap();
        let mut state = 7u32;
        let mut random = move |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let mut files: Vec<(Chain, Vec<u8>)> = (0..4).map(|_| (Chain::EMPTY, vec![])).collect();
        for turn in 0..20_000 {
            let which = random(4) as usize;
            if random(20) == 0 {
                let (chain, model) = &mut files[which];
                store.release(core::mem::replace(chain, Chain::EMPTY));
                model.clear();
                continue;
            }
            let (offset, len) = (random(5000), random(1021) as usize);
            let bytes = vec![turn as u8; len];
            let used: usize = files.iter().map(|(_, model)| model.len().div_ceil(BLOCK)).sum();
            let (chain, model) = &mut files[which];
            let size = if len == 0 { model.len() } else { model.len().max(offset as usize + len) };
            let used = used - model.len().div_ceil(BLOCK) + size.div_ceil(BLOCK);
            match store.write(chain, offset, &bytes) {
                Ok(()) => {
                    assert!(used <= 24);
                    model.resize(size, 0);
                    if 0 < len {
                        model[offset as usize..][..len].copy_from_slice(&bytes);
                    }
                }
                Err(refusal) => {
                    assert_eq!(refusal, Refusal::Quota);
                    assert!(24 < used, "refused with room left");
                }
            }
            assert_eq!(contents(&store, chain), *model);
            let mut part = [0; 300];
            let count = store.read(chain, offset, &mut part);
            let rest = model.get(offset as usize..).unwrap_or_default();
            assert_eq!(part[..count], rest[..rest.len().min(300)]);
        }
    }

    #[test]
    fn a_write_at_the_end_of_the_numbers_is_refused() {
        let mut store = Store::new(BLOCK).unwrap();
        let mut chain = Chain::EMPTY;
        assert_eq!(store.write(&mut chain, u32::MAX, b"ab"), Err(Refusal::Quota));
        assert_eq!(store.write(&mut chain, u32::MAX - 1, b"a"), Err(Refusal::Quota));
        assert_eq!(store.write(&mut chain, u32::MAX, b""), Ok(()));
        assert_eq!(chain, Chain::EMPTY);
    }

    #[test]
    fn a_store_without_blocks_refuses() {
        let mut store = Store::new(0).unwrap();
        let mut chain = Chain::EMPTY;
        assert_eq!(store.write(&mut chain, 0, b"a"), Err(Refusal::Quota));
    }
}
