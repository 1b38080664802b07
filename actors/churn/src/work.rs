//! The workload: one change after the other, drawn from a seed, with a record of what each leaves.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;

use crate::disk::Disk;
use crate::random::Random;
use crate::record::HEADER_BYTES;
use crate::record::Record;
use crate::store::Store;
use crate::survey::Broken;
use crate::survey::FILE_MAX;
use crate::tree::Node;
use crate::tree::Tree;
use crate::tree::joined;
use crate::tree::number;

/// Most files, directories, records of a file and values that there are.
const FILES_MAX: usize = 24;
const DIRECTORIES_MAX: usize = 8;
const RECORDS_MAX: usize = 12;
const VALUES: u32 = 6;

/// Names of files in each directory.
const NAMES: u32 = 8;

/// Bytes of a pattern are fewer than these: half of the small ones, and so on.
const SIZES: [u32; 8] = [40, 200, 200, 200, 800, 1500, 1500, 6000];

/// Operations between two questions how much room there is.
const ROOM_PERIOD: u32 = 8;

/// Files, values, and what must be there.
pub(crate) struct Work<D, S> {
    pub(crate) disk: D,
    pub(crate) store: Option<S>,
    /// The directory below which all happens.
    pub(crate) top: String,
    /// What the keys of all values begin with.
    pub(crate) prefix: String,
    pub(crate) tree: Tree,
    pub(crate) values: Tree,
    random: Random,
    /// The version of the last record.
    version: u32,
    /// Operations until now.
    count: u32,
    /// Bytes that may still be added.
    room: u32,
    /// What was changed last.
    path: String,
    bytes: Vec<u8>,
}

impl<D: Disk, S: Store> Work<D, S> {
    pub(crate) fn new(disk: D, store: Option<S>, top: &str, prefix: &str, seed: u32) -> Work<D, S> {
        Work {
            disk,
            store,
            top: String::from(top),
            prefix: String::from(prefix),
            tree: Tree::default(),
            values: Tree::default(),
            random: Random::new(seed),
            version: 0,
            count: 0,
            room: 0,
            path: String::new(),
            bytes: Vec::new(),
        }
    }

    /// Begins with what there is; makes the directory if it is missing.
    pub(crate) fn begin(&mut self) -> Result<(), Broken> {
        self.version = self.tree.version_max().max(self.values.version_max());
        let top = self.top.as_str();
        let ends = top.match_indices('/').map(|(at, _)| at).chain([top.len()]);
        for path in ends.map(|end| &top[..end]).filter(|path| !path.is_empty()) {
            let made = match self.disk.status(path) {
                Err(Refusal::NotFound) => self.disk.make_directory(path),
                other => other.map(drop),
            };
            made.map_err(|refusal| Broken::refused(path, refusal))?;
        }
        Ok(())
    }

    /// That what was found is what has been left.
    pub(crate) fn compare(&self, tree: &Tree, values: &Tree) -> Result<(), Broken> {
        let path = tree.difference(&self.tree).map(|path| joined(&self.top, path));
        match path.as_deref().or_else(|| values.difference(&self.values)) {
            Some(path) => Err(Broken::new(path, "it is not what was left there")),
            None => Ok(()),
        }
    }

    /// Does one operation. Answers whether there was room for it; what else is refused is wrong.
    pub(crate) fn step(&mut self) -> Result<bool, Broken> {
        if self.count.is_multiple_of(ROOM_PERIOD) {
            self.path.clone_from(&self.top);
            let usage = self.disk.usage(&self.top);
            let usage = usage.map_err(|refusal| Broken::refused(&self.top, refusal))?;
            self.room = (usage.size / 3).saturating_sub(usage.used);
        }
        self.count += 1;
        match self.operate() {
            Ok(()) => Ok(true),
            Err(Refusal::NoRoom | Refusal::Quota) => Ok(false),
            Err(refusal) => Err(Broken::refused(&self.path, refusal)),
        }
    }

    fn operate(&mut self) -> Result<(), Refusal> {
        match self.random.below(32) {
            0..=4 => self.create(),
            5..=8 => self.overwrite(),
            9..=13 => self.append(),
            14..=16 => self.write_within(),
            17..=18 => self.truncate(),
            19..=22 => self.rename_file(),
            23..=24 => self.rename_directory(),
            25 => self.delete(),
            26..=27 => self.make_directory(),
            28 => self.remove_directory(),
            29..=30 => self.put(),
            _ => self.take(),
        }
    }

