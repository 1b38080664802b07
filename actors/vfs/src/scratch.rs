//! `/tmp`: files that live in memory, within a quota, as long as this actor does.
//!
//! A file is written as a draft that nobody sees, and published whole. Files and directories stay
//! until they are removed. Drafts do not: whoever has begun one may have died without a word, so
//! there are few of them, and the one that was not written to for the longest time gives way when
//! a place or room is needed. Its writer is refused from then on.

mod name;
mod listing;
mod volume;

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::mem;
use sdk::Refusal;

use crate::path::split_first;
use crate::path::split_last;
use crate::scratch::listing::FULL_PATH_MAX;
use crate::scratch::name::Name;
use crate::store::Chain;
use crate::store::Store;
use crate::volume::Id;
use crate::volume::Kind;

/// Bytes of contents, drafts included, in blocks.
pub(crate) const QUOTA: usize = 16 * 1024;

/// Files, directories and drafts, `/tmp` itself included.
pub(crate) const NODES: usize = 32;

/// Drafts at once.
pub(crate) const DRAFTS_MAX: usize = 8;

/// `/tmp` itself.
const TOP: u8 = 0;

// A place and its generation fit a badge beside its kind.
const _: () = assert!(NODES <= 1 << 8);

#[derive(Debug)]
enum Content {
    Nothing,
    Directory,
    File(Chain),
    /// With the number of the last write.
    Draft(Chain, u64),
}

#[derive(Debug)]
struct Node {
    generation: u64,
    /// The place of its directory.
    parent: u8,
    name: Name,
    content: Content,
}

/// All of `/tmp`.
#[derive(Debug)]
pub(crate) struct Scratch {
    nodes: Vec<Node>,
    store: Store,
    /// Counts writes.
    writes: u64,
}

impl Scratch {
    /// An empty directory. All memory that it will ever need is taken here.
    pub(crate) fn new() -> Result<Scratch, TryReserveError> {
        let mut nodes = Vec::new();
        nodes.try_reserve_exact(NODES)?;
        let empty =
            || Node { generation: 0, parent: TOP, name: Name::EMPTY, content: Content::Nothing };
        nodes.resize_with(NODES, empty);
        nodes[usize::from(TOP)].content = Content::Directory;
        Ok(Scratch { nodes, store: Store::new(QUOTA)?, writes: 0 })
    }

    /// `/tmp` itself.
    pub(crate) fn top(&self) -> Id {
        self.id(TOP)
    }

    /// What this is; stale if it is no more.
    pub(crate) fn kind(&self, id: Id) -> Result<Kind, Refusal> {
        match self.node(id)?.content {
            Content::Nothing => Err(Refusal::Stale),
            Content::Directory => Ok(Kind::Directory),
            Content::File(_) => Ok(Kind::File),
            Content::Draft(..) => Ok(Kind::Draft),
        }
    }

    /// The published file or the directory at this path.
    pub(crate) fn find(&self, directory: Id, path: &str) -> Result<Id, Refusal> {
        self.require_directory(directory)?;
        let mut at = directory.place;
        let mut path = path;
        while !path.is_empty() {
            let (name, rest) = split_first(path);
            at = self.child(at, name).ok_or(Refusal::NotFound)?;
            path = rest;
        }
        Ok(self.id(at))
    }

    /// Bytes of a file.
    pub(crate) fn size(&self, id: Id) -> Result<u32, Refusal> {
        self.chain(id).map(Chain::len)
    }

    /// Fills the buffer from `offset` on. Answers how many bytes there were.
    pub(crate) fn read(&self, id: Id, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        Ok(self.store.read(self.chain(id)?, offset, buffer))
    }

    /// Begins a file that will have this path, whether there is one already or not.
    pub(crate) fn create(&mut self, directory: Id, path: &str) -> Result<Id, Refusal> {
        let (parent, name) = self.parent(directory, path)?;
        if self.child(parent, name.text()).is_some_and(|place| self.is_directory(place)) {
            return Err(Refusal::WrongObject);
        }
        if DRAFTS_MAX <= self.drafts().count() {
            self.drop_oldest_draft(None);
        }
        self.writes += 1;
        self.insert(parent, name, Content::Draft(Chain::EMPTY, self.writes))
    }

