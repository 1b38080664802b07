//! The serial line. Whoever may read it is sent a message for each byte that arrives
//! ([`abi::message::SERIAL_EVENT`]).

use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::raw;

/// A capability to the serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serial(Handle);

impl Serial {
    /// The line of this name.
    pub const fn new(handle: Handle) -> Serial {
        Serial(handle)
    }

    /// The line that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Serial {
        Serial(Handle::new(0, slot))
    }

    /// Its name.
    pub const fn handle(self) -> Handle {
        self.0
    }

    /// Sends the bytes as they are. They wait for the line in the kernel; what finds no room there
    /// is lost, so whoever sends much waits between.
    pub fn write(self, bytes: &[u8]) -> Result<(), Refusal> {
        raw::write(self.0, 0, bytes).map(|_| ())
    }
}
