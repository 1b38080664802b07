//! Changes of metadata that are there whole or not at all.
//!
//! A commit is appended to a pair's log. Where it does not fit, the log is written anew without
//! what is outdated into the pair's other block; entries that are too many for half a block go to a
//! new pair. A block that is worn, or has had its share of erasures, is replaced by another: then
//! whoever points to the pair must learn of it, which is again a commit.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;

use crate::address::Address;
use crate::error::Error;
use crate::error::Result;
use crate::gstate::GlobalState;
use crate::log::CRC_SIZE;
use crate::log::Log;
use crate::medium::Held;
use crate::pair::Change;
use crate::pair::Pair;
use crate::tag::CREATE;
use crate::tag::DELETE;
use crate::tag::DIRECTORY_STRUCT;
use crate::tag::INLINE;
use crate::tag::MOVE_STATE;
use crate::tag::NO_ID;
use crate::tag::TAIL;
use crate::tag::Tag;
use crate::volume::Volume;
use crate::walk::Place;

/// More entries than this are not appended to: the pair is split.
const ENTRIES_MAX: usize = 0xff;

/// Room that every pair keeps for what finishes or undoes something: a tail, a share of the global
/// state, a deletion and a checksum.
const RESERVE: usize = 40;

/// What became of the pair that a commit was made to.
#[derive(Debug)]
pub(crate) enum Step {
    Done,
    /// It lies elsewhere now, and nobody knows yet.
    Moved(Address),
    /// It has become empty: nothing was written, and the pair before it can do without it.
    Empty {
        predecessor: Address,
        tail: Address,
        is_split: bool,
        share: GlobalState,
    },
}

/// Whether a pair that becomes empty is taken out of its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vacancy {
    Drop,
    Keep,
}

/// What is left to be done after a commit that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aftermath {
    None,
    /// The list has pairs where they were.
    Moves,
    /// Likewise, and there is no room to put it right now.
    Unfinished,
}

/// What a block is made from, apart from entries.
struct Head {
    address: Address,
    revision: u32,
    tail: Address,
    is_split: bool,
    share: GlobalState,
}

/// Makes the tag that points to the next pair.
pub(crate) fn tail_change(is_split: bool, data: &[u8; 8]) -> Change<'_> {
    Change { kind: TAIL + u16::from(is_split), id: NO_ID, data }
}

/// Makes the tag that takes an entry out.
pub(crate) fn delete_change(id: u16) -> Change<'static> {
    Change { kind: DELETE, id, data: &[] }
}

