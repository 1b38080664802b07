//! Values by key, one file each: a header that says when the value ends, and the value.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::kv::KEY_MAX;
use sdk::kv::VALUE_MAX;

use crate::drawer::Body;
use crate::drawer::Drawer;
use crate::name;

/// Bytes before a value: magic, and the moment in milliseconds at which it ends.
pub(crate) const HEADER_BYTES: usize = 12;

const MAGIC: [u8; 4] = *b"kv1\n";

/// The moment that never comes.
const NEVER: u64 = u64::MAX;

/// Keys in the order of their bytes.
type Keys = BTreeSet<Vec<u8>>;

/// Values by key.
#[derive(Debug)]
pub(crate) struct Store<D> {
    pub(crate) drawer: D,
}

/// Which keys are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) prefix: &'a [u8],
    pub(crate) after: Option<&'a [u8]>,
    /// Keys.
    pub(crate) limit: usize,
    /// Bytes that they take, each with so many more.
    pub(crate) room: usize,
    pub(crate) overhead: usize,
}

impl<D: Drawer> Store<D> {
    /// Keeps a value until `end`, if it has one, in place of the one that there is.
    pub(crate) fn put(
        &mut self,
        key: &[u8],
        body: Body<'_>,
        end: Option<u64>,
    ) -> Result<(), Refusal> {
        let name = name_of(key)?;
        if (VALUE_MAX as usize) < body.len() {
            return Err(Refusal::TooLong);
        }
        let mut header = [0; HEADER_BYTES];
        header[..4].copy_from_slice(&MAGIC);
        header[4..].copy_from_slice(&end.unwrap_or(NEVER).to_le_bytes());
        self.drawer.write(&name, &header, body)
    }

    /// Bytes of the value of a key. One that has ended is not there any more.
    pub(crate) fn size(&mut self, key: &[u8], now: u64) -> Result<u32, Refusal> {
        let name = name_of(key)?;
        let mut header = [0; HEADER_BYTES];
        let count = self.drawer.read(&name, 0, &mut header)?;
        let (magic, end) = header.split_at(4);
        if count != HEADER_BYTES || magic != MAGIC {
            return Err(Refusal::Corrupt);
        }
        if u64::from_le_bytes(core::array::from_fn(|byte| end[byte])) <= now {
            self.drawer.remove(&name)?;
            return Err(Refusal::NotFound);
        }
        let size = self.drawer.size(&name)?;
        size.checked_sub(HEADER_BYTES as u32).ok_or(Refusal::Corrupt)
    }

    /// Fills the buffer with the value of a key from `offset` on; answers how many bytes there were.
    pub(crate) fn read(
        &mut self,
        key: &[u8],
        offset: u32,
        buffer: &mut [u8],
    ) -> Result<usize, Refusal> {
        let offset = offset.checked_add(HEADER_BYTES as u32).ok_or(Refusal::OutOfRange)?;
        self.drawer.read(&name_of(key)?, offset, buffer)
    }

    /// Forgets a value.
    pub(crate) fn delete(&mut self, key: &[u8], now: u64) -> Result<(), Refusal> {
        match self.size(key, now) {
            // What is damaged can be forgotten, too.
            Ok(_) | Err(Refusal::Corrupt) => self.drawer.remove(&name_of(key)?),
            Err(refusal) => Err(refusal),
        }
    }

    /// The first keys that are wanted, in the order of their bytes.
    pub(crate) fn list(&mut self, wanted: Wanted<'_>, now: u64) -> Result<Keys, Refusal> {
        loop {
            let (keys, next) = self.first_keys(wanted)?;
            let mut has_ended = false;
            // The one that found no room may have kept out those behind it.
            for key in keys.iter().chain(&next) {
                match self.size(key, now) {
                    Err(Refusal::NotFound) => has_ended = true,
                    Ok(_) | Err(Refusal::Corrupt) => (),
                    Err(refusal) => return Err(refusal),
                }
            }
            // Each round removes a file, so that there is a last one.
            if !has_ended {
                return Ok(keys);
            }
        }
    }

    /// The same without regard to time, and the first key that found no room.
    fn first_keys(&mut self, wanted: Wanted<'_>) -> Result<(Keys, Option<Vec<u8>>), Refusal> {
        let Wanted { prefix, after, limit, room, overhead } = wanted;
        let mut keys = Keys::new();
        let mut bytes = 0;
        // The least key that found no room: none behind it may be told before it.
        let mut least_left: Option<Vec<u8>> = None;
        self.drawer.list(&mut |name| {
            let Some(key) = name::decode(name) else { return };
            let is_behind = after.is_none_or(|after| after < key.as_slice());
            let is_before = least_left.as_ref().is_none_or(|least| key < *least);
            if !key.starts_with(prefix) || !is_behind || !is_before {
                return;
            }
            bytes += key.len() + overhead;
            keys.insert(key);
            while limit < keys.len() || room < bytes {
                let Some(key) = keys.pop_last() else { break };
                bytes -= key.len() + overhead;
                least_left = Some(key);
            }
        })?;
        Ok((keys, least_left))
    }
}

fn name_of(key: &[u8]) -> Result<String, Refusal> {
    if KEY_MAX < key.len() { Err(Refusal::NameTooLong) } else { Ok(name::encode(key)) }
}

#[cfg(test)]
mod tests;
