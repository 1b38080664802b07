//! Who can reach what, and through whom: every capability of every actor, for people who audit.

use abi::handle::Handle;

use crate::capability::Capability;
use crate::id::ActorId;
use crate::state::State;

/// One capability in its holder's cspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Held {
    /// Who holds it.
    pub actor: ActorId,
    /// In which slot.
    pub handle: Handle,
    /// What it is.
    pub capability: Capability,
    /// What it was derived from; `None` is the kernel's own root of the object.
    pub from: Option<Source>,
}

/// The capability of an actor that another one was derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Source {
    /// Who holds it.
    pub actor: ActorId,
    /// In which slot.
    pub handle: Handle,
}

/// All that is held: in the order of the actors' places, and for each in the order of its slots.
pub(crate) fn held(state: &State) -> impl Iterator<Item = Held> + '_ {
    let actors = state.actors.iter().flatten().map(|actor| actor.id);
    actors.flat_map(move |actor| {
        let held = state.cspaces.held(actor.index());
        held.map(move |(handle, capability)| {
            let source = state.cspaces.source(actor.index(), handle);
            let from = source.and_then(|(index, handle)| {
                // Whoever dies leaves nothing in its cspace.
                let actor = state.actors[index].as_ref()?.id;
                Some(Source { actor, handle })
            });
            Held { actor, handle, capability, from }
        })
    })
}

#[cfg(test)]
mod tests {
    use abi::rights::Rights;

    use super::*;
    use crate::capability::Object;
    use crate::cspace::Cspaces;

    const LOG: Capability = Capability { object: Object::Log, rights: Rights::ALL, badge: 0 };

    #[test]
    fn a_source_is_the_capability_above_and_the_kernels_own_are_none() {
        let mut cspaces = Cspaces::new(3);
        let root = cspaces.plant(LOG);
        let first = cspaces.derive(root, LOG, 0).unwrap();
        let place = cspaces.find(0, first).unwrap();
        let second = cspaces.derive(place, LOG, 1).unwrap();
        let place = cspaces.find(1, second).unwrap();
        let third = cspaces.derive(place, LOG, 2).unwrap();
        assert_eq!(cspaces.source(0, first), None);
        assert_eq!(cspaces.source(1, second), Some((0, first)));
        assert_eq!(cspaces.source(2, third), Some((1, second)));
        cspaces.delete(cspaces.find(1, second).unwrap());
        assert_eq!(cspaces.source(2, third), Some((0, first)), "what is above moved down");
        assert_eq!(cspaces.source(1, second), None, "a handle that is gone has no source");
    }
}
