//! Ways through the whole tree: which blocks are used, who points at a pair, who comes before it.
//!
//! All pairs form one list from the first two blocks on. A list that is longer than the flash is a
//! loop.

use embedded_storage::nor_flash::NorFlash;

use crate::address::Address;
use crate::allocator::Offer;
use crate::draft::Body;
use crate::error::Error;
use crate::error::Result;
use crate::list::List;
use crate::pair::Content;
use crate::volume::Volume;

/// An entry by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) pair: Address,
    pub(crate) id: u16,
}

impl<F: NorFlash> Volume<F> {
    /// A block that nobody uses, not erased.
    ///
    /// # Errors
    /// [`Error::NoSpace`]
    pub(crate) fn allocate(&mut self) -> Result<u32, F> {
        loop {
            match self.allocator.take() {
                Offer::Block(block) => return Ok(block),
                Offer::Nothing => return Err(Error::NoSpace),
                Offer::Scan => {
                    let mut window = self.allocator.window(0);
                    core::mem::swap(&mut window, &mut self.allocator);
                    window.advance();
                    let done = self.each_used(&mut |block| window.mark(block));
                    self.allocator = window;
                    if let Err(error) = done {
                        self.allocator.forget();
                        return Err(error);
                    }
                }
            }
        }
    }

    /// How many blocks are used, by the tree and by versions that are open.
    pub(crate) fn used(&mut self) -> Result<u32, F> {
        let (mut start, mut used) = (0, 0);
        while start < self.medium.block_count {
            let mut window = self.allocator.window(start);
            self.each_used(&mut |block| window.mark(block))?;
            let (size, count) = window.count();
            start += size;
            used += count;
        }
        Ok(used)
    }

    /// Shows every used block at least once.
    fn each_used(&mut self, each: &mut dyn FnMut(u32)) -> Result<(), F> {
        let mut tail = Address::FIRST;
        for _ in 0..self.medium.block_count {
            let listed = tail;
            tail = self.moves.forward(listed);
            listed.0.iter().chain(&tail.0).for_each(|block| each(*block));
            let pair = self.pair(tail)?;
            let (count, next) = (pair.entries.len() as u16, pair.tail);
            for id in 0..count {
                match self.pair(tail)?.content(id) {
                    Some(Content::List { head, size }) => {
                        self.each_of(List { head, size }, each)?
                    }
                    Some(Content::Directory(pair)) => pair.0.iter().for_each(|block| each(*block)),
                    _ => (),
                }
            }
            tail = next;
            if tail.is_none() {
                return self.each_open(each);
            }
        }
        Err(Error::Corrupt)
    }

    /// Shows every block of the versions that are open.
    fn each_open(&mut self, each: &mut dyn FnMut(u32)) -> Result<(), F> {
        for index in 0..self.versions.len() {
            let version = &self.versions[index].1;
            let tip = version.tip.as_ref().map(|tip| (tip.block, tip.index, tip.previous));
            if let Body::List(list) = version.body {
                self.each_of(list, each)?;
            }
            if let Some((block, index, previous)) = tip {
                each(block);
                if index != 0 {
                    self.medium.each_block(previous, index - 1, each)?;
                }
            }
        }
        Ok(())
    }

    fn each_of(&mut self, list: List, each: &mut dyn FnMut(u32)) -> Result<(), F> {
        if list.size == 0 {
            return Ok(());
        }
        let index = self.medium.last_index(list)?;
        self.medium.each_block(list.head, index, each)
    }

    /// The pair whose tail is this pair, or will be: it may just have moved.
    pub(crate) fn predecessor(&mut self, of: Address) -> Result<Option<Address>, F> {
        let mut at = Address::FIRST;
        for _ in 0..self.medium.block_count {
            let tail = self.pair(at)?.tail;
            if tail.is_none() {
                return Ok(None);
            }
            let tail = self.moves.forward(tail);
            if tail.shares(of) {
                return Ok(Some(at));
            }
            at = tail;
        }
        Err(Error::Corrupt)
    }

    /// The entry of the directory that begins with this pair, or with what it was.
    pub(crate) fn parent(&mut self, of: Address) -> Result<Option<Place>, F> {
        let mut at = Address::FIRST;
        let (disk, is_pending) = (self.disk, self.state.pending().is_some());
        for _ in 0..self.medium.block_count {
            let pair = self.pair(at)?;
            // An entry that is being moved away is at its new place already.
            let gone = disk.pending_in(pair.address).filter(|_| is_pending);
            for id in 0..pair.entries.len() as u16 {
                if let Some(Content::Directory(child)) = pair.content(id)
                    && child.shares(of)
                    && gone != Some(id)
                {
                    return Ok(Some(Place { pair: at, id }));
                }
            }
            let tail = pair.tail;
            if tail.is_none() {
                return Ok(None);
            }
            at = self.moves.forward(tail);
        }
        Err(Error::Corrupt)
    }
}
