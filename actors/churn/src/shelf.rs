//! Files of a test: a disk of so many bytes that can be made wrong on purpose.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::abi::bus::Status;
use sdk::file::Usage;

use crate::disk::Disk;
use crate::store::Store;

/// Files and directories (`None`) by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    nodes: BTreeMap<String, Option<Vec<u8>>>,
    size: usize,
    /// Of this one, listings tell another size.
    lie: Option<String>,
    /// How often each kind of change was made, in the order in which the trait has them.
    pub(crate) done: [u32; 8],
}

impl Shelf {
    pub(crate) fn new(size: usize) -> Shelf {
        Shelf { size, ..Shelf::default() }
    }

    pub(crate) fn copy(&mut self, path: &str, to: &str) {
        let node = self.nodes[path].clone();
        self.nodes.insert(to.into(), node);
    }

    pub(crate) fn lie_of(&mut self, path: &str) {
        self.lie = Some(path.into());
    }

    fn used(&self) -> usize {
        self.nodes.values().flatten().map(Vec::len).sum()
    }

    fn file(&self, path: &str) -> Result<&Vec<u8>, Refusal> {
        let node = self.nodes.get(path).ok_or(Refusal::NotFound)?;
        node.as_ref().ok_or(Refusal::WrongObject)
    }

    fn parent(&self, path: &str) -> Result<(), Refusal> {
        let Some((parent, _)) = path.rsplit_once('/') else { return Ok(()) };
        if parent.is_empty() {
            return Ok(());
        }
        self.nodes.get(parent).filter(|node| node.is_none()).map(drop).ok_or(Refusal::NotFound)
    }

    fn set(&mut self, kind: usize, path: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
        self.parent(path)?;
        let old = match self.nodes.get(path) {
            Some(None) => return Err(Refusal::WrongObject),
            Some(Some(old)) => old.len(),
            None => 0,
        };
        if self.size < self.used() - old + bytes.len() {
            return Err(Refusal::NoRoom);
        }
        self.nodes.insert(path.into(), Some(bytes));
        self.done[kind] += 1;
        Ok(())
    }
}

impl Disk for Shelf {
    fn status(&mut self, path: &str) -> Result<Status, Refusal> {
        let node = self.nodes.get(path).ok_or(Refusal::NotFound)?;
        let size = node.as_ref().map_or(0, Vec::len) as u32;
        Ok(Status { is_directory: node.is_none(), is_writable: true, size })
    }

    fn list(&mut self, path: &str, each: &mut dyn FnMut(&str, Status)) -> Result<u32, Refusal> {
        let below = std::format!("{path}/");
        let names = self.nodes.keys().filter_map(|key| key.strip_prefix(&below));
        let names: Vec<String> = names.filter(|it| !it.contains('/')).map(String::from).collect();
        for name in &names {
            let path = below.clone() + name;
            let mut status = self.status(&path)?;
            status.size += u32::from(self.lie == Some(path));
            each(name, status);
        }
        Ok(names.len() as u32)
    }

    fn read(&mut self, path: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let rest = self.file(path)?.get(offset as usize..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.set(0, path, bytes.into())
    }

    fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        if self.nodes.contains_key(path) {
            return Err(Refusal::Exists);
        }
        self.set(1, path, bytes.into())
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let mut whole = self.file(path).cloned().unwrap_or_default();
        whole.extend_from_slice(bytes);
        self.set(2, path, whole)
    }

    fn write_at(&mut self, path: &str, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
        let (mut whole, offset) = (self.file(path)?.clone(), offset as usize);
        whole.resize(whole.len().max(offset + bytes.len()), 0);
        whole[offset..offset + bytes.len()].copy_from_slice(bytes);
        self.set(3, path, whole)
    }

    fn truncate(&mut self, path: &str, len: u32) -> Result<(), Refusal> {
        let mut whole = self.file(path)?.clone();
        whole.resize(len as usize, 0);
        self.set(4, path, whole)
    }

    fn rename(&mut self, path: &str, to: &str) -> Result<(), Refusal> {
        self.parent(to)?;
        let below = std::format!("{path}/");
        if !self.nodes.contains_key(path) || to.starts_with(&below) {
            return Err(Refusal::NotFound);
        }
        let is_moved = |key: &str| key == path || key.starts_with(&below);
        let moved: Vec<String> = self.nodes.keys().filter(|key| is_moved(key)).cloned().collect();
        for key in moved {
            let node = self.nodes.remove(&key).flatten();
            self.nodes.insert(std::format!("{to}{}", &key[path.len()..]), node);
        }
        self.done[5] += 1;
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), Refusal> {
        let below = std::format!("{path}/");
        if self.nodes.keys().any(|key| key.starts_with(&below)) {
            return Err(Refusal::NotEmpty);
        }
        self.nodes.remove(path).ok_or(Refusal::NotFound)?;
        self.done[6] += 1;
        Ok(())
    }

    fn make_directory(&mut self, path: &str) -> Result<(), Refusal> {
        self.parent(path)?;
        if self.nodes.contains_key(path) {
            return Err(Refusal::Exists);
        }
        self.nodes.insert(path.into(), None);
        self.done[7] += 1;
        Ok(())
    }

    fn usage(&mut self, _: &str) -> Result<Usage, Refusal> {
        Ok(Usage { size: self.size as u32, used: self.used() as u32 })
    }
}

/// Values of a test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values(BTreeMap<String, Vec<u8>>);

impl Store for Values {
    fn put(&mut self, key: &str, value: &[u8]) -> Result<(), Refusal> {
        self.0.insert(key.into(), value.into());
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Result<(), Refusal> {
        self.0.remove(key).map(drop).ok_or(Refusal::NotFound)
    }

    fn get(&mut self, key: &str, buffer: &mut Vec<u8>) -> Result<(), Refusal> {
        buffer.extend_from_slice(self.0.get(key).ok_or(Refusal::NotFound)?);
        Ok(())
    }

    fn list(&mut self, prefix: &str, each: &mut dyn FnMut(&str)) -> Result<(), Refusal> {
        self.0.keys().filter(|key| key.starts_with(prefix)).for_each(|key| each(key));
        Ok(())
    }
}
