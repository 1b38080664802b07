//! A board made of device models, as the kernel sees it.

use std::collections::VecDeque;

use abi::graphics::FramebufferInfo;
use devices::entropy::Entropy;
use devices::flash::CutMode;
use devices::flash::Flash;
use devices::gpio::Gpio;
use devices::gpio::Pin;
use devices::screen::Screen;
use devices::serial::Serial;
use devices::stream::Seed;
use embedded_hal::digital::OutputPin;
use embedded_io::Write;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;
use kernel::time::Instant;
use protocol::message::Reply;

use crate::scenario::profile::ProfileName;
use crate::target::TargetError;

/// Baud of the serial line: what bootloaders and terminals begin with.
const BAUD: u32 = 115_200;

/// Bytes of its FIFO (ESP32-C6 Technical Reference Manual, chapter 27 "UART Controller").
const SERIAL_FIFO: usize = 128;

/// The devices of one board and what waits to be told to its kernel.
#[derive(Clone, Debug)]
pub struct VirtualBoard {
    panel: Panel,
    serial: Serial,
    gpio: Gpio,
    entropy: Entropy,
    flash: Option<Flash>,
    events: VecDeque<Event>,
    now: Instant,
}

/// A screen on a board.
#[derive(Clone, Debug)]
pub struct Panel(pub Screen);

impl Framebuffer for Panel {
    fn info(&self) -> FramebufferInfo {
        self.0.layout()
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        self.0.write(offset, bytes);
    }

    fn flush(&mut self) {
        self.0.flush();
    }
}

impl VirtualBoard {
    /// A board as it comes out of its box.
    pub fn new(name: &str, profile: ProfileName, flash: Option<Flash>, seed: Seed) -> VirtualBoard {
        VirtualBoard {
            panel: Panel(Screen::new(profile.layout())),
            serial: Serial::new(BAUD, SERIAL_FIFO),
            gpio: Gpio::new(profile.pins()),
            entropy: Entropy::new(seed, name),
            flash,
            events: VecDeque::new(),
            now: Instant::ZERO,
        }
    }

    /// Something happens to the board. What changes nothing is no event, and without power nothing
    /// is.
    pub fn happen(&mut self, now: Instant, event: Event, is_on: bool) {
        if let Event::Pin { pin, high } = event
            && !self.gpio.drive(now.since(Instant::ZERO), pin, high)
        {
            return;
        }
        if is_on {
            self.events.push_back(event);
        }
    }

    /// Power goes. Says which outputs that changed.
    pub fn power_off(&mut self, now: Instant, mode: CutMode) -> Vec<(u8, bool)> {
        self.events.clear();
        self.serial.power_off();
        self.panel.0.power_off();
        if let Some(flash) = &mut self.flash {
            flash.cut(mode);
        }
        let changes = self.gpio.power_off(now.since(Instant::ZERO));
        changes.into_iter().map(|change| (change.pin, change.high)).collect()
    }

    /// Power comes. Inputs that are high are told once.
    pub fn power_on(&mut self) {
        self.events.extend(self.gpio.high().map(|pin| Event::Pin { pin, high: true }));
    }

    /// The flash has done what it was doing.
    pub fn finish_flash(&mut self) {
        if let Some(flash) = &mut self.flash {
            flash.finish();
            self.events.push_back(Event::FlashDone);
        }
    }

