//! A mounted file system: what is known about the disk beyond what lies on it.

use alloc::vec::Vec;

use embedded_storage::nor_flash::NorFlash;

use crate::address::Address;
use crate::allocator::Allocator;
use crate::config::Config;
use crate::draft::Version;
use crate::error::Error;
use crate::error::Result;
use crate::gstate::GlobalState;
use crate::medium::Medium;
use crate::moves::Moves;
use crate::pair::Pair;
use crate::pair::fetch;
use crate::superblock::Superblock;

/// A version of a file that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub(crate) u32);

/// Whether anything may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// How far the disk is what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Nothing is unfinished, or nothing may be finished.
    Kept,
    /// An operation stopped halfway: the disk is looked at again before the next.
    Unknown,
    /// There is no room to finish something. What is there can be read; it is tried again before
    /// the next change.
    Stuck,
}

#[derive(Debug)]
pub(crate) struct Volume<F> {
    pub(crate) medium: Medium<F>,
    pub(crate) config: Config,
    pub(crate) access: Access,
    pub(crate) superblock: Superblock,
    /// The first pair of the root directory.
    pub(crate) root: Address,
    /// The global state as the disk has it.
    pub(crate) disk: GlobalState,
    /// The move that the next commit shall have as global state.
    pub(crate) state: GlobalState,
    /// Changes under way that leave the list of pairs wrong: the next commit shall say so.
    pub(crate) orphans: u32,
    /// Shares of pairs that are dropped: the next commit takes them over.
    pub(crate) stolen: GlobalState,
    /// Pairs that moved and that the list of all pairs still has where they were.
    pub(crate) moves: Moves,
    /// A directory that is about to be dropped: followed when it moves.
    pub(crate) watched: Option<Address>,
    /// The pair to which a way through the list comes back: likewise.
    pub(crate) visited: Option<Address>,
    pub(crate) order: Order,
    /// Whether an entry that is being moved away is hidden, because nobody finishes the move.
    pub(crate) hides: bool,
    pub(crate) allocator: Allocator,
    pub(crate) versions: Vec<(FileId, Version)>,
    pub(crate) last_id: u32,
    /// The pairs that were used last, the very last first.
    pairs: Vec<Pair>,
}

impl<F: NorFlash> Volume<F> {
    /// A volume of which nothing is known yet.
    pub(crate) fn new(flash: F, config: Config, access: Access) -> Volume<F> {
        Volume {
            medium: Medium::new(flash, &config),
            access,
            superblock: Superblock::of(&config),
            root: Address::FIRST,
            disk: GlobalState::ZERO,
            state: GlobalState::ZERO,
            orphans: 0,
            stolen: GlobalState::ZERO,
            moves: Moves::NONE,
            watched: None,
            visited: None,
            order: Order::Unknown,
            hides: false,
            allocator: Allocator::new(0, config.lookahead_size, config.block_count),
            versions: Vec::new(),
            last_id: 0,
            pairs: Vec::new(),
            config,
        }
    }

    /// The pair at this address, from memory if it was used lately.
    pub(crate) fn pair(&mut self, at: Address) -> Result<&Pair, F> {
        match self.pairs.iter().position(|pair| pair.address.is_same(at)) {
            Some(index) => self.pairs[..=index].rotate_right(1),
            None => {
                let pair = self.fetch(at)?;
                self.put(pair);
            }
        }
        Ok(&self.pairs[0])
    }

    /// The same to be changed: it is not in memory until it is put back.
    pub(crate) fn take(&mut self, at: Address) -> Result<Pair, F> {
        match self.pairs.iter().position(|pair| pair.address.is_same(at)) {
            Some(index) => Ok(self.pairs.remove(index)),
            None => self.fetch(at),
        }
    }

    /// Keeps a pair in memory, in place of what it has replaced.
    pub(crate) fn put(&mut self, pair: Pair) {
        self.pairs.retain(|other| !other.address.shares(pair.address));
        self.pairs.truncate(self.config.pairs_cached - 1);
        self.pairs.insert(0, pair);
    }

    /// Forgets what was read of all pairs.
    pub(crate) fn forget_pairs(&mut self) {
        self.pairs.clear();
    }

    fn fetch(&mut self, at: Address) -> Result<Pair, F> {
        // One more would not fit: the oldest makes room before the new one takes it.
        self.pairs.truncate(self.config.pairs_cached - 1);
        let mut pair = fetch(&mut self.medium, at)?;
        if self.hides
            && let Some(id) = self.disk.pending_in(pair.address)
            && usize::from(id) < pair.entries.len()
        {
            // Its new place is the one that counts.
            pair.remove(usize::from(id));
        }
        Ok(pair)
    }

    /// Erases a block; what was known about it is forgotten.
    pub(crate) fn erase(&mut self, block: u32) -> Result<(), F> {
        self.pairs.retain(|pair| !pair.address.0.contains(&block));
        self.medium.erase(block)
    }

    /// The global state that the next commit shall make.
    pub(crate) fn wanted(&self) -> GlobalState {
        self.state.with_orphans(self.orphans)
    }

    pub(crate) fn version(&mut self, id: FileId) -> Result<&mut Version, F> {
        let mut versions = self.versions.iter_mut();
        let found = versions.find(|(other, _)| *other == id);
        found.map(|(_, version)| version).ok_or(Error::Invalid)
    }
}
