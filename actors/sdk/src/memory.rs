//! A range of bytes that lies outside the actor.

use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::capability;
use crate::capability::Owned;
use crate::raw;

/// A capability to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory(Handle);

impl Memory {
    /// The memory of this name.
    pub const fn new(handle: Handle) -> Memory {
        Memory(handle)
    }

    /// The memory that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Memory {
        Memory(Handle::new(0, slot))
    }

    /// Memory of zeros, to be passed on. It lasts as long as somebody has a capability to it.
    pub fn create(len: u32) -> Result<Memory, Refusal> {
        raw::flash::make_memory(len).map(Memory)
    }

    /// Its name.
    pub const fn handle(self) -> Handle {
        self.0
    }

    /// Bytes it has.
    pub fn size(self) -> Result<u64, Refusal> {
        capability::info(self.0).map(|info| info.size)
    }

    /// Fills the buffer from `offset` on.
    pub fn read(self, offset: u32, buffer: &mut [u8]) -> Result<(), Refusal> {
        let count = raw::read(self.0, offset, buffer)?;
        if count == buffer.len() { Ok(()) } else { Err(Refusal::OutOfRange) }
    }

    /// Writes the bytes from `offset` on.
    pub fn write(self, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
        let count = raw::write(self.0, offset, bytes)?;
        if count == bytes.len() { Ok(()) } else { Err(Refusal::OutOfRange) }
    }

    /// A capability to a part of it.
    pub fn part(self, rights: Rights, offset: u32, len: u32) -> Result<Memory, Refusal> {
        raw::mint_range(self.0, rights, offset, len).map(Memory)
    }

    /// Memory with these bytes in it, to be passed on.
    pub(crate) fn lend(bytes: &[u8]) -> Result<Memory, Refusal> {
        let len = u32::try_from(bytes.len()).map_err(|_| Refusal::TooLong)?;
        let memory = Memory::create(len)?;
        match memory.write(0, bytes) {
            Ok(()) => Ok(memory),
            Err(refusal) => {
                drop(Owned::new(memory.handle()));
                Err(refusal)
            }
        }
    }
}
