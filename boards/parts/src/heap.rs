//! The memory that is given out. It begins empty; a board gives it what it has found.

use core::alloc::GlobalAlloc;
use core::alloc::Layout;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;
use talc::TalcCell;
use talc::source::Manual;

/// An allocator for a board with one thread. Interrupts must not allocate.
pub struct Heap {
    memory: TalcCell<Manual>,
    /// Bytes that it was given.
    bytes: AtomicUsize,
    /// Bytes that are given out.
    taken: AtomicUsize,
}

// SAFETY: whoever makes one promises that one thread uses it (see `Heap::new`).
unsafe impl Sync for Heap {}

impl Heap {
    /// Nothing yet.
    ///
    /// # Safety
    /// One thread uses it, and no interrupt does.
    pub const unsafe fn new() -> Heap {
        Heap {
            memory: TalcCell::new(Manual),
            bytes: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
        }
    }

    /// Takes this memory; returns whether it was enough to be of use.
    ///
    /// # Safety
    /// The memory is there, and nobody else's for ever.
    pub unsafe fn take(&self, first: *mut u8, bytes: usize) -> bool {
        // SAFETY: the caller promises it.
        let is_of_use = unsafe { self.memory.claim(first, bytes) }.is_some();
        if is_of_use {
            self.bytes.fetch_add(bytes, Relaxed);
        }
        is_of_use
    }

    /// All of its bytes, and those that are not given out. What it needs to know where they are counts
    /// as free.
    pub fn count(&self) -> (usize, usize) {
        let bytes = self.bytes.load(Relaxed);
        (bytes, bytes - self.taken.load(Relaxed))
    }
}

// SAFETY: all is passed on.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what the same function asks for.
        let memory = unsafe { self.memory.alloc(layout) };
        if !memory.is_null() {
            self.taken.fetch_add(layout.size(), Relaxed);
        }
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        self.taken.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller promises what the same function asks for.
        unsafe { self.memory.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: the caller promises what the same function asks for.
        let moved = unsafe { self.memory.realloc(memory, layout, bytes) };
        if !moved.is_null() {
            self.taken.fetch_add(bytes, Relaxed);
            self.taken.fetch_sub(layout.size(), Relaxed);
        }
        moved
    }
}