impl<F: NorFlash> Volume<F> {
    /// Makes these changes to a pair, all or none, and what follows from them elsewhere. Gives back
    /// what is left to be put right.
    pub(crate) fn commit(&mut self, at: Address, changes: &[Change<'_>]) -> Result<Aftermath, F> {
        let mut old = at;
        let mut step = self.write_pair(at, changes, Vacancy::Drop)?;
        if let Step::Empty { predecessor, tail, is_split, share } = step {
            self.stolen = self.stolen.xor(share);
            old = predecessor;
            let bytes = tail.to_bytes();
            step = self.write_pair(old, &[tail_change(is_split, &bytes)], Vacancy::Keep)?;
        }
        let mut is_seen = false;
        // Each turn moves a pair because a block was worn, so it ends when no block is left.
        while let Step::Moved(new) = step {
            self.follow(old, new);
            match self.announce(old, new, &mut is_seen) {
                Ok(next) => (old, step) = next,
                Err(Error::NoSpace) if is_seen => return Ok(Aftermath::Unfinished),
                Err(error) => return Err(error),
            }
        }
        Ok(if self.moves.count() == 0 { Aftermath::None } else { Aftermath::Moves })
    }

    /// Lets those who point to a pair that has moved do so again. Gives back which of them was
    /// written last, and what became of it.
    ///
    /// From when a parent that stays where it is knows of it, the commit is seen, whatever follows.
    fn announce(
        &mut self,
        old: Address,
        new: Address,
        is_seen: &mut bool,
    ) -> Result<(Address, Step), F> {
        let parent = self.parent(old)?;
        if let Some(parent) = parent {
            let step = self.tell_parent(parent, new)?;
            if let Step::Moved(_) = step {
                return Ok((parent.pair, step));
            }
            *is_seen = true;
        }
        let told = self.predecessor(old)?;
        let mut step = Step::Done;
        // A pair that is in no list is new: it is put there by who made it.
        if let Some(predecessor) = told {
            self.orphans -= u32::from(parent.is_some());
            let gone = self.take_pending(predecessor);
            let is_split = self.pair(predecessor)?.is_split;
            let bytes = new.to_bytes();
            let change = tail_change(is_split, &bytes);
            step = self.write_with_deletion(predecessor, gone, change)?;
        }
        self.moves.remove(new);
        Ok((told.unwrap_or(old), step))
    }

    /// Lets everybody in memory know that a pair has moved.
    fn follow(&mut self, old: Address, new: Address) {
        self.moves.add(old, new);
        if old.shares(self.root) {
            self.root = new;
        }
        for place in [&mut self.watched, &mut self.visited] {
            if place.is_some_and(|place| place.shares(old)) {
                *place = Some(new);
            }
        }
    }

    /// Lets a directory's entry have its first pair where it is. The list does not yet.
    fn tell_parent(&mut self, parent: Place, new: Address) -> Result<Step, F> {
        self.orphans += 1;
        let gone = self.take_pending(parent.pair);
        let id = parent.id - u16::from(gone.is_some_and(|gone| gone < parent.id));
        let change = Change { kind: DIRECTORY_STRUCT, id, data: &new.to_bytes() };
        self.write_with_deletion(parent.pair, gone, change)
    }

    /// The entry of this pair that is being moved away. The caller takes it out in the same commit:
    /// when the pair moves, the global state would name a place that is no more.
    pub(crate) fn take_pending(&mut self, pair: Address) -> Option<u16> {
        let id = self.state.pending_in(pair)?;
        self.state = self.state.without_pending();
        Some(id)
    }

    fn write_with_deletion(
        &mut self,
        at: Address,
        gone: Option<u16>,
        change: Change<'_>,
    ) -> Result<Step, F> {
        match gone {
            Some(id) => self.write_pair(at, &[delete_change(id), change], Vacancy::Keep),
            None => self.write_pair(at, &[change], Vacancy::Keep),
        }
    }

    /// Makes these changes to a pair and to no other but those that are split off.
    fn write_pair(
        &mut self,
        at: Address,
        changes: &[Change<'_>],
        vacancy: Vacancy,
    ) -> Result<Step, F> {
        let mut pair = self.take(at)?;
        let start = pair.log.bytes.len();
        for change in changes {
            pair.append(change).ok_or(Error::Corrupt)?;
        }
        let has_deletion = changes.iter().any(|change| change.kind == DELETE);
        if has_deletion && pair.entries.is_empty() && vacancy == Vacancy::Drop {
            let predecessor = self.predecessor(at)?;
            if let Some(predecessor) = predecessor
                && self.pair(predecessor)?.is_split
            {
                let Pair { tail, is_split, share, .. } = pair;
                return Ok(Step::Empty { predecessor, tail, is_split, share });
            }
        }
        if pair.is_erased
            && pair.entries.len() < ENTRIES_MAX
            && self.append(&mut pair, start)? == Held::Yes
        {
            self.put(pair);
            return Ok(Step::Done);
        }
        let grows = changes.iter().any(|change| matches!(change.kind, CREATE | INLINE));
        self.compact(pair, grows)
    }

    /// Programs what was appended to a pair's log since `start`. If it does not fit or did not
    /// hold, the log is as it was before.
    fn append(&mut self, pair: &mut Pair, start: usize) -> Result<Held, F> {
        let (end, base) = (pair.log.bytes.len(), pair.log.base);
        let limit = self.medium.block_size as usize - CRC_SIZE;
        let difference = self.wanted().xor(self.disk).xor(self.stolen);
        let mut share = pair.share;
        let mut size = end;
        if !difference.is_zero() {
            share = share.xor(difference);
            size += 16;
        }
        if limit < size {
            return Ok(Held::No);
        }
        if !difference.is_zero() {
            pair.log.push(Tag::new(MOVE_STATE, NO_ID, 12), &share.to_bytes());
        }
        let count = self.close_log(&mut pair.log, start) - start;
        let [block, _] = pair.address.0;
        let bytes = &pair.log.bytes[start..];
        let held = self.medium.program_padded(block, start as u32, bytes, count)?;
        match held {
            Held::Yes => {
                pair.share = share;
                pair.is_erased = self.has_room(&pair.log);
                self.disk = self.wanted();
                self.stolen = GlobalState::ZERO;
            }
            Held::No => {
                pair.log.bytes.truncate(end);
                pair.log.base = base;
            }
        }
        Ok(held)
    }

    fn close_log(&self, log: &mut Log, start: usize) -> usize {
        log.close(start, self.medium.block_size as usize, F::WRITE_SIZE)
    }

    /// Whether a log's last commit says that another may follow.
    fn has_room(&self, log: &Log) -> bool {
        log.bytes.len() + F::WRITE_SIZE <= self.medium.block_size as usize
    }

    /// Writes a pair anew, splitting off what is too much for it.
    fn compact(&mut self, mut pair: Pair, grows: bool) -> Result<Step, F> {
        let block_size = self.medium.block_size as usize;
        let mut end = pair.entries.len();
        loop {
            let split = self.split_point(&pair, end);
            if split == 0 {
                break;
            }
            match self.split(&mut pair, split..end) {
                Ok(()) => end = split,
                Err(Error::NoSpace) => {
                    // Closer together it may fit still. What makes room must always fit.
                    let size = pair.size_of(0..end);
                    if grows && block_size - RESERVE < size + 4 {
                        return Err(Error::NoSpace);
                    }
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        if self.is_tired(pair.revision)
            && pair.address.shares(Address::FIRST)
            && pair.superblock().is_some()
        {
            end = self.expand(&mut pair, end)?;
        }
        let Pair { address, revision, tail, is_split, share, .. } = pair;
        let head = Head { address, revision, tail, is_split, share };
        let (new, moved) = self.rewrite(head, &pair, 0..end)?;
        let step = if moved { Step::Moved(new.address) } else { Step::Done };
        self.put(new);
        Ok(step)
    }

    /// Where entries that are too much for one block are split: behind the first half, the first
    /// three quarters and so on, until the rest fits in half a block. 0 if they need not be.
    fn split_point(&self, pair: &Pair, end: usize) -> usize {
        let block_size = self.medium.block_size as usize;
        let half = (block_size / 2).next_multiple_of(F::WRITE_SIZE);
        let mut split = 0;
        while 1 < end - split {
            let size = pair.size_of(split..end);
            if end - split < ENTRIES_MAX && size <= half.min(block_size - RESERVE) {
                break;
            }
            split += (end - split) / 2;
        }
        split
    }

    /// Moves some of the last entries to a new pair behind this one.
    fn split(&mut self, pair: &mut Pair, range: Range<usize>) -> Result<(), F> {
        let begins = range.start == 0;
        let address = self.new_address()?;
        let head = Head {
            address,
            revision: self.new_revision(address)?,
            tail: pair.tail,
            is_split: pair.is_split,
            share: GlobalState::ZERO,
        };
        let (new, _) = self.rewrite(head, pair, range)?;
        pair.tail = new.address;
        pair.is_split = true;
        if begins && pair.address.shares(self.root) {
            self.root = new.address;
        }
        self.put(new);
        Ok(())
    }

    /// Moves the root directory out of the first two blocks, which cannot be replaced: they are
    /// left with the superblock alone and are hardly ever written again. Gives the number of
    /// entries that stay.
    fn expand(&mut self, pair: &mut Pair, end: usize) -> Result<usize, F> {
        let count = self.medium.block_count;
        if count - self.used()?.min(count) <= count / 8 {
            // It could not be undone, so it waits for better days.
            return Ok(end);
        }
        match self.split(pair, 0..end) {
            Ok(()) => Ok(1),
            Err(Error::NoSpace) => Ok(end),
            Err(error) => Err(error),
        }
    }

    /// Whether a pair with this revision has been erased often enough where it lies.
    fn is_tired(&self, revision: u32) -> bool {
        let period = self.config.period();
        period.is_some_and(|period| revision.wrapping_add(1).is_multiple_of(period))
    }

    /// Writes entries of a pair into the older block of `head`, or into a new block if that is
    /// worn. Gives the pair that this makes, and whether it lies elsewhere than before.
    fn rewrite(
        &mut self,
        mut head: Head,
        source: &Pair,
        range: Range<usize>,
    ) -> Result<(Pair, bool), F> {
        let is_first = head.address.shares(Address::FIRST);
        let mut must_move = !is_first && self.is_tired(head.revision);
        let mut has_moved = false;
        head.revision = head.revision.wrapping_add(1);
        loop {
            if must_move {
                match self.allocate() {
                    Ok(block) => {
                        head.address.0[1] = block;
                        has_moved = true;
                    }
                    // It is tired, not worn out.
                    Err(Error::NoSpace) => (),
                    Err(error) => return Err(error),
                }
            }
            must_move = false;
            let pending = if has_moved { GlobalState::ZERO } else { self.wanted().xor(self.disk) };
            let share = pending.xor(self.stolen).xor(head.share);
            let (log, count) = self.log_of(&head, source, range.clone(), share)?;
            let [_, block] = head.address.0;
            self.erase(block)?;
            if self.medium.program_padded(block, 0, &log.bytes, count)? == Held::Yes {
                self.stolen = GlobalState::ZERO;
                if !has_moved {
                    self.disk = self.wanted();
                }
                let is_erased = self.has_room(&log);
                let (address, size) = (head.address.swapped(), self.medium.block_size);
                let pair = Pair::new(address, head.revision, log, size);
                let mut pair = pair.expect("what was written is what was read");
                pair.is_erased = is_erased;
                return Ok((pair, has_moved));
            }
            if is_first {
                // The first two blocks have no substitute.
                return Err(Error::NoSpace);
            }
            has_moved = true;
            head.address.0[1] = self.allocate()?;
        }
    }

    /// A block's log, and how many of its bytes must hold.
    fn log_of(
        &self,
        head: &Head,
        source: &Pair,
        range: Range<usize>,
        share: GlobalState,
    ) -> Result<(Log, usize), F> {
        let block_size = self.medium.block_size as usize;
        let mut log = Log::new(head.revision, block_size);
        let rest = if share.is_zero() { 12 } else { 28 };
        if block_size - CRC_SIZE < 4 + source.size_of(range.clone()) + rest {
            return Err(Error::NoSpace);
        }
        for (to, from) in range.enumerate() {
            source.copy_entry(from, to, &mut log);
        }
        if !head.tail.is_none() {
            let kind = TAIL + u16::from(head.is_split);
            log.push(Tag::new(kind, NO_ID, 8), &head.tail.to_bytes());
        }
        if !share.is_zero() {
            log.push(Tag::new(MOVE_STATE, NO_ID, 12), &share.to_bytes());
        }
        let count = self.close_log(&mut log, 0);
        Ok((log, count))
    }

    /// Two blocks for a new pair.
    fn new_address(&mut self) -> Result<Address, F> {
        // The second is written first.
        let second = self.allocate()?;
        Ok(Address([self.allocate()?, second]))
    }

    /// A revision for a new pair that does not make it move at once, and is newer than what the
    /// block held before.
    fn new_revision(&mut self, address: Address) -> Result<u32, F> {
        let old = self.medium.read_word(address.0[0], 0)?;
        Ok(match self.config.period() {
            Some(period) => old.checked_next_multiple_of(period).unwrap_or(0),
            None => old,
        })
    }

    /// A new pair without entries; nobody knows of it yet.
    pub(crate) fn make_pair(&mut self, tail: Address) -> Result<Address, F> {
        let address = self.new_address()?;
        let revision = self.new_revision(address)?;
        let log = Log::new(revision, 4);
        let empty = Pair::new(address, revision, log, self.medium.block_size);
        let empty = empty.expect("an empty log contradicts nothing");
        let share = GlobalState::ZERO;
        let head = Head { address, revision, tail, is_split: false, share };
        let (new, _) = self.rewrite(head, &empty, 0..0)?;
        let address = new.address;
        self.put(new);
        Ok(address)
    }
}
