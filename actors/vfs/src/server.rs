//! The file protocol ([`sdk::abi::file`]): from a badge and a request to what is answered.
//!
//! Below the root lie the ramdisk, which is read-only, and the mounts ([`crate::mount`]): `/home` if
//! there is flash, `/proc` if there is a process table to show. Nothing here speaks to the kernel:
//! what is to be given is a value.

mod place;
mod exchange;

pub(crate) use crate::server::exchange::Reply;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::bus;
use sdk::abi::file;
use sdk::abi::object::ObjectKind;
use sdk::payload::Reader;

use crate::archive::Source;
use crate::index::Index;
use crate::mount::Area;
use crate::mount::Mount;
use crate::mount::area;
use crate::node::Node;
use crate::path;
use crate::process::Table;
use crate::scratch::Scratch;
use crate::volume::Id;
use crate::volume::Volume;
use crate::watch::Change;
use crate::watch::Listener;
use crate::watch::Watchers;

/// A capability to be given with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) kind: ObjectKind,
    pub(crate) rights: Rights,
    pub(crate) badge: u64,
}

/// What is answered to a request that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A status and nothing else.
    Status(u32),
    /// So many bytes, which are in the buffer.
    Bytes(usize),
    /// A capability.
    Capability(Opened),
    /// The terminal, which somebody else serves.
    Terminal,
}

/// All that is served.
pub(crate) struct Server<S, T, L> {
    ramdisk: S,
    pub(crate) index: Index,
    pub(crate) scratch: Scratch,
    home: Option<Box<dyn Volume>>,
    processes: Option<T>,
    has_terminal: bool,
    pub(crate) watchers: Watchers<L>,
}

impl<S: Source, T: Table, L: Listener> Server<S, T, L> {
    /// A service of these files, and of the process table if there is one.
    pub(crate) fn new(
        ramdisk: S,
        index: Index,
        scratch: Scratch,
        processes: Option<T>,
    ) -> Server<S, T, L> {
        let watchers = Watchers::default();
        Server { ramdisk, index, scratch, home: None, processes, has_terminal: false, watchers }
    }

    /// The same with a `/home`.
    pub(crate) fn with_home(self, home: Option<Box<dyn Volume>>) -> Server<S, T, L> {
        Server { home, ..self }
    }

    /// The same with a `/dev/tty1`, if there is one.
    pub(crate) fn with_terminal(self, has_terminal: bool) -> Server<S, T, L> {
        Server { has_terminal, ..self }
    }

    /// Answers a request; bytes of a file go into the buffer.
    pub(crate) fn answer(
        &mut self,
        badge: u64,
        opcode: u32,
        payload: &[u8],
        buffer: &mut [u8],
    ) -> Result<Answer, Refusal> {
        let node = Node::from_badge(badge).ok_or(Refusal::Stale)?;
        let mut words = Reader::new(payload);
        match opcode {
            file::OPEN => self.open(node, path::parse(payload)?),
            file::CREATE => self.create(node, path::parse(payload)?),
            file::MAKE_DIRECTORY => self.make_directory(node, path::parse(payload)?),
            file::REMOVE => self.remove(node, path::parse(payload)?),
            file::READ_AT => {
                let (offset, len) = words.u32().zip(words.u32()).ok_or(Refusal::Invalid)?;
                let len = buffer.len().min(file::READ_MAX).min(len as usize);
                self.read(node, offset, &mut buffer[..len]).map(Answer::Bytes)
            }
            file::WRITE_AT => {
                let offset = words.u32().ok_or(Refusal::Invalid)?;
                self.write(node, offset, words.rest())
            }
            file::COMMIT => self.commit(node),
            file::SIZE => self.size(node).map(Answer::Status),
            _ => Err(Refusal::OutOfRange),
        }
    }

    /// Takes note that what was opened could not be handed over.
    pub(crate) fn take_back(&mut self, opened: Opened) {
        if let Some(Node::Volume(mount, id)) = Node::from_badge(opened.badge)
            && let Ok(volume) = self.volume(mount)
        {
            volume.forget(id);
        }
    }

    /// Reads a file that is not the ramdisk's into the buffer, if all of it fits. Answers its size.
    pub(crate) fn read_whole(&mut self, path: &[u8], buffer: &mut [u8]) -> Result<usize, Refusal> {
        let path = path::parse(path).map_err(|_| Refusal::NotFound)?;
        let node = self.find(Node::Root, path)?;
        if buffer.len() < self.size(node)? as usize {
            return Err(Refusal::TooLong);
        }
        self.read(node, 0, buffer)
    }

    fn open(&mut self, directory: Node, path: &str) -> Result<Answer, Refusal> {
        let node = self.find(directory, path)?;
        if node == Node::Terminal {
            return Ok(Answer::Terminal);
        }
        let kind = if self.is_directory(node)? { ObjectKind::Directory } else { ObjectKind::File };
        let badge = node.badge();
        Ok(Answer::Capability(Opened { kind, rights: Rights::READ, badge }))
    }

    fn create(&mut self, directory: Node, path: &str) -> Result<Answer, Refusal> {
        let rights = Rights::READ | Rights::WRITE;
        if self.find(directory, path) == Ok(Node::Nothing) {
            let badge = Node::Nothing.badge();
            return Ok(Answer::Capability(Opened { kind: ObjectKind::File, rights, badge }));
        }
        let (mount, directory, path) = self.volume_place(directory, path)?;
        let id = self.volume(mount)?.create(directory, &path)?;
        let badge = Node::Volume(mount, id).badge();
        Ok(Answer::Capability(Opened { kind: ObjectKind::File, rights, badge }))
    }

