//! `/tmp` as a volume: paths, and changes to files that are published.

use alloc::string::String;
use sdk::Refusal;
use sdk::abi::bus::Status;

use crate::path::SCRATCH;
use crate::path::split_last;
use crate::scratch::Content;
use crate::scratch::NODES;
use crate::scratch::QUOTA;
use crate::scratch::Scratch;
use crate::scratch::TOP;
use crate::scratch::listing::FULL_PATH_MAX;
use crate::scratch::name::Name;
use crate::store::BLOCK;
use crate::volume::Data;
use crate::volume::Each;
use crate::volume::How;
use crate::volume::Id;
use crate::volume::Kind;
use crate::volume::Usage;
use crate::volume::Volume;

impl Volume for Scratch {
    fn status(&mut self, path: &str) -> Result<Status, Refusal> {
        let id = self.find_path(path)?;
        Ok(self.status_at(id.place))
    }

    fn list(&mut self, path: &str, first: usize, each: &mut Each<'_>) -> Result<usize, Refusal> {
        let directory = self.find_path(path)?;
        self.require_directory(directory)?;
        let mut places = [TOP; NODES];
        let mut count = 0;
        for place in self.published().filter(|place| self.is_in(*place, directory.place)) {
            // They are few, and the library's sort is as large as all else here.
            let mut at = count;
            while 0 < at && self.name(place) < self.name(places[at - 1]) {
                places[at] = places[at - 1];
                at -= 1;
            }
            places[at] = place;
            count += 1;
        }
        for place in places[..count].iter().skip(first) {
            if !each(self.name(*place), self.status_at(*place)) {
                break;
            }
        }
        Ok(count)
    }

    fn read(&mut self, path: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        Scratch::read(self, self.find_path(path)?, offset, buffer)
    }

    fn write(&mut self, path: &str, how: How, data: Data<'_>) -> Result<(), Refusal> {
        let former = match self.find_path(path) {
            Ok(id) => Some(id),
            Err(Refusal::NotFound) => None,
            Err(refusal) => return Err(refusal),
        };
        match (former, how, data) {
            (Some(id), How::At(offset), Data::Inline(bytes)) => self.change(id, offset, bytes),
            (Some(id), How::Append, Data::Inline(bytes)) => self.change(id, self.size(id)?, bytes),
            _ => self.write_anew(path, former, how, data),
        }
    }

    fn truncate(&mut self, path: &str, len: u32) -> Result<(), Refusal> {
        let id = self.find_path(path)?;
        if QUOTA < len as usize {
            return Err(Refusal::Quota);
        }
        self.size(id)?;
        self.make_room(id, len)?;
        let node = &mut self.nodes[usize::from(id.place)];
        let Content::File(chain) = &mut node.content else { return Err(Refusal::WrongObject) };
        node.generation += 1;
        self.store.resize(chain, len)
    }

    fn make_directory(&mut self, path: &str) -> Result<(), Refusal> {
        if path.is_empty() {
            return Err(Refusal::Exists);
        }
        Scratch::make_directory(self, self.top(), path)
    }

    fn remove(&mut self, path: &str) -> Result<(), Refusal> {
        Scratch::remove(self, self.top(), path)
    }

    fn rename(&mut self, path: &str, to: &str) -> Result<(), Refusal> {
        let id = self.find_path(path)?;
        if path.is_empty() || to.is_empty() {
            return Err(Refusal::ReadOnly);
        }
        let (before, last) = split_last(to);
        let parent = self.find_path(before)?;
        self.require_directory(parent)?;
        let name = Name::new(last)?;
        let mut above = parent.place;
        while above != TOP {
            if above == id.place {
                // Nothing can be in itself.
                return Err(Refusal::Invalid);
            }
            above = self.nodes[usize::from(above)].parent;
        }
        let replaced = self.child(parent.place, last).filter(|place| *place != id.place);
        if let Some(place) = replaced {
            self.require_replaceable(id.place, place)?;
        }
        let moved = &mut self.nodes[usize::from(id.place)];
        let former = (moved.parent, moved.name);
        (moved.parent, moved.name) = (parent.place, name);
        if self.places().any(|place| FULL_PATH_MAX < self.path_len(place)) {
            let moved = &mut self.nodes[usize::from(id.place)];
            (moved.parent, moved.name) = former;
            return Err(Refusal::NameTooLong);
        }
        if let Some(place) = replaced {
            self.empty_with_drafts(place);
        }
        Ok(())
    }

    fn usage(&mut self) -> Result<Usage, Refusal> {
        let used = QUOTA - self.store.free();
        Ok(Usage { size: QUOTA as u32, used: used as u32 })
    }

    fn format(&mut self) -> Result<(), Refusal> {
        for place in self.places().skip(1) {
            if !matches!(self.nodes[usize::from(place)].content, Content::Nothing) {
                self.empty(place);
            }
        }
        Ok(())
    }

