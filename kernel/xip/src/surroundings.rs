//! What a body may refer to.

use crate::kind::MemoryType;
use crate::kind::Signature;

/// What there is outside of the body that is read.
pub(crate) struct Surroundings<'a> {
    pub(crate) code: &'a [u8],
    pub(crate) types: &'a [Signature],
    /// The type of every function, imported ones first.
    pub(crate) function: &'a dyn Fn(u32) -> u16,
    /// The value of every global that is known before there is an instance.
    pub(crate) globals: &'a [Option<u64>],
    pub(crate) memory: Option<MemoryType>,
}
