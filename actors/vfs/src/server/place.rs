//! What lies at which path, what it is, and what is in it.

use alloc::format;
use alloc::string::String;
use sdk::Refusal;
use sdk::abi::bus::Status;

use crate::archive::Source;
use crate::index::Entry;
use crate::mount::Area;
use crate::mount::Mount;
use crate::mount::TABLE;
use crate::mount::area;
use crate::node::Node;
use crate::path;
use crate::process;
use crate::process::Table;
use crate::server::Server;
use crate::server::whole;
use crate::volume::Each;
use crate::volume::Kind;
use crate::watch::Listener;

impl<S: Source, T: Table, L: Listener> Server<S, T, L> {
    /// Fills the buffer from `offset` on. Answers how many bytes there were.
    pub(super) fn read(
        &mut self,
        node: Node,
        offset: u32,
        buffer: &mut [u8],
    ) -> Result<usize, Refusal> {
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
            Node::Volume(mount, id) => self.volume(mount)?.read_from(id, offset, buffer),
            Node::Statistics => process::read_statistics(self.table()?, offset, buffer),
            Node::Status(id) => process::read_status(self.table()?, id, offset, buffer),
            Node::Held(id) => process::read_held(self.table()?, id, offset, buffer),
            Node::Nothing => Ok(0),
            _ => Err(Refusal::WrongObject),
        }
    }

    /// Bytes of a file. A status cannot say more than 31 bits.
    pub(super) fn size(&mut self, node: Node) -> Result<u32, Refusal> {
        let size = match node {
            Node::ArchiveFile(index) => self.index.file(index).ok_or(Refusal::Stale)?.size,
            Node::Volume(mount, id) => self.volume(mount)?.size_of(id)?,
            Node::Statistics => process::statistics_size(self.table()?)?,
            Node::Status(id) => process::status_size(self.table()?, id)?,
            Node::Held(id) => process::held_size(self.table()?, id)?,
            Node::Nothing | Node::Terminal => 0,
            _ => return Err(Refusal::WrongObject),
        };
        if i32::try_from(size).is_ok() { Ok(size) } else { Err(Refusal::TooLong) }
    }

    /// What lies at the path below a directory.
    pub(super) fn find(&mut self, directory: Node, path: &str) -> Result<Node, Refusal> {
        if path.is_empty() {
            let is_directory = self.is_directory(directory)?;
            return if is_directory { Ok(directory) } else { Err(Refusal::WrongObject) };
        }
        let (first, rest) = path::split_first(path);
        match directory {
            Node::Root => self.find_from_root(path),
            Node::ArchiveDirectory(directory) => {
                let name = self.index.directory_name(directory).ok_or(Refusal::Stale)?;
                self.index.entry(name, path).map(archive_node)
            }
            Node::Volume(mount, id) => {
                self.volume(mount)?.find(id, path).map(|id| Node::Volume(mount, id))
            }
            Node::Devices if path == "null" => Ok(Node::Nothing),
            Node::Devices if path == "tty1" && self.has_terminal => Ok(Node::Terminal),
            Node::Devices => Err(Refusal::NotFound),
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
            _ => Err(Refusal::WrongObject),
        }
    }

    fn find_from_root(&mut self, path: &str) -> Result<Node, Refusal> {
        let path = self.resolved(path);
        let (area, rest) = area(&path);
        let mount = match area {
            Area::Archive => return self.index.entry("", &path).map(archive_node),
            Area::Devices => Node::Devices,
            Area::Processes => {
                self.table().map_err(|_| Refusal::NotFound)?;
                Node::Processes
            }
            Area::Volume(mount) => Node::Volume(mount, self.volume(mount)?.top()),
        };
        if rest.is_empty() { Ok(mount) } else { self.find(mount, rest) }
    }

    /// Whether paths can begin here. What is no more is refused.
    pub(super) fn is_directory(&mut self, node: Node) -> Result<bool, Refusal> {
        match node {
            Node::Root | Node::Processes | Node::Devices => Ok(true),
            Node::ArchiveDirectory(directory) => {
                self.index.directory_name(directory).map(|_| true).ok_or(Refusal::Stale)
            }
            Node::Actor(id) => process::require_living(self.table()?, id).map(|()| true),
            Node::Volume(mount, id) => {
                self.volume(mount)?.kind(id).map(|kind| kind == Kind::Directory)
            }
            _ => Ok(false),
        }
    }

    /// The path of a directory, from the root on.
    pub(super) fn directory_path(&mut self, node: Node) -> Result<String, Refusal> {
        match node {
            Node::Root => Ok(String::new()),
            Node::ArchiveDirectory(directory) => {
                self.index.directory_name(directory).map(String::from).ok_or(Refusal::Stale)
            }
            Node::Volume(mount, id) if self.is_directory(node)? => {
                self.volume(mount)?.path_of(id).map(|path| whole(mount, &path))
            }
            Node::Devices => Ok(String::from("dev")),
            Node::Processes => Ok(String::from("proc")),
            Node::Actor(id) => {
                process::require_living(self.table()?, id)?;
                Ok(format!("proc/{id}"))
            }
            _ => Err(Refusal::WrongObject),
        }
    }

    /// What a node outside the volumes is.
    pub(super) fn status(&mut self, node: Node) -> Result<Status, Refusal> {
        let is_directory = self.is_directory(node)?;
        let is_writable = matches!(node, Node::Nothing | Node::Terminal);
        let size = if is_directory { 0 } else { self.size(node)? };
        Ok(Status { is_directory, is_writable, size })
    }

    /// Tells the entries of a directory outside the volumes, from the `first` on, as long as they
    /// are wanted. Answers how many there are in all.
    pub(super) fn list(
        &mut self,
        node: Node,
        first: usize,
        each: &mut Each<'_>,
    ) -> Result<usize, Refusal> {
        let mut page = Page { first, count: 0, is_over: false, each };
        match node {
            Node::Root => self.list_root(&mut page)?,
            Node::ArchiveDirectory(directory) => {
                let name = self.index.directory_name(directory).ok_or(Refusal::Stale)?;
                self.index.each_in(name, |name, file| {
                    page.tell(name, archived(file.map(|file| file.size)));
                });
            }
            Node::Devices => {
                page.tell("null", DEVICE);
                if self.has_terminal {
                    page.tell("tty1", DEVICE);
                }
            }
            Node::Processes => {
                let table = self.table()?;
                let mut index = 0;
                while let Some(record) = table.record(index)? {
                    page.tell(&format!("{}", record.id), archived(None));
                    index += 1;
                }
                page.tell("stat", archived(Some(process::statistics_size(table)?)));
            }
            Node::Actor(id) => {
                let table = self.table()?;
                page.tell("caps", archived(Some(process::held_size(table, id)?)));
                page.tell("status", archived(Some(process::status_size(table, id)?)));
            }
            _ => return Err(Refusal::WrongObject),
        }
        Ok(page.count)
    }

    /// The mounts lie between the names of the ramdisk.
    fn list_root(&mut self, page: &mut Page<'_, '_>) -> Result<(), Refusal> {
        let home = self
            .home
            .as_deref_mut()
            .map(|home| home.status("").is_ok_and(|status| status.is_writable));
        let mut mounts = TABLE.iter().filter_map(|(name, area)| {
            let is_writable = match area {
                Area::Archive => return None,
                Area::Devices => false,
                Area::Processes => self.processes.as_ref().map(|_| false)?,
                Area::Volume(Mount::Scratch) => true,
                Area::Volume(Mount::Home) => home?,
            };
            Some((*name, Status { is_directory: true, is_writable, size: 0 }))
        });
        let mut next = mounts.next();
        self.index.each_in("", |name, file| {
            while let Some((mount, status)) = next.filter(|(mount, _)| *mount < name) {
                page.tell(mount, status);
                next = mounts.next();
            }
            page.tell(name, archived(file.map(|file| file.size)));
        });
        while let Some((mount, status)) = next {
            page.tell(mount, status);
            next = mounts.next();
        }
        Ok(())
    }
}

/// What is told of the devices.
const DEVICE: Status = Status { is_directory: false, is_writable: true, size: 0 };

/// What is told of the ramdisk's files, and of its directories, which have no size.
fn archived(size: Option<u32>) -> Status {
    Status { is_directory: size.is_none(), is_writable: false, size: size.unwrap_or(0) }
}

/// A part of a listing.
struct Page<'a, 'b> {
    first: usize,
    count: usize,
    is_over: bool,
    each: &'a mut Each<'b>,
}

impl Page<'_, '_> {
    fn tell(&mut self, name: &str, status: Status) {
        let is_wanted = self.first <= self.count && !self.is_over;
        self.count += 1;
        self.is_over |= is_wanted && !(self.each)(name, status);
    }
}

fn archive_node(entry: Entry) -> Node {
    match entry {
        Entry::File(index) => Node::ArchiveFile(index),
        Entry::Directory(directory) => Node::ArchiveDirectory(directory),
    }
}
