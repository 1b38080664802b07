//! A board on a desk: the firmware that all boards share, linked into the test, with a serial line
//! that needs no wire.

use std::collections::VecDeque;
use std::convert::Infallible;

use abi::graphics::FramebufferInfo;
use devices::flash::Flash;
use devices::flash::FlashError;
use devices::flash::Quality;
use devices::screen::Screen;
use devices::stream::Seed;
use embedded_hal::digital::OutputPin;
use embedded_storage::nor_flash::ErrorType;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;
use firmware::hardware::Hardware;
use firmware::session::Session;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;
use kernel::time::Instant;
use protocol::image;
use sim::scenario::profile::ProfileName;
use sim::target::Line;
use sim::target::Look;
use sim::target::Start;
use sim::target::Target;
use sim::target::TargetError;

/// Brings such boards up.
#[derive(Debug)]
pub(super) struct Desks {
    /// Whether what is in their flash is left from another day.
    pub(super) keep_flash: bool,
}

impl Target for Desks {
    fn name(&self) -> String {
        "desk".to_owned()
    }

    fn lacks(&self, _: ProfileName) -> Option<String> {
        None
    }

    fn start(&self, start: &Start<'_>) -> Result<Box<dyn Line>, TargetError> {
        let bytes: &'static [u8] = Box::leak(start.image.to_vec().into_boxed_slice());
        let old: Vec<u8> = start.flash.iter().rev().copied().collect();
        let flash = if self.keep_flash { &old } else { start.flash };
        let desk = Desk::new(&Start { flash, ..*start });
        let session = Session::new(image::read(bytes), desk);
        Ok(Box::new(Wire { session, keeps_flash: self.keep_flash }))
    }
}

struct Wire {
    session: Session<Desk>,
    keeps_flash: bool,
}

impl Line for Wire {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        for byte in bytes {
            self.session.hear(*byte);
        }
        Ok(())
    }

    fn receive(&mut self, bytes: &mut Vec<u8>) -> Result<(), TargetError> {
        let sent = &mut self.session.hardware().serial.0;
        if sent.is_empty() {
            return Err(TargetError::Unreachable("it is silent".to_owned()));
        }
        bytes.extend(sent.drain(..));
        Ok(())
    }

    fn keeps_flash(&self) -> bool {
        self.keeps_flash
    }

    fn look(&mut self) -> Result<Look, TargetError> {
        let desk = self.session.hardware();
        let high = (0..).zip(&desk.pins).map(|(number, pin)| u64::from(pin.0) << number);
        Ok(Look {
            picture: Some(desk.panel.0.picture()),
            pins: Some(high.sum()),
            flash: desk.flash.as_ref().map(|flash| flash.0.bytes().to_vec()),
        })
    }
}

/// The board.
struct Desk {
    serial: Sent,
    pins: Vec<Output>,
    panel: Panel,
    flash: Option<Chip>,
}

impl Desk {
    fn new(start: &Start<'_>) -> Desk {
        let chip = |bytes: &[u8]| Flash::new(bytes.to_vec(), Quality::SERIAL, Seed(0), "desk");
        Desk {
            serial: Sent(VecDeque::new()),
            pins: vec![Output(false); usize::from(start.profile.pins())],
            panel: Panel(Screen::new(start.profile.layout())),
            flash: (!start.flash.is_empty()).then(|| Chip(chip(start.flash))),
        }
    }
}

impl Hardware for Desk {
    const NAME: &'static str = "desk";

    fn now(&mut self) -> Instant {
        unreachable!("a host turns the handle")
    }

    fn wait(&mut self, _: Option<Instant>) {
        unreachable!("a host turns the handle")
    }
}

impl Board for Desk {
    type Serial = Sent;
    type Pin = Output;
    type Framebuffer = Panel;
    type Flash = Chip;

    fn event(&mut self) -> Option<Event> {
        None
    }

    fn serial(&mut self) -> &mut Sent {
        &mut self.serial
    }

    fn pin(&mut self, number: u8) -> Option<&mut Output> {
        self.pins.get_mut(usize::from(number))
    }

    fn request_entropy(&mut self) {
        unreachable!("the host is asked")
    }

    fn framebuffer(&mut self) -> Option<&mut Panel> {
        Some(&mut self.panel)
    }

    fn flash(&mut self) -> Option<&mut Chip> {
        self.flash.as_mut()
    }
}

/// The serial line: what was sent and not yet received.
struct Sent(VecDeque<u8>);

impl embedded_io::ErrorType for Sent {
    type Error = Infallible;
}

impl embedded_io::WriteReady for Sent {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

impl embedded_io::Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A pin.
#[derive(Clone)]
struct Output(bool);

impl embedded_hal::digital::ErrorType for Output {
    type Error = Infallible;
}

impl OutputPin for Output {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0 = false;
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0 = true;
        Ok(())
    }
}

/// A screen.
struct Panel(Screen);

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

/// A flash whose driver comes back when the chip is done.
struct Chip(Flash);

impl ErrorType for Chip {
    type Error = FlashError;
}

impl ReadNorFlash for Chip {
    const READ_SIZE: usize = <Flash as ReadNorFlash>::READ_SIZE;

    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        self.0.read(at, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl NorFlash for Chip {
    const WRITE_SIZE: usize = <Flash as NorFlash>::WRITE_SIZE;
    const ERASE_SIZE: usize = <Flash as NorFlash>::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        self.0.erase(from, to)?;
        self.0.finish();
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), FlashError> {
        self.0.write(at, bytes)?;
        self.0.finish();
        Ok(())
    }
}
