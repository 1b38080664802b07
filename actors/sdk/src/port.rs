//! I/O ports of an x86 processor.

use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::raw;

/// A capability to a range of ports. Offsets count from its first port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports(Handle);

impl Ports {
    /// The ports of this name.
    pub const fn new(handle: Handle) -> Ports {
        Ports(handle)
    }

    /// The ports that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Ports {
        Ports(Handle::new(0, slot))
    }

    /// Reads a port of 8 bits.
    pub fn read_u8(self, offset: u16) -> Result<u8, Refusal> {
        raw::port_read(self.0, offset, 1).map(|value| value as u8)
    }

    /// Reads a port of 16 bits.
    pub fn read_u16(self, offset: u16) -> Result<u16, Refusal> {
        raw::port_read(self.0, offset, 2).map(|value| value as u16)
    }

    /// Reads a port of 32 bits.
    pub fn read_u32(self, offset: u16) -> Result<u32, Refusal> {
        raw::port_read(self.0, offset, 4).map(|value| value as u32)
    }

    /// Writes a port of 8 bits.
    pub fn write_u8(self, offset: u16, value: u8) -> Result<(), Refusal> {
        raw::port_write(self.0, offset, 1, u32::from(value))
    }

    /// Writes a port of 16 bits.
    pub fn write_u16(self, offset: u16, value: u16) -> Result<(), Refusal> {
        raw::port_write(self.0, offset, 2, u32::from(value))
    }

    /// Writes a port of 32 bits.
    pub fn write_u32(self, offset: u16, value: u32) -> Result<(), Refusal> {
        raw::port_write(self.0, offset, 4, value)
    }
}
