//! The table of names: what a word or a path stands for.
//!
//! A *flat name* is one component of at most [`FLAT_NAME_MAX`] bytes: `echo`. A *path* begins with
//! a slash and has at most [`PATH_MAX`] bytes: `/node/local/echo`. A component is not empty and
//! neither `.` nor `..`; its bytes are graphic ASCII without the slash, so that a name has one
//! spelling, fits one line of the trace and cannot be mistaken for another. `/` alone is no name.
//!
//! A *mount* is a path under which everything that has no entry of its own resolves to one value:
//! with `/node/far` mounted, `/node/far/echo` is that value with `/echo` behind it, and
//! `/node/farm` is nothing. An entry for the whole name wins over every mount, then the longest
//! mount wins. A name is taken once, as an entry or as a mount.
//!
//! Values are numbers of the kernel's own; each stands behind one name. Looking a name up costs
//! O(components · log names) and allocates nothing; only registering allocates.

use abi::refusal::Refusal;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::ops::Bound;

use crate::limits::FLAT_NAME_MAX;
use crate::limits::NAMES_MAX;
use crate::limits::PATH_MAX;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'name> {
    /// The value that was registered or mounted.
    pub value: usize,
    /// What lies behind the mount: empty, or a path. Empty if it is not a mount.
    pub rest: &'name str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Exact,
    Mount,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: Kind,
    value: usize,
}

/// Every name there is.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    entries: BTreeMap<Box<str>, Entry>,
    /// The same, by value: a death asks for its name.
    names: BTreeMap<usize, Box<str>>,
}

impl Namespace {
    /// Gives a value a flat name or a path. Refused with `Invalid` if it is neither, `Exists` if it
    /// is taken, `NoRoom` at [`NAMES_MAX`].
    pub fn register(&mut self, name: &str, value: usize) -> Result<(), Refusal> {
        self.insert(name, Entry { kind: Kind::Exact, value })
    }

    /// Takes a name or path away; says what it stood for. Refused with `NotFound` if it is not
    /// registered, or is a mount.
    pub fn unregister(&mut self, name: &str) -> Result<usize, Refusal> {
        self.remove(name, Kind::Exact)
    }

    /// Lets a value stand for a path and all that has no entry below it. Refused as
    /// [`Namespace::register`] is, and with `Invalid` for a flat name.
    pub fn mount(&mut self, prefix: &str, value: usize) -> Result<(), Refusal> {
        if !prefix.starts_with('/') {
            return Err(Refusal::Invalid);
        }
        self.insert(prefix, Entry { kind: Kind::Mount, value })
    }

    /// Takes a mount away; says what it stood for. Refused with `NotFound` if nothing is mounted
    /// there. What is registered below it stays.
    pub fn unmount(&mut self, prefix: &str) -> Result<usize, Refusal> {
        self.remove(prefix, Kind::Mount)
    }

    /// What a name stands for. What is not a valid name stands for nothing, so that a mount is
    /// never handed a path such as `/../secret`.
    pub fn lookup<'name>(&self, name: &'name str) -> Option<Found<'name>> {
        if !is_name(name) {
            return None;
        }
        if let Some(entry) = self.entries.get(name) {
            return Some(Found { value: entry.value, rest: "" });
        }
        let mut prefix = name;
        while let Some(end) = prefix.rfind('/') {
            prefix = &name[..end];
            if let Some(entry) = self.entries.get(prefix)
                && entry.kind == Kind::Mount
            {
                return Some(Found { value: entry.value, rest: &name[end..] });
            }
        }
        None
    }

    /// The names within a prefix ([`is_within`]) and their values, in the order of their bytes.
    pub fn list<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, usize)> + 'a {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let entries = self.entries.range::<str, _>(from);
        entries
            .map(|(name, entry)| (name.as_ref(), entry.value))
            .take_while(move |(name, _)| name.starts_with(prefix))
            .filter(move |(name, _)| is_within(name, prefix))
    }

    /// The name that stands for a value.
    pub fn name_of(&self, value: usize) -> Option<&str> {
        self.names.get(&value).map(Box::as_ref)
    }

    /// Takes the name or mount of a value away, if there is one, and says which it was.
    pub fn remove_value(&mut self, value: usize) -> Option<Box<str>> {
        let name = self.names.remove(&value)?;
        let entry = self.entries.remove(&name);
        assert!(entry.is_some_and(|entry| entry.value == value), "both tables name the same");
        Some(name)
    }

    fn insert(&mut self, name: &str, entry: Entry) -> Result<(), Refusal> {
        if !is_name(name) {
            return Err(Refusal::Invalid);
        }
        if self.entries.contains_key(name) {
            return Err(Refusal::Exists);
        }
        if self.entries.len() == NAMES_MAX {
            return Err(Refusal::NoRoom);
        }
        let earlier = self.names.insert(entry.value, name.into());
        assert_eq!(earlier, None, "a value has one name");
        self.entries.insert(name.into(), entry);
        Ok(())
    }

    fn remove(&mut self, name: &str, kind: Kind) -> Result<usize, Refusal> {
        let entry = *self.entries.get(name).ok_or(Refusal::NotFound)?;
        if entry.kind != kind {
            return Err(Refusal::NotFound);
        }
        self.remove_value(entry.value);
        Ok(entry.value)
    }
}

/// Whether a name is a prefix or lies below it. A prefix ends where a component does: `/node/ab`
/// is not within `/node/a`. With a slash at its end it means only what lies below, so `/` is every
/// path; the empty one is everything, flat names included.
pub fn is_within(name: &str, prefix: &str) -> bool {
    let Some(rest) = name.strip_prefix(prefix) else { return false };
    prefix.is_empty() || prefix.ends_with('/') || rest.is_empty() || rest.starts_with('/')
}

/// Whether this is a flat name or a path.
fn is_name(name: &str) -> bool {
    match name.strip_prefix('/') {
        Some(components) => name.len() <= PATH_MAX && components.split('/').all(is_component),
        None => name.len() <= FLAT_NAME_MAX && is_component(name),
    }
}

fn is_component(component: &str) -> bool {
    let is_graphic = |byte: u8| byte.is_ascii_graphic() && byte != b'/';
    !matches!(component, "" | "." | "..") && component.bytes().all(is_graphic)
}
