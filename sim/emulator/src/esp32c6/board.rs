//! The chip on a board, from outside: a serial line, pins, a screen, and the flash.

use devices::flash::Flash;
use devices::gpio::Gpio;
use devices::gpio::Pull;
use devices::screen::Screen;

use crate::cpu::Cpu;
use crate::cpu::Stop;
use crate::elf::Elf;
use crate::esp32c6::BootError;
use crate::esp32c6::Esp32c6;
use crate::esp32c6::Options;
use crate::esp32c6::time;
use crate::machine::Machine;

/// How long is executed until it is seen whether something was sent, in ticks: a tenth of a
/// millisecond at first, and the longer the longer nothing was.
const STRETCH: u64 = 16_000;
const STRETCH_MAX: u64 = 16 * STRETCH;

/// A board.
pub struct Board {
    cpu: Cpu,
    chip: Esp32c6,
}

impl Board {
    /// Power comes on.
    ///
    /// # Errors
    /// When the firmware is for another chip, or the flash too small.
    pub fn boot(elf: &Elf, options: Options) -> Result<Board, BootError> {
        let (cpu, chip) = Esp32c6::boot(elf, options)?;
        Ok(Board { cpu, chip })
    }

    /// Executes for so many ticks of 160 MHz, or until something ends the run.
    pub fn run(&mut self, ticks: u64) -> Stop {
        let until = self.cpu.clock().saturating_add(ticks);
        self.cpu.run(&mut self.chip, until)
    }

    /// Executes until something has been sent over the serial line; at most for so many ticks.
    /// [`Stop::Limit`] is either of them.
    pub fn run_until_sent(&mut self, ticks: u64) -> Stop {
        let until = self.cpu.clock().saturating_add(ticks);
        let mut stretch = STRETCH;
        while self.cpu.clock() < until && !self.chip.usb.has_sent() {
            let next = self.cpu.clock().saturating_add(stretch).min(until);
            stretch = STRETCH_MAX.min(2 * stretch);
            match self.cpu.run(&mut self.chip, next) {
                Stop::Limit => (),
                // Whoever was sent something may have an answer that wakes the board.
                Stop::Idle if self.chip.usb.has_sent() => (),
                stop => return stop,
            }
        }
        Stop::Limit
    }

    /// Sends bytes to the board's serial line. They wait there until they are read.
    pub fn send(&mut self, bytes: &[u8]) {
        self.chip.usb.receive(bytes);
        self.settle();
    }

    /// What the board has sent since the last time.
    pub fn take_sent(&mut self) -> Vec<u8> {
        self.chip.usb.take_sent()
    }

    /// The world drives a pin, or lets it go.
    pub fn drive(&mut self, pin: u8, level: Option<bool>) {
        let now = time(self.cpu.clock());
        self.chip.pins.drive(pin, level, now);
        self.settle();
    }

    /// A resistor stands at a pin.
    pub fn fit(&mut self, pin: u8, pull: Pull) {
        let now = time(self.cpu.clock());
        self.chip.pins.fit(pin, pull, now);
        self.settle();
    }

    /// The pins and what they have done.
    pub fn pins(&self) -> &Gpio {
        self.chip.pins.model()
    }

    /// The panel's picture.
    pub fn screen(&self) -> &Screen {
        self.chip.panel.screen()
    }

    /// The flash and its life so far.
    pub fn flash(&self) -> &Flash {
        self.chip.storage.chip()
    }

    /// The processor.
    pub fn cpu(&self) -> &Cpu {
        &self.cpu
    }

    /// The processor and the chip around it, for a debugger.
    pub fn parts(&mut self) -> (&mut Cpu, &mut dyn Machine) {
        (&mut self.cpu, &mut self.chip)
    }

    /// What happened outside may raise an interrupt.
    fn settle(&mut self) {
        let mut bus = self.cpu.bus();
        self.chip.advance(&mut bus);
    }
}