    fn create(&mut self) -> Result<(), Refusal> {
        let (path, record) = (self.some_name(), self.some_record());
        let is_there = self.tree.get(&path).is_some();
        if FILES_MAX <= self.tree.files().count() || !self.takes(record) {
            return self.delete();
        }
        record.write(0, &mut self.bytes);
        self.path = joined(&self.top, &path);
        match self.disk.write_new(&self.path, &self.bytes) {
            Err(Refusal::Exists) if is_there => return Ok(()),
            Ok(()) if is_there => return Err(Refusal::Exists),
            other => other?,
        }
        self.tree.put(&path, Node::File([record].into()));
        Ok(())
    }

    fn overwrite(&mut self) -> Result<(), Refusal> {
        let record = self.some_record();
        let Some(path) = self.some_file() else { return self.create() };
        if !self.takes(record) {
            return self.delete();
        }
        record.write(0, &mut self.bytes);
        self.path = joined(&self.top, &path);
        self.disk.write(&self.path, &self.bytes)?;
        self.tree.put(&path, Node::File([record].into()));
        Ok(())
    }

    /// Adds a record to a file, which is made if it is not there.
    fn append(&mut self) -> Result<(), Refusal> {
        let record = self.some_record();
        let is_new = self.random.below(4) == 0 && self.tree.files().count() < FILES_MAX;
        let path = if is_new { Some(self.some_name()) } else { self.some_file() };
        let Some(path) = path else { return self.create() };
        let mut records = Vec::from(self.tree.records(&path).unwrap_or_default());
        let size = records.iter().map(|record| record.size()).sum::<u32>() + record.size();
        if !self.takes(record) || FILE_MAX < size || records.len() == RECORDS_MAX {
            return self.truncate_file(&path);
        }
        record.write(records.last().map_or(0, |last| last.version), &mut self.bytes);
        self.path = joined(&self.top, &path);
        self.disk.append(&self.path, &self.bytes)?;
        records.push(record);
        self.tree.put(&path, Node::File(records));
        Ok(())
    }

    /// Writes another record over one of as many bytes, and the header of the next one, which names
    /// it. The last record may become longer.
    fn write_within(&mut self) -> Result<(), Refusal> {
        let mut record = self.some_record();
        let Some(path) = self.some_file() else { return self.create() };
        let mut records = Vec::from(self.tree.records(&path).unwrap_or_default());
        if records.is_empty() || !self.takes(record) {
            return self.delete();
        }
        let index = self.random.index(records.len());
        let before = &records[..index];
        let offset: u32 = before.iter().map(|record| record.size()).sum();
        let is_last = index + 1 == records.len();
        let can_grow = is_last && offset + record.size() <= FILE_MAX;
        let len = records[index].len;
        record.len = if can_grow { len.max(record.len) } else { len };
        record.write(before.last().map_or(0, |last| last.version), &mut self.bytes);
        if let Some(next) = records.get(index + 1) {
            self.bytes.extend_from_slice(&next.header(record.version));
            debug_assert_eq!(self.bytes.len(), record.size() as usize + HEADER_BYTES);
        }
        self.path = joined(&self.top, &path);
        self.disk.write_at(&self.path, offset, &self.bytes)?;
        records[index] = record;
        self.tree.put(&path, Node::File(records));
        Ok(())
    }

    fn truncate(&mut self) -> Result<(), Refusal> {
        match self.some_file() {
            Some(path) => self.truncate_file(&path),
            None => self.create(),
        }
    }

    /// Cuts a file off behind one of its records, or before the first.
    fn truncate_file(&mut self, path: &str) -> Result<(), Refusal> {
        let Some(records) = self.tree.records(path) else { return Ok(()) };
        let mut records = Vec::from(records);
        records.truncate(self.random.index(records.len() + 1));
        self.path = joined(&self.top, path);
        let size = records.iter().map(|record| record.size()).sum();
        self.disk.truncate(&self.path, size)?;
        self.tree.put(path, Node::File(records));
        Ok(())
    }

    fn rename_file(&mut self) -> Result<(), Refusal> {
        let Some(path) = self.some_file() else { return self.create() };
        let to = self.some_name();
        if to == path { self.delete_file(&path) } else { self.rename(&path, &to) }
    }

