//! Watchers: who is told of changes. Each change is kept once, however many want to know of it, until
//! all of them were told. Whoever is too slow loses what waits, and is told that.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::abi::bus;
use sdk::abi::bus::Header;
use sdk::abi::bus::PATH_BYTES;

use crate::path::is_below;

/// Watchers at once.
pub(crate) const WATCHERS_MAX: usize = 8;

/// Changes that wait to be told.
pub(crate) const CHANGES_MAX: usize = 32;

/// Bytes of their paths.
const CHANGE_BYTES_MAX: usize = 4096;

/// Where a watcher is told.
pub(crate) trait Listener {
    /// Says something. [`Refusal::Full`] is for now, any other refusal for ever.
    fn tell(&self, payload: &[u8]) -> Result<(), Refusal>;
}

/// Something that happened to a path, which begins at the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// [`bus::MADE`], [`bus::WRITTEN`], [`bus::MOVED`] or [`bus::GONE`].
    pub(crate) what: u16,
    pub(crate) path: Box<str>,
    /// Where it was moved to.
    pub(crate) to: Box<str>,
    /// Whether something was there before.
    pub(crate) replaces: bool,
}

#[derive(Debug)]
struct Watcher<L> {
    listener: L,
    /// What is watched.
    path: Box<str>,
    /// Bytes of the directory that it asked through, whose path it does not see.
    hidden: usize,
    /// The number of the change that is told next.
    next: u64,
    /// How much it was told.
    seq: u32,
    /// Whether it lost something that it was not told of yet.
    is_overrun: bool,
}

/// All watchers, and what they are yet to be told.
#[derive(Debug)]
pub(crate) struct Watchers<L> {
    all: Vec<Watcher<L>>,
    changes: VecDeque<Change>,
    /// The number of the first of them.
    first: u64,
    bytes: usize,
}

impl<L> Default for Watchers<L> {
    fn default() -> Watchers<L> {
        Watchers { all: Vec::new(), changes: VecDeque::new(), first: 0, bytes: 0 }
    }
}

impl<L: Listener> Watchers<L> {
    /// Whether nobody watches.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Takes one in, who asked through a directory with a path of `hidden` bytes.
    /// If there are too many it comes back.
    pub(crate) fn add(
        &mut self,
        listener: L,
        path: &str,
        hidden: usize,
    ) -> Result<(), (L, Refusal)> {
        if self.all.len() == WATCHERS_MAX {
            return Err((listener, Refusal::NoRoom));
        }
        let next = self.first + self.changes.len() as u64;
        let path = path.into();
        self.all.push(Watcher { listener, path, hidden, next, seq: 0, is_overrun: false });
        Ok(())
    }

    /// Keeps those for whom this is true.
    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(&L) -> bool) {
        self.all.retain(|watcher| is_kept(&watcher.listener));
    }

    /// Takes note of a change.
    pub(crate) fn push(&mut self, change: Change) {
        if self.all.is_empty() {
            return;
        }
        let bytes = change.path.len() + change.to.len();
        while self.changes.len() == CHANGES_MAX || CHANGE_BYTES_MAX < self.bytes + bytes {
            // Who is the furthest behind loses all that waits for it.
            let (first, end) = (self.first, self.first + self.changes.len() as u64);
            for watcher in self.all.iter_mut().filter(|watcher| watcher.next == first) {
                watcher.is_overrun |= (first..end)
                    .zip(&self.changes)
                    .any(|(_, change)| seen(&watcher.path, change).is_some());
                watcher.next = end;
            }
            self.trim();
        }
        self.bytes += bytes;
        self.changes.push_back(change);
    }

    /// Tells what can be told. Answers whether something is left.
    pub(crate) fn tell(&mut self) -> bool {
        let (first, changes) = (self.first, &self.changes);
        self.all.retain_mut(|watcher| !watcher.is_over(first, changes));
        self.trim();
        self.all.iter().any(|watcher| watcher.is_overrun) || !self.changes.is_empty()
    }

    /// Forgets what everybody knows.
    fn trim(&mut self) {
        let end = self.first + self.changes.len() as u64;
        let next = self.all.iter().map(|watcher| watcher.next).min().unwrap_or(end);
        while self.first < next
            && let Some(change) = self.changes.pop_front()
        {
            self.first += 1;
            self.bytes -= change.path.len() + change.to.len();
        }
    }
}

impl<L: Listener> Watcher<L> {
    /// Tells it what it does not know. Answers whether it can be told nothing any more.
    fn is_over(&mut self, first: u64, changes: &VecDeque<Change>) -> bool {
        if self.is_overrun {
            let message = self.message(bus::OVERRUN, &self.path, "");
            match self.listener.tell(&message) {
                Ok(()) => self.is_overrun = false,
                Err(refusal) => return refusal != Refusal::Full,
            }
            self.seq = self.seq.wrapping_add(1);
        }
        // What it is yet to be told is among what is kept.
        while let Some(change) = changes.get((self.next - first) as usize) {
            if let Some((what, path, to)) = seen(&self.path, change) {
                match self.listener.tell(&self.message(what, path, to)) {
                    Ok(()) => self.seq = self.seq.wrapping_add(1),
                    Err(refusal) => return refusal != Refusal::Full,
                }
            }
            self.next += 1;
        }
        false
    }

    fn message(&self, what: u16, path: &str, to: &str) -> Vec<u8> {
        let (path, to) =
            (self.shown(path), if to.is_empty() { String::new() } else { self.shown(to) });
        let (head, tail) = path.as_bytes().split_at(path.len().min(PATH_BYTES));
        let seq = self.seq.wrapping_add(1);
        // Paths have a few hundred bytes.
        let data_len = to.len() as u32;
        let kind = bus::CHANGED;
        let mut header = Header { kind, flags: what, seq, data_len, path: [0; PATH_BYTES] };
        header.path[..head.len()].copy_from_slice(head);
        if !tail.is_empty() {
            header.flags |= bus::CONTINUED;
        }
        let mut message = Vec::with_capacity(Header::BYTES + 2 + tail.len() + to.len());
        message.extend_from_slice(&header.encode());
        if !tail.is_empty() {
            message.extend_from_slice(&(tail.len() as u16).to_le_bytes());
            message.extend_from_slice(tail);
        }
        message.extend_from_slice(to.as_bytes());
        message
    }

    /// A path as this watcher would ask for it.
    fn shown(&self, path: &str) -> String {
        let seen = path.get(self.hidden..).unwrap_or_default();
        let slash = if self.hidden == 0 { "/" } else { "" };
        [slash, seen.trim_start_matches('/')].concat()
    }
}

/// What a change is to who watches a path: what happened, to which path, and where that is now.
fn seen<'a>(watched: &str, change: &'a Change) -> Option<(u16, &'a str, &'a str)> {
    let Change { what, path, to, replaces } = change;
    let is_left = is_below(path, watched);
    if *what != bus::MOVED {
        return is_left.then_some((*what, path, ""));
    }
    match (is_left, is_below(to, watched)) {
        (true, true) => Some((bus::MOVED, path, to)),
        (true, false) => Some((bus::GONE, path, "")),
        (false, true) if *replaces => Some((bus::WRITTEN, to, "")),
        (false, true) => Some((bus::MADE, to, "")),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests;
