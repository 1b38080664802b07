//! What a file system is: a map from paths to bytes. And operations on it and on the real one.

use std::collections::BTreeMap;

use embedded_storage::nor_flash::NorFlash;
use littlefs::Error;
use littlefs::Filesystem;
use littlefs::Kind;
use proptest::prelude::*;

/// Every path with the bytes of the file, or `None` for a directory.
pub(crate) type Tree = BTreeMap<String, Option<Vec<u8>>>;

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Write(String, Vec<u8>),
    Append(String, Vec<u8>),
    Edit(String, u32, Vec<u8>),
    Truncate(String, u32),
    CreateDir(String),
    Remove(String),
    Rename(String, String),
}

/// Draws bytes: mostly few, sometimes more than a block.
fn bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![0..40usize, 0..300usize, 0..max];
    (length, any::<u8>()).prop_map(|(length, seed)| content(length, seed))
}

/// Bytes that differ from place to place and from seed to seed.
pub(crate) fn content(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|index| (index as u8).wrapping_mul(7) ^ (index >> 8) as u8 ^ seed).collect()
}

/// Draws a name; some are beginnings of others, some are long.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "ab", "abc", "c", "d"]).prop_map(str::to_owned),
        3 => (0..30u8).prop_map(|number| format!("file-{number:02}")),
        1 => (0..3usize).prop_map(|number| "long".repeat(10 + number)),
    ]
}

/// An operation before it is known what there is to be operated on.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    kind: u8,
    directory: usize,
    entry: usize,
    name: String,
    nonsense: Option<String>,
    offset: u32,
    bytes: Vec<u8>,
}

/// Draws an operation with at most so many bytes.
pub(crate) fn drawn(max: usize) -> impl Strategy<Value = Drawn> {
    let nonsense = prop::collection::vec(name(), 1..4).prop_map(|names| names.join("/"));
    let nonsense = prop::option::weighted(0.1, nonsense);
    let places = (0..30u8, any::<u16>(), any::<u16>(), name(), nonsense);
    (places, 0..max as u32, bytes(max)).prop_map(|(places, offset, bytes)| {
        let (kind, directory, entry, name, nonsense) = places;
        let (directory, entry) = (usize::from(directory), usize::from(entry));
        Drawn { kind, directory, entry, name, nonsense, offset, bytes }
    })
}

/// Draws an operation that makes, moves or removes a directory or a small file.
pub(crate) fn drawn_directories() -> impl Strategy<Value = Drawn> {
    let kinds = prop_oneof![2 => 0..8u8, 2 => 19..22u8, 1 => 22..25u8, 4 => 25..29u8];
    (kinds, drawn(60)).prop_map(|(kind, drawn)| Drawn { kind, nonsense: None, ..drawn })
}

impl Drawn {
    /// The operation in this tree. Most make sense there.
    pub(crate) fn of(&self, tree: &Tree) -> Operation {
        let is_shallow = |path: &&String| path.matches('/').count() < 3;
        let directories = tree.iter().filter(|(_, body)| body.is_none()).map(|(path, _)| path);
        let directories: Vec<&String> = directories.filter(is_shallow).collect();
        let new = match directories.get(self.directory % (directories.len() + 1)) {
            Some(directory) => format!("{directory}/{}", self.name),
            None => self.name.clone(),
        };
        let new = self.nonsense.clone().unwrap_or(new);
        let pick = |paths: Vec<&String>| {
            let index = self.entry.checked_rem(paths.len());
            index.map_or(new.clone(), |index| paths[index].clone())
        };
        let any = pick(tree.keys().collect());
        let file = pick(tree.keys().filter(|path| tree[*path].is_some()).collect());
        let bytes = self.bytes.clone();
        match self.kind {
            0..8 => Operation::Write(new, bytes),
            8..11 => Operation::Write(file, bytes),
            11..14 => Operation::Append(file, bytes),
            14..17 => Operation::Edit(file, self.offset, bytes),
            17..19 => Operation::Truncate(file, self.offset),
            19..22 => Operation::CreateDir(new),
            22..25 => Operation::Remove(any),
            25..29 => Operation::Rename(any, new),
            _ => Operation::Rename(new, any),
        }
    }
}

/// Does an operation to the model.
pub(crate) fn expect(tree: &mut Tree, operation: &Operation) -> Result<(), Error<()>> {
    match operation {
        Operation::Write(path, bytes) => {
            is_file_or_nothing(tree, path)?;
            tree.insert(path.clone(), Some(bytes.clone()));
        }
        Operation::Append(path, more) => {
            file(tree, path)?.extend(more);
        }
        Operation::Edit(path, offset, bytes) => {
            let old = file(tree, path)?;
            let end = *offset as usize + bytes.len();
            if !bytes.is_empty() {
                old.resize(old.len().max(end), 0);
                old[*offset as usize..end].copy_from_slice(bytes);
            }
        }
        Operation::Truncate(path, size) => file(tree, path)?.resize(*size as usize, 0),
        Operation::CreateDir(path) => {
            parent(tree, path)?;
            if tree.contains_key(path) {
                return Err(Error::Exists);
            }
            tree.insert(path.clone(), None);
        }
        Operation::Remove(path) => {
            parent(tree, path)?;
            match tree.get(path) {
                None => return Err(Error::NotFound),
                Some(None) if has_children(tree, path) => return Err(Error::NotEmpty),
                Some(_) => tree.remove(path),
            };
        }
        Operation::Rename(from, to) => rename(tree, from, to)?,
    }
    Ok(())
}

