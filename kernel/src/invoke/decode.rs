//! The words of a call as what they mean.

use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::actor::Buffer;
use crate::call::Call;

/// A pointer and a length that lie inside the caller's memory.
pub(super) fn range(memory: &[u8], pointer: u64, len: u64) -> Result<Buffer, Refusal> {
    let end = pointer.checked_add(len).ok_or(Refusal::BadPointer)?;
    if end <= memory.len() as u64 {
        // Both are at most the memory's length, which is a `usize`.
        return Ok(Buffer { start: pointer as usize, len: len as usize });
    }
    Err(if memory.is_empty() { Refusal::NoMemory } else { Refusal::BadPointer })
}

/// Where a result of four bytes goes.
pub(super) fn word_place(memory: &[u8], pointer: u64) -> Result<Buffer, Refusal> {
    range(memory, pointer, size_of::<u32>() as u64)
}

/// Where a result of eight bytes goes, if the caller wants it.
pub(super) fn long_place(memory: &[u8], pointer: u64) -> Result<Option<Buffer>, Refusal> {
    if pointer == Call::NOWHERE {
        return Ok(None);
    }
    range(memory, pointer, size_of::<u64>() as u64).map(Some)
}

/// An offset crosses as a signed 32-bit word; a negative one is outside every object.
pub(super) fn signed(offset: u64) -> Result<u64, Refusal> {
    if offset <= i32::MAX as u64 { Ok(offset) } else { Err(Refusal::OutOfRange) }
}

/// A set of rights.
pub(super) fn rights_of(word: u64) -> Result<Rights, Refusal> {
    let bits = u32::try_from(word).map_err(|_| Refusal::OutOfRange)?;
    Rights::from_bits(bits).ok_or(Refusal::OutOfRange)
}

/// A name or a path.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    core::str::from_utf8(bytes).map_err(|_| Refusal::Invalid)
}
