//! A board whose kernel a host turns: its devices do what they are told, and the host is told the
//! same.
//!
//! The serial line belongs to the conversation with the host, who says what the kernel's own line
//! would take. What happens is what the host says; but the flash is the board's, and so are screen
//! and pins. I/O ports are not lent: the host would not know what they do.

use abi::graphics::FramebufferInfo;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::convert::Infallible;
use embedded_hal::digital::OutputPin;
use embedded_io::Write;
use embedded_storage::nor_flash::ErrorType;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::NorFlashError;
use embedded_storage::nor_flash::NorFlashErrorKind;
use embedded_storage::nor_flash::ReadNorFlash;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;
use kernel::time::Instant;
use protocol::frame::Sender;
use protocol::frame::checksum;
use protocol::message::PIECE;
use protocol::message::Reply;

use crate::hardware::Hardware;

/// Equal pixels that are worth a message of their own.
const RUN_MIN: usize = 8;

/// The board as its kernel meets it.
#[derive(Debug)]
pub struct Driven<H> {
    hardware: H,
    sender: Sender,
    events: VecDeque<Event>,
    room: usize,
    /// The pin that was asked for last.
    pin: u8,
    /// Bytes of flash that the kernel has.
    flash: usize,
    screen: Option<FramebufferInfo>,
    /// Whether it did something that is seen since the turn was prepared.
    has_acted: bool,
    /// When that is, if the host has yet to be told.
    at: Option<Instant>,
}

impl<H: Hardware> Driven<H> {
    /// The board, before anything has happened.
    pub fn new(hardware: H) -> Driven<H> {
        Driven {
            hardware,
            sender: Sender::default(),
            events: VecDeque::new(),
            room: 0,
            pin: 0,
            flash: 0,
            screen: None,
            has_acted: false,
            at: None,
        }
    }

    /// The board itself.
    pub fn hardware(&mut self) -> &mut H {
        &mut self.hardware
    }

    /// What of the board its kernel has: bytes of flash, and the screen.
    pub fn lend(&mut self, flash: u32) {
        self.flash = flash as usize;
        let screen = self.hardware.framebuffer();
        self.screen = screen.map(|screen| screen.info());
    }

    /// What is to happen in the next turn, and how many bytes the kernel's serial line takes.
    pub fn prepare(&mut self, events: Vec<Event>, room: u32) {
        self.events = events.into();
        self.room = room as usize;
        (self.has_acted, self.at) = (false, None);
    }

    /// The same for a turn that the host does not know of: nothing happens before it.
    pub fn prepare_another(&mut self, at: Instant) {
        (self.has_acted, self.at) = (false, Some(at));
    }

    /// Whether the board did something that is seen since the turn was prepared.
    pub fn has_acted(&self) -> bool {
        self.has_acted
    }

    /// Tells the host.
    pub fn tell(&mut self, reply: &Reply<'_>) {
        // Pieces are far below the longest message.
        let Ok(frame) = self.sender.frame(reply) else { return };
        // Nobody could be told of a line that fails.
        let _ = self.hardware.serial().write_all(frame);
    }

    /// Tells the host of something that is seen.
    fn act(&mut self, reply: &Reply<'_>) {
        self.has_acted = true;
        if let Some(at) = self.at.take() {
            self.tell(&Reply::Turn { at });
        }
        self.tell(reply);
    }

    /// Tells the host what the screen shows from here on: equal pixels once, others one by one.
    fn tell_pixels(&mut self, mut offset: usize, mut bytes: &[u8]) {
        let pixel = self.info().format.bytes();
        while !bytes.is_empty() {
            let count = equal_pixels(bytes, pixel);
            let len = if count < RUN_MIN {
                let len = different_pixels(bytes, pixel).min(PIECE);
                self.act(&Reply::Draw { offset: offset as u32, bytes: &bytes[..len] });
                len
            } else {
                let pixel = &bytes[..pixel];
                self.act(&Reply::Fill { offset: offset as u32, pixel, count: count as u32 });
                count * pixel.len()
            };
            bytes = &bytes[len..];
            offset += len;
        }
    }
}

