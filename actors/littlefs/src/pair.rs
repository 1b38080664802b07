//! A metadata pair as it was fetched: the newer block's log, and what its entries are by now.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;

use crate::address::Address;
use crate::error::Error;
use crate::error::Result;
use crate::gstate::GlobalState;
use crate::log::Log;
use crate::log::scan;
use crate::medium::Medium;
use crate::tag::ATTRIBUTE;
use crate::tag::CREATE;
use crate::tag::DELETE;
use crate::tag::DIRECTORY;
use crate::tag::DIRECTORY_STRUCT;
use crate::tag::FILE;
use crate::tag::INLINE;
use crate::tag::LIST;
use crate::tag::MOVE_STATE;
use crate::tag::REMOVED;
use crate::tag::STRUCT;
use crate::tag::SUPERBLOCK;
use crate::tag::TAIL;
use crate::tag::Tag;
use crate::tag::quad;
use crate::tag::word;

/// One tag of a commit with its data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) kind: u16,
    pub(crate) id: u16,
    pub(crate) data: &'a [u8],
}

/// A part of a log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    length: u16,
}

/// What a name stands for. A kind of 0 was never said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) kind: u16,
    pub(crate) content_kind: u16,
    pub(crate) name: Span,
    pub(crate) content: Span,
}

/// What somebody else has attached to an entry: it is kept.
#[derive(Clone, Copy, Debug)]
struct Attribute {
    id: usize,
    kind: u16,
    value: Span,
}

/// What an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Directory(Address),
    Inline { length: u32 },
    List { head: u32, size: u32 },
}

/// Where a name is, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    At(u16),
    Before(u16),
    Behind,
}

#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) address: Address,
    pub(crate) revision: u32,
    pub(crate) log: Log,
    /// Whether another commit may be programmed behind the last.
    pub(crate) is_erased: bool,
    pub(crate) entries: Vec<Entry>,
    pub(crate) tail: Address,
    /// Whether the directory goes on in the tail.
    pub(crate) is_split: bool,
    /// This pair's share of the global state, as the disk has it.
    pub(crate) share: GlobalState,
    /// The checksum of the last commit.
    pub(crate) digest: u32,
    attributes: Vec<Attribute>,
    block_size: usize,
}

impl Pair {
    /// The pair that a log is.
    ///
    /// `None`: the log contradicts itself.
    pub(crate) fn new(address: Address, revision: u32, log: Log, block_size: u32) -> Option<Pair> {
        let mut pair = Pair {
            address,
            revision,
            log,
            is_erased: false,
            entries: Vec::new(),
            tail: Address::NONE,
            is_split: false,
            share: GlobalState::ZERO,
            digest: 0,
            attributes: Vec::new(),
            block_size: block_size as usize,
        };
        let (mut base, mut at) = (Tag::FIRST, 4);
        while let Some(stored) = quad(&pair.log.bytes, at) {
            let tag = base.next(stored);
            pair.apply(tag, at + 4)?;
            base = tag.base();
            at += 4 + tag.size();
        }
        let is_whole = |entry: &Entry| entry.kind != 0 && entry.content_kind != 0;
        pair.entries.iter().all(is_whole).then_some(pair)
    }

    /// Puts a change behind the log, in memory.
    ///
    /// `None`: it is about an entry that is not there.
    pub(crate) fn append(&mut self, change: &Change<'_>) -> Option<()> {
        let tag = Tag::new(change.kind, change.id, change.data.len() as u16);
        let start = self.log.push(tag, change.data);
        self.apply(tag, start)
    }

    fn apply(&mut self, tag: Tag, start: usize) -> Option<()> {
        let span = Span { start: start as u32, length: tag.size() as u16 };
        let id = usize::from(tag.id());
        let data = self.log.bytes.get(start..start + tag.size())?;
        match tag.family() {
            0 => {
                if tag.kind() == 0 || self.block_size / 8 <= id {
                    return None;
                }
                if self.entries.len() <= id {
                    self.entries.resize_with(id + 1, Entry::default);
                }
                self.entries[id].kind = tag.kind();
                self.entries[id].name = span;
            }
            STRUCT => {
                let entry = self.entries.get_mut(id)?;
                let is_known = match tag.kind() {
                    DIRECTORY_STRUCT | LIST => 8 <= data.len(),
                    INLINE => true,
                    _ => false,
                };
                if !is_known {
                    return None;
                }
                entry.content_kind = tag.kind();
                entry.content = span;
            }
            // An attribute of no entry is nobody's.
            ATTRIBUTE if id < self.entries.len() => {
                self.attributes.retain(|other| other.id != id || other.kind != tag.kind());
                if tag.length() != REMOVED {
                    self.attributes.push(Attribute { id, kind: tag.kind(), value: span });
                }
            }
            TAIL => {
                self.tail = Address::from_bytes(data)?;
                self.is_split = tag.kind() & 1 != 0;
            }
            _ if tag.kind() == CREATE => {
                if self.entries.len() < id || self.block_size / 8 <= id {
                    return None;
                }
                self.entries.insert(id, Entry::default());
                let behind = self.attributes.iter_mut().filter(|other| id <= other.id);
                behind.for_each(|other| other.id += 1);
            }
            _ if tag.kind() == DELETE => {
                if self.entries.len() <= id {
                    return None;
                }
                self.remove(id);
            }
            _ if tag.kind() == MOVE_STATE => self.share = GlobalState::from_bytes(data)?,
            _ => (),
        }
        Some(())
    }

