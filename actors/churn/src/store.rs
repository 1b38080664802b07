//! What is needed of a key-value store, and the proof of what is in it.

use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;

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

/// That there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoStore {}

impl Store for NoStore {
    fn put(&mut self, _: &str, _: &[u8]) -> Result<(), Refusal> {
        match *self {}
    }

    fn delete(&mut self, _: &str) -> Result<(), Refusal> {
        match *self {}
    }

    fn get(&mut self, _: &str, _: &mut Vec<u8>) -> Result<(), Refusal> {
        match *self {}
    }

    fn list(&mut self, _: &str, _: &mut dyn FnMut(&str)) -> Result<(), Refusal> {
        match *self {}
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
