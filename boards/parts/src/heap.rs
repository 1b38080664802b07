//! The memory that is given out. It begins empty; a board gives it what it has found.

use core::alloc::GlobalAlloc;
use core::alloc::Layout;
use talc::TalcCell;
use talc::source::Manual;

/// An allocator for a board with one thread. Interrupts must not allocate.
pub struct Heap(TalcCell<Manual>);

// SAFETY: whoever makes one promises that one thread uses it (see `Heap::new`).
unsafe impl Sync for Heap {}

impl Heap {
    /// Nothing yet.
    ///
    /// # Safety
    /// One thread uses it, and no interrupt does.
    pub const unsafe fn new() -> Heap {
        Heap(TalcCell::new(Manual))
    }

    /// Takes this memory; returns whether it was enough to be of use.
    ///
    /// # Safety
    /// The memory is there, and nobody else's for ever.
    pub unsafe fn take(&self, first: *mut u8, bytes: usize) -> bool {
        // SAFETY: the caller promises it.
        unsafe { self.0.claim(first, bytes) }.is_some()
    }
}

// SAFETY: all is passed on.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what the same function asks for.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller promises what the same function asks for.
        unsafe { self.0.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: the caller promises what the same function asks for.
        unsafe { self.0.realloc(memory, layout, bytes) }
    }
}
