//! Which files there are, in the order of their names.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use sdk::Refusal;

use crate::archive::Member;
use crate::path::split_first;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) name: Box<str>,
    /// Where its contents begin in the ramdisk.
    pub(crate) offset: u32,
    /// Bytes it has.
    pub(crate) size: u32,
}

/// A directory: a name of a file, up to some slash in it. The index never changes once it is made,
/// so this is the same directory for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    /// The place of the first file below it.
    pub(crate) first: u32,
    /// Bytes of the name before the slash.
    pub(crate) len: u16,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The file at this place.
    File(u32),
    /// A directory.
    Directory(Directory),
}

/// The files, sorted by name, each name once.
#[derive(Debug, Default)]
pub(crate) struct Index {
    files: Vec<File>,
}

impl Index {
    /// Adds a file. One of the same name gives way, as it does when an archive is unpacked. When
    /// memory is short the index stays as it was.
    pub(crate) fn insert(&mut self, member: Member<'_>) -> Result<(), TryReserveError> {
        let Member { name, offset, size } = member;
        match self.place(name) {
            Ok(place) => {
                let file = &mut self.files[place];
                (file.offset, file.size) = (offset, size);
            }
            Err(place) => {
                let mut owned = String::new();
                owned.try_reserve_exact(name.len())?;
                owned.push_str(name);
                self.files.try_reserve(1).or_else(|_| self.files.try_reserve_exact(1))?;
                self.files.insert(place, File { name: owned.into_boxed_str(), offset, size });
            }
        }
        Ok(())
    }

    /// The file of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&File> {
        self.place(name).ok().map(|place| &self.files[place])
    }

    /// The file at this place.
    pub(crate) fn file(&self, place: u32) -> Option<&File> {
        self.files.get(place as usize)
    }

    /// The name of a directory, without a slash at its end.
    pub(crate) fn directory_name(&self, directory: Directory) -> Option<&str> {
        let (name, rest) =
            self.file(directory.first)?.name.split_at_checked(directory.len.into())?;
        rest.starts_with('/').then_some(name)
    }

    /// What lies at this path below the directory of this name; the empty name is all files. A file
    /// hides a directory of its name.
    pub(crate) fn entry(&self, directory: &str, path: &str) -> Result<Entry, Refusal> {
        let slash = if directory.is_empty() { "" } else { "/" };
        let parts = [directory, slash, path];
        if let Ok(place) = self.files.binary_search_by(|file| compare(&file.name, &parts, "")) {
            // There are fewer files than bytes of memory.
            return Ok(Entry::File(place as u32));
        }
        let place =
            self.files.partition_point(|file| compare(&file.name, &parts, "/") == Ordering::Less);
        let len = parts.iter().map(|part| part.len()).sum::<usize>();
        let first = self.files.get(place).ok_or(Refusal::NotFound)?;
        let (name, rest) = first.name.split_at_checked(len).ok_or(Refusal::NotFound)?;
        if !rest.starts_with('/') || compare(name, &parts, "") != Ordering::Equal {
            return Err(Refusal::NotFound);
        }
        let len = u16::try_from(len).map_err(|_| Refusal::TooLong)?;
        Ok(Entry::Directory(Directory { first: place as u32, len }))
    }

    /// Tells what is directly in the directory of this name, a directory as `None`.
    pub(crate) fn each_in<'a>(
        &'a self,
        directory: &str,
        mut each: impl FnMut(&'a str, Option<&File>),
    ) {
        let slash = if directory.is_empty() { "" } else { "/" };
        let parts = [directory, slash, ""];
        let first =
            self.files.partition_point(|file| compare(&file.name, &parts, "") == Ordering::Less);
        let begin = directory.len() + slash.len();
        let mut last = "";
        for file in &self.files[first..] {
            let Some((front, rest)) = file.name.split_at_checked(begin) else { break };
            if compare(front, &parts, "") != Ordering::Equal {
                break;
            }
            let (name, below) = split_first(rest);
            if name != last {
                each(name, Some(file).filter(|_| below.is_empty()));
            }
            last = name;
        }
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// The files from this place on.
    pub(crate) fn files_from(&self, first: usize) -> impl Iterator<Item = &File> {
        self.files.iter().skip(first)
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.files.binary_search_by(|file| compare(&file.name, &[name, "", ""], ""))
    }
}

