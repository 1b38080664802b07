//! The time by which values end. It stands still while there is no power, and what passed since it
//! was last noted is lost with the power: then a value lasts that much longer, never shorter.

use core::time::Duration;
use sdk::Refusal;

use crate::drawer::Body;
use crate::drawer::Drawer;

/// The file in which it is noted. No key has this name.
const NAME: &str = "_t";

/// It is noted at most this often.
const PERIOD: Duration = Duration::from_secs(60);

/// Bytes of a note: the time, and the time since power on, both u64 in milliseconds.
const NOTE_BYTES: usize = 16;

/// The time by which values end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calendar {
    /// The time when it was `uptime` since power on, in milliseconds.
    time: u64,
    uptime: u64,
    /// Whether some value has ever had an end.
    is_needed: bool,
}

impl Calendar {
    /// Goes on from the last note, `uptime` after power on.
    pub(crate) fn start(drawer: &mut impl Drawer, uptime: Duration) -> Result<Calendar, Refusal> {
        let mut note = [0; NOTE_BYTES];
        match drawer.read(NAME, 0, &mut note) {
            Ok(NOTE_BYTES) => (),
            Ok(_) => return Err(Refusal::Corrupt),
            Err(Refusal::NotFound) => return Ok(Calendar::default()),
            Err(refusal) => return Err(refusal),
        }
        let word = |at: usize| u64::from_le_bytes(core::array::from_fn(|byte| note[at + byte]));
        let (time, noted) = (word(0), word(8));
        let uptime = millis(uptime);
        // Less than at the note: power has been off since, and the rest of then is not known.
        let passed = uptime.checked_sub(noted).unwrap_or(uptime);
        let mut calendar = Calendar { time: time.saturating_add(passed), uptime, is_needed: true };
        calendar.note(drawer)?;
        Ok(calendar)
    }

    /// The time in milliseconds, `uptime` after power on.
    pub(crate) fn time(&self, uptime: Duration) -> u64 {
        self.time.saturating_add(millis(uptime).saturating_sub(self.uptime))
    }

    /// Notes it for the first value that has an end, and later if that is long ago.
    pub(crate) fn keep(
        &mut self,
        drawer: &mut impl Drawer,
        uptime: Duration,
        has_end: bool,
    ) -> Result<(), Refusal> {
        let is_late = self.uptime.saturating_add(millis(PERIOD)) <= millis(uptime);
        let is_due = if self.is_needed { is_late } else { has_end };
        if !is_due {
            return Ok(());
        }
        self.time = self.time(uptime);
        self.uptime = millis(uptime);
        self.note(drawer)?;
        self.is_needed = true;
        Ok(())
    }

    fn note(&mut self, drawer: &mut impl Drawer) -> Result<(), Refusal> {
        let mut note = [0; NOTE_BYTES];
        note[..8].copy_from_slice(&self.time.to_le_bytes());
        note[8..].copy_from_slice(&self.uptime.to_le_bytes());
        drawer.write(NAME, &note, Body::Bytes(&[]))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
