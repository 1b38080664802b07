//! The pins of the chip in front of the model of pins (ESP32-C6 Technical Reference Manual, chapter
//! "IO MUX and GPIO Matrix").

use std::time::Duration;

use devices::gpio::Gpio;
use devices::gpio::Pull;
use embedded_hal::digital::OutputPin;

/// How many pins the chip has.
pub const PINS: u8 = 31;

const OUTPUT: u32 = 0x04;
const OUTPUT_SET: u32 = 0x08;
const OUTPUT_CLEAR: u32 = 0x0c;
const ENABLE: u32 = 0x20;
const ENABLE_SET: u32 = 0x24;
const ENABLE_CLEAR: u32 = 0x28;
const INPUT: u32 = 0x3c;
const STATUS: u32 = 0x44;
const STATUS_SET: u32 = 0x48;
const STATUS_CLEAR: u32 = 0x4c;
const STATUS_INTERRUPT: u32 = 0x5c;
const CONFIGURATION: u32 = 0x74;
const CONFIGURATION_END: u32 = CONFIGURATION + 4 * PINS as u32;
const SELECT: u32 = 0x554;
const SELECT_END: u32 = SELECT + 4 * PINS as u32;

/// The output is this block's own, not another device's signal.
const SELECT_OUTPUT: u32 = 128;
const SELECT_MASK: u32 = 0xff;

const TRIGGER_SHIFT: u32 = 7;
const TRIGGER_MASK: u32 = 7;
const TRIGGER_RISE: u32 = 1;
const TRIGGER_FALL: u32 = 2;
const TRIGGER_ANY: u32 = 3;
const TRIGGER_LOW: u32 = 4;
const TRIGGER_HIGH: u32 = 5;
const INTERRUPTS: u32 = 1 << 13;

/// The resistors, in a pin's register of the multiplexer.
const PULL_DOWN: u32 = 1 << 7;
const PULL_UP: u32 = 1 << 8;

/// The pins and their registers.
#[derive(Clone, Debug)]
pub(super) struct Pins {
    model: Gpio,
    output: u32,
    enabled: u32,
    configurations: [u32; PINS as usize],
    selects: [u32; PINS as usize],
    status: u32,
    /// Levels as they were seen last.
    levels: u32,
    /// Resistors that stand on the board: the chip's own are too weak to matter there.
    fitted: u32,
}

impl Pins {
    pub(super) fn new() -> Pins {
        Pins {
            model: Gpio::new(PINS),
            output: 0,
            enabled: 0,
            configurations: [0; PINS as usize],
            selects: [SELECT_OUTPUT; PINS as usize],
            status: 0,
            levels: 0,
            fitted: 0,
        }
    }

    /// The model behind.
    pub(super) fn model(&self) -> &Gpio {
        &self.model
    }

    pub(super) fn read(&self, offset: u32) -> u32 {
        match offset {
            OUTPUT => self.output,
            ENABLE => self.enabled,
            INPUT => self.levels,
            STATUS => self.status,
            STATUS_INTERRUPT => self.interrupting(),
            CONFIGURATION..CONFIGURATION_END => {
                self.configurations[((offset - CONFIGURATION) / 4) as usize]
            }
            SELECT..SELECT_END => self.selects[((offset - SELECT) / 4) as usize],
            _ => 0,
        }
    }

    pub(super) fn write(&mut self, offset: u32, value: u32, now: Duration) {
        match offset {
            OUTPUT => self.output = value,
            OUTPUT_SET => self.output |= value,
            OUTPUT_CLEAR => self.output &= !value,
            ENABLE => self.enabled = value,
            ENABLE_SET => self.enabled |= value,
            ENABLE_CLEAR => self.enabled &= !value,
            STATUS => self.status = value,
            STATUS_SET => self.status |= value,
            STATUS_CLEAR => self.status &= !value,
            CONFIGURATION..CONFIGURATION_END => {
                self.configurations[((offset - CONFIGURATION) / 4) as usize] = value;
            }
            SELECT..SELECT_END => self.selects[((offset - SELECT) / 4) as usize] = value,
            _ => return,
        }
        for number in 0..PINS {
            self.drive_output(number);
        }
        self.settle(now);
    }

    /// The chip's own resistors, as the multiplexer's register of a pin has them.
    pub(super) fn set_resistors(&mut self, number: u8, register: u32, now: Duration) {
        let pull = match register & (PULL_DOWN | PULL_UP) {
            PULL_UP => Pull::Up,
            PULL_DOWN => Pull::Down,
            _ => Pull::None,
        };
        if self.fitted >> number & 1 == 0 {
            self.model.set_pull(now, number, pull);
        }
        self.settle(now);
    }

