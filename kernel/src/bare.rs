//! A board without devices: for kernels whose actors only talk to each other, as in tests, in
//! benchmarks, and on the first day of a port.

use abi::graphics::FramebufferInfo;
use alloc::collections::VecDeque;
use core::convert::Infallible;
use embedded_hal::digital::OutputPin;
use embedded_storage::nor_flash;

use crate::device::Board;
use crate::device::Framebuffer;
use crate::event::Event;

/// The board. What its serial line is given is gone; what happens to it is what
/// [`Bare::happen`] says.
#[derive(Debug, Default)]
pub struct Bare {
    events: VecDeque<Event>,
    sink: Sink,
}

impl Bare {
    /// Lets something happen, behind what has happened before.
    pub fn happen(&mut self, event: Event) {
        self.events.push_back(event);
    }
}

impl Board for Bare {
    type Serial = Sink;
    type Pin = Nothing;
    type Framebuffer = Nothing;
    type Flash = Nothing;

    fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn serial(&mut self) -> &mut Sink {
        &mut self.sink
    }

    fn pin(&mut self, _: u8) -> Option<&mut Nothing> {
        None
    }

    fn request_entropy(&mut self) {}

    fn framebuffer(&mut self) -> Option<&mut Nothing> {
        None
    }

    fn flash(&mut self) -> Option<&mut Nothing> {
        None
    }
}

/// A serial line that takes everything and shows nothing.
#[derive(Debug, Default)]
pub struct Sink;

impl embedded_io::ErrorType for Sink {
    type Error = Infallible;
}

impl embedded_io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io::WriteReady for Sink {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

/// A pin, a screen or a flash that there is not.
#[derive(Debug)]
pub enum Nothing {}

impl embedded_hal::digital::ErrorType for Nothing {
    type Error = Infallible;
}

impl OutputPin for Nothing {
    fn set_low(&mut self) -> Result<(), Infallible> {
        match *self {}
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        match *self {}
    }
}

impl Framebuffer for Nothing {
    fn info(&self) -> FramebufferInfo {
        match *self {}
    }

    fn write(&mut self, _: usize, _: &[u8]) {
        match *self {}
    }

    fn flush(&mut self) {
        match *self {}
    }
}

impl nor_flash::ErrorType for Nothing {
    type Error = Infallible;
}

impl nor_flash::ReadNorFlash for Nothing {
    const READ_SIZE: usize = 1;

    fn read(&mut self, _: u32, _: &mut [u8]) -> Result<(), Infallible> {
        match *self {}
    }

    fn capacity(&self) -> usize {
        match *self {}
    }
}

impl nor_flash::NorFlash for Nothing {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = 1;

    fn erase(&mut self, _: u32, _: u32) -> Result<(), Infallible> {
        match *self {}
    }

    fn write(&mut self, _: u32, _: &[u8]) -> Result<(), Infallible> {
        match *self {}
    }
}
