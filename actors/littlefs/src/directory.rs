//! Names: finding, listing, making, removing and moving what they stand for.

use alloc::vec::Vec;

use embedded_storage::nor_flash::NorFlash;

use crate::address::Address;
use crate::commit::delete_change;
use crate::commit::tail_change;
use crate::error::Error;
use crate::error::Result;
use crate::pair::Change;
use crate::pair::Content;
use crate::pair::Search;
use crate::tag::CREATE;
use crate::tag::DIRECTORY;
use crate::tag::DIRECTORY_STRUCT;
use crate::tag::FILE;
use crate::tag::NO_ID;
use crate::volume::Volume;
use crate::walk::Place;

/// What a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bytes.
    File,
    /// Names.
    Directory,
}

/// What is known about a path without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: Kind,
    /// Bytes of a file; 0 for a directory.
    pub size: u32,
}

/// What was found under a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Root,
    File(Place),
    Directory {
        place: Place,
        head: Address,
    },
    /// Nothing; but its directory is there, and this is the place where it would be.
    Nothing(Place),
}

/// The names of a path. An empty name, and `.`, say nothing.
fn names(path: &str) -> impl Iterator<Item = &[u8]> {
    let names = path.as_bytes().split(|byte| *byte == b'/');
    names.filter(|name| !name.is_empty() && *name != b".")
}

/// The last name of a path.
pub(crate) fn last_name(path: &str) -> &[u8] {
    names(path).last().unwrap_or_default()
}

/// Whether the second path lies below the first.
fn is_below(above: &str, below: &str) -> bool {
    let mut below = names(below);
    names(above).all(|name| below.next() == Some(name)) && below.next().is_some()
}

impl<F: NorFlash> Volume<F> {
    /// Follows a path.
    ///
    /// # Errors
    /// Also [`Error::NameTooLong`], [`Error::Invalid`] for `..`; [`Error::NotFound`] and
    /// [`Error::NotADirectory`] for a part before the last.
    pub(crate) fn find(&mut self, path: &str) -> Result<Found, F> {
        let mut found = Found::Root;
        for name in names(path) {
            if name == b".." {
                return Err(Error::Invalid);
            }
            if (self.superblock.name_max as usize) < name.len() {
                return Err(Error::NameTooLong);
            }
            let head = match found {
                Found::Root => self.root,
                Found::Directory { head, .. } => head,
                Found::File(_) => return Err(Error::NotADirectory),
                Found::Nothing(_) => return Err(Error::NotFound),
            };
            found = self.find_name(head, name)?;
        }
        Ok(found)
    }

    fn find_name(&mut self, head: Address, name: &[u8]) -> Result<Found, F> {
        let mut at = head;
        for _ in 0..self.medium.block_count {
            let pair = self.pair(at)?;
            match pair.search(name) {
                Search::At(id) => {
                    let place = Place { pair: at, id };
                    return match (pair.entries[usize::from(id)].kind, pair.content(id)) {
                        (DIRECTORY, Some(Content::Directory(head))) => {
                            Ok(Found::Directory { place, head })
                        }
                        (FILE, Some(Content::Inline { .. } | Content::List { .. })) => {
                            Ok(Found::File(place))
                        }
                        _ => Err(Error::Corrupt),
                    };
                }
                Search::Before(id) => return Ok(Found::Nothing(Place { pair: at, id })),
                Search::Behind if pair.is_split => at = pair.tail,
                Search::Behind => {
                    let id = pair.entries.len() as u16;
                    return Ok(Found::Nothing(Place { pair: at, id }));
                }
            }
        }
        Err(Error::Corrupt)
    }

