//! Requests of the bus ([`sdk::abi::bus`]): from a path and a change to what is answered.

use alloc::string::String;
use sdk::Refusal;
use sdk::abi::bus;
use sdk::abi::bus::Status;
use sdk::payload::Reader;

use crate::archive::Source;
use crate::mount::Area;
use crate::mount::Mount;
use crate::mount::area;
use crate::node::Node;
use crate::process::Table;
use crate::request::Request;
use crate::server::Server;
use crate::server::whole;
use crate::volume::Data;
use crate::volume::How;
use crate::volume::Usage;
use crate::watch::Change;
use crate::watch::Listener;

/// What is answered to a request that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// So many bytes, which are in the buffer.
    Bytes(usize),
    /// A part of the ramdisk: offset and length.
    Archived(u32, u32),
    /// The file at this path, which has so many bytes and is too long for an answer.
    Long(String, u32),
    /// Whoever asks wants to be told about this path, whose first bytes it does not see.
    Watch(String, usize),
}

/// Where a path leads.
enum Place {
    /// To a volume, with the path below its top.
    Volume(Mount, String),
    /// To something that cannot be changed.
    Fixed(Node),
}

impl<S: Source, T: Table, L: Listener> Server<S, T, L> {
    /// Answers a request that came with this badge, and with this memory if it was granted. Data of
    /// the answer goes into the buffer.
    pub(crate) fn exchange(
        &mut self,
        badge: u64,
        request: &Request<'_>,
        granted: Option<&dyn Source>,
        buffer: &mut [u8],
    ) -> Result<Reply, Refusal> {
        let node = Node::from_badge(badge).ok_or(Refusal::Stale)?;
        let above = self.directory_path(node)?;
        let asked = request.path(&above)?;
        let path = self.resolved(&asked);
        match request.kind {
            bus::READ => self.answer_read(&path, request, buffer),
            bus::WRITE => self.answer_write(&path, request, granted),
            bus::RENAME => {
                let to = request.new_path(&above)?;
                let to = self.resolved(&to);
                self.answer_rename(&path, &to)
            }
            bus::STAT => {
                let status = self.status_at(&path)?;
                Ok(answer_bytes(buffer, &status.encode()))
            }
            bus::LIST => {
                let first = request.word().unwrap_or_default() as usize;
                self.answer_list(&path, first, buffer)
            }
            bus::WATCH => {
                if self.status_at(&path).is_err_and(|refusal| refusal != Refusal::NotFound) {
                    return Err(Refusal::WrongObject);
                }
                Ok(Reply::Watch(path.into_owned(), above.len()))
            }
            bus::SYNC => self.status_at(&path).map(|_| Reply::Bytes(0)),
            bus::USAGE => {
                let Usage { size, used } = self.usage_at(&path)?;
                let words = [size.to_le_bytes(), used.to_le_bytes()];
                Ok(answer_bytes(buffer, words.as_flattened()))
            }
            kind => self.answer_change(kind, &path, request),
        }
    }

    /// Fills the buffer with a part of the file at a path.
    pub(crate) fn read_at(
        &mut self,
        path: &str,
        offset: u32,
        buffer: &mut [u8],
    ) -> Result<usize, Refusal> {
        match self.place(path)? {
            Place::Volume(mount, path) => self.volume(mount)?.read(&path, offset, buffer),
            Place::Fixed(node) => self.read(node, offset, buffer),
        }
    }

    fn answer_read(
        &mut self,
        path: &str,
        request: &Request<'_>,
        buffer: &mut [u8],
    ) -> Result<Reply, Refusal> {
        let mut words = Reader::new(request.data);
        if let Some((offset, len)) = words.u32().zip(words.u32()) {
            let len = buffer.len().min(len as usize);
            return self.read_at(path, offset, &mut buffer[..len]).map(Reply::Bytes);
        }
        if let Place::Fixed(Node::ArchiveFile(index)) = self.place(path)? {
            let file = self.index.file(index).ok_or(Refusal::Stale)?;
            if buffer.len() < file.size as usize {
                return Ok(Reply::Archived(file.offset, file.size));
            }
        }
        let count = self.read_at(path, 0, buffer)?;
        if count < buffer.len() {
            return Ok(Reply::Bytes(count));
        }
        let size = self.status_at(path)?.size;
        let is_whole = size as usize <= count;
        Ok(if is_whole { Reply::Bytes(count) } else { Reply::Long(String::from(path), size) })
    }

    fn answer_write(
        &mut self,
        path: &str,
        request: &Request<'_>,
        granted: Option<&dyn Source>,
    ) -> Result<Reply, Refusal> {
        let mut data = Reader::new(request.data);
        let how = match request.flags & (bus::AT | bus::APPEND) {
            0 => How::Whole,
            bus::AT => How::At(data.u32().ok_or(Refusal::Invalid)?),
            bus::APPEND => How::Append,
            _ => return Err(Refusal::Invalid),
        };
        let data = match request.flags & bus::GRANTED {
            0 => Data::Inline(data.rest()),
            _ => Data::Granted(granted.ok_or(Refusal::NoCapability)?, request.data_len),
        };
        let (mount, path) = match self.place(path) {
            Ok(Place::Volume(mount, path)) => (mount, path),
            Ok(Place::Fixed(Node::Nothing)) => return Ok(Reply::Bytes(0)),
            Ok(Place::Fixed(_)) | Err(Refusal::NotFound) => return Err(Refusal::ReadOnly),
            Err(refusal) => return Err(refusal),
        };
        let must_be_new = request.flags & bus::NEW != 0;
        let is_watched = !self.watchers.is_empty();
        let volume = self.volume(mount)?;
        let is_there = (must_be_new || is_watched) && volume.status(&path).is_ok();
        if must_be_new && is_there {
            return Err(Refusal::Exists);
        }
        volume.write(&path, how, data)?;
        self.note(if is_there { bus::WRITTEN } else { bus::MADE }, mount, &path);
        Ok(Reply::Bytes(0))
    }

