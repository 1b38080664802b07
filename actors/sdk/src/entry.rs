//! The start of an actor, and its unexpected end.

use crate::raw;

/// Ends the actor. Zero is a normal exit.
pub fn exit(code: i32) -> ! {
    raw::exit(code)
}

/// What an actor exits with when it panics.
pub const PANIC_EXIT: i32 = 101;

/// Makes `fn main()` the start of the actor. When it returns, the actor exits normally.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[cfg(target_arch = "wasm32")]
        #[unsafe(no_mangle)]
        extern "C" fn _start() {
            $main()
        }
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = $main;
    };
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    crate::log!("{info}");
    raw::exit(PANIC_EXIT)
}
