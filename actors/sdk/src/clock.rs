//! Time.

use abi::handle::Handle;
use abi::refusal::Refusal;
use core::time::Duration;

use crate::raw;

/// A capability to read the time and to wait for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock(Handle);

impl Clock {
    /// The clock of this name.
    pub const fn new(handle: Handle) -> Clock {
        Clock(handle)
    }

    /// The clock that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Clock {
        Clock(Handle::new(0, slot))
    }

    /// Its name.
    pub const fn handle(self) -> Handle {
        self.0
    }

    /// Time since power came on.
    pub fn now(self) -> Result<Duration, Refusal> {
        raw::time(self.0).map(Duration::from_nanos)
    }

    /// Waits this long.
    pub fn sleep(self, duration: Duration) -> Result<(), Refusal> {
        raw::sleep(self.0, nanoseconds(duration))
    }

    /// Waits until this much time has passed since power came on. A moment that has passed
    /// already is not waited for, so that a loop over moments loses nothing to its own work.
    pub fn sleep_until(self, moment: Duration) -> Result<(), Refusal> {
        match moment.checked_sub(self.now()?) {
            Some(rest) => self.sleep(rest),
            None => Ok(()),
        }
    }
}

/// The word for a duration; 292 years stand for everything longer.
pub(crate) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