    /// Makes a directory.
    pub(crate) fn make_directory(&mut self, directory: Id, path: &str) -> Result<(), Refusal> {
        let (parent, name) = self.parent(directory, path)?;
        if self.child(parent, name.text()).is_some() {
            return Err(Refusal::Exists);
        }
        self.insert(parent, name, Content::Directory).map(|_| ())
    }

    /// Writes to a draft: all of the bytes or none.
    pub(crate) fn write(&mut self, id: Id, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
        self.require_draft(id)?;
        let end = u32::try_from(bytes.len()).ok().and_then(|len| offset.checked_add(len));
        let end = end.filter(|end| *end as usize <= QUOTA).ok_or(Refusal::Quota)?;
        if !bytes.is_empty() {
            self.make_room(id, end)?;
        }
        self.writes += 1;
        match &mut self.nodes[usize::from(id.place)].content {
            Content::Draft(chain, written) => {
                *written = self.writes;
                self.store.write(chain, offset, bytes)
            }
            _ => Err(Refusal::NoRight),
        }
    }

    /// Publishes a draft in place of what has its path. It keeps its id, but can only be read from
    /// now on.
    pub(crate) fn commit(&mut self, id: Id) -> Result<(), Refusal> {
        self.require_draft(id)?;
        let node = self.node(id)?;
        if let Some(former) = self.child(node.parent, node.name.text()) {
            if self.is_directory(former) {
                return Err(Refusal::WrongObject);
            }
            self.empty(former);
        }
        let content = &mut self.nodes[usize::from(id.place)].content;
        *content = match mem::replace(content, Content::Nothing) {
            Content::Draft(chain, _) => Content::File(chain),
            other => other,
        };
        Ok(())
    }

    /// Removes a file, or a directory with nothing published in it; its drafts are dropped. A
    /// directory cannot be removed through itself.
    pub(crate) fn remove(&mut self, directory: Id, path: &str) -> Result<(), Refusal> {
        let id = self.find(directory, path)?;
        if path.is_empty() {
            return Err(Refusal::ReadOnly);
        }
        let mut inside = self.published().filter(|place| self.is_in(*place, id.place));
        if inside.next().is_some() {
            return Err(Refusal::NotEmpty);
        }
        drop(inside);
        self.empty_with_drafts(id.place);
        Ok(())
    }

    /// Drops a draft that could not be handed over.
    pub(crate) fn forget(&mut self, id: Id) {
        if self.require_draft(id).is_ok() {
            self.empty(id.place);
        }
    }

    /// How many files are published.
    pub(crate) fn file_count(&self) -> usize {
        self.files().count()
    }

    /// The directory that the path leads to but for its last component, and that component.
    fn parent(&self, directory: Id, path: &str) -> Result<(u8, Name), Refusal> {
        let (before, last) = split_last(path);
        if last.is_empty() {
            // The directory itself is no place for a file.
            self.require_directory(directory)?;
            return Err(Refusal::WrongObject);
        }
        let parent = self.find(directory, before)?;
        self.require_directory(parent)?;
        let name = Name::new(last)?;
        let mut buffer = [0; FULL_PATH_MAX];
        if FULL_PATH_MAX < self.path(parent.place, &mut buffer).len() + 1 + last.len() {
            return Err(Refusal::NameTooLong);
        }
        Ok((parent.place, name))
    }

    /// Puts something into an empty place; a draft gives way if there is none.
    fn insert(&mut self, parent: u8, name: Name, content: Content) -> Result<Id, Refusal> {
        let is_empty = |node: &Node| matches!(node.content, Content::Nothing);
        if !self.nodes.iter().any(is_empty) {
            self.drop_oldest_draft(None);
        }
        let place = self.nodes.iter().position(is_empty).ok_or(Refusal::NoRoom)?;
        let node = &mut self.nodes[place];
        (node.parent, node.name, node.content) = (parent, name, content);
        Ok(self.id(place as u8))
    }

