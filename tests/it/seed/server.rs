//! A file server of the smallest kind: what it is asked by [`abi::file`], it does in memory.

use std::collections::BTreeMap;

use abi::file;
use abi::handle::Handle;
use abi::message::Header;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use kernel::call::Answer;
use kernel::call::Call;
use kernel::call::CallName;
use kernel::call::Host;
use kernel::manifest::ActorManifest;
use kernel::native::Native;

use crate::seed::bench::service;

/// Bytes that a file may have: one more and there is no room.
const FILE_MAX: usize = 4096;

/// A path at which a new version is taken but never published.
const UNPUBLISHED: &str = "state/client/unlucky";

/// The server. In it lie `hello.txt`, `docs/long.txt` of 3000 bytes, and `docs/empty`.
pub(crate) fn server() -> ActorManifest {
    service("server", || Box::new(Server::new()))
}

/// A server that takes every question and answers none.
pub(crate) fn silent() -> ActorManifest {
    service("server", || Box::new(Silent))
}

/// A server that ends at the first question.
pub(crate) fn mortal() -> ActorManifest {
    service("server", || Box::new(Mortal))
}

/// The byte at an offset of `docs/long.txt`.
pub(crate) fn long_byte(offset: usize) -> u8 {
    b'a' + (offset % 26) as u8
}

struct Silent;

impl Native for Silent {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, _: &[u8]) -> bool {
        if let Some(reply) = header.capability {
            call(host, CallName::Delete, &[reply.word()], &mut []);
        }
        true
    }
}

struct Mortal;

impl Native for Mortal {
    fn handle(&mut self, _: &mut dyn Host, _: &Header, _: &[u8]) -> bool {
        false
    }
}

/// What one file or directory of a client's is; the badge is its number.
#[derive(Clone)]
enum Open {
    Directory(String),
    File(String),
    /// A new version of a file.
    Draft(String, Vec<u8>),
}

struct Server {
    files: BTreeMap<String, Vec<u8>>,
    directories: Vec<String>,
    open: Vec<Open>,
}

/// An answer: a status with bytes behind it, or the number of something that was opened.
enum Said {
    Status(usize),
    Bytes(Vec<u8>),
    Opened(Open),
}

impl Native for Server {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool {
        let Some(reply) = header.capability else { return true };
        let (status, bytes, opened) = match self.answer(header, payload) {
            Ok(Said::Status(status)) => (status as i32, Vec::new(), None),
            Ok(Said::Bytes(bytes)) => (bytes.len() as i32, bytes, None),
            Ok(Said::Opened(open)) => (0, Vec::new(), Some(open)),
            Err(refusal) => (refusal as i32, Vec::new(), None),
        };
        let handle = opened.map(|open| self.hand_out(host, open));
        let word = handle.unwrap_or(Handle::NONE_WORD);
        let mut answer = [&status.to_le_bytes()[..], &bytes].concat();
        let len = answer.len() as u64;
        let rights = u64::from((Rights::READ | Rights::WRITE).bits());
        call(host, CallName::SendRights, &[reply.word(), 0, 0, len, word, rights], &mut answer);
        if let Some(handle) = handle {
            call(host, CallName::Delete, &[handle], &mut []);
        }
        true
    }
}

impl Server {
    fn new() -> Server {
        let long = (0..3000).map(long_byte).collect();
        let files =
            [("hello.txt", b"hello".to_vec()), ("docs/long.txt", long), ("docs/empty", Vec::new())];
        let files = files.map(|(path, bytes)| (path.to_owned(), bytes));
        Server { files: files.into(), directories: vec!["docs".to_owned()], open: Vec::new() }
    }

    /// A capability to what was opened, in the server's own cspace.
    fn hand_out(&mut self, host: &mut dyn Host, open: Open) -> u64 {
        let kind = match open {
            Open::Directory(_) => ObjectKind::Directory,
            _ => ObjectKind::File,
        };
        self.open.push(open);
        let badge = self.open.len() as u64;
        let own = Handle::OWN_ENDPOINT.word();
        let rights = u64::from(Rights::ALL.bits());
        call(host, CallName::Narrow, &[own, kind as u64, rights, badge], &mut [])
    }