    /// Gives a directory another name, often in another directory, but not in itself.
    fn rename_directory(&mut self) -> Result<(), Refusal> {
        let Some(path) = self.some_directory() else { return self.make_directory() };
        let Some(number) = number(&path) else { return Err(Refusal::Invalid) };
        let parent = self.some_directory().unwrap_or_default();
        let is_inside = parent == path || parent.starts_with(&format!("{path}/"));
        let parent = if is_inside { String::new() } else { parent };
        let letter = char::from(b'a' + self.random.below(26) as u8);
        let to = joined(&parent, &format!("d{number}{letter}"));
        if to == path { Ok(()) } else { self.rename(&path, &to) }
    }

    fn rename(&mut self, path: &str, to: &str) -> Result<(), Refusal> {
        self.path = joined(&self.top, path);
        self.disk.rename(&self.path, &joined(&self.top, to))?;
        self.tree.rename(path, to);
        Ok(())
    }

    fn delete(&mut self) -> Result<(), Refusal> {
        match self.some_file() {
            Some(path) => self.delete_file(&path),
            None => self.make_directory(),
        }
    }

    fn delete_file(&mut self, path: &str) -> Result<(), Refusal> {
        self.path = joined(&self.top, path);
        self.disk.remove(&self.path)?;
        self.tree.remove(path);
        Ok(())
    }

    fn make_directory(&mut self) -> Result<(), Refusal> {
        if DIRECTORIES_MAX <= self.tree.directories().count() {
            return self.remove_directory();
        }
        let parent = self.some_directory().unwrap_or_default();
        self.version += 1;
        let path = joined(&parent, &format!("d{}a", self.version));
        self.path = joined(&self.top, &path);
        self.disk.make_directory(&self.path)?;
        self.tree.put(&path, Node::Directory);
        Ok(())
    }

    /// Removes a directory; one that has something in it must be refused.
    fn remove_directory(&mut self) -> Result<(), Refusal> {
        let Some(path) = self.some_directory() else { return Ok(()) };
        self.path = joined(&self.top, &path);
        match self.disk.remove(&self.path) {
            Err(Refusal::NotEmpty) if self.tree.is_used(&path) => return Ok(()),
            Ok(()) if self.tree.is_used(&path) => return Err(Refusal::NotEmpty),
            other => other?,
        }
        self.tree.remove(&path);
        Ok(())
    }

    /// Puts a value.
    fn put(&mut self) -> Result<(), Refusal> {
        let record = self.some_record();
        let takes = self.takes(record);
        let Some(store) = &mut self.store else { return self.overwrite() };
        if !takes {
            return self.take();
        }
        record.write(0, &mut self.bytes);
        self.path = format!("{}{}", self.prefix, self.random.below(VALUES));
        store.put(&self.path, &self.bytes)?;
        self.values.put(&self.path, Node::File([record].into()));
        Ok(())
    }

    /// Deletes a value.
    fn take(&mut self) -> Result<(), Refusal> {
        let Some(store) = &mut self.store else { return self.delete() };
        self.path = format!("{}{}", self.prefix, self.random.below(VALUES));
        let is_there = self.values.get(&self.path).is_some();
        match store.delete(&self.path) {
            Err(Refusal::NotFound) if !is_there => return Ok(()),
            other => other?,
        }
        self.values.remove(&self.path);
        Ok(())
    }

    /// Whether there is room for a record; then there is less.
    fn takes(&mut self, record: Record) -> bool {
        self.bytes.clear();
        let rest = self.room.checked_sub(record.size());
        self.room = rest.unwrap_or(self.room);
        rest.is_some()
    }

    fn some_record(&mut self) -> Record {
        self.version += 1;
        let end = SIZES[self.random.index(SIZES.len())];
        Record { version: self.version, len: self.random.below(end) }
    }

    fn some_file(&mut self) -> Option<String> {
        let count = self.tree.files().count();
        let index = self.random.index(count.max(1));
        self.tree.files().nth(index).map(|(path, _)| String::from(path))
    }

    /// One of the directories below the topmost.
    fn some_directory(&mut self) -> Option<String> {
        let count = self.tree.directories().count();
        let index = self.random.index(count.max(1));
        self.tree.directories().nth(index).map(String::from)
    }

    /// A path for a file, at which there may be one.
    fn some_name(&mut self) -> String {
        let is_below = self.random.below(4) != 0;
        let directory = if is_below { self.some_directory() } else { None };
        joined(&directory.unwrap_or_default(), &format!("f{}", self.random.below(NAMES)))
    }
}

#[cfg(test)]
mod tests;
