//! What each actor does: what the process table says, and how it has changed.

use alloc::vec::Vec;
use core::time::Duration;
use sdk::Refusal;
use sdk::abi::process::ProcessRecord;
use sdk::abi::process::ProcessState;
use sdk::process::Processes;

/// Actors that are looked at.
const ACTORS_MAX: usize = 32;

/// One actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    pub(crate) record: ProcessRecord,
    /// Logical instructions in the last second, as far as they were looked at.
    pub(crate) fuel_per_second: u64,
}

/// All of them, in the order of the process table, which does not change while they live.
#[derive(Debug)]
pub(crate) struct Load {
    actors: Vec<Actor>,
    /// Ids, and the fuel that those had used at the look before.
    former: Vec<(u64, u64)>,
    /// How many there are beyond those that are looked at.
    beyond: usize,
    moment: Option<Duration>,
}

impl Load {
    /// Nothing has been looked at.
    pub(crate) fn new() -> Load {
        // Taken once: looking does not allocate.
        let actors = Vec::with_capacity(ACTORS_MAX);
        let former = Vec::with_capacity(ACTORS_MAX);
        Load { actors, former, beyond: 0, moment: None }
    }

    /// Looks at all actors.
    pub(crate) fn look(&mut self, processes: Processes, now: Duration) -> Result<(), Refusal> {
        let elapsed = self.moment.map(|moment| now.saturating_sub(moment));
        let elapsed = elapsed.unwrap_or_default();
        self.former.clear();
        self.former.extend(self.actors.iter().map(|actor| (actor.record.id, actor.record.fuel)));
        self.actors.clear();
        (self.beyond, self.moment) = (0, Some(now));
        for index in 0.. {
            let Some(record) = processes.record(index)? else { break };
            if record.state == ProcessState::Dead {
                continue;
            }
            if self.actors.len() == ACTORS_MAX {
                self.beyond += 1;
                continue;
            }
            let former = self.former.iter().find(|(id, _)| *id == record.id);
            let used = former.map_or(0, |(_, fuel)| record.fuel.saturating_sub(*fuel));
            self.actors.push(Actor { record, fuel_per_second: per_second(used, elapsed) });
        }
        Ok(())
    }

    /// Those that were looked at.
    pub(crate) fn actors(&self) -> impl Iterator<Item = &Actor> {
        self.actors.iter()
    }

    /// How many actors there are.
    pub(crate) fn total(&self) -> usize {
        self.actors.len() + self.beyond
    }

    /// What all of those that were looked at use.
    pub(crate) fn fuel_per_second(&self) -> u64 {
        self.actors().map(|actor| actor.fuel_per_second).sum()
    }

    /// Bytes of memory that all of those that were looked at have.
    pub(crate) fn memory(&self) -> u64 {
        self.actors().map(|actor| u64::from(actor.record.memory)).sum()
    }
}

/// How much that is in a second.
fn per_second(used: u64, elapsed: Duration) -> u64 {
    let milliseconds = elapsed.as_millis() as u64;
    used.saturating_mul(1000).checked_div(milliseconds).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuel_is_counted_for_a_second_whatever_the_period() {
        assert_eq!(per_second(500, Duration::from_millis(500)), 1000);
        assert_eq!(per_second(500, Duration::from_secs(5)), 100);
        assert_eq!(per_second(500, Duration::ZERO), 0);
    }
}