    fn answer_rename(&mut self, path: &str, to: &str) -> Result<Reply, Refusal> {
        let Place::Volume(mount, from) = self.place(path)? else {
            return Err(Refusal::ReadOnly);
        };
        let (Area::Volume(other), new) = area(to) else { return Err(Refusal::ReadOnly) };
        if mount != other {
            // It would be no single change.
            return Err(Refusal::WrongObject);
        }
        let is_watched = !self.watchers.is_empty();
        let volume = self.volume(mount)?;
        let replaces = is_watched && volume.status(new).is_ok();
        volume.rename(&from, new)?;
        if is_watched && from != new {
            let path = whole(mount, &from).into_boxed_str();
            let to = whole(mount, new).into_boxed_str();
            self.watchers.push(Change { what: bus::MOVED, path, to, replaces });
        }
        Ok(Reply::Bytes(0))
    }

    /// What needs nothing but a path, and is told to watchers under one name.
    fn answer_change(
        &mut self,
        kind: u8,
        path: &str,
        request: &Request<'_>,
    ) -> Result<Reply, Refusal> {
        let (mount, path) = match self.place(path) {
            Ok(Place::Volume(mount, path)) => (mount, path),
            Err(Refusal::NotFound) if kind != bus::MAKE_DIRECTORY => {
                return Err(Refusal::NotFound);
            }
            Ok(Place::Fixed(_)) if kind == bus::MAKE_DIRECTORY => return Err(Refusal::Exists),
            Ok(Place::Fixed(_)) | Err(Refusal::NotFound) => return Err(Refusal::ReadOnly),
            Err(refusal) => return Err(refusal),
        };
        let volume = self.volume(mount)?;
        let what = match kind {
            bus::DELETE => volume.remove(&path).map(|()| bus::GONE)?,
            bus::MAKE_DIRECTORY => volume.make_directory(&path).map(|()| bus::MADE)?,
            bus::TRUNCATE => {
                let len = request.word().ok_or(Refusal::Invalid)?;
                volume.truncate(&path, len).map(|()| bus::WRITTEN)?
            }
            bus::FORMAT if path.is_empty() => volume.format().map(|()| bus::WRITTEN)?,
            _ => return Err(Refusal::Invalid),
        };
        self.note(what, mount, &path);
        Ok(Reply::Bytes(0))
    }

    fn answer_list(
        &mut self,
        path: &str,
        first: usize,
        buffer: &mut [u8],
    ) -> Result<Reply, Refusal> {
        let (total, entries) = buffer.split_at_mut(size_of::<u32>());
        let mut len = 0;
        let mut push = |name: &str, status: Status| {
            let end = len + Status::BYTES + size_of::<u16>() + name.len();
            let Some(entry) = entries.get_mut(len..end) else { return false };
            let (bits, rest) = entry.split_at_mut(Status::BYTES);
            bits.copy_from_slice(&status.encode());
            let (count, text) = rest.split_at_mut(size_of::<u16>());
            // It fits into an answer.
            count.copy_from_slice(&(name.len() as u16).to_le_bytes());
            text.copy_from_slice(name.as_bytes());
            len = end;
            true
        };
        let count = match self.place(path)? {
            Place::Volume(mount, path) => self.volume(mount)?.list(&path, first, &mut push)?,
            Place::Fixed(node) => self.list(node, first, &mut push)?,
        };
        total.copy_from_slice(&(count as u32).to_le_bytes());
        Ok(Reply::Bytes(size_of::<u32>() + len))
    }

    fn status_at(&mut self, path: &str) -> Result<Status, Refusal> {
        match self.place(path)? {
            Place::Volume(mount, path) => self.volume(mount)?.status(&path),
            Place::Fixed(node) => self.status(node),
        }
    }

    fn usage_at(&mut self, path: &str) -> Result<Usage, Refusal> {
        match self.place(path)? {
            Place::Volume(mount, _) => self.volume(mount)?.usage(),
            Place::Fixed(_) => {
                let sizes = self.index.files_from(0).map(|file| file.size);
                let used = sizes.fold(0, u32::saturating_add);
                Ok(Usage { size: used, used })
            }
        }
    }

    fn place(&mut self, path: &str) -> Result<Place, Refusal> {
        if let (Area::Volume(mount), rest) = area(path) {
            self.volume(mount)?;
            return Ok(Place::Volume(mount, String::from(rest)));
        }
        self.find(Node::Root, path).map(Place::Fixed)
    }
}

fn answer_bytes(buffer: &mut [u8], bytes: &[u8]) -> Reply {
    buffer[..bytes.len()].copy_from_slice(bytes);
    Reply::Bytes(bytes.len())
}
