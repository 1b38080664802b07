//! Dial: hours, minutes and seconds as three planets around a sun, and in digits.
//!
//! It is given, in slot 1, the screen service, then a clock and maybe a log. It shows the time since
//! power came on; after a press into its window the time since that press, and after another one the
//! former again. It ends when the screen service does or a supervisor asks for it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod circle;
mod face;

use core::time::Duration;
use sdk::Refusal;
use sdk::endpoint::Endpoint;
use sdk::endpoint::Inbox;
use sdk::grant::Grants;
use sdk::window::Event;
use sdk::window::Window;

use crate::face::Face;

const SCREEN_SERVICE: Endpoint = Endpoint::slot(1);

/// Characters of the window, across and down.
const CELLS: (u16, u16) = (26, 15);

sdk::entry!(main);

fn main() {
    match run() {
        Ok(()) => sdk::log!("done"),
        Err(refusal) => {
            sdk::log!("nothing can be shown: {refusal}");
            sdk::entry::exit(1);
        }
    }
}

/// Shows the time until it shall end. The error is why that is impossible.
fn run() -> Result<(), Refusal> {
    let clock = Grants::new().clock().ok_or(Refusal::NoCapability)?;
    let mut inbox = Inbox::new();
    let window = Window::open(SCREEN_SERVICE, Some(clock), &mut inbox, CELLS, "clock")?;
    let mut face = Face::new(window);
    // When the stopwatch was started, and whether the button is down.
    let mut start = None;
    let mut is_down = false;
    loop {
        let now = clock.now()?;
        let shown = now.saturating_sub(start.unwrap_or_default());
        face.draw(shown.as_secs(), start.is_some())?;
        let rest = Duration::from_nanos(1_000_000_000 - u64::from(shown.subsec_nanos()));
        match inbox.receive_within(rest) {
            Err(Refusal::Timeout) => (),
            Err(refusal) => return Err(refusal),
            Ok(message) => match window.event(&message) {
                Some(Event::Closed) => return Ok(()),
                Some(Event::Pointer(event)) => {
                    if event.buttons != 0 && !is_down {
                        start = if start.is_none() { Some(clock.now()?) } else { None };
                    }
                    is_down = event.buttons != 0;
                }
                _ => (),
            },
        }
    }
}
