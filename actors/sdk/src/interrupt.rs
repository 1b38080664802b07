//! Interrupts of a device.

use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::raw;

/// A capability to an interrupt line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupt(Handle);

impl Interrupt {
    /// The line of this name.
    pub const fn new(handle: Handle) -> Interrupt {
        Interrupt(handle)
    }

    /// The line that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Interrupt {
        Interrupt(Handle::new(0, slot))
    }

    /// Waits until the device has interrupted, and answers how often since the last time. What
    /// happens before one waits is not lost, but counted.
    ///
    /// ```no_run
    /// use sdk::interrupt::Interrupt;
    /// use sdk::port::Ports;
    ///
    /// // The keyboard controller of a PC: line 1, data in port 0x60.
    /// let (line, ports) = (Interrupt::slot(1), Ports::slot(2));
    /// while line.wait().is_ok() {
    ///     sdk::log!("scan code {:?}", ports.read_u8(0));
    /// }
    /// ```
    pub fn wait(self) -> Result<u64, Refusal> {
        raw::wait_interrupt(self.0)
    }
}
