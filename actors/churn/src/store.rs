//! What is needed of a key-value store, and the proof of what is in it.

use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::file::Contents;
use sdk::kv::Kv;
use sdk::memory::Memory;

use crate::record;
use crate::survey::Broken;
use crate::tree::Node;
use crate::tree::Tree;

/// Values by key. Every change is whole.
pub(crate) trait Store {
    fn put(&mut self, key: &str, value: &[u8]) -> Result<(), Refusal>;
    fn delete(&mut self, key: &str) -> Result<(), Refusal>;
    /// Adds the value to the buffer.
    fn get(&mut self, key: &str, buffer: &mut Vec<u8>) -> Result<(), Refusal>;
    /// Tells the keys that begin so.
    fn list(&mut self, prefix: &str, each: &mut dyn FnMut(&str)) -> Result<(), Refusal>;
}

impl Store for Kv {
    fn put(&mut self, key: &str, value: &[u8]) -> Result<(), Refusal> {
        Kv::put(self, key.as_bytes(), value, 0)
    }

    fn delete(&mut self, key: &str) -> Result<(), Refusal> {
        Kv::delete(self, key.as_bytes())
    }

    fn get(&mut self, key: &str, buffer: &mut Vec<u8>) -> Result<(), Refusal> {
        match Kv::get(self, key.as_bytes())? {
            Contents::Inline(bytes) => buffer.extend_from_slice(bytes),
            Contents::Granted(memory, len) => {
                let begin = buffer.len();
                buffer.resize(begin + len as usize, 0);
                Memory::new(memory.handle()).read(0, &mut buffer[begin..])?;
            }
        }
        Ok(())
    }

    fn list(&mut self, prefix: &str, each: &mut dyn FnMut(&str)) -> Result<(), Refusal> {
        let mut is_text = true;
        Kv::list(self, prefix.as_bytes(), |key| match core::str::from_utf8(key) {
            Ok(key) => each(key),
            Err(_) => is_text = false,
        })?;
        // No key that is not text was ever put.
        if is_text { Ok(()) } else { Err(Refusal::Corrupt) }
    }
}

/// All values whose key begins so, each proven to be one record: the same as files by their keys.
pub(crate) fn survey(store: &mut impl Store, prefix: &str) -> Result<Tree, Broken> {
    let mut keys: Vec<String> = Vec::new();
    let listed = store.list(prefix, &mut |key| keys.push(String::from(key)));
    listed.map_err(|refusal| Broken::refused(prefix, refusal))?;
    let mut values = Tree::default();
    let mut value = Vec::new();
    for key in &keys {
        value.clear();
        store.get(key, &mut value).map_err(|refusal| Broken::refused(key, refusal))?;
        let records = record::read(&value).map_err(|flaw| Broken::flawed(key, flaw))?;
        if records.len() != 1 || values.get(key).is_some() {
            return Err(Broken::new(key, "a key whose value is not one record, once"));
        }
        values.put(key, Node::File(records));
    }
    match values.doubled() {
        Some(key) => Err(Broken::new(key, "its value exists twice")),
        None => Ok(values),
    }
}
