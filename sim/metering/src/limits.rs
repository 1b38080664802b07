//! What there is room for.

/// Where wasmi's stack is full, in the kernel's configuration of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Nested calls, the first one included.
    pub calls: u64,
    /// Values on the stack.
    pub values: u64,
}
