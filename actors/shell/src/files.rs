//! The commands that read and change files, and why a file is not read or changed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::ControlFlow;
use sdk::Handle;
use sdk::Refusal;
use sdk::capability;
use sdk::capability::Owned;
use sdk::file::Contents;
use sdk::file::Files;
use sdk::memory::Memory;

use crate::dialogue::Dialogue;
use crate::mail::Service;
use crate::mail::Told;
use crate::palette::Ink;

/// Bytes of a file that are read at once.
const PIECE: usize = 512;

/// A change of one file or directory that needs nothing but its path and this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// This is all that is in it.
    Write(Vec<u8>),
    /// This is added.
    Append(Vec<u8>),
    /// It is a copy of this file.
    CopyOf(String),
    /// It is what had this path.
    MovedFrom(String),
    Remove,
    MakeDirectory,
    Truncate(u32),
    /// The mount is made new.
    Format,
}

/// A module as it can be handed to the kernel.
#[derive(Debug)]
pub(crate) enum Module {
    /// It came in a message.
    Bytes(Vec<u8>),
    /// It lies in the file service's memory, as long as this is kept.
    Granted(Owned),
}

/// Why something is not done with a file, in words.
pub(crate) struct NotDone(pub(crate) Refusal);

impl fmt::Display for NotDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Refusal::NotFound => "no such file",
            Refusal::WrongObject => {
                "a file cannot be used as a directory, nor a directory as a file"
            }
            Refusal::NoRoom => "no room is left there: remove something",
            Refusal::Quota => "the quota there is used up: remove something",
            Refusal::Corrupt => "damaged, nothing was changed; format makes it new",
            Refusal::Foreign => "of a foreign format, nothing was changed; format makes it new",
            Refusal::Invalid => "this path cannot be",
            other => other.text(),
        })
    }
}

/// The contents of a file without copying them if they are long.
pub(crate) fn module(files: &mut Files, path: &str) -> Result<Module, Refusal> {
    Ok(match files.contents(path)? {
        Contents::Inline(bytes) => Module::Bytes(bytes.to_vec()),
        Contents::Granted(memory, _) => Module::Granted(memory),
    })
}

