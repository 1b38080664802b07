//! The file protocol ([`sdk::abi::file`]): from a badge and a request to what is answered.
//!
//! Below the root lie the ramdisk, which is read-only, `/tmp`, and `/proc` if there is a process
//! table to show. Nothing here speaks to the kernel: what is to be given is a value.

use sdk::Refusal;
use sdk::Rights;
use sdk::abi::file;
use sdk::abi::object::ObjectKind;
use sdk::payload::Reader;

use crate::archive::Source;
use crate::index::Entry;
use crate::index::Index;
use crate::node::Node;
use crate::path;
use crate::process;
use crate::process::Table;
use crate::scratch;
use crate::scratch::Kind;
use crate::scratch::Scratch;

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
}

/// All that is served.
#[derive(Debug)]
pub(crate) struct Server<S, T> {
    ramdisk: S,
    pub(crate) index: Index,
    pub(crate) scratch: Scratch,
    processes: Option<T>,
}

impl<S: Source, T: Table> Server<S, T> {
    /// A service of these files, and of the process table if there is one.
    pub(crate) fn new(
        ramdisk: S,
        index: Index,
        scratch: Scratch,
        processes: Option<T>,
    ) -> Server<S, T> {
        Server { ramdisk, index, scratch, processes }
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
        if let Some(Node::Scratch(id)) = Node::from_badge(opened.badge) {
            self.scratch.forget(id);
        }
    }

    /// Reads a file of `/tmp` or `/proc` into the buffer, if all of it fits. Answers its size.
    pub(crate) fn read_whole(&self, path: &[u8], buffer: &mut [u8]) -> Result<usize, Refusal> {
        let path = path::parse(path).map_err(|_| Refusal::NotFound)?;
        let node = self.find(Node::Root, path)?;
        if buffer.len() < self.size(node)? as usize {
            return Err(Refusal::TooLong);
        }
        self.read(node, 0, buffer)
    }

    fn open(&self, directory: Node, path: &str) -> Result<Answer, Refusal> {
        let node = self.find(directory, path)?;
        let kind = if self.is_directory(node)? { ObjectKind::Directory } else { ObjectKind::File };
        let badge = node.badge();
        Ok(Answer::Capability(Opened { kind, rights: Rights::READ, badge }))
    }

    fn create(&mut self, directory: Node, path: &str) -> Result<Answer, Refusal> {
        let (directory, path) = self.scratch_place(directory, path)?;
        let badge = Node::Scratch(self.scratch.create(directory, path)?).badge();
        let rights = Rights::READ | Rights::WRITE;
        Ok(Answer::Capability(Opened { kind: ObjectKind::File, rights, badge }))
    }

    fn make_directory(&mut self, directory: Node, path: &str) -> Result<Answer, Refusal> {
        if self.find(directory, path).is_ok() {
            return Err(Refusal::Exists);
        }
        let (directory, path) = self.scratch_place(directory, path)?;
        self.scratch.make_directory(directory, path).map(|()| Answer::Status(0))
    }

    fn remove(&mut self, directory: Node, path: &str) -> Result<Answer, Refusal> {
        let (directory, path) = self.scratch_place(directory, path)?;
        self.scratch.remove(directory, path).map(|()| Answer::Status(0))
    }

    fn write(&mut self, node: Node, offset: u32, bytes: &[u8]) -> Result<Answer, Refusal> {
        let Node::Scratch(id) = node else { return Err(unchangeable(node)) };
        self.scratch.write(id, offset, bytes).map(|()| Answer::Status(bytes.len() as u32))
    }

    fn commit(&mut self, node: Node) -> Result<Answer, Refusal> {
        let Node::Scratch(id) = node else { return Err(unchangeable(node)) };
        self.scratch.commit(id).map(|()| Answer::Status(0))
    }

    /// Fills the buffer from `offset` on. Answers how many bytes there were.
    fn read(&self, node: Node, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        match node {
            Node::ArchiveFile(index) => {
                let file = self.index.file(index).ok_or(Refusal::Stale)?;
                let rest = file.size.saturating_sub(offset) as usize;
                let count = buffer.len().min(rest);
                // Both lie inside the ramdisk unless there is nothing to read.
                let at = file.offset.saturating_add(offset);
                let is_read = count == 0 || self.ramdisk.read(at, &mut buffer[..count]);
                if is_read { Ok(count) } else { Err(Refusal::NotAvailable) }
            }
            Node::Scratch(id) => self.scratch.read(id, offset, buffer),
            Node::Statistics => process::read_statistics(self.table()?, offset, buffer),
            Node::Status(id) => process::read_status(self.table()?, id, offset, buffer),
            Node::Held(id) => process::read_held(self.table()?, id, offset, buffer),
            Node::Root | Node::ArchiveDirectory(_) | Node::Processes | Node::Actor(_) => {
                Err(Refusal::WrongObject)
            }
        }
    }

