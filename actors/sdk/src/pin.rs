//! Digital pins.

use abi::handle::Handle;
use abi::refusal::Refusal;
use core::ops::Not;

use crate::raw;

/// The two levels of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// No voltage.
    Low,
    /// The chip's voltage.
    High,
}

impl Not for Level {
    type Output = Level;

    fn not(self) -> Level {
        match self {
            Level::Low => Level::High,
            Level::High => Level::Low,
        }
    }
}

/// A capability to a set of pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pins(Handle);

impl Pins {
    /// The pins of this name.
    pub const fn new(handle: Handle) -> Pins {
        Pins(handle)
    }

    /// The pins that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Pins {
        Pins(Handle::new(0, slot))
    }

    /// The level of an input.
    pub fn level(self, pin: u8) -> Result<Level, Refusal> {
        raw::pin_read(self.0, pin).map(|high| if high { Level::High } else { Level::Low })
    }

    /// Drives an output.
    pub fn drive(self, pin: u8, level: Level) -> Result<(), Refusal> {
        raw::pin_write(self.0, pin, level == Level::High)
    }
}
