//! Values by key, kept by an actor such as `kv`: what seed *actor-microkernel* says to its store, and
//! what that lacked.
//!
//! A request is lines of text, each `name=value`. An answer is the value itself or text.
//!
//! | request | lines | answer |
//! |---|---|---|
//! | [`PUT`] | `key`, `value` or `granted`, perhaps `ttl` in seconds | [`OK`] |
//! | [`GET`] | `key`, perhaps `offset` or `granted` | [`VALUE`]: its bytes, or `length=N` and memory |
//! | [`DELETE`] | `key` | [`OK`] |
//! | [`LIST`] | perhaps `prefix`, `after`, `limit`, `counted=1` | [`KEYS`], one a line, in byte order |
//! | [`OFFER`] | (memory is passed along) | none |
//!
//! Any of them may be answered [`NOT_FOUND`] or [`ERROR`], whose text begins with its name: `full`,
//! `quota used up`, `too long`, `invalid`, …
//!
//! - A line `length=N` says how many bytes the value of the next line has, so that it may be anything;
//!   `counted=1` asks for the same before each key of an answer.
//! - A first line `id=…` is the first line of the answer, too. Who asks by a call needs none.
//! - Who is answered by [`KEYS`] asks again `after` the last of them, until there are none.
//! - A value that does not fit into an answer is passed on as memory if the request has `granted=1`,
//!   or else asked for from an `offset` on; one that does not fit into a request is offered before
//!   it, as [`abi::bus`] does it, and the request says `granted=N` in place of a value.
//! - `ttl` is how long it lasts, 0 for ever. Time without power does not count, nor the last minute
//!   or so before power was lost.
//!
//! ```no_run
//! use sdk::Refusal;
//! use sdk::endpoint::Endpoint;
//! use sdk::kv::Kv;
//!
//! fn count() -> Result<(), Refusal> {
//!     let mut kv = Kv::new(Endpoint::slot(2));
//!     kv.put(b"visits", b"1", 0)?;
//!     kv.list(b"", |key| sdk::log!("{} bytes of key", key.len()))?;
//!     kv.delete(b"visits")
//! }
//! ```

use abi::refusal::Refusal;
use abi::rights::Rights;
use core::fmt::Write;
use core::time::Duration;

use crate::capability::Owned;
use crate::endpoint::Endpoint;
use crate::endpoint::Inbox;
use crate::endpoint::Message;
use crate::file::Contents;
use crate::log::Line;
use crate::memory::Memory;
use crate::payload::Writer;

/// Keeps a value.
pub const PUT: u32 = 300;
/// Asks for a value.
pub const GET: u32 = 301;
/// Forgets a value.
pub const DELETE: u32 = 302;
/// Asks for keys.
pub const LIST: u32 = 303;
/// Passes memory for the next [`PUT`] of the same sender. It is not answered.
pub const OFFER: u32 = 309;
/// It is done.
pub const OK: u32 = 310;
/// A value.
pub const VALUE: u32 = 311;
/// Keys.
pub const KEYS: u32 = 313;
/// Nothing has this key.
pub const NOT_FOUND: u32 = 315;
/// It is not done, and why.
pub const ERROR: u32 = 316;

/// Bytes that a key can have.
pub const KEY_MAX: usize = 127;
/// Bytes that a value can have.
pub const VALUE_MAX: u32 = 64 * 1024;
/// Bytes that the line `id=…` can have.
pub const ID_MAX: usize = 64;

/// A client of a store.
#[derive(Debug)]
pub struct Kv {
    server: Endpoint,
    patience: Option<Duration>,
    inbox: Inbox,
}

impl Kv {
    /// A client of whom this endpoint leads to.
    pub fn new(server: Endpoint) -> Kv {
        Kv { server, patience: None, inbox: Inbox::new() }
    }

    /// Waits no longer than this for an answer: then it is [`Refusal::Timeout`]. Needs a clock.
    pub fn with_patience(self, patience: Duration) -> Kv {
        Kv { patience: Some(patience), ..self }
    }

    /// Keeps a value for so many seconds, 0 for ever, in place of the one that there is.
    pub fn put(&mut self, key: &[u8], value: &[u8], ttl: u32) -> Result<(), Refusal> {
        let mut request = Writer::new();
        let begun =
            counted(&mut request, "key", key).and_then(|()| number(&mut request, "ttl", ttl));
        begun.ok_or(Refusal::NameTooLong)?;
        if counted(&mut request, "value", value).is_none() {
            let memory = Owned::new(Memory::lend(value)?.handle());
            self.server.send_with(OFFER, &[], memory.handle(), Rights::READ)?;
            number(&mut request, "granted", value.len() as u32).ok_or(Refusal::NameTooLong)?;
        }
        self.ask(PUT, &request).map(drop)
    }