    fn top(&self) -> Id {
        Scratch::top(self)
    }

    fn find(&mut self, directory: Id, path: &str) -> Result<Id, Refusal> {
        Scratch::find(self, directory, path)
    }

    fn kind(&self, id: Id) -> Result<Kind, Refusal> {
        Scratch::kind(self, id)
    }

    fn path_of(&self, id: Id) -> Result<String, Refusal> {
        self.kind(id)?;
        let mut buffer = [0; FULL_PATH_MAX];
        let path = self.path(id.place, &mut buffer);
        Ok(String::from(path[SCRATCH.len()..].trim_start_matches('/')))
    }

    fn size_of(&mut self, id: Id) -> Result<u32, Refusal> {
        self.size(id)
    }

    fn read_from(&mut self, id: Id, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        Scratch::read(self, id, offset, buffer)
    }

    fn create(&mut self, directory: Id, path: &str) -> Result<Id, Refusal> {
        Scratch::create(self, directory, path)
    }

    fn write_to(&mut self, id: Id, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
        Scratch::write(self, id, offset, bytes)
    }

    fn commit(&mut self, id: Id) -> Result<(), Refusal> {
        Scratch::commit(self, id)
    }

    fn forget(&mut self, id: Id) {
        Scratch::forget(self, id);
    }
}

impl Scratch {
    fn find_path(&self, path: &str) -> Result<Id, Refusal> {
        Scratch::find(self, Scratch::top(self), path)
    }

    fn name(&self, place: u8) -> &str {
        self.nodes[usize::from(place)].name.text()
    }

    fn status_at(&self, place: u8) -> Status {
        let content = &self.nodes[usize::from(place)].content;
        let size = match content {
            Content::File(chain) | Content::Draft(chain, _) => chain.len(),
            Content::Nothing | Content::Directory => 0,
        };
        let is_directory = matches!(content, Content::Directory);
        Status { is_directory, is_writable: true, size }
    }

    /// Changes a published file where it is. Who has it open is refused from then on: nobody reads
    /// a mixture.
    fn change(&mut self, id: Id, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
        let end = u32::try_from(bytes.len()).ok().and_then(|len| offset.checked_add(len));
        let end = end.filter(|end| *end as usize <= QUOTA).ok_or(Refusal::Quota)?;
        self.size(id)?;
        self.make_room(id, end)?;
        let node = &mut self.nodes[usize::from(id.place)];
        let Content::File(chain) = &mut node.content else { return Err(Refusal::WrongObject) };
        node.generation += 1;
        self.store.write(chain, offset, bytes)
    }

    /// Writes a draft, which takes the place of the file when all is in it.
    fn write_anew(
        &mut self,
        path: &str,
        former: Option<Id>,
        how: How,
        data: Data<'_>,
    ) -> Result<(), Refusal> {
        let draft = Scratch::create(self, Scratch::top(self), path)?;
        let written = self.fill(draft, former, how, data);
        match written.and_then(|()| Scratch::commit(self, draft)) {
            Ok(()) => Ok(()),
            Err(refusal) => {
                Scratch::forget(self, draft);
                Err(refusal)
            }
        }
    }

    fn fill(
        &mut self,
        draft: Id,
        former: Option<Id>,
        how: How,
        data: Data<'_>,
    ) -> Result<(), Refusal> {
        let begin = match (how, former) {
            (How::Whole, _) => 0,
            (How::Append, None) => 0,
            (How::At(offset), None) => offset,
            (_, Some(former)) => {
                let mut piece = [0; BLOCK];
                let mut at = 0;
                while let count @ 1.. = Scratch::read(self, former, at, &mut piece)? {
                    Scratch::write(self, draft, at, &piece[..count])?;
                    at += count as u32;
                }
                if let How::At(offset) = how { offset } else { at }
            }
        };
        data.each(|offset, bytes| {
            let at = begin.checked_add(offset).ok_or(Refusal::Quota)?;
            Scratch::write(self, draft, at, bytes)
        })
    }

    /// Refuses to put one thing in the place of another kind of thing, or of a full directory.
    fn require_replaceable(&self, place: u8, former: u8) -> Result<(), Refusal> {
        if self.is_directory(place) != self.is_directory(former) {
            return Err(Refusal::WrongObject);
        }
        let is_empty = !self.published().any(|inside| self.is_in(inside, former));
        if is_empty { Ok(()) } else { Err(Refusal::NotEmpty) }
    }

    /// Bytes of the whole path of a place.
    fn path_len(&self, place: u8) -> usize {
        let mut len = SCRATCH.len();
        let mut at = place;
        while at != TOP {
            len += 1 + self.name(at).len();
            at = self.nodes[usize::from(at)].parent;
        }
        len
    }
}