fn rename(tree: &mut Tree, from: &str, to: &str) -> Result<(), Error<()>> {
    parent(tree, from)?;
    let old = tree.get(from).ok_or(Error::NotFound)?.clone();
    if to.starts_with(&format!("{from}/")) {
        return Err(if old.is_none() { Error::Invalid } else { Error::NotADirectory });
    }
    parent(tree, to)?;
    match (&old, tree.get(to)) {
        (Some(_), Some(None)) => return Err(Error::IsADirectory),
        (None, Some(Some(_))) => return Err(Error::NotADirectory),
        (None, Some(None)) if from != to && has_children(tree, to) => return Err(Error::NotEmpty),
        _ => (),
    }
    let below = format!("{from}/");
    let is_moved = |path: &str| path == from || path.starts_with(&below);
    let moved: Vec<String> = tree.keys().filter(|path| is_moved(path)).cloned().collect();
    for path in moved {
        let body = tree.remove(&path).expect("it was listed");
        tree.insert(format!("{to}{}", &path[from.len()..]), body);
    }
    Ok(())
}

fn parent(tree: &Tree, path: &str) -> Result<(), Error<()>> {
    for (index, _) in path.match_indices('/') {
        match tree.get(&path[..index]) {
            None => return Err(Error::NotFound),
            Some(Some(_)) => return Err(Error::NotADirectory),
            Some(None) => (),
        }
    }
    Ok(())
}

fn is_file_or_nothing(tree: &Tree, path: &str) -> Result<(), Error<()>> {
    parent(tree, path)?;
    if tree.get(path) == Some(&None) { Err(Error::IsADirectory) } else { Ok(()) }
}

fn file<'a>(tree: &'a mut Tree, path: &str) -> Result<&'a mut Vec<u8>, Error<()>> {
    is_file_or_nothing(tree, path)?;
    tree.get_mut(path).and_then(Option::as_mut).ok_or(Error::NotFound)
}

fn has_children(tree: &Tree, path: &str) -> bool {
    let below = format!("{path}/");
    tree.keys().any(|other| other.starts_with(&below))
}

/// Does an operation to the file system.
pub(crate) fn perform<F: NorFlash>(
    files: &mut Filesystem<F>,
    operation: &Operation,
) -> Result<(), Error<F::Error>> {
    match operation {
        Operation::Write(path, bytes) => {
            let id = files.create(path)?;
            // In two parts, because writing goes on where it stopped.
            let (front, back) = bytes.split_at(bytes.len() / 3);
            let done = files.write(id, 0, front).and_then(|()| {
                files.write(id, front.len() as u32, back)?;
                files.commit(id)
            });
            files.close(id);
            done
        }
        Operation::Append(path, bytes) => change(files, path, |files, id| {
            let size = files.size(id);
            files.write(id, size, bytes)
        }),
        Operation::Edit(path, offset, bytes) => {
            change(files, path, |files, id| files.write(id, *offset, bytes))
        }
        Operation::Truncate(path, size) => {
            change(files, path, |files, id| files.truncate(id, *size))
        }
        Operation::CreateDir(path) => files.create_dir(path),
        Operation::Remove(path) => files.remove(path),
        Operation::Rename(from, to) => files.rename(from, to),
    }
}

fn change<F: NorFlash>(
    files: &mut Filesystem<F>,
    path: &str,
    act: impl FnOnce(&mut Filesystem<F>, littlefs::FileId) -> Result<(), Error<F::Error>>,
) -> Result<(), Error<F::Error>> {
    let id = files.edit(path)?;
    let done = act(files, id).and_then(|()| files.commit(id));
    files.close(id);
    done
}

/// Reads all that there is.
pub(crate) fn tree<F: NorFlash>(files: &mut Filesystem<F>) -> Result<Tree, Error<F::Error>> {
    let mut tree = Tree::new();
    let mut directories = vec![String::new()];
    while let Some(directory) = directories.pop() {
        let mut entries = Vec::new();
        files.list(&directory, 0, |name, metadata| {
            entries.push((name.to_owned(), metadata));
            true
        })?;
        for (name, metadata) in entries {
            let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
            assert_eq!(files.stat(&path)?, metadata, "{path}");
            match metadata.kind {
                Kind::Directory => {
                    directories.push(path.clone());
                    assert_eq!(tree.insert(path, None), None);
                }
                Kind::File => {
                    let bytes = read(files, &path)?;
                    assert_eq!(bytes.len(), metadata.size as usize);
                    assert_eq!(tree.insert(path, Some(bytes)), None);
                }
            }
        }
    }
    Ok(tree)
}

/// Reads a file in pieces that fit no block.
pub(crate) fn read<F: NorFlash>(
    files: &mut Filesystem<F>,
    path: &str,
) -> Result<Vec<u8>, Error<F::Error>> {
    let id = files.open(path)?;
    let mut bytes = Vec::new();
    let mut part = [0; 777];
    loop {
        let count = files.read(id, bytes.len() as u32, &mut part)?;
        bytes.extend_from_slice(&part[..count]);
        if count < part.len() {
            files.close(id);
            return Ok(bytes);
        }
    }
}

/// What differs, in few words.
pub(crate) fn difference(expected: &Tree, found: &Tree) -> String {
    let mut words = Vec::new();
    for path in expected.keys().chain(found.keys()) {
        let (left, right) = (expected.get(path), found.get(path));
        if left != right {
            let show = |body: Option<&Option<Vec<u8>>>| match body {
                None => "nothing".to_owned(),
                Some(None) => "a directory".to_owned(),
                Some(Some(bytes)) => format!("{} bytes", bytes.len()),
            };
            words.push(format!("{path}: {} became {}", show(left), show(right)));
        }
    }
    words.dedup();
    words.join("; ")
}
