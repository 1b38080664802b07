//! The pins: outputs that the board drives, inputs that the world drives, and a record of every
//! change of level.
//!
//! A pin's level is found like on a wire: whoever pulls it low wins, then whoever drives it high,
//! then the pull resistor; a pin that nobody holds reads low.

use std::convert::Infallible;
use std::time::Duration;

use embedded_hal::digital::ErrorType;
use embedded_hal::digital::OutputPin;

/// The resistor at a pin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pull {
    /// None: the pin floats.
    #[default]
    None,
    /// Towards the supply.
    Up,
    /// Towards ground.
    Down,
}

/// One change of one pin's level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Duration,
    /// The number of the pin.
    pub pin: u8,
    /// What it shows from then on.
    pub high: bool,
    /// Whether the board did it rather than the world.
    pub by_board: bool,
}

/// The pins of a chip, numbered from 0, low and held by nobody at power-on.
#[derive(Clone, Debug)]
pub struct Gpio {
    pins: Vec<Pin>,
    /// The pins that were lent to the board since the last [`Gpio::settle`], in that order.
    lent: Vec<u8>,
    history: Vec<Change>,
}

impl Gpio {
    /// So many pins.
    pub fn new(count: u8) -> Gpio {
        Gpio { pins: vec![Pin::default(); usize::from(count)], lent: vec![], history: vec![] }
    }

    /// The board's side of this pin, which becomes an output when it is first set. What the board
    /// did enters the history with [`Gpio::settle`].
    pub fn pin_mut(&mut self, number: u8) -> Option<&mut Pin> {
        let pin = self.pins.get_mut(usize::from(number))?;
        if !self.lent.contains(&number) {
            self.lent.push(number);
        }
        Some(pin)
    }

    /// Takes note of what the board drove since the last call and says what it was, all at `now`,
    /// pin by pin in the order in which they were first lent.
    pub fn settle(&mut self, now: Duration) -> Vec<Change> {
        let mut changes = Vec::new();
        for number in std::mem::take(&mut self.lent) {
            let levels = std::mem::take(&mut self.pins[usize::from(number)].unsettled);
            let change = |high| Change { at: now, pin: number, high, by_board: true };
            changes.extend(levels.into_iter().map(change));
        }
        self.history.extend(&changes);
        changes
    }

    /// The world drives a pin. Says whether that changed its level; a pin that does not exist has
    /// none. What the board did before has been settled.
    pub fn drive(&mut self, now: Duration, number: u8, high: bool) -> bool {
        self.change(now, number, |pin| pin.world = Some(high))
    }

    /// The world lets a pin go. Says whether that changed its level.
    pub fn release(&mut self, now: Duration, number: u8) -> bool {
        self.change(now, number, |pin| pin.world = None)
    }

    /// Fits a resistor. Says whether that changed the pin's level.
    pub fn set_pull(&mut self, now: Duration, number: u8, pull: Pull) -> bool {
        self.change(now, number, |pin| pin.pull = pull)
    }

    /// Power goes: the board lets all its pins go. Says which levels that changed.
    pub fn power_off(&mut self, now: Duration) -> Vec<Change> {
        let mut changes = Vec::new();
        for (number, pin) in (0..).zip(&mut self.pins) {
            let before = pin.is_high();
            pin.board = None;
            let high = pin.is_high();
            if high != before {
                changes.push(Change { at: now, pin: number, high, by_board: true });
            }
        }
        self.history.extend(&changes);
        changes
    }

    /// What the board drives a pin to; `None` if it lets it go.
    pub fn driven(&self, number: u8) -> Option<bool> {
        self.pins.get(usize::from(number))?.board
    }

    /// The pins that the board drives (bit n is pin n).
    pub fn outputs(&self) -> u64 {
        self.set_of(|pin| pin.board.is_some())
    }

    /// The pins that the board drives high (bit n is pin n).
    pub fn outputs_high(&self) -> u64 {
        self.set_of(|pin| pin.board == Some(true))
    }

    fn set_of(&self, has: impl Fn(&Pin) -> bool) -> u64 {
        let numbers = (0_u32..).zip(self.pins.iter().take(64));
        numbers.filter(|(_, pin)| has(pin)).fold(0, |set, (number, _)| set | 1 << number)
    }

    /// The pins that are high, by number.
    pub fn high(&self) -> impl Iterator<Item = u8> + '_ {
        (0..).zip(&self.pins).filter(|(_, pin)| pin.is_high()).map(|(number, _)| number)
    }

    /// Whether a pin is high; one that does not exist is not.
    pub fn is_high(&self, number: u8) -> bool {
        self.pins.get(usize::from(number)).is_some_and(Pin::is_high)
    }

    /// Every settled change since power-on, oldest first.
    pub fn history(&self) -> &[Change] {
        &self.history
    }

    fn change(&mut self, now: Duration, number: u8, transition: impl FnOnce(&mut Pin)) -> bool {
        let Some(pin) = self.pins.get_mut(usize::from(number)) else {
            return false;
        };
        let before = pin.is_high();
        transition(pin);
        let high = pin.is_high();
        if high == before {
            return false;
        }
        self.history.push(Change { at: now, pin: number, high, by_board: false });
        true
    }
}

