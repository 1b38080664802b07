//! What outlives an actor's memory: bytes under a key, for the next life or the next code of an actor
//! of the same name. They are kept by the file server whose directory the actor holds.
//!
//! ```no_run
//! use sdk::Refusal;
//! use sdk::endpoint::Inbox;
//! use sdk::state;
//!
//! fn count() -> Result<(), Refusal> {
//!     let mut bytes = [0; 4];
//!     let mut count = match state::load("count", &mut bytes) {
//!         Ok(_) => u32::from_le_bytes(bytes),
//!         Err(Refusal::NotFound) => 0,
//!         Err(refusal) => return Err(refusal),
//!     };
//!     state::ask_for_notice()?;
//!     let mut inbox = Inbox::new();
//!     loop {
//!         let message = inbox.receive()?;
//!         if message.is_reload() || message.is_shutdown() {
//!             state::save("count", &count.to_le_bytes())?;
//!         } else {
//!             count += 1;
//!         }
//!     }
//! }
//! ```

use abi::refusal::Refusal;

use crate::raw;

/// Keeps bytes under a key, in place of those that were there. A key is 1 to 63 bytes without `/`.
pub fn save(key: &str, bytes: &[u8]) -> Result<(), Refusal> {
    raw::renewal::save_state(key.as_bytes(), bytes)
}

/// Reads what was kept under a key; answers how many bytes that are. [`Refusal::NotFound`] if there
/// are none, [`Refusal::BufferTooSmall`] if they do not fit.
pub fn load(key: &str, buffer: &mut [u8]) -> Result<usize, Refusal> {
    raw::renewal::load_state(key.as_bytes(), buffer)
}

/// From now on this actor is told before other code takes over
/// ([`Message::is_reload`](crate::endpoint::Message::is_reload)). The receive after that one is where
/// it happens.
pub fn ask_for_notice() -> Result<(), Refusal> {
    raw::renewal::reload_notice(true)
}