/// How a name stands to the parts and the end, as if they were written as one. A slash comes before
/// everything else, so that what is in a directory comes in the order of its names.
fn compare(name: &str, parts: &[&str; 3], end: &str) -> Ordering {
    let whole = parts.iter().flat_map(|part| part.bytes()).chain(end.bytes());
    name.bytes().map(rank).cmp(whole.map(rank))
}

fn rank(byte: u8) -> u8 {
    if byte == b'/' { 0 } else { byte }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(names: &[&str]) -> Index {
        let mut index = Index::default();
        for name in names {
            index.insert(Member { name, offset: 0, size: 0 }).unwrap();
        }
        index
    }

    #[test]
    fn directories_are_what_names_have_before_a_slash() {
        let index = index(&["a/b/c", "a/b/d", "a/b-", "a.txt", "é/x"]);
        for (directory, path) in [("", "a/b"), ("a", "b")] {
            let Ok(Entry::Directory(found)) = index.entry(directory, path) else {
                panic!("{directory} {path}")
            };
            assert_eq!(index.directory_name(found), Some("a/b"));
        }
        let Ok(Entry::File(place)) = index.entry("a/b", "d") else { panic!("a/b/d") };
        assert_eq!(&*index.file(place).unwrap().name, "a/b/d");
        for (directory, path) in [("", "a/b/"), ("", "b"), ("a", "c"), ("a/b", "c/d"), ("", "z")] {
            assert_eq!(index.entry(directory, path), Err(Refusal::NotFound), "{directory} {path}");
        }
    }

    #[test]
    fn every_directory_of_every_name_is_found_unless_a_file_hides_it() {
        let names = ["a", "a!b", "a/b", "a/b!", "a/b/c", "a0", "b/b/b/b", "x"];
        let index = index(&names);
        for name in names {
            let file = index.entry("", name).unwrap();
            assert!(matches!(file, Entry::File(at) if *index.file(at).unwrap().name == *name));
            for (end, _) in name.match_indices('/') {
                let prefix = &name[..end];
                match index.entry("", prefix) {
                    Ok(Entry::File(_)) => assert!(names.contains(&prefix), "{prefix}"),
                    Ok(Entry::Directory(found)) => {
                        assert_eq!(index.directory_name(found), Some(prefix));
                    }
                    Err(refusal) => panic!("{prefix}: {refusal}"),
                }
            }
        }
    }

    #[test]
    fn a_directory_tells_each_name_in_it_once_and_in_order() {
        let index = index(&["a/b/c", "a/b/d", "a/b-", "a!", "a/z", "b", "b/hidden"]);
        let listed = |directory: &str| {
            let mut names = Vec::new();
            index.each_in(directory, |name, file| names.push((name.to_string(), file.is_some())));
            names
        };
        let wanted = |names: &[(&str, bool)]| -> Vec<(String, bool)> {
            names.iter().map(|(name, is_file)| (name.to_string(), *is_file)).collect()
        };
        assert_eq!(listed(""), wanted(&[("a", false), ("a!", true), ("b", true)]));
        assert_eq!(listed("a"), wanted(&[("b", false), ("b-", true), ("z", true)]));
        assert_eq!(listed("a/b"), wanted(&[("c", true), ("d", true)]));
        assert_eq!(listed("x"), []);
    }

    #[test]
    fn a_made_up_directory_has_no_name() {
        let index = index(&["a/b", "é/x"]);
        for directory in [(0, 0), (0, 2), (0, 9), (1, 1), (2, 1)] {
            let (first, len) = directory;
            assert_eq!(index.directory_name(Directory { first, len }), None, "{directory:?}");
        }
    }

    #[test]
    fn files_are_sorted_and_the_last_of_a_name_counts() {
        let mut index = Index::default();
        for (name, offset) in [("b", 1), ("a", 2), ("b", 3)] {
            index.insert(Member { name, offset, size: 9 }).unwrap();
        }
        let names: Vec<&str> = index.files_from(0).map(|file| &*file.name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(index.find("b").map(|file| file.offset), Some(3));
        assert_eq!((index.find("c"), index.files_from(7).count()), (None, 0));
    }
}
