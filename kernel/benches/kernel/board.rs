//! A board with nothing but a serial line on which bytes arrive.

use std::collections::VecDeque;
use std::convert::Infallible;

use abi::graphics::FramebufferInfo;
use embedded_hal::digital::OutputPin;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;

/// The board and the bytes that it has yet to report.
#[derive(Default)]
pub(crate) struct Bare {
    arrived: VecDeque<u8>,
    void: Void,
}

impl Bare {
    /// Lets a byte arrive.
    pub(crate) fn arrive(&mut self, byte: u8) {
        self.arrived.push_back(byte);
    }
}

/// Nothing that could be driven or drawn on.
#[derive(Default)]
pub(crate) struct Void;

impl Board for Bare {
    type Serial = Void;
    type Pin = Void;
    type Framebuffer = Void;

    fn event(&mut self) -> Option<Event> {
        self.arrived.pop_front().map(Event::Serial)
    }

    fn serial(&mut self) -> &mut Void {
        &mut self.void
    }

    fn pin(&mut self, _: u8) -> Option<&mut Void> {
        None
    }

    fn request_entropy(&mut self) {}

    fn framebuffer(&mut self) -> Option<&mut Void> {
        None
    }
}

impl embedded_io::ErrorType for Void {
    type Error = Infallible;
}

impl embedded_io::Write for Void {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io::WriteReady for Void {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

impl embedded_hal::digital::ErrorType for Void {
    type Error = Infallible;
}

impl OutputPin for Void {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Framebuffer for Void {
    fn info(&self) -> FramebufferInfo {
        unreachable!("the board has no screen")
    }

    fn write(&mut self, _: usize, _: &[u8]) {}

    fn flush(&mut self) {}
}
