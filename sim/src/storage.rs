//! What lies on a flash, read from outside: the bytes of a partition become the files in it, without
//! a board, an actor or time.

use std::collections::BTreeMap;
use std::fmt::Write;

use embedded_storage::nor_flash::ErrorType;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::NorFlashError;
use embedded_storage::nor_flash::NorFlashErrorKind;
use embedded_storage::nor_flash::ReadNorFlash;
use indexmap::IndexMap;
use littlefs::Config;
use littlefs::Error;
use littlefs::Filesystem;
use littlefs::Kind;

/// Directories in directories that are looked into.
const DEPTH_MAX: usize = 32;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A directory.
    Directory,
    /// A file with these bytes.
    File(Vec<u8>),
}

/// Everything in a partition by its path, without a slash in front.
pub type Tree = BTreeMap<String, Item>;

/// Bytes that are only looked at.
struct Image<'a>(&'a [u8]);

/// Nothing can be changed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed;

/// All that a partition holds, as it would be after the next mount.
pub fn tree(partition: &[u8]) -> Result<Tree, String> {
    let image = Image(partition);
    let config = Config::of(&image);
    let mounted = Filesystem::mount_read_only(image, config);
    let mut files = mounted.map_err(|(_, error)| in_words("mounting", error))?;
    let mut tree = Tree::new();
    let mut open = vec![(String::new(), 0)];
    while let Some((directory, depth)) = open.pop() {
        if DEPTH_MAX < depth {
            return Err(format!("{directory}: more than {DEPTH_MAX} directories deep"));
        }
        let mut found = Vec::new();
        let listed = files.list(&directory, 0, |name, metadata| {
            found.push((name.to_owned(), metadata));
            true
        });
        listed.map_err(|error| in_words(&format!("listing /{directory}"), error))?;
        for (name, metadata) in found {
            let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
            let stat = files.stat(&path).map_err(|error| in_words(&format!("/{path}"), error))?;
            if stat != metadata {
                return Err(format!("/{path} is listed as {metadata:?} and is {stat:?}"));
            }
            let item = match metadata.kind {
                Kind::Directory => {
                    open.push((path.clone(), depth + 1));
                    Item::Directory
                }
                Kind::File => {
                    let read = contents(&mut files, &path, metadata.size);
                    Item::File(read.map_err(|error| in_words(&format!("/{path}"), error))?)
                }
            };
            if tree.insert(path.clone(), item).is_some() {
                return Err(format!("/{path} is listed twice"));
            }
        }
    }
    Ok(tree)
}

/// What lies on one of these parts of a flash.
pub fn files(
    flash: &[u8],
    partitions: &IndexMap<String, (u32, u32)>,
    name: &str,
) -> Result<Tree, String> {
    let (first, len) = *partitions.get(name).ok_or("there is no such partition")?;
    tree(&flash[first as usize..][..len as usize])
}

/// What lies on each of them, as text that can be reviewed.
pub fn survey(flash: &[u8], partitions: &IndexMap<String, (u32, u32)>) -> String {
    let described = partitions.keys().map(|name| match files(flash, partitions, name) {
        Ok(tree) => format!("/{name}\n{}", describe(&tree)),
        Err(why) => format!("/{name}\n{why}\n"),
    });
    described.collect()
}

/// A tree as text that can be reviewed: paths, sizes and, where it is text, contents.
pub fn describe(tree: &Tree) -> String {
    let mut text = String::new();
    for (path, item) in tree {
        // Writing to a string cannot fail.
        let _ = match item {
            Item::Directory => writeln!(text, "{path}/"),
            Item::File(bytes) => writeln!(text, "{path}  {} B  {}", bytes.len(), excerpt(bytes)),
        };
    }
    text
}

/// The beginning of contents, as text or as numbers.
fn excerpt(bytes: &[u8]) -> String {
    const SHOWN: usize = 64;
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let more = if shown.len() < bytes.len() { "…" } else { "" };
    match std::str::from_utf8(shown) {
        Ok(text) if !text.contains('\0') => format!("{text:?}{more}"),
        _ => {
            let digits = shown[..shown.len().min(SHOWN / 4)].iter();
            digits.map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ") + " …"
        }
    }
}

fn contents(
    files: &mut Filesystem<Image<'_>>,
    path: &str,
    size: u32,
) -> Result<Vec<u8>, Error<Fixed>> {
    let id = files.open(path)?;
    let mut bytes = vec![0; size as usize];
    let mut done = 0;
    while done < bytes.len() {
        match files.read(id, done as u32, &mut bytes[done..])? {
            0 => return Err(Error::Corrupt),
            count => done += count,
        }
    }
    files.close(id);
    Ok(bytes)
}

fn in_words(what: &str, error: Error<Fixed>) -> String {
    format!("{what}: {error}")
}

impl NorFlashError for Fixed {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Image<'_> {
    type Error = Fixed;
}

impl ReadNorFlash for Image<'_> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Fixed> {
        let from = self.0.get(offset as usize..).and_then(|rest| rest.get(..bytes.len()));
        bytes.copy_from_slice(from.ok_or(Fixed)?);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.len()
    }
}

impl NorFlash for Image<'_> {
    const WRITE_SIZE: usize = devices::flash::WORD;
    const ERASE_SIZE: usize = devices::flash::SECTOR;

    fn erase(&mut self, _: u32, _: u32) -> Result<(), Fixed> {
        Err(Fixed)
    }

    fn write(&mut self, _: u32, _: &[u8]) -> Result<(), Fixed> {
        Err(Fixed)
    }
}
