//! A heap for actors that want one: memory of a size that they state, and no more.

#[doc(hidden)]
pub use crate::raw::Shared;

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub use crate::raw::Allocator;

/// Gives the actor a heap of this many bytes, so that it can use the crate `alloc`.
///
/// The bytes are part of the module's initial memory. An allocation that does not fit fails as
/// `alloc` defines it: `try_reserve` says so, anything else is a panic and the end of the actor.
///
/// ```no_run
/// sdk::heap!(16 * 1024);
/// ```
#[macro_export]
macro_rules! heap {
    ($size:expr) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            static AREA: $crate::heap::Shared<{ $size }> = $crate::heap::Shared::new();
            #[global_allocator]
            static HEAP: $crate::heap::Allocator<{ $size }> = $crate::heap::Allocator::new(&AREA);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: usize = $size;
    };
}
