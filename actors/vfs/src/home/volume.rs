//! `/home` as a volume.

use alloc::string::String;
use littlefs::Error;
use littlefs::FileId;
use littlefs::Kind as FileKind;
use littlefs::Metadata;
use sdk::Refusal;
use sdk::abi::bus::Status;
use sdk::flash::NorFlash;

use crate::home::Content;
use crate::home::Home;
use crate::home::PLACES;
use crate::home::TOP;
use crate::home::refusal_of;
use crate::home::require_short;
use crate::path;
use crate::volume::Data;
use crate::volume::Each;
use crate::volume::How;
use crate::volume::Id;
use crate::volume::Kind;
use crate::volume::Usage;
use crate::volume::Volume;

impl<F: NorFlash> Volume for Home<F> {
    fn status(&mut self, path: &str) -> Result<Status, Refusal> {
        let is_writable = !self.is_read_only;
        let found = self.files()?.stat(path).map_err(refusal_of)?;
        Ok(status(found, is_writable))
    }

    fn list(&mut self, path: &str, first: usize, each: &mut Each<'_>) -> Result<usize, Refusal> {
        let is_writable = !self.is_read_only;
        let mut is_wanted = true;
        let tell = |name: &str, found| {
            is_wanted = is_wanted && each(name, status(found, is_writable));
            true
        };
        self.files()?.list(path, first, tell).map_err(refusal_of)
    }

    fn read(&mut self, path: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let files = self.files()?;
        let file = files.open(path).map_err(refusal_of)?;
        let read = files.read(file, offset, buffer).map_err(refusal_of);
        files.close(file);
        read
    }

    fn write(&mut self, path: &str, how: How, data: Data<'_>) -> Result<(), Refusal> {
        require_short(path)?;
        let files = self.changed()?;
        let opened = match how {
            How::Whole => files.create(path),
            How::At(_) | How::Append => match files.edit(path) {
                Err(Error::NotFound) => files.create(path),
                other => other,
            },
        };
        let draft = opened.map_err(refusal_of)?;
        let begin = match how {
            How::Whole => 0,
            How::At(offset) => offset,
            How::Append => files.size(draft),
        };
        let written = data.each(|offset, bytes| {
            let at = begin.checked_add(offset).ok_or(Refusal::NoRoom)?;
            files.write(draft, at, bytes).map_err(refusal_of)
        });
        self.publish(path, draft, written)
    }

    fn truncate(&mut self, path: &str, len: u32) -> Result<(), Refusal> {
        let files = self.changed()?;
        let draft = files.edit(path).map_err(refusal_of)?;
        let cut = files.truncate(draft, len).map_err(refusal_of);
        self.publish(path, draft, cut)
    }

    fn make_directory(&mut self, path: &str) -> Result<(), Refusal> {
        require_short(path)?;
        self.changed()?.create_dir(path).map_err(refusal_of)
    }

    fn remove(&mut self, path: &str) -> Result<(), Refusal> {
        if path.is_empty() {
            return Err(Refusal::ReadOnly);
        }
        self.changed()?.remove(path).map_err(refusal_of)?;
        self.close_all(path);
        Ok(())
    }

    fn rename(&mut self, path: &str, to: &str) -> Result<(), Refusal> {
        require_short(to)?;
        if path.is_empty() || to.is_empty() {
            return Err(Refusal::ReadOnly);
        }
        self.changed()?.rename(path, to).map_err(refusal_of)?;
        if path == to {
            return Ok(());
        }
        self.close_all(to);
        for index in 1..PLACES {
            let place = &self.places[index];
            if !path::is_below(&place.path, path) {
                continue;
            }
            let moved = [to, &place.path[path.len()..]].concat();
            // The version that a draft would become knows its path of before.
            if matches!(place.content, Content::Draft(_)) || require_short(&moved).is_err() {
                self.close(index as u8);
            } else {
                self.places[index].path = moved.into_boxed_str();
            }
        }
        Ok(())
    }

    fn usage(&mut self) -> Result<Usage, Refusal> {
        let block = F::ERASE_SIZE as u32;
        let (used, blocks) = self.files()?.usage().map_err(refusal_of)?;
        let bytes = |blocks: u32| blocks.saturating_mul(block);
        Ok(Usage { size: bytes(blocks), used: bytes(used) })
    }

