//! Actors that only answer: one function, called for every message.

use crate::endpoint::MESSAGE_MAX;
use crate::endpoint::Message;
use crate::raw::Shared;

/// What becomes of the actor after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It waits for the next one.
    Stay,
    /// It exits normally.
    Stop,
}

/// Where the kernel puts messages for a handler: the actor exports it as `MESSAGE_BUFFER`.
pub type Buffer = Shared<MESSAGE_MAX>;

/// Hands the message in the buffer to the handler. This is what [`handler!`](crate::handler!)
/// exports to the kernel, which wants a nonzero word from whoever stays.
pub fn handle(buffer: &'static Buffer, handler: fn(Message<'_>) -> Next) -> i32 {
    match buffer.with(|bytes| handler(Message::new(bytes))) {
        Next::Stay => 1,
        Next::Stop => 0,
    }
}

/// Makes `fn answer(message: Message<'_>) -> Next` the handler of the actor's messages.
#[macro_export]
macro_rules! handler {
    ($handler:path) => {
        #[cfg(target_arch = "wasm32")]
        #[unsafe(no_mangle)]
        static MESSAGE_BUFFER: $crate::handler::Buffer = $crate::handler::Buffer::new();

        /// The words repeat what the header in the buffer says.
        #[cfg(target_arch = "wasm32")]
        #[unsafe(no_mangle)]
        extern "C" fn handle_message(_: i32, _: i64, _: i32, _: i32) -> i32 {
            $crate::handler::handle(&MESSAGE_BUFFER, $handler)
        }
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn($crate::endpoint::Message<'_>) -> $crate::handler::Next = $handler;
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    static BUFFER: Buffer = Buffer::new();

    #[test]
    fn the_handler_decides_whether_the_actor_stays() {
        let stop_on_zero = |message: Message<'_>| match message.opcode() {
            0 => Next::Stop,
            _ => Next::Stay,
        };
        assert_eq!(handle(&BUFFER, stop_on_zero), 0, "an empty buffer has opcode 0");
    }
}
