//! Where the files are: a directory of a file server, or memory of a test.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::capability::Owned;
use sdk::file::Files;
use sdk::memory::Memory;

/// Bytes that are copied from one memory to another at a time.
const PIECE: usize = 512;

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body<'a> {
    Bytes(&'a [u8]),
    /// The first so many bytes of memory.
    Granted(Memory, u32),
}

impl Body<'_> {
    pub(crate) fn len(self) -> usize {
        match self {
            Body::Bytes(bytes) => bytes.len(),
            Body::Granted(_, len) => len as usize,
        }
    }
}

/// Files by name. Every change is whole.
pub(crate) trait Drawer {
    fn size(&mut self, name: &str) -> Result<u32, Refusal>;
    /// Fills the buffer from `offset` on; answers how many bytes there were.
    fn read(&mut self, name: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal>;
    /// Makes or replaces a file with these bytes, one behind the other.
    fn write(&mut self, name: &str, head: &[u8], body: Body<'_>) -> Result<(), Refusal>;
    fn remove(&mut self, name: &str) -> Result<(), Refusal>;
    fn list(&mut self, each: &mut dyn FnMut(&str)) -> Result<(), Refusal>;
}

/// A directory of a file server.
#[derive(Debug)]
pub(crate) struct Folder {
    files: Files,
    path: String,
}

impl Folder {
    /// The first of these directories whose mount there is; it is made if it is missing. The second
    /// word is why it can hold nothing now, if so.
    pub(crate) fn open(mut files: Files, paths: [&str; 2]) -> (Folder, Option<Refusal>) {
        let mount = paths[0].split('/').next().unwrap_or_default();
        let has_first = files.status(mount).err() != Some(Refusal::NotFound);
        let path = paths[usize::from(!has_first)];
        let made = match files.make_directory(path) {
            Err(refusal) if refusal != Refusal::Exists => Some(refusal),
            _ => None,
        };
        (Folder { files, path: String::from(path) }, made)
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    fn full(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    fn put(&mut self, name: &str, head: &[u8], body: Body<'_>) -> Result<(), Refusal> {
        let path = self.full(name);
        match body {
            Body::Bytes(bytes) => {
                let mut whole = Vec::with_capacity(head.len() + bytes.len());
                whole.extend_from_slice(head);
                whole.extend_from_slice(bytes);
                self.files.write(&path, &whole)
            }
            Body::Granted(source, len) => {
                let size = head.len() as u32 + len;
                let whole = Owned::new(Memory::create(size)?.handle());
                let target = Memory::new(whole.handle());
                target.write(0, head)?;
                copy(source, target, head.len() as u32, len)?;
                self.files.write_granted(&path, target, size)
            }
        }
    }
}

impl Drawer for Folder {
    fn size(&mut self, name: &str) -> Result<u32, Refusal> {
        let path = self.full(name);
        let status = self.files.status(&path)?;
        if status.is_directory { Err(Refusal::WrongObject) } else { Ok(status.size) }
    }

    fn read(&mut self, name: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let path = self.full(name);
        self.files.read(&path, offset, buffer)
    }

    fn write(&mut self, name: &str, head: &[u8], body: Body<'_>) -> Result<(), Refusal> {
        match self.put(name, head, body) {
            // Somebody has taken the directory away, or made its mount new.
            Err(Refusal::NotFound) => {
                self.files.make_directory(&self.path)?;
                self.put(name, head, body)
            }
            other => other,
        }
    }

    fn remove(&mut self, name: &str) -> Result<(), Refusal> {
        let path = self.full(name);
        self.files.remove(&path)
    }

    fn list(&mut self, each: &mut dyn FnMut(&str)) -> Result<(), Refusal> {
        let tell = |entry: sdk::file::Entry<'_>| {
            if !entry.status.is_directory {
                each(entry.name);
            }
        };
        match self.files.list(&self.path, tell) {
            Ok(_) | Err(Refusal::NotFound) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }
}

/// Copies the first bytes of one memory to a place in another.
fn copy(source: Memory, target: Memory, at: u32, len: u32) -> Result<(), Refusal> {
    let mut piece = [0; PIECE];
    let mut done = 0;
    while done < len {
        let count = PIECE.min((len - done) as usize);
        source.read(done, &mut piece[..count])?;
        target.write(at + done, &piece[..count])?;
        done += count as u32;
    }
    Ok(())
}
