//! Living and dying together.
//!
//! Two linked actors share an abnormal end: when one ends so, the kernel ends the other. Whoever
//! traps exits lives on instead and is told
//! ([`Message::exit_notice`](crate::endpoint::Message::exit_notice)), of normal ends too.
//!
//! ```no_run
//! use sdk::Refusal;
//! use sdk::endpoint::Endpoint;
//! use sdk::endpoint::Inbox;
//! use sdk::link;
//!
//! fn watch(partner: Endpoint) -> Result<(), Refusal> {
//!     link::trap_exits()?;
//!     link::link(partner.handle())?;
//!     let mut inbox = Inbox::new();
//!     loop {
//!         if let Some(notice) = inbox.receive()?.exit_notice() {
//!             sdk::log!("{:#x} has ended: {:?}", notice.id, notice.kind);
//!             return Ok(());
//!         }
//!     }
//! }
//! ```

use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::raw;

/// Links this actor with the one behind the endpoint or the child.
pub fn link(handle: Handle) -> Result<(), Refusal> {
    raw::link(handle)
}

/// Undoes [`link`].
pub fn unlink(handle: Handle) -> Result<(), Refusal> {
    raw::unlink(handle)
}

/// From now on the end of a linked actor is a message instead of this actor's own end.
pub fn trap_exits() -> Result<(), Refusal> {
    raw::trap_exits(true)
}

/// Undoes [`trap_exits`].
pub fn share_exits() -> Result<(), Refusal> {
    raw::trap_exits(false)
}