    pub(crate) fn stat(&mut self, path: &str) -> Result<Metadata, F> {
        match self.find(path)? {
            Found::Root | Found::Directory { .. } => {
                Ok(Metadata { kind: Kind::Directory, size: 0 })
            }
            Found::File(place) => {
                let size = match self.pair(place.pair)?.content(place.id) {
                    Some(Content::List { size, .. }) => size,
                    Some(Content::Inline { length }) => length,
                    _ => return Err(Error::Corrupt),
                };
                Ok(Metadata { kind: Kind::File, size })
            }
            Found::Nothing(_) => Err(Error::NotFound),
        }
    }

    /// The first pair of a directory.
    fn directory(&mut self, path: &str) -> Result<Address, F> {
        match self.find(path)? {
            Found::Root => Ok(self.root),
            Found::Directory { head, .. } => Ok(head),
            Found::File(_) => Err(Error::NotADirectory),
            Found::Nothing(_) => Err(Error::NotFound),
        }
    }

    pub(crate) fn list(
        &mut self,
        path: &str,
        first: usize,
        mut each: impl FnMut(&str, Metadata) -> bool,
    ) -> Result<usize, F> {
        let mut at = self.directory(path)?;
        let mut index = 0;
        for _ in 0..self.medium.block_count {
            let pair = self.pair(at)?;
            for id in 0..pair.entries.len() as u16 {
                let Some(Ok(name)) = pair.name(id).map(core::str::from_utf8) else { continue };
                let metadata = match pair.content(id) {
                    Some(Content::Directory(_)) => Metadata { kind: Kind::Directory, size: 0 },
                    Some(Content::List { size, .. }) => Metadata { kind: Kind::File, size },
                    Some(Content::Inline { length }) => Metadata { kind: Kind::File, size: length },
                    None => return Err(Error::Corrupt),
                };
                index += 1;
                if first < index && !each(name, metadata) {
                    return Ok(index);
                }
            }
            if !pair.is_split {
                return Ok(index);
            }
            at = pair.tail;
        }
        Err(Error::Corrupt)
    }

    pub(crate) fn create_dir(&mut self, path: &str) -> Result<(), F> {
        let Found::Nothing(place) = self.find(path)? else { return Err(Error::Exists) };
        let mut last = place.pair;
        for _ in 0..self.medium.block_count {
            let pair = self.pair(last)?;
            if !pair.is_split {
                break;
            }
            last = pair.tail;
        }
        // The new directory comes into the list of all pairs behind the last pair of its parent.
        let pair = self.pair(last)?;
        if pair.is_split {
            return Err(Error::Corrupt);
        }
        let tail = pair.tail;
        let address = self.make_pair(tail)?;
        let bytes = address.to_bytes();
        let is_last = last.is_same(place.pair);
        let mut place = place;
        if !is_last {
            // Two commits: between them it is in the list and has no name.
            self.orphans += 1;
            self.change(last, &[tail_change(false, &bytes)])?;
            self.orphans = self.orphans.saturating_sub(1);
            self.must_be_kept()?;
            // The parent may have moved on account of the last.
            let Found::Nothing(again) = self.find(path)? else { return Err(Error::Corrupt) };
            place = again;
        }
        let mut changes = Vec::with_capacity(4);
        changes.push(Change { kind: CREATE, id: place.id, data: &[] });
        changes.push(Change { kind: DIRECTORY, id: place.id, data: last_name(path) });
        changes.push(Change { kind: DIRECTORY_STRUCT, id: place.id, data: &bytes });
        if is_last {
            changes.push(tail_change(false, &bytes));
        }
        self.change(place.pair, &changes)
    }

    pub(crate) fn remove(&mut self, path: &str) -> Result<(), F> {
        let place = match self.find(path)? {
            Found::Root => return Err(Error::Invalid),
            Found::Nothing(_) => return Err(Error::NotFound),
            Found::File(place) => place,
            Found::Directory { place, head } => {
                self.begin_drop(head)?;
                place
            }
        };
        self.change(place.pair, &[delete_change(place.id)])?;
        self.afterwards(Volume::finish_drop)
    }

