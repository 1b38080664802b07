//! What lies below the directory: every path with what is there.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::record::Record;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Directory,
    File(Vec<Record>),
}

/// Paths, relative to the directory, with what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    nodes: BTreeMap<String, Node>,
}

impl Tree {
    pub(crate) fn put(&mut self, path: &str, node: Node) {
        self.nodes.insert(String::from(path), node);
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    pub(crate) fn remove(&mut self, path: &str) {
        self.nodes.remove(path);
    }

    /// The records of a file, if there is one.
    pub(crate) fn records(&self, path: &str) -> Option<&[Record]> {
        match self.get(path) {
            Some(Node::File(records)) => Some(records),
            _ => None,
        }
    }

    /// Moves what is at a path with all that is below it. A file that has the new path is replaced.
    pub(crate) fn rename(&mut self, path: &str, to: &str) {
        let below = format!("{path}/");
        let is_moved = |key: &str| key == path || key.starts_with(&below);
        let moved: Vec<String> = self.nodes.keys().filter(|key| is_moved(key)).cloned().collect();
        for key in moved {
            if let Some(node) = self.nodes.remove(&key) {
                self.nodes.insert(format!("{to}{}", &key[path.len()..]), node);
            }
        }
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &[Record])> {
        self.nodes.iter().filter_map(|(path, node)| match node {
            Node::File(records) => Some((path.as_str(), records.as_slice())),
            Node::Directory => None,
        })
    }

    pub(crate) fn directories(&self) -> impl Iterator<Item = &str> {
        let is_directory = |node: &Node| *node == Node::Directory;
        self.nodes.iter().filter(move |(_, node)| is_directory(node)).map(|(path, _)| path.as_str())
    }

    /// Whether a directory has something in it.
    pub(crate) fn is_used(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.nodes.keys().any(|key| key.starts_with(&below))
    }

    /// The latest version that is anywhere; numbers of directories are some, too.
    pub(crate) fn version_max(&self) -> u32 {
        let versions = self.files().flat_map(|(_, records)| records).map(|record| record.version);
        let numbers = self.directories().filter_map(number);
        versions.chain(numbers).max().unwrap_or(0)
    }

    /// What exists twice, at the path that was found second.
    pub(crate) fn doubled(&self) -> Option<&str> {
        let mut versions = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        let file = self
            .files()
            .find(|(_, records)| !records.iter().all(|record| versions.insert(record.version)));
        let directory = || self.directories().find(|path| !numbers.insert(number(path)));
        file.map(|(path, _)| path).or_else(directory)
    }

    /// A path at which another tree has something else.
    pub(crate) fn difference<'a>(&'a self, other: &'a Tree) -> Option<&'a str> {
        let differs = |path: &&String| self.nodes.get(*path) != other.nodes.get(*path);
        self.nodes.keys().chain(other.nodes.keys()).find(differs).map(String::as_str)
    }
}

/// The path of a name in a directory; the topmost directory is empty.
pub(crate) fn joined(directory: &str, name: &str) -> String {
    if directory.is_empty() { String::from(name) } else { format!("{directory}/{name}") }
}

/// The number that a directory keeps under each of its names: `a/d7b` has 7.
pub(crate) fn number(path: &str) -> Option<u32> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_prefix('d')?
        .trim_end_matches(|letter: char| letter.is_ascii_lowercase())
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u32) -> Node {
        Node::File([Record { version, len: 1 }].into())
    }

    #[test]
    fn a_directory_moves_with_all_that_is_below_it() {
        let mut tree = Tree::default();
        tree.put("d1a", Node::Directory);
        tree.put("d1a/f1", file(1));
        tree.put("d1ab", file(2));
        tree.rename("d1a", "d2a/d1c");
        assert_eq!(tree.get("d2a/d1c/f1"), Some(&file(1)));
        assert_eq!((tree.get("d1a"), tree.get("d1ab")), (None, Some(&file(2))));
    }

    #[test]
    fn nothing_exists_twice_unseen() {
        let mut tree = Tree::default();
        tree.put("d1a", Node::Directory);
        tree.put("d1a/f1", file(1));
        assert_eq!(tree.doubled(), None);
        tree.put("d1a/d1b", Node::Directory);
        assert_eq!(tree.doubled(), Some("d1a/d1b"), "a directory under two names");
        tree.put("f9", file(1));
        assert_eq!(tree.doubled(), Some("f9"), "a file under two names");
    }

    #[test]
    fn a_difference_has_its_path() {
        let mut tree = Tree::default();
        tree.put("f1", file(1));
        let mut other = tree.clone();
        assert_eq!(tree.difference(&other), None);
        other.put("f2", file(2));
        assert_eq!(tree.difference(&other), Some("f2"));
    }
}