    /// Takes an entry out with all that belongs to it.
    pub(crate) fn remove(&mut self, id: usize) {
        self.entries.remove(id);
        self.attributes.retain(|other| other.id != id);
        let behind = self.attributes.iter_mut().filter(|other| id < other.id);
        behind.for_each(|other| other.id -= 1);
    }

    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        &self.log.bytes[span.start as usize..][..usize::from(span.length)]
    }

    /// Whether the first entry is the superblock.
    pub(crate) fn superblock(&self) -> Option<&Entry> {
        self.entries.first().filter(|entry| entry.kind == SUPERBLOCK)
    }

    /// The name of an entry that people can see.
    pub(crate) fn name(&self, id: u16) -> Option<&[u8]> {
        let entry = self.entries.get(usize::from(id))?;
        matches!(entry.kind, FILE | DIRECTORY).then(|| self.bytes(entry.name))
    }

    pub(crate) fn content(&self, id: u16) -> Option<Content> {
        let entry = self.entries.get(usize::from(id))?;
        let bytes = self.bytes(entry.content);
        Some(match entry.content_kind {
            DIRECTORY_STRUCT => Content::Directory(Address::from_bytes(bytes)?),
            LIST => Content::List { head: word(bytes, 0)?, size: word(bytes, 4)? },
            _ => Content::Inline { length: u32::from(entry.content.length) },
        })
    }

    /// Looks for a name among those that people can see.
    pub(crate) fn search(&self, name: &[u8]) -> Search {
        let mut found = Search::Behind;
        for id in 0..self.entries.len() as u16 {
            let Some(other) = self.name(id) else { continue };
            match order(other, name) {
                Ordering::Equal => return Search::At(id),
                Ordering::Greater if found == Search::Behind => found = Search::Before(id),
                _ => (),
            }
        }
        found
    }

    /// Bytes that these entries take in a log.
    pub(crate) fn size_of(&self, range: Range<usize>) -> usize {
        let attributes = self.attributes.iter().filter(|other| range.contains(&other.id));
        let attached: usize = attributes.map(|other| 4 + usize::from(other.value.length)).sum();
        let entries = self.entries[range.clone()].iter();
        let sizes = entries
            .map(|entry| 8 + usize::from(entry.name.length) + usize::from(entry.content.length));
        sizes.sum::<usize>() + attached
    }

    /// What belongs to an entry beside its name: type and data.
    pub(crate) fn parts(&self, id: usize) -> impl Iterator<Item = (u16, &[u8])> {
        let content = self.entries.get(id).map(|entry| (entry.content_kind, entry.content));
        let attributes = self.attributes.iter().filter(move |other| other.id == id);
        let attributes = attributes.map(|other| (other.kind, other.value));
        content.into_iter().chain(attributes).map(|(kind, span)| (kind, self.bytes(span)))
    }

    /// Puts an entry of this pair into another log, under another id.
    pub(crate) fn copy_entry(&self, from: usize, to: usize, log: &mut Log) {
        let entry = self.entries[from];
        let name = (entry.kind, self.bytes(entry.name));
        for (kind, data) in core::iter::once(name).chain(self.parts(from)) {
            log.push(Tag::new(kind, to as u16, data.len() as u16), data);
        }
    }
}

/// How littlefs orders names: byte by byte, but a longer name comes before its own beginning.
fn order(left: &[u8], right: &[u8]) -> Ordering {
    let common = left.len().min(right.len());
    left[..common].cmp(&right[..common]).then(right.len().cmp(&left.len()))
}

/// Reads a pair: the newer of its blocks that has a whole commit.
///
/// # Errors
/// [`Error::Corrupt`]: neither has, or the commits contradict each other.
pub(crate) fn fetch<F: NorFlash>(medium: &mut Medium<F>, address: Address) -> Result<Pair, F> {
    let Address([left, right]) = address;
    if left == right {
        return Err(Error::Corrupt);
    }
    let revisions = [medium.read_word(left, 0)?, medium.read_word(right, 0)?];
    let is_right_newer = 0 < revisions[1].wrapping_sub(revisions[0]).cast_signed();
    let order = if is_right_newer { [1, 0] } else { [0, 1] };
    let mut bytes = vec![0; medium.block_size as usize];
    for side in order {
        medium.read(address.0[side], 0, &mut bytes)?;
        let Some(found) = scan(&bytes, F::WRITE_SIZE) else { continue };
        bytes.truncate(found.end);
        let log = Log { bytes, base: found.base };
        let address = if side == 0 { address } else { address.swapped() };
        let pair = Pair::new(address, revisions[side], log, medium.block_size);
        let mut pair = pair.ok_or(Error::Corrupt)?;
        pair.is_erased = found.is_erased;
        pair.digest = found.digest;
        return Ok(pair);
    }
    Err(Error::Corrupt)
}
