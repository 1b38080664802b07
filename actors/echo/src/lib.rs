//! Echo: sends every payload back under the same opcode, and stops on opcode 0.
//!
//! It is given a log. The answer goes to the endpoint that comes with the message; what comes
//! without one cannot be answered and is said so in the log, though not every time.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

use sdk::endpoint::Message;
use sdk::handler::Next;

/// The opcode that ends it.
const STOP: u32 = 0;

sdk::handler!(answer);

fn answer(mut message: Message<'_>) -> Next {
    if message.opcode() == STOP {
        return Next::Stop;
    }
    if let Err(refusal) = message.reply(message.opcode(), message.payload()) {
        sdk::log!("no answer to #{}: {refusal}", message.sender());
    }
    Next::Stay
}
