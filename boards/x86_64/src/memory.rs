//! What allocations take from: the memory that was found at the start.

use parts::heap::Heap;

// SAFETY: there is one thread, and no interrupt below allocates.
#[global_allocator]
pub(crate) static HEAP: Heap = unsafe { Heap::new() };
