//! A board whose devices do as they please, within their traits.

use std::collections::VecDeque;
use std::convert::Infallible;

use abi::graphics::FramebufferInfo;
use abi::graphics::PixelFormat;
use devices::flash::Flash;
use devices::flash::Quality;
use devices::flash::SECTOR;
use devices::stream::Seed;
use embedded_hal::digital::OutputPin;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;

use crate::fuzz::draw::Draw;

/// Devices and what happens to them.
pub(super) struct Rough {
    /// What happened and has not been taken yet.
    pub(super) events: VecDeque<Event>,
    draw: Draw,
    serial: Line,
    pin: Output,
    screen: Screen,
    flash: Flash,
    wants_entropy: bool,
}

impl Rough {
    /// A board of its own luck.
    pub(super) fn new(mut draw: Draw) -> Rough {
        let serial = Line { is_slow: draw.one_in(4), turns: 0 };
        let events = VecDeque::new();
        let blank = vec![0xff; 4 * SECTOR];
        let flash = Flash::new(blank, Quality::SERIAL, Seed(draw.word()), "rough");
        Rough { events, draw, serial, pin: Output, screen: Screen, flash, wants_entropy: false }
    }

    /// What the flash is doing comes to its end at some time.
    pub(super) fn let_flash_work(&mut self) {
        if self.flash.doing().is_some() && self.draw.one_in(3) {
            self.flash.finish();
            self.events.push_back(Event::FlashDone);
        }
        if self.draw.one_in(1000) {
            // A driver that is wrong about what it was asked.
            self.events.push_back(Event::FlashDone);
        }
    }

    /// Whether entropy was asked for since the last time.
    pub(super) fn take_request(&mut self) -> bool {
        std::mem::take(&mut self.wants_entropy)
    }
}

/// A serial line that may take one byte now and then.
pub(super) struct Line {
    is_slow: bool,
    turns: u32,
}

impl embedded_io::ErrorType for Line {
    type Error = Infallible;
}

impl embedded_io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(if self.is_slow { 1 } else { bytes.len() })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io::WriteReady for Line {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        self.turns += 1;
        Ok(!self.is_slow || self.turns.is_multiple_of(16))
    }
}

/// An output that shows nothing.
pub(super) struct Output;

impl embedded_hal::digital::ErrorType for Output {
    type Error = Infallible;
}

impl OutputPin for Output {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A small screen that nobody looks at.
pub(super) struct Screen;

impl Framebuffer for Screen {
    fn info(&self) -> FramebufferInfo {
        FramebufferInfo { width: 32, height: 16, stride: 128, format: PixelFormat::Bgra8888 }
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset.checked_add(bytes.len());
        assert!(end.is_some_and(|end| end <= self.info().size()), "drawn beside the screen");
    }

    fn flush(&mut self) {}
}

impl Board for Rough {
    type Serial = Line;
    type Pin = Output;
    type Framebuffer = Screen;
    type Flash = Flash;

    fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn serial(&mut self) -> &mut Line {
        &mut self.serial
    }

    fn pin(&mut self, number: u8) -> Option<&mut Output> {
        (number < 8).then_some(&mut self.pin)
    }

    fn request_entropy(&mut self) {
        self.wants_entropy = true;
    }

    fn framebuffer(&mut self) -> Option<&mut Screen> {
        Some(&mut self.screen)
    }

    /// It works in its own time: [`Rough::let_flash_work`].
    fn flash(&mut self) -> Option<&mut Flash> {
        Some(&mut self.flash)
    }

    fn port_read(&mut self, port: u16, bytes: u8) -> Option<u32> {
        (port < 0x100).then(|| self.draw.word() as u32 >> (32 - 8 * u32::from(bytes)))
    }

    fn port_write(&mut self, port: u16, _: u8, _: u32) -> Option<()> {
        (port < 0x100).then_some(())
    }
}
