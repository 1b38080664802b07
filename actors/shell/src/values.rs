//! The command about values by key, which whoever is called `kv` keeps.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::file::Contents;
use sdk::kv::Kv;
use sdk::memory::Memory;

use crate::dialogue::Dialogue;
use crate::mail::PATIENCE;
use crate::palette::Ink;
use crate::word::shown;

/// Who keeps values.
const NAME: &str = "kv";

/// Bytes of a long value that are shown.
const HEAD: usize = 160;

/// What is done with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// It is kept under a key, for so many seconds or, with 0, for ever.
    Put(Vec<u8>, Vec<u8>, u32),
    Get(Vec<u8>),
    Delete(Vec<u8>),
    /// The keys that begin so are shown.
    List(Vec<u8>),
}

impl Dialogue {
    /// Reads or changes a value, or says why not.
    #[inline(never)]
    pub(crate) fn run_errand(&mut self, errand: &Errand) {
        let Some(target) = self.target(NAME, NAME) else { return };
        let kv = Kv::new(target.endpoint);
        let mut kv = match self.mail.now() {
            Some(_) => kv.with_patience(PATIENCE),
            None => kv,
        };
        let (key, done) = match errand {
            Errand::Put(key, value, seconds) => (key, kv.put(key, value, *seconds)),
            Errand::Delete(key) => (key, kv.delete(key)),
            Errand::Get(key) => {
                let value = kv.get(key).and_then(value_line);
                (key, value.map(|line| self.say(Ink::Plain, &line)))
            }
            Errand::List(prefix) => {
                let listed = kv.list(prefix, |key| self.say(Ink::Plain, &shown(key)));
                (prefix, listed.map(drop))
            }
        };
        if let Err(refusal) = done {
            self.complain(NAME, &format_args!("{}: {refusal}", shown(key)));
        }
    }
}

/// A value, or the beginning of a long one.
fn value_line(value: Contents<'_>) -> Result<String, Refusal> {
    match value {
        Contents::Inline(bytes) => Ok(shown(bytes)),
        Contents::Granted(memory, len) => {
            let mut head = [0; HEAD];
            let head = &mut head[..HEAD.min(len as usize)];
            Memory::new(memory.handle()).read(0, head)?;
            Ok(format!("{} of {len} bytes", shown(head)))
        }
    }
}
