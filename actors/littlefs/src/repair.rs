//! What is done before anything else: learning what the disk holds, and finishing what a power cut
//! left.
//!
//! Two things can be left. A move between two pairs has put the entry into its new place and not
//! taken it out of the old one. And the list of all pairs may have a pair that no directory has (an
//! orphan: made or removed halfway), or an older address of one (half an orphan: moved halfway).

use alloc::vec;
use alloc::vec::Vec;

use embedded_storage::nor_flash::NorFlash;

use crate::address::Address;
use crate::allocator::Allocator;
use crate::commit::Aftermath;
use crate::commit::delete_change;
use crate::commit::tail_change;
use crate::config::Config;
use crate::crc::START;
use crate::crc::crc;
use crate::error::Error;
use crate::error::Result;
use crate::gstate::GlobalState;
use crate::log::Log;
use crate::medium::Held;
use crate::medium::Medium;
use crate::moves::Moves;
use crate::pair::Change;
use crate::pair::Content;
use crate::superblock::MAGIC;
use crate::superblock::MAGIC_PLACE;
use crate::superblock::Superblock;
use crate::tag::INLINE;
use crate::tag::SUPERBLOCK;
use crate::tag::Tag;
use crate::volume::Access;
use crate::volume::Order;
use crate::volume::Volume;

/// Writes an empty file system. What was on the flash is lost.
pub(crate) fn format<F: NorFlash>(flash: &mut F, config: &Config) -> Result<(), F> {
    if !config.is_valid(flash) {
        return Err(Error::Invalid);
    }
    let mut medium = Medium::new(flash, config);
    let lift = |error| match error {
        Error::Flash(error) => Error::Flash(error),
        _ => Error::Corrupt,
    };
    for block in [0, 1] {
        medium.erase(block).map_err(lift)?;
    }
    for (block, log) in [(0, first_log::<F>(config, 1)), (1, first_log::<F>(config, 2))] {
        if medium.program(block, 0, &log.bytes).map_err(lift)? == Held::No {
            return Err(Error::NoSpace);
        }
    }
    Ok(())
}

/// What a new file system has in one of its first two blocks.
fn first_log<F: NorFlash>(config: &Config, revision: u32) -> Log {
    let mut log = Log::new(revision, 256);
    log.push(Tag::new(SUPERBLOCK, 0, MAGIC.len() as u16), MAGIC);
    log.push(Tag::new(INLINE, 0, 24), &Superblock::of(config).to_bytes());
    log.close(0, config.block_size as usize, F::WRITE_SIZE);
    log
}