/// How many pixels like the first there are in front.
fn equal_pixels(bytes: &[u8], pixel: usize) -> usize {
    let Some(first) = bytes.get(..pixel) else { return 0 };
    bytes.chunks_exact(pixel).take_while(|next| *next == first).count()
}

/// Bytes in front of the next run of equal pixels, at least one pixel's.
fn different_pixels(bytes: &[u8], pixel: usize) -> usize {
    let starts = (1..bytes.len() / pixel).map(|index| index * pixel);
    let mut runs = starts.filter(|start| RUN_MIN <= equal_pixels(&bytes[*start..], pixel));
    runs.next().unwrap_or(bytes.len())
}

impl<H: Hardware> Board for Driven<H> {
    type Serial = Driven<H>;
    type Pin = Driven<H>;
    type Framebuffer = Driven<H>;
    type Flash = Driven<H>;

    fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn serial(&mut self) -> &mut Driven<H> {
        self
    }

    fn pin(&mut self, number: u8) -> Option<&mut Driven<H>> {
        self.hardware.pin(number)?;
        self.pin = number;
        Some(self)
    }

    fn request_entropy(&mut self) {
        self.act(&Reply::Entropy);
    }

    fn framebuffer(&mut self) -> Option<&mut Driven<H>> {
        self.screen.is_some().then_some(self)
    }

    fn flash(&mut self) -> Option<&mut Driven<H>> {
        (self.flash != 0).then_some(self)
    }
}

impl<H: Hardware> embedded_io::ErrorType for Driven<H> {
    type Error = Infallible;
}

impl<H: Hardware> embedded_io::WriteReady for Driven<H> {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(0 < self.room)
    }
}

impl<H: Hardware> Write for Driven<H> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let len = bytes.len().min(self.room).min(PIECE);
        self.room -= len;
        self.act(&Reply::Serial(&bytes[..len]));
        Ok(len)
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl<H: Hardware> embedded_hal::digital::ErrorType for Driven<H> {
    type Error = Infallible;
}

impl<H: Hardware> Driven<H> {
    fn drive(&mut self, high: bool) {
        let pin = self.pin;
        if let Some(output) = self.hardware.pin(pin) {
            // A pin that fails is seen from outside, by whoever looks at it.
            let _ = output.set_state(high.into());
        }
        self.act(&Reply::Pin { pin, high });
    }
}

impl<H: Hardware> OutputPin for Driven<H> {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.drive(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.drive(true);
        Ok(())
    }
}

impl<H: Hardware> Framebuffer for Driven<H> {
    fn info(&self) -> FramebufferInfo {
        self.screen.expect("it is lent only if there is one")
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        if let Some(screen) = self.hardware.framebuffer() {
            screen.write(offset, bytes);
        }
        self.tell_pixels(offset, bytes);
    }

    fn flush(&mut self) {
        if let Some(screen) = self.hardware.framebuffer() {
            screen.flush();
        }
        self.act(&Reply::Flush);
    }
}

impl<H: Hardware> ErrorType for Driven<H> {
    type Error = NorFlashErrorKind;
}

impl<H: Hardware> ReadNorFlash for Driven<H> {
    const READ_SIZE: usize = <H::Flash as ReadNorFlash>::READ_SIZE;

    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        let flash = self.hardware.flash().ok_or(NorFlashErrorKind::Other)?;
        flash.read(at, bytes).map_err(|error| error.kind())?;
        let checksum = checksum(bytes);
        self.act(&Reply::Read { at, len: bytes.len() as u32, checksum });
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.flash
    }
}

impl<H: Hardware> NorFlash for Driven<H> {
    const WRITE_SIZE: usize = <H::Flash as NorFlash>::WRITE_SIZE;
    const ERASE_SIZE: usize = <H::Flash as NorFlash>::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        let flash = self.hardware.flash().ok_or(NorFlashErrorKind::Other)?;
        flash.erase(from, to).map_err(|error| error.kind())?;
        self.act(&Reply::Erase { from, to });
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        let flash = self.hardware.flash().ok_or(NorFlashErrorKind::Other)?;
        flash.write(at, bytes).map_err(|error| error.kind())?;
        self.act(&Reply::Program { at, bytes });
        Ok(())
    }
}
