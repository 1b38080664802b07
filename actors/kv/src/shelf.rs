//! Files of a test, in memory.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;

use crate::drawer::Body;
use crate::drawer::Drawer;

/// Files by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shelf {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Drawer for Shelf {
    fn size(&mut self, name: &str) -> Result<u32, Refusal> {
        self.files.get(name).map(|file| file.len() as u32).ok_or(Refusal::NotFound)
    }

    fn read(&mut self, name: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let file = self.files.get(name).ok_or(Refusal::NotFound)?;
        let rest = file.get(offset as usize..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn write(&mut self, name: &str, head: &[u8], body: Body<'_>) -> Result<(), Refusal> {
        let Body::Bytes(bytes) = body else { return Err(Refusal::NotAvailable) };
        self.files.insert(name.into(), [head, bytes].concat());
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), Refusal> {
        self.files.remove(name).map(drop).ok_or(Refusal::NotFound)
    }

    fn list(&mut self, each: &mut dyn FnMut(&str)) -> Result<(), Refusal> {
        // In no order that anybody could rely on.
        self.files.keys().rev().for_each(|name| each(name));
        Ok(())
    }
}
