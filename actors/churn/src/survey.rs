//! Looks at everything below the directory, and believes nothing.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use sdk::Refusal;
use sdk::abi::bus::Status;

use crate::disk::Disk;
use crate::record;
use crate::record::Flaw;
use crate::record::Record;
use crate::tree::Node;
use crate::tree::Tree;
use crate::tree::joined;

/// No file is written that is longer than this, in bytes.
pub(crate) const FILE_MAX: u32 = 8 * 1024;

/// What is not as it has to be, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    path: String,
    why: String,
}

impl Broken {
    pub(crate) fn new(path: &str, why: impl Into<String>) -> Broken {
        Broken { path: String::from(path), why: why.into() }
    }

    pub(crate) fn refused(path: &str, refusal: Refusal) -> Broken {
        Broken::new(path, refusal.text())
    }

    pub(crate) fn flawed(path: &str, flaw: Flaw) -> Broken {
        Broken::new(path, format!("{} at byte {}", flaw.what, flaw.at))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BROKEN: {}: {}", self.path, self.why)
    }
}

/// All that is below a directory, which may be missing: then that is nothing. Each entry is there
/// once, is what the listing says, and can be read to its end; each file proves itself.
pub(crate) fn survey(disk: &mut impl Disk, top: &str) -> Result<Tree, Broken> {
    let mut tree = Tree::default();
    match disk.status(top) {
        Err(Refusal::NotFound) => return Ok(tree),
        Err(refusal) => return Err(Broken::refused(top, refusal)),
        Ok(status) if status.is_directory => (),
        Ok(_) => return Err(Broken::new(top, "it is a file")),
    }
    let mut waiting = Vec::from([String::new()]);
    while let Some(directory) = waiting.pop() {
        for (name, listed) in entries(disk, top, &directory)? {
            let path = joined(&directory, &name);
            let full = joined(top, &path);
            let status = disk.status(&full).map_err(|refusal| Broken::refused(&full, refusal))?;
            if status != listed {
                let why = format!("listed as {listed:?}, but it is {status:?}");
                return Err(Broken::new(&full, why));
            }
            let node = match status.is_directory {
                true => Node::Directory,
                false => Node::File(read(disk, &full, status.size)?),
            };
            if status.is_directory {
                waiting.push(path.clone());
            }
            tree.put(&path, node);
        }
    }
    match tree.doubled() {
        Some(path) => Err(Broken::new(&joined(top, path), "it exists twice")),
        None => Ok(tree),
    }
}

/// The entries of a directory, each once and in order.
fn entries(
    disk: &mut impl Disk,
    top: &str,
    directory: &str,
) -> Result<Vec<(String, Status)>, Broken> {
    let full = joined(top, directory);
    let full = full.trim_end_matches('/');
    let mut entries: Vec<(String, Status)> = Vec::new();
    let mut told = |name: &str, status: Status| entries.push((String::from(name), status));
    let total = disk.list(full, &mut told).map_err(|refusal| Broken::refused(full, refusal))?;
    if entries.len() as u32 != total {
        let why = format!("{} entries are told of {total}", entries.len());
        return Err(Broken::new(full, why));
    }
    if !entries.is_sorted_by(|one, next| one.0 < next.0) {
        return Err(Broken::new(full, "its entries are not in order, or one is there twice"));
    }
    Ok(entries)
}

/// What a file of this size is made of.
fn read(disk: &mut impl Disk, path: &str, size: u32) -> Result<Vec<Record>, Broken> {
    if FILE_MAX < size {
        return Err(Broken::new(path, format!("{size} bytes were never written")));
    }
    // One byte more, to see that it ends where it says.
    let mut bytes = alloc::vec![0; size as usize + 1];
    let count = disk.read(path, 0, &mut bytes).map_err(|refusal| Broken::refused(path, refusal))?;
    if count != size as usize {
        return Err(Broken::new(path, format!("{count} bytes can be read of {size}")));
    }
    record::read(&bytes[..count]).map_err(|flaw| Broken::flawed(path, flaw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shelf::Shelf;

    fn shelf() -> Shelf {
        let mut shelf = Shelf::new(64 * 1024);
        shelf.make_directory("top").unwrap();
        shelf.make_directory("top/d1a").unwrap();
        for (path, version) in [("top/f1", 1), ("top/d1a/f1", 2)] {
            let mut bytes = Vec::new();
            Record { version, len: 900 }.write(0, &mut bytes);
            shelf.write(path, &bytes).unwrap();
        }
        shelf
    }

    fn found(shelf: &mut Shelf) -> String {
        survey(shelf, "top").unwrap_err().to_string()
    }

    #[test]
    fn what_is_whole_is_found() {
        let tree = survey(&mut shelf(), "top").unwrap();
        assert_eq!((tree.files().count(), tree.directories().count()), (2, 1));
        assert_eq!(survey(&mut shelf(), "other"), Ok(Tree::default()), "nothing is nothing");
    }

    #[test]
    fn what_is_not_whole_is_told_with_its_path() {
        let mut damaged = shelf();
        damaged.write_at("top/d1a/f1", 500, b"x").unwrap();
        assert_eq!(found(&mut damaged), "BROKEN: top/d1a/f1: bytes of another version at byte 0");
        let mut cut = shelf();
        cut.truncate("top/f1", 700).unwrap();
        assert_eq!(found(&mut cut), "BROKEN: top/f1: half a record at byte 0");
        let mut doubled = shelf();
        doubled.copy("top/f1", "top/f2");
        assert_eq!(found(&mut doubled), "BROKEN: top/f2: it exists twice");
        let mut lying = shelf();
        lying.lie_of("top/f1");
        assert!(found(&mut lying).starts_with("BROKEN: top/f1: listed as Status"));
    }
}