impl<F: NorFlash> Volume<F> {
    /// Learns what the disk holds, and finishes what a cut left unless nothing may be written.
    pub(crate) fn mount(&mut self) -> Result<(), F> {
        match self.load() {
            Err(Error::Corrupt) => return Err(self.diagnosis()?),
            other => other?,
        }
        self.order = Order::Kept;
        if self.access == Access::Read {
            self.hide();
            return Ok(());
        }
        match self.make_consistent() {
            Err(Error::NoSpace) => {
                self.load()?;
                self.hide();
                self.order = Order::Stuck;
                Ok(())
            }
            Err(error) => {
                self.order = Order::Unknown;
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Shows the tree as if all were finished.
    fn hide(&mut self) {
        self.hides = true;
        self.forget_pairs();
    }

    /// What a flash is that could not be mounted.
    fn diagnosis(&mut self) -> Result<Error<F::Error>, F> {
        let mut bytes = vec![0; self.medium.block_size as usize];
        let mut is_blank = true;
        let mut has_magic = false;
        for (block, revision) in [(0, 1), (1, 2)] {
            self.medium.read(block, 0, &mut bytes)?;
            let made = first_log::<F>(&self.config, revision).bytes;
            let mut made = made.iter().copied().chain(core::iter::repeat(0xff));
            // Formatting only clears bits: what a cut left of it has all that it would leave set.
            is_blank &= bytes.iter().all(|byte| made.next().is_some_and(|made| made & !byte == 0));
            has_magic |= bytes[MAGIC_PLACE..].starts_with(MAGIC);
        }
        Ok(match (is_blank, has_magic) {
            (true, _) => Error::Blank,
            (false, true) => Error::Corrupt,
            (false, false) => Error::Foreign,
        })
    }

    /// Walks over all pairs for the superblock and the global state.
    fn load(&mut self) -> Result<(), F> {
        self.forget_pairs();
        self.hides = false;
        self.stolen = GlobalState::ZERO;
        self.disk = GlobalState::ZERO;
        self.moves = Moves::NONE;
        self.watched = None;
        self.visited = None;
        let (mut at, mut seed, mut found) = (Address::FIRST, START, None);
        let mut disk = GlobalState::ZERO;
        for _ in 0..=self.medium.block_count {
            if at.is_none() {
                let superblock = found.ok_or(Error::Foreign)?;
                return self.begin(superblock, disk, seed);
            }
            let pair = self.pair(at)?;
            if let Some(entry) = pair.superblock()
                && pair.bytes(entry.name) == MAGIC
            {
                let superblock = Superblock::from_bytes(pair.bytes(entry.content));
                found = Some((pair.address, superblock.ok_or(Error::Corrupt)?));
            }
            disk = disk.xor(pair.share);
            seed = crc(seed, &pair.digest.to_le_bytes());
            at = pair.tail;
        }
        Err(Error::Corrupt)
    }

    /// Takes over what was found.
    fn begin(
        &mut self,
        (root, superblock): (Address, Superblock),
        disk: GlobalState,
        seed: u32,
    ) -> Result<(), F> {
        let Config { block_size, block_count, name_max, file_max, .. } = self.config;
        if !superblock.is_known()
            || superblock.block_size != block_size
            || block_count < superblock.block_count
            || superblock.block_count < 2
        {
            return Err(Error::Foreign);
        }
        self.root = root;
        self.medium.block_count = superblock.block_count;
        self.superblock = superblock;
        // 0 says nothing.
        if superblock.name_max == 0 {
            self.superblock.name_max = name_max;
        }
        if superblock.file_max == 0 {
            self.superblock.file_max = file_max;
        }
        self.disk = disk;
        self.orphans = u32::from(disk.has_orphans());
        self.state = disk.with_orphans(0);
        // Where the first free block is looked for differs from mount to mount, for even wear.
        let (size, count) = (self.config.lookahead_size, superblock.block_count);
        self.allocator = Allocator::new(seed % count, size, count);
        Ok(())
    }

    /// Makes ready for a change.
    pub(crate) fn prepare(&mut self) -> Result<(), F> {
        if self.access == Access::Read {
            return Err(Error::ReadOnly);
        }
        if self.order != Order::Kept {
            self.mount()?;
        }
        if self.order == Order::Stuck {
            return Err(Error::NoSpace);
        }
        self.allocator.checkpoint();
        self.renew_superblock()?;
        self.must_be_kept()
    }

    /// Gives an outcome back. If a change stopped halfway, what it began is undone or finished, now
    /// or when the flash works again.
    pub(crate) fn conclude(&mut self, done: Result<(), F>) -> Result<(), F> {
        if let Err(Error::Flash(_) | Error::Corrupt | Error::NoSpace) = done {
            self.order = Order::Unknown;
        }
        // Should this fail too, it is tried again before anything else is done.
        let _ = self.refresh();
        done
    }

    /// Looks at the disk again if an operation stopped halfway.
    pub(crate) fn refresh(&mut self) -> Result<(), F> {
        if self.order == Order::Unknown { self.mount() } else { Ok(()) }
    }

    /// Lets older code know that there is something it does not understand.
    fn renew_superblock(&mut self) -> Result<(), F> {
        if !self.superblock.is_older() {
            return Ok(());
        }
        let renewed = self.superblock.renewed();
        let change = Change { kind: INLINE, id: 0, data: &renewed.to_bytes() };
        self.change(self.root, &[change])?;
        self.superblock = renewed;
        Ok(())
    }

    /// A commit and all that follows from it.
    pub(crate) fn change(&mut self, at: Address, changes: &[Change<'_>]) -> Result<(), F> {
        let orphans = self.orphans;
        let aftermath = self.commit(at, changes)?;
        self.afterwards(|volume| match aftermath {
            Aftermath::None => Ok(()),
            Aftermath::Moves => {
                volume.renew_list()?;
                volume.orphans = orphans;
                Ok(())
            }
            Aftermath::Unfinished => Err(Error::NoSpace),
        })
    }

    /// Does the rest of something that is seen already. If there is no room for it now, the disk is
    /// looked at again and it is tried again before the next change.
    pub(crate) fn afterwards(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<(), F>,
    ) -> Result<(), F> {
        if self.order == Order::Unknown {
            return Ok(());
        }
        match act(self) {
            Err(Error::NoSpace) => {
                self.order = Order::Unknown;
                Ok(())
            }
            done => done,
        }
    }

    /// That nothing of what was done before is left to be done.
    pub(crate) fn must_be_kept(&self) -> Result<(), F> {
        if self.order == Order::Kept { Ok(()) } else { Err(Error::NoSpace) }
    }

    /// Finishes everything. Nothing is written if nothing is unfinished.
    fn make_consistent(&mut self) -> Result<(), F> {
        if self.disk.is_zero() {
            return Ok(());
        }
        if self.disk.has_orphans() {
            self.find_moves()?;
        }
        self.renew_superblock()?;
        self.must_be_kept()?;
        self.finish_move()?;
        self.must_be_kept()?;
        self.remove_orphans()?;
        if self.wanted() != self.disk {
            self.change(self.root, &[])?;
        }
        self.must_be_kept()
    }

    /// Takes the entry that is being moved out of its old place.
    pub(crate) fn finish_move(&mut self) -> Result<(), F> {
        let Some((source, id)) = self.state.pending() else { return Ok(()) };
        self.state = self.state.without_pending();
        self.change(source, &[delete_change(id)])
    }

    /// Puts the list of all pairs right: first the addresses that are out of date, because they
    /// hide whether a pair has a directory; then the pairs that have none.
    fn remove_orphans(&mut self) -> Result<(), F> {
        if self.orphans == 0 {
            return Ok(());
        }
        // A loop in a hostile list ends here: no honest one is put right so often.
        for _ in 0..self.medium.block_count {
            self.renew_list()?;
            if !self.drop_orphans()? {
                self.orphans = 0;
                return Ok(());
            }
        }
        Err(Error::Corrupt)
    }

    /// Learns which pairs a cut has left in the list where they were: there a directory's entry has
    /// another address. What is learned of one pair may show the entry of another.
    fn find_moves(&mut self) -> Result<(), F> {
        loop {
            let count = self.moves.count();
            if self.medium.block_count as usize <= count {
                return Err(Error::Corrupt);
            }
            self.each_head(|volume, _, head| {
                let head = volume.moves.forward(head);
                let Some(parent) = volume.parent(head)? else { return Ok(false) };
                let content = volume.pair(parent.pair)?.content(parent.id);
                if let Some(Content::Directory(address)) = content
                    && !address.is_same(head)
                {
                    volume.moves.add(head, address);
                }
                Ok(false)
            })?;
            if self.moves.count() == count {
                return Ok(());
            }
        }
    }

    /// Lets the list of pairs have every directory where it has moved to.
    fn renew_list(&mut self) -> Result<(), F> {
        while self.moves.count() != 0 {
            let is_renewed = self.each_head(|volume, previous, head| {
                let address = volume.moves.forward(head);
                if address.is_same(head) {
                    return Ok(false);
                }
                let bytes = address.to_bytes();
                let mut changes = Vec::with_capacity(2);
                changes.extend(volume.take_pending(previous).map(delete_change));
                changes.push(tail_change(false, &bytes));
                volume.commit_wholly(previous, &changes)?;
                volume.moves.remove(address);
                Ok(true)
            })?;
            if !is_renewed {
                // The rest is in no list.
                self.moves = Moves::NONE;
            }
        }
        Ok(())
    }

    /// Takes every pair out of the list that no directory has. Says whether there was one.
    fn drop_orphans(&mut self) -> Result<bool, F> {
        self.each_head(|volume, previous, head| {
            let head = volume.moves.forward(head);
            if volume.parent(head)?.is_some() {
                return Ok(false);
            }
            let orphan = volume.pair(head)?;
            let (tail, is_split, share) = (orphan.tail, orphan.is_split, orphan.share);
            volume.stolen = volume.stolen.xor(share);
            let bytes = tail.to_bytes();
            volume.commit_wholly(previous, &[tail_change(is_split, &bytes)])?;
            Ok(true)
        })
    }

    /// A commit after which nothing is left but to renew the list.
    fn commit_wholly(&mut self, at: Address, changes: &[Change<'_>]) -> Result<(), F> {
        match self.commit(at, changes)? {
            Aftermath::None | Aftermath::Moves => Ok(()),
            Aftermath::Unfinished => Err(Error::NoSpace),
        }
    }

    /// Shows every pair that begins a directory, as the list has it, with the pair before it. Where
    /// that makes a commit to the pair before, its new tail is shown next. Says whether any did.
    fn each_head(
        &mut self,
        mut each: impl FnMut(&mut Self, Address, Address) -> Result<bool, F>,
    ) -> Result<bool, F> {
        let mut is_changed = false;
        let mut previous = Address::FIRST;
        for _ in 0..2 * self.medium.block_count {
            let pair = self.pair(previous)?;
            let (tail, is_split) = (pair.tail, pair.is_split);
            if tail.is_none() {
                return Ok(is_changed);
            }
            self.visited = Some(previous);
            let made = !is_split && each(self, previous, tail)?;
            let visited = self.visited.take();
            is_changed |= made;
            previous = match visited {
                Some(visited) if made => visited,
                _ => self.moves.forward(tail),
            };
        }
        Err(Error::Corrupt)
    }
}