    /// Makes ready for a directory to lose its name: it will be an orphan for a while.
    fn begin_drop(&mut self, head: Address) -> Result<(), F> {
        let pair = self.pair(head)?;
        if !pair.entries.is_empty() || pair.is_split {
            return Err(Error::NotEmpty);
        }
        self.orphans += 1;
        self.watched = Some(head);
        Ok(())
    }

    /// Takes the directory that has lost its name out of the list of all pairs.
    fn finish_drop(&mut self) -> Result<(), F> {
        let Some(head) = self.watched.take() else { return Ok(()) };
        self.orphans = self.orphans.saturating_sub(1);
        let pair = self.pair(head)?;
        let (tail, is_split, share) = (pair.tail, pair.is_split, pair.share);
        let predecessor = self.predecessor(head)?.ok_or(Error::Corrupt)?;
        self.stolen = self.stolen.xor(share);
        self.change(predecessor, &[tail_change(is_split, &tail.to_bytes())])
    }

    pub(crate) fn rename(&mut self, from: &str, to: &str) -> Result<(), F> {
        let (old, kind, old_head) = match self.find(from)? {
            Found::Root => return Err(Error::Invalid),
            Found::Nothing(_) => return Err(Error::NotFound),
            Found::File(place) => (place, FILE, None),
            Found::Directory { place, head } => (place, DIRECTORY, Some(head)),
        };
        if is_below(from, to) {
            return Err(if kind == DIRECTORY { Error::Invalid } else { Error::NotADirectory });
        }
        let mut replaced = true;
        let new = match (self.find(to)?, kind) {
            (Found::Root, _) => return Err(Error::Invalid),
            (Found::File(place), FILE) => place,
            (Found::Directory { place, .. }, DIRECTORY) => place,
            (Found::File(_), _) => return Err(Error::NotADirectory),
            (Found::Directory { .. }, _) => return Err(Error::IsADirectory),
            (Found::Nothing(place), _) => {
                replaced = false;
                place
            }
        };
        if replaced && new == old {
            return Ok(());
        }
        if replaced && let Some(Content::Directory(head)) = self.pair(new.pair)?.content(new.id) {
            if old_head.is_some_and(|old_head| old_head.shares(head)) {
                return Err(Error::Corrupt);
            }
            self.begin_drop(head)?;
        }
        self.move_entry(old, new, replaced, last_name(to))?;
        self.afterwards(Volume::finish_move)?;
        self.afterwards(Volume::finish_drop)
    }

    /// Makes an entry a copy of another, under this name, and takes the other out: at once if they
    /// are in one pair, else [`Volume::finish_move`] takes it out, also after a cut.
    fn move_entry(&mut self, old: Place, new: Place, replaced: bool, name: &[u8]) -> Result<(), F> {
        let pair = self.pair(old.pair)?;
        let id = usize::from(old.id);
        let kind = pair.entries.get(id).ok_or(Error::Corrupt)?.kind;
        // Copies, one behind the other: the pair is written while they are read.
        let (mut copies, mut ends) = (Vec::new(), Vec::new());
        for (kind, data) in pair.parts(id) {
            copies.extend_from_slice(data);
            ends.push((kind, copies.len()));
        }
        let mut changes = Vec::with_capacity(ends.len() + 4);
        if replaced {
            changes.push(delete_change(new.id));
        }
        changes.push(Change { kind: CREATE, id: new.id, data: &[] });
        changes.push(Change { kind, id: new.id, data: name });
        let mut start = 0;
        for (kind, end) in ends {
            changes.push(Change { kind, id: new.id, data: &copies[start..end] });
            start = end;
        }
        if old.pair.is_same(new.pair) {
            let is_pushed = !replaced && new.id <= old.id;
            changes.push(delete_change(old.id + u16::from(is_pushed)));
        } else {
            self.state = self.state.with_pending(old.pair, old.id & NO_ID);
        }
        self.change(new.pair, &changes)
    }
}