    /// Bytes of a file. A status cannot say more than 31 bits.
    fn size(&self, node: Node) -> Result<u32, Refusal> {
        let size = match node {
            Node::ArchiveFile(index) => self.index.file(index).ok_or(Refusal::Stale)?.size,
            Node::Scratch(id) => self.scratch.size(id)?,
            Node::Statistics => process::statistics_size(self.table()?)?,
            Node::Status(id) => process::status_size(self.table()?, id)?,
            Node::Held(id) => process::held_size(self.table()?, id)?,
            Node::Root | Node::ArchiveDirectory(_) | Node::Processes | Node::Actor(_) => {
                return Err(Refusal::WrongObject);
            }
        };
        if i32::try_from(size).is_ok() { Ok(size) } else { Err(Refusal::TooLong) }
    }

    /// What lies at the path below a directory.
    fn find(&self, directory: Node, path: &str) -> Result<Node, Refusal> {
        if path.is_empty() {
            return if self.is_directory(directory)? {
                Ok(directory)
            } else {
                Err(Refusal::WrongObject)
            };
        }
        let (first, rest) = path::split_first(path);
        match directory {
            Node::Root if first == path::SCRATCH => {
                self.scratch.find(self.scratch.top(), rest).map(Node::Scratch)
            }
            Node::Root if first == path::PROCESSES => {
                self.table().map_err(|_| Refusal::NotFound)?;
                if rest.is_empty() { Ok(Node::Processes) } else { self.find(Node::Processes, rest) }
            }
            Node::Root => self.index.entry("", path).map(archive_node),
            Node::ArchiveDirectory(directory) => {
                let name = self.index.directory_name(directory).ok_or(Refusal::Stale)?;
                self.index.entry(name, path).map(archive_node)
            }
            Node::Scratch(id) => self.scratch.find(id, path).map(Node::Scratch),
            Node::Processes if path == "stat" => Ok(Node::Statistics),
            Node::Processes => {
                let actor = Node::Actor(process::find(self.table()?, first)?);
                if rest.is_empty() { Ok(actor) } else { self.find(actor, rest) }
            }
            Node::Actor(id) => {
                process::require_living(self.table()?, id)?;
                match path {
                    "status" => Ok(Node::Status(id)),
                    "caps" => Ok(Node::Held(id)),
                    _ => Err(Refusal::NotFound),
                }
            }
            Node::ArchiveFile(_) | Node::Statistics | Node::Status(_) | Node::Held(_) => {
                Err(Refusal::WrongObject)
            }
        }
    }

    /// Where in `/tmp` the path leads; nothing else can be changed.
    fn scratch_place<'a>(
        &self,
        directory: Node,
        path: &'a str,
    ) -> Result<(scratch::Id, &'a str), Refusal> {
        match directory {
            Node::Scratch(id) => Ok((id, path)),
            Node::Root => {
                let (first, rest) = path::split_first(path);
                let is_scratch = first == path::SCRATCH;
                if is_scratch { Ok((self.scratch.top(), rest)) } else { Err(Refusal::NoRight) }
            }
            other => Err(unchangeable_below(other)),
        }
    }

    /// Whether paths can begin here. What is no more is refused.
    fn is_directory(&self, node: Node) -> Result<bool, Refusal> {
        match node {
            Node::Root | Node::Processes => Ok(true),
            Node::ArchiveDirectory(directory) => {
                self.index.directory_name(directory).map(|_| true).ok_or(Refusal::Stale)
            }
            Node::Actor(id) => process::require_living(self.table()?, id).map(|()| true),
            Node::Scratch(id) => self.scratch.kind(id).map(|kind| kind == Kind::Directory),
            Node::ArchiveFile(_) | Node::Statistics | Node::Status(_) | Node::Held(_) => Ok(false),
        }
    }

    fn table(&self) -> Result<&T, Refusal> {
        self.processes.as_ref().ok_or(Refusal::NotAvailable)
    }
}

fn archive_node(entry: Entry) -> Node {
    match entry {
        Entry::File(index) => Node::ArchiveFile(index),
        Entry::Directory(directory) => Node::ArchiveDirectory(directory),
    }
}

/// Why a node outside `/tmp` cannot be written or published.
fn unchangeable(node: Node) -> Refusal {
    match node {
        Node::ArchiveFile(_) | Node::Statistics | Node::Status(_) | Node::Held(_) => {
            Refusal::NoRight
        }
        _ => Refusal::WrongObject,
    }
}

/// Why nothing can be made or removed below a node outside `/tmp`.
fn unchangeable_below(node: Node) -> Refusal {
    match node {
        Node::ArchiveFile(_) | Node::Statistics | Node::Status(_) | Node::Held(_) => {
            Refusal::WrongObject
        }
        _ => Refusal::NoRight,
    }
}

#[cfg(test)]
mod tests;