/// Tells the contents of a file, piece by piece, as long as more is wanted. They are of one
/// version, unless the service has no memory to grant.
pub(crate) fn read(
    files: &mut Files,
    path: &str,
    mut each: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(), Refusal> {
    let mut piece = [0; PIECE];
    let granted = match files.contents(path) {
        Ok(Contents::Inline(bytes)) => {
            // There is no more.
            let _ = each(bytes);
            return Ok(());
        }
        Ok(Contents::Granted(memory, len)) => Some((memory, len)),
        Err(Refusal::TooLong) => None,
        Err(refusal) => return Err(refusal),
    };
    let mut offset = 0;
    loop {
        let count = match &granted {
            Some((memory, len)) => {
                let rest = PIECE.min((len - offset) as usize);
                Memory::new(memory.handle()).read(offset, &mut piece[..rest])?;
                rest
            }
            None => files.read(path, offset, &mut piece)?,
        };
        if count == 0 || each(&piece[..count]).is_break() {
            return Ok(());
        }
        // A piece is short.
        offset += count as u32;
    }
}

fn copy(files: &mut Files, from: &str, to: &str) -> Result<(), Refusal> {
    match module(files, from)? {
        Module::Bytes(bytes) => files.write(to, &bytes),
        Module::Granted(memory) => {
            let memory = Memory::new(memory.handle());
            let len = u32::try_from(memory.size()?).map_err(|_| Refusal::TooLong)?;
            files.write_granted(to, memory, len)
        }
    }
}

fn change(files: &mut Files, path: &str, change: &Change) -> Result<(), Refusal> {
    match change {
        Change::Write(bytes) => files.write(path, bytes),
        Change::Append(bytes) => files.append(path, bytes),
        Change::CopyOf(from) => copy(files, from, path),
        Change::MovedFrom(from) => files.rename(from, path),
        Change::Remove => files.remove(path),
        Change::MakeDirectory => files.make_directory(path),
        Change::Truncate(len) => files.truncate(path, *len),
        Change::Format => files.format(path),
    }
}

impl Dialogue {
    /// Does one thing with a file, or says why not.
    #[inline(never)]
    pub(crate) fn with_files<R>(
        &mut self,
        path: &str,
        act: impl FnOnce(&mut Files) -> Result<R, Refusal>,
    ) -> Option<R> {
        let Some(files) = &mut self.files else {
            self.lack(path, "a file service");
            return None;
        };
        match act(files) {
            Ok(done) => Some(done),
            Err(refusal) => {
                self.complain(path, &NotDone(refusal));
                None
            }
        }
    }

    pub(crate) fn change_file(&mut self, path: &str, wanted: &Change) {
        match wanted {
            Change::CopyOf(from) | Change::MovedFrom(from) => {
                let paths = format!("{from} to {path}");
                self.with_files(&paths, |files| change(files, path, wanted));
            }
            _ => drop(self.with_files(path, |files| change(files, path, wanted))),
        }
    }

    pub(crate) fn show_status(&mut self, path: &str) {
        let Some(status) = self.with_files(path, |files| files.status(path)) else { return };
        let kind = if status.is_directory { "directory" } else { "file" };
        let access = if status.is_writable { "read and write" } else { "read-only" };
        let size = status.size;
        self.print(Ink::Plain, format_args!("{path}: {kind}, {size} bytes, {access}"));
    }

    /// Says how much room each mount has.
    pub(crate) fn show_usage(&mut self) {
        self.say(Ink::Dim, "MOUNT           BYTES       USED       FREE");
        for mount in ["/", "/home", "/tmp"] {
            let Some(files) = &mut self.files else { return self.lack("df", "a file service") };
            match files.usage(mount) {
                Ok(usage) => {
                    let free = usage.size.saturating_sub(usage.used);
                    let (size, used) = (usage.size, usage.used);
                    self.print(
                        Ink::Plain,
                        format_args!("{mount:<10} {size:>10} {used:>10} {free:>10}"),
                    );
                }
                // Without flash there is no such mount.
                Err(Refusal::NotFound) => (),
                Err(refusal) => self.complain(mount, &NotDone(refusal)),
            }
        }
    }

    pub(crate) fn sync_files(&mut self) {
        self.with_files("/", |files| files.sync("/"));
    }

    /// Shows what changes at or below a path, until a key is pressed.
    pub(crate) fn watch(&mut self, path: &str) -> Result<ControlFlow<()>, Refusal> {
        let address = match Service::Changes.address() {
            Ok(address) => Owned::new(address),
            Err(refusal) => {
                self.complain(path, &refusal);
                return Ok(ControlFlow::Continue(()));
            }
        };
        let asked = self.with_files(path, |files| files.watch(path, address.handle()));
        if asked.is_some() {
            self.say(Ink::Dim, "a key ends it");
            let done = self.show_changes(path);
            self.stop_watching(address.handle());
            return done;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Whoever was told through it forgets this shell.
    fn stop_watching(&mut self, address: Handle) {
        if let Err(refusal) = capability::revoke(address) {
            self.complain("watch", &refusal);
        }
    }

    fn show_changes(&mut self, path: &str) -> Result<ControlFlow<()>, Refusal> {
        loop {
            self.show_now()?;
            match self.mail.next_change()? {
                Told::Change(line) => self.say(Ink::Plain, &line),
                Told::Refused(refusal) => {
                    self.complain(path, &NotDone(refusal));
                    return Ok(ControlFlow::Continue(()));
                }
                Told::Enough => return Ok(ControlFlow::Continue(())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_something_in_words() {
        for refusal in Refusal::ALL {
            let text = format!("{}", NotDone(*refusal));
            assert!(3 < text.len() && text.len() < 80, "{text}");
        }
    }
}
