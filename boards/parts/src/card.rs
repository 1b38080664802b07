//! A card with digital outputs that is not there. A PC has no pins of its own; actors that drive
//! some find these, and whoever turns the handle of the kernel is told of their levels. No voltage
//! changes anywhere.

use core::convert::Infallible;
use embedded_hal::digital::OutputPin;

/// Lines of the card, as many as the PC of scenarios has.
const LINES: usize = 32;

/// The card.
#[derive(Debug, Default)]
pub struct Card([Line; LINES]);

/// One line of it.
#[derive(Debug, Default)]
pub struct Line {
    is_high: bool,
}

impl Card {
    /// A line, if the card has this many.
    pub fn line(&mut self, number: u8) -> Option<&mut Line> {
        self.0.get_mut(usize::from(number))
    }
}

impl Line {
    /// What it was driven to last; low at first.
    pub fn is_high(&self) -> bool {
        self.is_high
    }
}

impl embedded_hal::digital::ErrorType for Line {
    type Error = Infallible;
}

impl OutputPin for Line {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.is_high = false;
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.is_high = true;
        Ok(())
    }
}