/// One pin, as the board drives it.
#[derive(Clone, Debug, Default)]
pub struct Pin {
    board: Option<bool>,
    world: Option<bool>,
    pull: Pull,
    /// Levels that the board's driving led to and that nobody has taken note of yet.
    unsettled: Vec<bool>,
}

impl Pin {
    fn is_high(&self) -> bool {
        match (self.board, self.world) {
            (Some(false), _) | (_, Some(false)) => false,
            (Some(true), _) | (_, Some(true)) => true,
            (None, None) => self.pull == Pull::Up,
        }
    }

    /// The board lets the pin go.
    pub fn release(&mut self) {
        self.hold(None);
    }

    fn hold(&mut self, board: Option<bool>) {
        let before = self.is_high();
        self.board = board;
        if self.is_high() != before {
            self.unsettled.push(!before);
        }
    }
}

impl ErrorType for Pin {
    type Error = Infallible;
}

impl OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.hold(Some(false));
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.hold(Some(true));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_board_drives_is_settled_once() {
        let mut gpio = Gpio::new(8);
        let pin = gpio.pin_mut(2).unwrap();
        pin.set_high().unwrap();
        pin.set_high().unwrap();
        let at = Duration::from_millis(10);
        let change = Change { at, pin: 2, high: true, by_board: true };
        assert_eq!(gpio.settle(at), [change]);
        assert_eq!(gpio.settle(at), []);
        assert_eq!(gpio.history(), [change]);
        assert!(gpio.is_high(2));
    }

    #[test]
    fn a_pin_that_the_board_lets_go_shows_what_others_do() {
        let mut gpio = Gpio::new(8);
        gpio.pin_mut(2).unwrap().set_high().unwrap();
        assert_eq!(gpio.driven(2), Some(true));
        gpio.pin_mut(2).unwrap().release();
        assert_eq!(gpio.driven(2), None);
        let levels: Vec<bool> =
            gpio.settle(Duration::ZERO).iter().map(|change| change.high).collect();
        assert_eq!(levels, [true, false]);
    }

    #[test]
    fn without_power_a_board_drives_nothing() {
        let mut gpio = Gpio::new(8);
        gpio.pin_mut(2).unwrap().set_high().unwrap();
        gpio.pin_mut(3).unwrap().set_high().unwrap();
        gpio.settle(Duration::ZERO);
        gpio.drive(Duration::ZERO, 3, true);
        let changes = gpio.power_off(Duration::from_millis(1));
        assert_eq!(changes.iter().map(|change| change.pin).collect::<Vec<_>>(), [2]);
        assert_eq!(gpio.high().collect::<Vec<_>>(), [3], "the world still drives it");
    }

    #[test]
    fn a_pulse_within_a_slice_is_not_lost() {
        let mut gpio = Gpio::new(8);
        gpio.pin_mut(2).unwrap().set_high().unwrap();
        gpio.pin_mut(2).unwrap().set_low().unwrap();
        let levels: Vec<bool> =
            gpio.settle(Duration::ZERO).iter().map(|change| change.high).collect();
        assert_eq!(levels, [true, false]);
    }

    #[test]
    fn a_button_to_ground_overrides_the_pull_up() {
        let mut gpio = Gpio::new(8);
        assert!(gpio.set_pull(Duration::ZERO, 4, Pull::Up));
        assert!(gpio.drive(Duration::ZERO, 4, false));
        assert!(!gpio.drive(Duration::ZERO, 4, false));
        assert!(gpio.release(Duration::ZERO, 4));
        assert!(gpio.is_high(4));
    }

    #[test]
    fn a_pin_that_does_not_exist_is_nobody() {
        let mut gpio = Gpio::new(3);
        assert!(gpio.pin_mut(3).is_none());
        assert!(!gpio.drive(Duration::ZERO, 3, true));
        assert!(!gpio.is_high(3));
        assert_eq!(gpio.history(), []);
    }

    proptest! {
        #[test]
        fn the_history_replays_to_the_levels(
            steps in prop::collection::vec((0_u8..4, any::<bool>(), any::<bool>()), 0..40),
        ) {
            let mut gpio = Gpio::new(4);
            for (index, (number, is_board, high)) in steps.into_iter().enumerate() {
                let now = Duration::from_micros(index as u64);
                if is_board {
                    gpio.pin_mut(number).unwrap().set_state(high.into()).unwrap();
                    gpio.settle(now);
                } else {
                    gpio.drive(now, number, high);
                }
            }
            let mut replayed = [false; 4];
            let mut last = Duration::ZERO;
            for change in gpio.history() {
                prop_assert!(last <= change.at);
                prop_assert_ne!(replayed[usize::from(change.pin)], change.high);
                replayed[usize::from(change.pin)] = change.high;
                last = change.at;
            }
            for number in 0..4 {
                prop_assert_eq!(gpio.is_high(number), replayed[usize::from(number)]);
            }
        }
    }
}