    /// Does what a board elsewhere has done.
    ///
    /// # Errors
    /// When the models of the devices do not do such a thing.
    pub fn follow(&mut self, reply: &Reply<'_>) -> Result<(), TargetError> {
        match *reply {
            Reply::Serial(bytes) => {
                if self.serial.room() < bytes.len() {
                    return Err(unlike("it sends more on its serial line than fits".to_owned()));
                }
                let Ok(()) = self.serial.write_all(bytes);
            }
            Reply::Pin { pin, high } => {
                let unknown = || unlike(format!("it drives pin {pin}, which there is not"));
                let Ok(()) = self.gpio.pin_mut(pin).ok_or_else(unknown)?.set_state(high.into());
            }
            Reply::Draw { offset, bytes } => self.draw(offset, bytes)?,
            Reply::Fill { offset, pixel, count } => {
                let len = (count as usize).checked_mul(pixel.len());
                if len.is_none_or(|len| self.panel.info().size() < len) {
                    return Err(unlike(format!("it fills {count} pixels at {offset}")));
                }
                self.draw(offset, &pixel.repeat(count as usize))?;
            }
            Reply::Flush => self.panel.flush(),
            Reply::Entropy => self.request_entropy(),
            Reply::Read { .. } | Reply::Erase { .. } | Reply::Program { .. } => {
                self.follow_flash(reply)?;
            }
            _ => return Err(unlike(format!("it tells {reply:?} of its own accord"))),
        }
        Ok(())
    }

    fn draw(&mut self, offset: u32, bytes: &[u8]) -> Result<(), TargetError> {
        let end = (offset as usize).checked_add(bytes.len());
        if end.is_none_or(|end| self.panel.info().size() < end) {
            return Err(unlike(format!("it draws {} bytes at {offset}", bytes.len())));
        }
        self.panel.write(offset as usize, bytes);
        Ok(())
    }

    fn follow_flash(&mut self, reply: &Reply<'_>) -> Result<(), TargetError> {
        let none = || unlike("it works a flash that there is not".to_owned());
        let flash = self.flash.as_mut().ok_or_else(none)?;
        let done = match *reply {
            Reply::Erase { from, to } => flash.erase(from, to),
            Reply::Program { at, bytes } => flash.write(at, bytes),
            Reply::Read { at, len, checksum } => {
                let mut bytes = vec![0; (len as usize).min(flash.capacity())];
                let read = flash.read(at, &mut bytes);
                if read.is_ok() && protocol::frame::checksum(&bytes) != checksum {
                    let what = format!("{len} bytes of its flash at 0x{at:x} differ");
                    return Err(unlike(what));
                }
                read
            }
            _ => Ok(()),
        };
        done.map_err(|error| unlike(format!("its flash did {reply:?}, ours: {error:?}")))
    }

    /// Whether the kernel has yet to be told something.
    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// The screen.
    pub fn screen(&self) -> &Screen {
        &self.panel.0
    }

    /// The flash, if it has one.
    pub fn flash(&self) -> Option<&Flash> {
        self.flash.as_ref()
    }

    /// The flash, for whoever damages it.
    pub fn flash_mut(&mut self) -> Option<&mut Flash> {
        self.flash.as_mut()
    }

    /// The serial line.
    pub fn line(&self) -> &Serial {
        &self.serial
    }

    /// When the board was last told what time it is.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Lets the serial line's time pass.
    pub fn advance(&mut self, now: Instant) {
        self.now = now;
        self.serial.advance(now.since(Instant::ZERO));
    }

    /// The pins.
    pub fn gpio(&self) -> &Gpio {
        &self.gpio
    }

    /// Takes note of what the kernel drove; says which pins changed.
    pub fn settle(&mut self, now: Instant) -> Vec<(u8, bool)> {
        let changes = self.gpio.settle(now.since(Instant::ZERO));
        changes.into_iter().map(|change| (change.pin, change.high)).collect()
    }
}

fn unlike(what: String) -> TargetError {
    TargetError::Unlike(what)
}

impl Board for VirtualBoard {
    type Serial = Serial;
    type Pin = Pin;
    type Framebuffer = Panel;
    type Flash = Flash;

    fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn serial(&mut self) -> &mut Serial {
        &mut self.serial
    }

    fn pin(&mut self, number: u8) -> Option<&mut Pin> {
        self.gpio.pin_mut(number)
    }

    fn request_entropy(&mut self) {
        let block = self.entropy.block();
        self.events.push_back(Event::Entropy(block));
    }

    fn framebuffer(&mut self) -> Option<&mut Panel> {
        Some(&mut self.panel)
    }

    fn flash(&mut self) -> Option<&mut Flash> {
        self.flash.as_mut()
    }
}
