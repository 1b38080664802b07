//! Blinky: toggles pin 2 twice a second, starting high.
//!
//! It is given the pin, a clock and a log. It counts in moments rather than in pauses, so that
//! its own work and its waiting for the processor never add up to a drift.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

use core::time::Duration;
use sdk::Refusal;
use sdk::clock::Clock;
use sdk::pin::Level;
use sdk::pin::Pins;

/// The pin with the light.
const LIGHT: u8 = 2;

/// How long the light stays as it is.
const HALF_PERIOD: Duration = Duration::from_millis(500);

const PINS: Pins = Pins::slot(1);
const CLOCK: Clock = Clock::slot(2);

sdk::entry!(main);

fn main() {
    let Err(refusal) = blink();
    sdk::log!("stopped blinking: {refusal}");
    sdk::entry::exit(1);
}

/// Blinks until something is refused.
fn blink() -> Result<core::convert::Infallible, Refusal> {
    let mut moment = CLOCK.now()?;
    let mut level = Level::High;
    loop {
        PINS.drive(LIGHT, level)?;
        level = !level;
        moment += HALF_PERIOD;
        CLOCK.sleep_until(moment)?;
    }
}
