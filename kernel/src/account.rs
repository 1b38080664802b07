//! How much of what the kernel shares out is in use: what must be as it was once those who took it
//! are gone.
//!
//! At every moment between two polls
//! - `places + roles` is how many places there are, apart from those whose lives are used up,
//! - `arena + reserved + shared` is the whole arena,
//! - `bodies` is `actors + renewals` and `codes` is `roles + renewals`,
//! - `capabilities` is `devices + roles + promises + names + locks + regions` and two for each actor.

use crate::actor::Renewal;
use crate::role::Standing;
use crate::state::State;

/// What is in use. It is counted when it is asked for, which takes time for every place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Actors that live.
    pub actors: usize,
    /// Parts that are played, also by actors that are down and may be started again.
    pub roles: usize,
    /// Places that can be given to another actor.
    pub places: usize,
    /// Bytes of linear memory that no actor has.
    pub arena: usize,
    /// Bytes of linear memory that actors may have.
    pub reserved: usize,
    /// Actors for which other code waits; until it takes over, it has memory as well.
    pub renewals: usize,
    /// Capabilities of the kernel's own: objects, names, promises.
    pub capabilities: usize,
    /// Devices, which are made at boot and stay.
    pub devices: usize,
    /// Capabilities that are given in each life of an actor.
    pub promises: usize,
    /// Names, paths and mounts.
    pub names: usize,
    /// Mutexes and semaphores.
    pub locks: usize,
    /// Regions of memory that actors made.
    pub regions: usize,
    /// Their bytes.
    pub shared: usize,
    /// Slots of actors' cspaces that cannot be given out.
    pub slots: usize,
    /// Deaths of which actors have yet to be told.
    pub notices: usize,
    /// Messages in mailboxes.
    pub messages: usize,
    /// Modules and services that are kept for the next life.
    pub codes: usize,
    /// Instances.
    pub bodies: usize,
    /// Whether somebody waits for a moment or a turn, or a supervisor has something to do.
    pub is_waiting: bool,
}

impl State {
    /// What is in use beside the crew's code.
    pub(crate) fn account(&self, codes: usize, bodies: usize) -> Account {
        let roles = self.roles.iter().flatten();
        let standing = roles.clone().flat_map(|role| &role.standing);
        let actors = self.actors.iter().flatten();
        let renewed = actors.clone().filter(|actor| actor.renewal != Renewal::Nothing);
        let renewals = renewed.clone().count();
        let renewed = renewed.filter_map(|actor| self.roles[actor.id.index()].as_ref());
        let (slots, notices) = self.cspaces.in_use();
        let (regions, shared) = self.regions.made();
        Account {
            actors: self.living,
            roles: roles.clone().count(),
            places: self.vacant.len(),
            arena: self.arena,
            reserved: roles.chain(renewed).map(|role| role.part.memory).sum(),
            renewals,
            capabilities: self.cspaces.hidden(),
            devices: self.devices.len(),
            promises: standing.filter(|promised| matches!(promised, Standing::Held(_))).count(),
            names: self.namespace.list("").count(),
            locks: self.locks.count(),
            regions,
            shared,
            slots,
            notices,
            messages: actors.map(|actor| actor.mailbox.len()).sum(),
            codes,
            bodies,
            is_waiting: self.timers.next().is_some()
                || self.schedule.highest().is_some()
                || self.supervision.has_actions()
                || self.supervision.next_wake().is_some(),
        }
    }
}
