//! Which files there are, in the order of their names.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::string::String;
use alloc::vec::Vec;

use crate::archive::Member;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) name: Box<str>,
    /// Where its contents begin in the ramdisk.
    pub(crate) offset: u32,
    /// Bytes it has.
    pub(crate) size: u32,
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

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// The files from this place on.
    pub(crate) fn files_from(&self, first: usize) -> impl Iterator<Item = &File> {
        self.files.iter().skip(first)
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.files.binary_search_by(|file| (*file.name).cmp(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