    fn format(&mut self) -> Result<(), Refusal> {
        self.make_new()
    }

    fn top(&self) -> Id {
        Id { place: TOP, generation: 0 }
    }

    fn find(&mut self, directory: Id, path: &str) -> Result<Id, Refusal> {
        if path.is_empty() {
            return self.kind_of(directory).map(|_| directory);
        }
        let path = self.path_below(directory, path)?;
        require_short(&path)?;
        let files = self.files()?;
        let found = files.stat(&path).map_err(refusal_of)?;
        let is_directory = found.kind == FileKind::Directory;
        let open = (1..PLACES).find(|index| {
            let place = &self.places[*index];
            let suits = match place.content {
                Content::Directory => is_directory,
                Content::File(_) => !is_directory,
                Content::Nothing | Content::Draft(_) => false,
            };
            suits && *place.path == *path
        });
        if let Some(index) = open {
            return Ok(Id { place: index as u8, generation: self.places[index].generation });
        }
        let content = match is_directory {
            true => Content::Directory,
            false => Content::File(self.files()?.open(&path).map_err(refusal_of)?),
        };
        Ok(self.open_place(&path, content))
    }

    fn kind(&self, id: Id) -> Result<Kind, Refusal> {
        self.kind_of(id)
    }

    fn path_of(&self, id: Id) -> Result<String, Refusal> {
        self.place(id).map(|place| String::from(&*place.path))
    }

    fn size_of(&mut self, id: Id) -> Result<u32, Refusal> {
        let file = self.file(id)?;
        Ok(self.files()?.size(file))
    }

    fn read_from(&mut self, id: Id, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let file = self.file(id)?;
        self.files()?.read(file, offset, buffer).map_err(refusal_of)
    }

    fn create(&mut self, directory: Id, path: &str) -> Result<Id, Refusal> {
        if path.is_empty() {
            return Err(Refusal::WrongObject);
        }
        let path = self.path_below(directory, path)?;
        require_short(&path)?;
        let draft = self.changed()?.create(&path).map_err(refusal_of)?;
        Ok(self.open_place(&path, Content::Draft(draft)))
    }

    fn write_to(&mut self, id: Id, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
        let draft = self.draft(id)?;
        let written = self.changed()?.write(draft, offset, bytes).map_err(refusal_of);
        if written.is_err() {
            // Half of it may be in the version: nobody may publish that.
            self.close(id.place);
        }
        written
    }

    fn commit(&mut self, id: Id) -> Result<(), Refusal> {
        let draft = self.draft(id)?;
        let path = self.place(id)?.path.clone();
        self.changed()?.commit(draft).map_err(refusal_of)?;
        self.close_file(&path);
        self.places[usize::from(id.place)].content = Content::File(draft);
        Ok(())
    }

    fn forget(&mut self, id: Id) {
        if self.draft(id).is_ok() {
            self.close(id.place);
        }
    }
}

impl<F: NorFlash> Home<F> {
    /// Makes a version visible that was written, or forgets it.
    fn publish(
        &mut self,
        path: &str,
        draft: FileId,
        written: Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let files = self.files()?;
        let done = written.and_then(|()| files.commit(draft).map_err(refusal_of));
        files.close(draft);
        if done.is_ok() {
            self.close_file(path);
        }
        done
    }

    fn file(&mut self, id: Id) -> Result<FileId, Refusal> {
        match self.content(id)? {
            Content::File(file) | Content::Draft(file) => Ok(file),
            Content::Directory => Err(Refusal::WrongObject),
            Content::Nothing => Err(Refusal::Stale),
        }
    }

    fn draft(&mut self, id: Id) -> Result<FileId, Refusal> {
        match self.content(id)? {
            Content::Draft(draft) => Ok(draft),
            Content::File(_) => Err(Refusal::NoRight),
            Content::Directory => Err(Refusal::WrongObject),
            Content::Nothing => Err(Refusal::Stale),
        }
    }
}

fn status(found: Metadata, is_writable: bool) -> Status {
    let is_directory = found.kind == FileKind::Directory;
    Status { is_directory, is_writable, size: found.size }
}