    /// The value of a key.
    pub fn get(&mut self, key: &[u8]) -> Result<Contents<'_>, Refusal> {
        let mut request = Writer::new();
        let begun = counted(&mut request, "key", key);
        let begun = begun.and_then(|()| number(&mut request, "granted", 1));
        begun.ok_or(Refusal::NameTooLong)?;
        let mut answer = self.ask(GET, &request)?;
        match answer.take_capability() {
            None => Ok(Contents::Inline(answer.payload())),
            Some(memory) => {
                let line = core::str::from_utf8(answer.payload()).unwrap_or_default();
                let length = line.strip_prefix("length=").and_then(|line| line.trim().parse().ok());
                Ok(Contents::Granted(memory, length.ok_or(Refusal::NotAvailable)?))
            }
        }
    }

    /// Forgets the value of a key.
    pub fn delete(&mut self, key: &[u8]) -> Result<(), Refusal> {
        let mut request = Writer::new();
        counted(&mut request, "key", key).ok_or(Refusal::NameTooLong)?;
        self.ask(DELETE, &request).map(drop)
    }

    /// Tells the keys that begin so, in the order of their bytes; answers how many they are.
    pub fn list(&mut self, prefix: &[u8], mut each: impl FnMut(&[u8])) -> Result<u32, Refusal> {
        let (mut last, mut len, mut count) = ([0; KEY_MAX], 0, 0);
        loop {
            let mut request = Writer::new();
            let mut begun = counted(&mut request, "prefix", prefix);
            begun = begun.and_then(|()| number(&mut request, "counted", 1));
            if 0 < count {
                begun = begun.and_then(|()| counted(&mut request, "after", &last[..len]));
            }
            begun.ok_or(Refusal::NameTooLong)?;
            let answer = self.ask(LIST, &request)?;
            let mut rest = answer.payload();
            if rest.is_empty() {
                return Ok(count);
            }
            while !rest.is_empty() {
                let (key, tail) = next_key(rest).ok_or(Refusal::NotAvailable)?;
                each(key);
                (count, len, rest) = (count + 1, key.len(), tail);
                last[..len].copy_from_slice(key);
            }
        }
    }

    fn ask(&mut self, opcode: u32, request: &Writer) -> Result<Message<'_>, Refusal> {
        let (server, payload) = (self.server, request.payload());
        let answer = match self.patience {
            Some(patience) => self.inbox.call_within(server, opcode, payload, patience)?,
            None => self.inbox.call(server, opcode, payload)?,
        };
        match answer.opcode() {
            OK | VALUE | KEYS => Ok(answer),
            NOT_FOUND => Err(Refusal::NotFound),
            _ => Err(refusal_of(answer.payload())),
        }
    }
}

/// What an [`ERROR`] says for this refusal, at its beginning.
pub fn error_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoRoom => "full",
        Refusal::TooLong | Refusal::NameTooLong => "too long",
        refusal => refusal.text(),
    }
}

/// The refusal that an [`ERROR`] says.
fn refusal_of(text: &[u8]) -> Refusal {
    let end = text.iter().position(|byte| *byte == b':').unwrap_or(text.len());
    let is_it = |refusal: &&Refusal| error_name(**refusal).as_bytes() == &text[..end];
    Refusal::ALL.iter().find(is_it).copied().unwrap_or(Refusal::NotAvailable)
}

/// Adds a line with its length before it.
fn counted(request: &mut Writer, name: &str, bytes: &[u8]) -> Option<()> {
    let mut line = Line::default();
    write!(line, "length={}\n{name}=", bytes.len()).ok()?;
    if request.room() < line.text().len() + bytes.len() + 1 {
        return None;
    }
    request.bytes(line.text().as_bytes())?;
    request.bytes(bytes)?;
    request.bytes(b"\n")
}

fn number(request: &mut Writer, name: &str, number: u32) -> Option<()> {
    let mut line = Line::default();
    writeln!(line, "{name}={number}").ok()?;
    request.bytes(line.text().as_bytes())
}

/// The first of counted keys, and the others.
fn next_key(keys: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = keys.strip_prefix(b"length=")?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let len: usize = core::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    let (key, rest) = rest[end + 1..].split_at_checked(len)?;
    (len <= KEY_MAX).then_some((key, rest.strip_prefix(b"\n").unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_its_length_is_added_whole_or_not_at_all() {
        let mut request = Writer::new();
        assert_eq!(counted(&mut request, "key", b"a\nb"), Some(()));
        assert_eq!(request.payload(), b"length=3\nkey=a\nb\n");
        assert_eq!(counted(&mut request, "value", &[b'x'; 1000]), None);
        assert_eq!(number(&mut request, "granted", 1000), Some(()));
        assert_eq!(request.payload(), b"length=3\nkey=a\nb\ngranted=1000\n");
    }

    #[test]
    fn counted_keys_are_read_one_after_the_other() {
        let keys = b"length=3\na\nb\nlength=0\n\nlength=1\nc";
        let (first, rest) = next_key(keys).unwrap();
        let (second, rest) = next_key(rest).unwrap();
        assert_eq!(
            (first, second, next_key(rest)),
            (&b"a\nb"[..], &b""[..], Some((&b"c"[..], &b""[..])))
        );
        for wrong in ["", "a\n", "length=9\na", "length=x\na", "length=128\n"] {
            assert_eq!(next_key(wrong.as_bytes()), None);
        }
    }

    #[test]
    fn errors_have_the_names_of_refusals() {
        assert_eq!(refusal_of(b"full"), Refusal::NoRoom);
        assert_eq!(refusal_of(b"quota used up: of /tmp"), Refusal::Quota);
        assert_eq!(refusal_of(b"too long: a key has at most 127 bytes"), Refusal::TooLong);
        assert_eq!(refusal_of(b"so what"), Refusal::NotAvailable);
    }
}
