//! What became of the attacks.

use core::time::Duration;
use sdk::Refusal;
use sdk::clock::Clock;

/// Time from one attack to the next, so that a serial line of 115200 baud can tell of all of them.
const PACE: Duration = Duration::from_millis(20);

/// Counts the attacks and those that succeeded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    clock: Clock,
    attacks: u32,
    breaches: u32,
}

impl Report {
    pub(crate) fn new(clock: Clock) -> Report {
        Report { clock, attacks: 0, breaches: 0 }
    }

    /// Tries what must be refused.
    pub(crate) fn attack<T>(&mut self, name: &str, attempt: impl FnOnce() -> Result<T, Refusal>) {
        self.announce(name);
        match attempt() {
            Err(refusal) => sdk::log!("{name}: refused ({refusal})"),
            Ok(_) => self.breach(name, "was not refused"),
        }
    }

    /// Does what everybody must endure; the attempt says whether they did.
    pub(crate) fn strain(&mut self, name: &str, attempt: impl FnOnce() -> Result<u32, Refusal>) {
        self.announce(name);
        match attempt() {
            Ok(count) => sdk::log!("{name}: endured ({count})"),
            Err(refusal) => {
                sdk::log!("{name}: {refusal}");
                self.breach(name, "was not endured");
            }
        }
    }

    /// Says how it went.
    pub(crate) fn finish(self) {
        let Report { attacks, breaches, .. } = self;
        sdk::log!("{attacks} attacks, {breaches} breaches");
    }

    fn announce(&mut self, name: &str) {
        self.attacks += 1;
        // Without a clock it goes on at once, and the serial line may lose lines.
        let _ = self.clock.sleep(PACE);
        sdk::log!("{name}");
    }

    fn breach(&mut self, name: &str, what: &str) {
        self.breaches += 1;
        sdk::log!("BREACH {name} {what}");
    }
}
