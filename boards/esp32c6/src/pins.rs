//! The pins that nothing on the board needs: inputs with a resistor towards ground, until an actor
//! drives them.

use alloc::collections::VecDeque;
use core::cell::RefCell;
use core::convert::Infallible;
use critical_section::Mutex;
use embedded_hal::digital::ErrorType;
use embedded_hal::digital::OutputPin;
use esp_hal::gpio::AnyPin;
use esp_hal::gpio::Event;
use esp_hal::gpio::Flex;
use esp_hal::gpio::InputConfig;
use esp_hal::gpio::Io;
use esp_hal::gpio::Level;
use esp_hal::gpio::Pin as _;
use esp_hal::gpio::Pull;
use esp_hal::handler;
use esp_hal::peripherals::GPIO;
use esp_hal::peripherals::IO_MUX;

/// The button that a board for the chip has, towards ground.
const BUTTON: u8 = 9;

/// Changes of inputs that wait to be told.
const CHANGES: usize = 64;

/// The levels of all pins after each change, as bits.
static LEVELS: Mutex<RefCell<VecDeque<u32>>> = Mutex::new(RefCell::new(VecDeque::new()));

/// One pin.
pub(crate) struct Pin {
    number: u8,
    pin: Flex<'static>,
    is_output: bool,
}

/// All that are free.
pub(crate) struct Pins {
    pins: [Pin; 16],
    /// Pins that are inputs, as bits.
    inputs: u32,
    /// Their levels as they were told last.
    told: u32,
    /// Their levels as they were next.
    next: u32,
}

/// Takes note of the levels after a change. A pulse that is shorter than the way here is not seen.
#[handler]
fn note() {
    let registers = GPIO::regs();
    let changed = registers.status().read().bits();
    clear(changed);
    let levels = registers.in_().read().bits();
    critical_section::with(|section| {
        let mut waiting = LEVELS.borrow_ref_mut(section);
        if waiting.len() < CHANGES {
            waiting.push_back(levels);
        } else if let Some(last) = waiting.back_mut() {
            // Whoever is late sees how it ended.
            *last = levels;
        }
    });
}

#[allow(unsafe_code)]
fn clear(changed: u32) {
    // SAFETY: each bit of this register acknowledges one interrupt and does nothing else.
    GPIO::regs().status_w1tc().write(|clear| unsafe { clear.bits(changed) });
}

impl Pins {
    /// Makes inputs of them.
    pub(crate) fn new(multiplexer: IO_MUX<'static>, free: [AnyPin<'static>; 16]) -> Pins {
        // The handler never takes memory.
        critical_section::with(|section| LEVELS.borrow_ref_mut(section).reserve_exact(CHANGES));
        Io::new(multiplexer).set_interrupt_handler(note);
        let pins = free.map(|pin| {
            let number = pin.number();
            let pull = if number == BUTTON { Pull::Up } else { Pull::Down };
            let mut pin = Flex::new(pin);
            pin.apply_input_config(&InputConfig::default().with_pull(pull));
            pin.set_input_enable(true);
            pin.listen(Event::AnyEdge);
            Pin { number, pin, is_output: false }
        });
        let inputs = pins.iter().map(|pin| 1 << pin.number).sum();
        // Every high input is told once.
        Pins { pins, inputs, told: 0, next: GPIO::regs().in_().read().bits() }
    }

    /// The output at this number.
    pub(crate) fn pin(&mut self, number: u8) -> Option<&mut Pin> {
        let pin = self.pins.iter_mut().find(|pin| pin.number == number)?;
        self.inputs &= !(1 << number);
        Some(pin)
    }

    /// The next input that changed, and whether it is high now.
    pub(crate) fn change(&mut self) -> Option<(u8, bool)> {
        loop {
            let changed = (self.told ^ self.next) & self.inputs;
            if changed != 0 {
                let number = changed.trailing_zeros();
                self.told ^= 1 << number;
                // A register has 32 bits.
                return Some((number as u8, self.told >> number & 1 == 1));
            }
            self.next =
                critical_section::with(|section| LEVELS.borrow_ref_mut(section).pop_front())?;
        }
    }

    /// Whether there may be a change to tell.
    pub(crate) fn has_news(&self) -> bool {
        let is_waiting = critical_section::with(|section| !LEVELS.borrow_ref(section).is_empty());
        is_waiting || (self.told ^ self.next) & self.inputs != 0
    }
}

impl ErrorType for Pin {
    type Error = Infallible;
}

impl Pin {
    fn drive(&mut self, level: Level) {
        self.pin.set_level(level);
        if !self.is_output {
            self.pin.unlisten();
            self.pin.set_output_enable(true);
            self.is_output = true;
        }
    }
}

impl OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.drive(Level::Low);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.drive(Level::High);
        Ok(())
    }
}