    /// The board has a resistor there.
    pub(super) fn fit(&mut self, number: u8, pull: Pull, now: Duration) {
        self.fitted |= 1 << number;
        self.model.set_pull(now, number, pull);
        self.settle(now);
    }

    /// The world drives a pin, or lets it go.
    pub(super) fn drive(&mut self, number: u8, level: Option<bool>, now: Duration) {
        match level {
            Some(high) => self.model.drive(now, number, high),
            None => self.model.release(now, number),
        };
        self.settle(now);
    }

    pub(super) fn is_interrupting(&self) -> bool {
        self.interrupting() != 0
    }

    fn drive_output(&mut self, number: u8) {
        let index = usize::from(number);
        let is_own = self.selects[index] & SELECT_MASK == SELECT_OUTPUT;
        let is_driven = is_own && self.enabled >> number & 1 == 1;
        let high = self.output >> number & 1 == 1;
        let wished = is_driven.then_some(high);
        if self.model.driven(number) == wished {
            return;
        }
        let Some(pin) = self.model.pin_mut(number) else { return };
        match wished {
            // The model never refuses.
            Some(high) => pin.set_state(high.into()).unwrap_or_else(|error| match error {}),
            None => pin.release(),
        }
    }

    /// Edges and levels become interrupts.
    fn settle(&mut self, now: Duration) {
        self.model.settle(now);
        let levels = self.model.high().fold(0, |levels, number| levels | 1 << number);
        let (risen, fallen) = (levels & !self.levels, self.levels & !levels);
        self.levels = levels;
        for (index, configuration) in self.configurations.iter().enumerate() {
            let seen = match configuration >> TRIGGER_SHIFT & TRIGGER_MASK {
                TRIGGER_RISE => risen,
                TRIGGER_FALL => fallen,
                TRIGGER_ANY => risen | fallen,
                TRIGGER_LOW => !levels,
                TRIGGER_HIGH => levels,
                _ => 0,
            };
            self.status |= seen & 1 << index;
        }
    }

    /// Pins whose interrupt is on and has come, as bits.
    fn interrupting(&self) -> u32 {
        let enabled = self.configurations.iter().enumerate();
        let enabled = enabled.filter(|(_, configuration)| *configuration & INTERRUPTS != 0);
        self.status & enabled.fold(0, |enabled, (index, _)| enabled | 1 << index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_millis(3);

    #[test]
    fn an_enabled_output_drives_its_pin_and_a_disabled_one_lets_it_go() {
        let mut pins = Pins::new();
        pins.write(OUTPUT_SET, 1 << 2, NOW);
        assert!(!pins.model().is_high(2));
        pins.write(ENABLE_SET, 1 << 2, NOW);
        assert!(pins.model().is_high(2));
        assert_eq!(pins.read(INPUT), 1 << 2);
        pins.write(ENABLE_CLEAR, 1 << 2, NOW);
        assert!(!pins.model().is_high(2));
        assert_eq!(pins.model().history().len(), 2);
    }

    #[test]
    fn a_pin_that_belongs_to_another_device_is_not_driven() {
        let mut pins = Pins::new();
        pins.write(SELECT + 2 * 4, 63, NOW);
        pins.write(ENABLE_SET, 1 << 2, NOW);
        pins.write(OUTPUT_SET, 1 << 2, NOW);
        assert!(!pins.model().is_high(2));
    }

    #[test]
    fn an_edge_from_outside_interrupts_until_it_is_acknowledged() {
        let mut pins = Pins::new();
        pins.write(CONFIGURATION + 9 * 4, INTERRUPTS | TRIGGER_ANY << TRIGGER_SHIFT, NOW);
        pins.drive(9, Some(true), NOW);
        assert!(pins.is_interrupting());
        assert_eq!(pins.read(STATUS_INTERRUPT), 1 << 9);
        pins.write(STATUS_CLEAR, 1 << 9, NOW);
        assert!(!pins.is_interrupting());
        pins.drive(9, None, NOW);
        assert!(pins.is_interrupting(), "it fell");
    }

    #[test]
    fn a_resistor_on_the_board_outweighs_the_chips_own() {
        let mut pins = Pins::new();
        pins.set_resistors(4, PULL_UP, NOW);
        assert!(pins.model().is_high(4));
        pins.fit(5, Pull::Up, NOW);
        pins.set_resistors(5, PULL_DOWN, NOW);
        assert!(pins.model().is_high(5));
    }
}