    fn make_directory(&mut self, directory: Node, path: &str) -> Result<Answer, Refusal> {
        if self.find(directory, path).is_ok() {
            return Err(Refusal::Exists);
        }
        let (mount, path) = self.volume_path(directory, path)?;
        self.volume(mount)?.make_directory(&path)?;
        self.note(bus::MADE, mount, &path);
        Ok(Answer::Status(0))
    }

    fn remove(&mut self, directory: Node, path: &str) -> Result<Answer, Refusal> {
        let (mount, path) = self.volume_path(directory, path)?;
        self.volume(mount)?.remove(&path)?;
        self.note(bus::GONE, mount, &path);
        Ok(Answer::Status(0))
    }

    fn write(&mut self, node: Node, offset: u32, bytes: &[u8]) -> Result<Answer, Refusal> {
        match node {
            Node::Volume(mount, id) => self.volume(mount)?.write_to(id, offset, bytes)?,
            Node::Nothing => (),
            _ => return Err(unchangeable(node)),
        }
        Ok(Answer::Status(bytes.len() as u32))
    }

    fn commit(&mut self, node: Node) -> Result<Answer, Refusal> {
        let (mount, id) = match node {
            Node::Volume(mount, id) => (mount, id),
            Node::Nothing => return Ok(Answer::Status(0)),
            _ => return Err(unchangeable(node)),
        };
        let is_watched = !self.watchers.is_empty();
        let volume = self.volume(mount)?;
        if !is_watched {
            return volume.commit(id).map(|()| Answer::Status(0));
        }
        let path = volume.path_of(id)?;
        let what = if volume.status(&path).is_ok() { bus::WRITTEN } else { bus::MADE };
        volume.commit(id)?;
        self.note(what, mount, &path);
        Ok(Answer::Status(0))
    }

    /// Tells watchers of a change.
    fn note(&mut self, what: u16, mount: Mount, path: &str) {
        if !self.watchers.is_empty() {
            let path = whole(mount, path).into_boxed_str();
            self.watchers.push(Change { what, path, to: Box::default(), replaces: false });
        }
    }

    fn volume(&mut self, mount: Mount) -> Result<&mut (dyn Volume + 'static), Refusal> {
        match mount {
            Mount::Scratch => Ok(&mut self.scratch),
            Mount::Home => self.home.as_deref_mut().ok_or(Refusal::NotFound),
        }
    }

    /// Where state is kept, if a path from the root on leads there.
    fn resolved<'a>(&mut self, path: &'a str) -> Cow<'a, str> {
        let (first, rest) = path::split_first(path);
        if first != crate::mount::STATE {
            return Cow::Borrowed(path);
        }
        let is_kept = self
            .home
            .as_deref_mut()
            .is_some_and(|home| home.status("").is_ok_and(|status| status.is_writable));
        let mount = if is_kept { Mount::Home } else { Mount::Scratch };
        let slash = if rest.is_empty() { "" } else { "/" };
        Cow::Owned(format!("{}/{first}{slash}{rest}", mount.name()))
    }

    /// Where in a volume the path leads; nothing else can be changed.
    fn volume_place<'a>(
        &mut self,
        directory: Node,
        path: &'a str,
    ) -> Result<(Mount, Id, Cow<'a, str>), Refusal> {
        match directory {
            Node::Volume(mount, id) => Ok((mount, id, Cow::Borrowed(path))),
            Node::Root => {
                let path = self.resolved(path);
                let (Area::Volume(mount), rest) = area(&path) else {
                    return Err(Refusal::ReadOnly);
                };
                let rest = String::from(rest);
                Ok((mount, self.volume(mount)?.top(), Cow::Owned(rest)))
            }
            other => Err(unchangeable_below(other)),
        }
    }

    /// The same as a path from the volume's top on.
    fn volume_path(&mut self, directory: Node, path: &str) -> Result<(Mount, String), Refusal> {
        let (mount, id, path) = self.volume_place(directory, path)?;
        let above = self.volume(mount)?.path_of(id)?;
        let slash = if above.is_empty() || path.is_empty() { "" } else { "/" };
        if path.is_empty() {
            // A directory cannot be removed through itself.
            return Err(Refusal::ReadOnly);
        }
        Ok((mount, format!("{above}{slash}{path}")))
    }

    fn table(&self) -> Result<&T, Refusal> {
        self.processes.as_ref().ok_or(Refusal::NotAvailable)
    }
}

/// A path of a volume as the root has it.
fn whole(mount: Mount, path: &str) -> String {
    let slash = if path.is_empty() { "" } else { "/" };
    [mount.name(), slash, path].concat()
}

/// Why a node outside the volumes cannot be written or published.
fn unchangeable(node: Node) -> Refusal {
    match node {
        Node::ArchiveFile(_) | Node::Statistics | Node::Status(_) | Node::Held(_) => {
            Refusal::ReadOnly
        }
        _ => Refusal::WrongObject,
    }
}

/// Why nothing can be made or removed below a node outside the volumes.
fn unchangeable_below(node: Node) -> Refusal {
    match node {
        Node::Root | Node::ArchiveDirectory(_) | Node::Processes | Node::Actor(_) => {
            Refusal::ReadOnly
        }
        Node::Devices => Refusal::ReadOnly,
        _ => Refusal::WrongObject,
    }
}

#[cfg(test)]
mod tests;
