//! What the interpreter asks of whoever runs it.

/// The outside of an instance, lent to it for as long as it runs.
pub trait Host {
    /// The instance calls an imported function. `import` counts the imported functions alone.
    ///
    /// A value answers at once: the result of the function, or anything if it has none. `None`
    /// makes the instance leave with [`Exit::Called`](crate::Exit::Called); functions with more
    /// than one result must. What the call costs is taken from `fuel`.
    fn call(
        &mut self,
        import: usize,
        arguments: &[u64],
        memory: &mut [u8],
        fuel: &mut u64,
    ) -> Option<u64>;

    /// Whether the memory may grow from `current` to `desired` bytes. It must not matter how often
    /// this is asked.
    fn may_grow(&mut self, current: usize, desired: usize) -> bool;
}
