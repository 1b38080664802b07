//! The memory of an instance, seen from outside while nothing of it runs.

/// Where a linear memory lies. It holds until the instance runs again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct View {
    /// Its first byte's address; meaningless if there are none.
    address: usize,
    len: usize,
}

impl View {
    /// Looks at a memory.
    pub(crate) fn of(memory: &wasmtime::Memory, store: impl wasmtime::AsContext) -> View {
        let store = store.as_context();
        let address = memory.data_ptr(&store).expose_provenance();
        View { address, len: memory.data_size(&store) }
    }

    /// Bytes that there are.
    pub(crate) fn len(self) -> usize {
        self.len
    }

    /// The bytes. Whoever asks for them must own the instance and keep it from running for as long
    /// as they are used; borrowing `owner` mutably is how.
    #[expect(unsafe_code, reason = "wasmtime lends no memory of a suspended instance")]
    pub(crate) fn bytes<T>(self, _owner: &mut T) -> &mut [u8] {
        if self.len == 0 {
            return &mut [];
        }
        let first = core::ptr::with_exposed_provenance_mut(self.address);
        // SAFETY: `first` and `len` are what wasmtime gave for a linear memory when its instance
        // stopped running. The memory is owned by a store that is owned by `owner`'s task, so it
        // lives as long as `owner`; it moves, shrinks and changes hands only while the task runs, and
        // the task runs only if `owner` is borrowed mutably, which it is already by the result.
        // Inside the task no slice of it is alive: the task stands at a point where it has given
        // up every borrow of its store's memory.
        unsafe { core::slice::from_raw_parts_mut(first, self.len) }
    }
}
