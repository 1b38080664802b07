//! Monitor: what all actors do, twice a second, in a window.
//!
//! It is given, in slot 1, the screen service, then a clock, the process table and maybe a log. It
//! ends when the screen service does or a supervisor asks for it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod load;
mod table;

use core::time::Duration;
use sdk::Refusal;
use sdk::clock::Clock;
use sdk::endpoint::Endpoint;
use sdk::endpoint::Inbox;
use sdk::grant::Grants;
use sdk::window::Event;
use sdk::window::Window;

use crate::load::Load;
use crate::table::Table;

const SCREEN_SERVICE: Endpoint = Endpoint::slot(1);

/// Characters of the window, across and down.
const CELLS: (u16, u16) = (64, 15);

/// Between two looks at the process table.
const PERIOD: Duration = Duration::from_millis(500);

sdk::heap!(8 * 1024);
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

/// Shows what there is until it shall end. The error is why that is impossible.
fn run() -> Result<(), Refusal> {
    let grants = Grants::new();
    let clock = grants.clock().ok_or(Refusal::NoCapability)?;
    let processes = grants.processes().ok_or(Refusal::NoCapability)?;
    let mut inbox = Inbox::new();
    let window = Window::open(SCREEN_SERVICE, Some(clock), &mut inbox, CELLS, "monitor")?;
    let mut table = Table::new(window);
    let mut load = Load::new();
    let mut next = clock.now()?;
    loop {
        load.look(processes, clock.now()?)?;
        table.draw(&load)?;
        next += PERIOD;
        if wait(window, clock, &mut inbox, next)?.is_none() {
            return Ok(());
        }
    }
}

/// Waits for a moment. `None` means that it shall end.
fn wait(
    window: Window,
    clock: Clock,
    inbox: &mut Inbox,
    moment: Duration,
) -> Result<Option<()>, Refusal> {
    loop {
        match inbox.receive_within(moment.saturating_sub(clock.now()?)) {
            Ok(message) if window.event(&message) == Some(Event::Closed) => return Ok(None),
            Ok(_) => (),
            Err(Refusal::Timeout) => return Ok(Some(())),
            Err(refusal) => return Err(refusal),
        }
    }
}