    /// Drops other drafts until this one can have so many bytes, or none if that would not help.
    fn make_room(&mut self, id: Id, len: u32) -> Result<(), Refusal> {
        let others = self.drafts().filter(|(_, place)| *place != id.place);
        let chains = others.filter_map(|(_, place)| self.chain(self.id(place)).ok());
        let gain = chains.map(Chain::blocks).sum::<usize>();
        if gain < self.store.missing(self.chain(id)?, len) {
            return Err(Refusal::Quota);
        }
        while self.store.missing(self.chain(id)?, len) != 0 {
            self.drop_oldest_draft(Some(id.place)).ok_or(Refusal::Quota)?;
        }
        Ok(())
    }

    /// Drops the draft that was not written to for the longest time, but not the one to be kept.
    fn drop_oldest_draft(&mut self, kept: Option<u8>) -> Option<()> {
        let others = self.drafts().filter(|(_, place)| Some(*place) != kept);
        let (_, oldest) = others.min()?;
        self.empty(oldest);
        Some(())
    }

    /// Ends the life of a file, or of a directory and the drafts in it.
    fn empty_with_drafts(&mut self, place: u8) {
        for inside in self.places() {
            if self.is_in(inside, place) {
                self.empty(inside);
            }
        }
        self.empty(place);
    }

    /// Ends the life of whatever is at this place.
    fn empty(&mut self, place: u8) {
        assert!(place != TOP, "/tmp itself stays");
        let node = &mut self.nodes[usize::from(place)];
        node.generation += 1;
        match mem::replace(&mut node.content, Content::Nothing) {
            Content::File(chain) | Content::Draft(chain, _) => self.store.release(chain),
            Content::Nothing | Content::Directory => (),
        }
    }

    fn id(&self, place: u8) -> Id {
        Id { place, generation: self.nodes[usize::from(place)].generation }
    }

    fn node(&self, id: Id) -> Result<&Node, Refusal> {
        let node = self.nodes.get(usize::from(id.place)).ok_or(Refusal::Stale)?;
        if node.generation == id.generation { Ok(node) } else { Err(Refusal::Stale) }
    }

    fn chain(&self, id: Id) -> Result<&Chain, Refusal> {
        match &self.node(id)?.content {
            Content::File(chain) | Content::Draft(chain, _) => Ok(chain),
            Content::Directory => Err(Refusal::WrongObject),
            Content::Nothing => Err(Refusal::Stale),
        }
    }

    fn require_directory(&self, id: Id) -> Result<(), Refusal> {
        match self.kind(id)? {
            Kind::Directory => Ok(()),
            Kind::File | Kind::Draft => Err(Refusal::WrongObject),
        }
    }

    fn require_draft(&self, id: Id) -> Result<(), Refusal> {
        match self.kind(id)? {
            Kind::Draft => Ok(()),
            Kind::File => Err(Refusal::NoRight),
            Kind::Directory => Err(Refusal::WrongObject),
        }
    }

    /// The published file or the directory of this name.
    fn child(&self, parent: u8, name: &str) -> Option<u8> {
        let is_it = |place: &u8| {
            self.is_in(*place, parent) && self.nodes[usize::from(*place)].name.text() == name
        };
        self.published().find(is_it)
    }

    /// Whether a directory has this directly in it.
    fn is_in(&self, place: u8, parent: u8) -> bool {
        let node = &self.nodes[usize::from(place)];
        place != TOP && node.parent == parent && !matches!(node.content, Content::Nothing)
    }

    fn is_directory(&self, place: u8) -> bool {
        matches!(self.nodes[usize::from(place)].content, Content::Directory)
    }

    fn places(&self) -> impl Iterator<Item = u8> + use<> {
        (0..NODES).map(|place| place as u8)
    }

    fn published(&self) -> impl Iterator<Item = u8> {
        self.places().filter(|place| {
            let content = &self.nodes[usize::from(*place)].content;
            matches!(content, Content::File(_) | Content::Directory)
        })
    }

    fn files(&self) -> impl Iterator<Item = u8> {
        self.published().filter(|place| !self.is_directory(*place))
    }

    /// The drafts with the numbers of their last writes.
    fn drafts(&self) -> impl Iterator<Item = (u64, u8)> {
        self.places().filter_map(|place| match self.nodes[usize::from(place)].content {
            Content::Draft(_, written) => Some((written, place)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