    fn answer(&mut self, header: &Header, payload: &[u8]) -> Result<Said, Refusal> {
        match header.opcode {
            file::OPEN => {
                let path = self.path(header.badge, payload)?;
                let is_directory = self.directories.contains(&path);
                match self.files.contains_key(&path) {
                    true => Ok(Said::Opened(Open::File(path))),
                    false if is_directory => Ok(Said::Opened(Open::Directory(path))),
                    false => Err(Refusal::NotFound),
                }
            }
            file::CREATE => {
                let path = self.path(header.badge, payload)?;
                Ok(Said::Opened(Open::Draft(path, Vec::new())))
            }
            file::MAKE_DIRECTORY => {
                let path = self.path(header.badge, payload)?;
                if self.directories.contains(&path) || self.files.contains_key(&path) {
                    return Err(Refusal::Exists);
                }
                self.directories.push(path);
                Ok(Said::Status(0))
            }
            file::READ_AT => {
                let bytes = self.bytes(header.badge)?;
                let (offset, len) = (word_at(payload, 0), word_at(payload, 4));
                let rest = bytes.get(offset..).unwrap_or_default();
                Ok(Said::Bytes(rest[..rest.len().min(len).min(file::READ_MAX)].to_vec()))
            }
            file::SIZE => Ok(Said::Status(self.bytes(header.badge)?.len())),
            file::WRITE_AT => {
                let Some(Open::Draft(_, bytes)) = self.opened(header.badge) else {
                    return Err(Refusal::WrongObject);
                };
                let end = word_at(payload, 0) + payload.len() - 4;
                if FILE_MAX < end {
                    return Err(Refusal::NoRoom);
                }
                bytes.resize(end.max(bytes.len()), 0);
                bytes[word_at(payload, 0)..end].copy_from_slice(&payload[4..]);
                Ok(Said::Status(payload.len() - 4))
            }
            file::COMMIT => {
                let Some(Open::Draft(path, bytes)) = self.opened(header.badge).cloned() else {
                    return Err(Refusal::WrongObject);
                };
                if path == UNPUBLISHED {
                    return Err(Refusal::NotAvailable);
                }
                self.files.insert(path, bytes);
                Ok(Said::Status(0))
            }
            _ => Err(Refusal::Invalid),
        }
    }

    fn opened(&mut self, badge: u64) -> Option<&mut Open> {
        let index = usize::try_from(badge).ok()?.checked_sub(1)?;
        self.open.get_mut(index)
    }

    fn bytes(&mut self, badge: u64) -> Result<&[u8], Refusal> {
        match self.opened(badge).cloned() {
            Some(Open::File(path)) => Ok(&self.files[&path]),
            _ => Err(Refusal::WrongObject),
        }
    }

    /// A path from the root, from one below an opened directory.
    fn path(&mut self, badge: u64, payload: &[u8]) -> Result<String, Refusal> {
        let text = core::str::from_utf8(payload).map_err(|_| Refusal::Invalid)?;
        let text = text.trim_start_matches('/');
        if text.split('/').any(|component| matches!(component, "" | "." | "..")) {
            return Err(Refusal::NotFound);
        }
        match self.opened(badge) {
            None => Ok(text.to_owned()),
            Some(Open::Directory(above)) => Ok(format!("{above}/{text}")),
            Some(_) => Err(Refusal::WrongObject),
        }
    }
}

fn word_at(payload: &[u8], at: usize) -> usize {
    let bytes = payload[at..at + 4].try_into().expect("the kernel asks so");
    u32::from_le_bytes(bytes) as usize
}

fn call(host: &mut dyn Host, name: CallName, given: &[u64], memory: &mut [u8]) -> u64 {
    let mut words = [0; Call::WORDS];
    words[..given.len()].copy_from_slice(given);
    match host.call(Call { name, words }, memory).answer {
        Answer::Now(word) => word,
        Answer::Leave => unreachable!("a service never waits"),
    }
}
