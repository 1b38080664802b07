//! From a manifest to a first population: checked whole before anything runs.

use abi::object::ObjectKind;
use abi::rights::Rights;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::actor::Activity;
use crate::actor::Actor;
use crate::actor::Turn;
use crate::capability::Capability;
use crate::capability::MemoryRange;
use crate::capability::Object;
use crate::cspace::Place;
use crate::engine::Engine;
use crate::engine::Instance;
use crate::engine::LoadError;
use crate::id::ActorId;
use crate::limits::ACTORS_MAX;
use crate::limits::NAME_MAX;
use crate::limits::PRIORITIES;
use crate::limits::SLOTS;
use crate::mailbox::Mailbox;
use crate::manifest::ActorManifest;
use crate::manifest::GrantObject;
use crate::manifest::Manifest;
use crate::manifest::Program;
use crate::state::State;
use crate::trace::What;

/// Why a manifest does not become a population. Nothing has run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootError {
    /// Which actor.
    pub actor: String,
    /// What is wrong with it.
    pub reason: BootReason,
}

/// What is wrong with an actor in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BootReason {
    /// There are more actors than the kernel has places.
    TooManyActors,
    /// The name is empty, too long, or taken.
    BadName,
    /// The priority is not below 32.
    BadPriority,
    /// A grant names an actor that there is not.
    UnknownEndpoint(String),
    /// A grant names a region that there is not.
    UnknownRegion(String),
    /// More is granted than a cspace holds.
    TooManyGrants,
    /// A region is longer than 2 GiB.
    RegionTooLong(String),
    /// The board has no screen.
    NoScreen,
    /// The actors together may have more memory than the board has for them.
    ArenaExhausted {
        /// Bytes that this actor may have.
        wanted: usize,
        /// Bytes that the actors before it left.
        left: usize,
    },
    /// Its code does not load.
    Load(LoadError),
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "actor `{}`: ", self.actor)?;
        match &self.reason {
            BootReason::TooManyActors => write!(f, "one more than the {ACTORS_MAX} there can be"),
            BootReason::BadName => {
                write!(f, "its name must be unique and have 1 to {NAME_MAX} bytes")
            }
            BootReason::BadPriority => write!(f, "its priority must be below {PRIORITIES}"),
            BootReason::UnknownEndpoint(name) => write!(f, "is granted unknown actor `{name}`"),
            BootReason::UnknownRegion(name) => write!(f, "is granted unknown region `{name}`"),
            BootReason::TooManyGrants => {
                write!(f, "is granted more than the {} capabilities it can hold", SLOTS - 1)
            }
            BootReason::RegionTooLong(name) => write!(f, "region `{name}` is longer than 2 GiB"),
            BootReason::NoScreen => f.write_str("is granted the screen, but the board has none"),
            BootReason::ArenaExhausted { wanted, left } => {
                write!(f, "may have {wanted} bytes of memory, but only {left} are left for actors")
            }
            BootReason::Load(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for BootError {}

/// Puts the population of a manifest into an empty state. The instances come back by index.
pub(crate) fn populate(
    state: &mut State,
    engine: &Engine<Box<State>>,
    manifest: &Manifest,
) -> Result<Vec<Option<Instance<Box<State>>>>, BootError> {
    // A manifest with more than there can be is refused below, before anybody runs.
    let count = u16::try_from(manifest.actors.len()).unwrap_or(u16::MAX);
    state.record_of(None, What::Boot { actors: count }, &[]);
    let mut instances: Vec<Option<Instance<Box<State>>>> = Vec::new();
    instances.resize_with(state.actors.len(), || None);
    let mut arena = manifest.arena;
    for (index, actor) in manifest.actors.iter().enumerate() {
        let fail = |reason| BootError { actor: actor.name.clone(), reason };
        check(manifest, index, arena).map_err(fail)?;
        let Program::Wasm(wasm) = &actor.program;
        let loaded = engine.load(wasm);
        let instance = loaded.and_then(|module| engine.instantiate(&module, actor.memory));
        let instance = instance.map_err(|error| fail(BootReason::Load(error)))?;
        arena -= actor.memory;
        settle(state, index, actor, &instance);
        instances[index] = Some(instance);
    }
    for (index, actor) in manifest.actors.iter().enumerate() {
        grant_all(state, manifest, index)
            .map_err(|reason| BootError { actor: actor.name.clone(), reason })?;
    }
    Ok(instances)
}

fn check(manifest: &Manifest, index: usize, arena: usize) -> Result<(), BootReason> {
    let actor = &manifest.actors[index];
    if ACTORS_MAX <= index {
        return Err(BootReason::TooManyActors);
    }
    let is_taken = manifest.actors[..index].iter().any(|other| other.name == actor.name);
    if actor.name.is_empty() || NAME_MAX < actor.name.len() || is_taken {
        return Err(BootReason::BadName);
    }
    if PRIORITIES <= usize::from(actor.priority) {
        return Err(BootReason::BadPriority);
    }
    if SLOTS <= actor.grants.len() {
        return Err(BootReason::TooManyGrants);
    }
    if arena < actor.memory {
        return Err(BootReason::ArenaExhausted { wanted: actor.memory, left: arena });
    }
    Ok(())
}

/// Gives an actor its place, its endpoint and its first turn.
fn settle(
    state: &mut State,
    index: usize,
    manifest: &ActorManifest,
    instance: &Instance<Box<State>>,
) {
    // Below `ACTORS_MAX`.
    let id = ActorId::new(index as u16, 1);
    let object = Object::Endpoint(id);
    let capability = Capability { object, rights: Rights::ALL, badge: 0 };
    let endpoint = state.cspaces.plant(capability);
    let own = state.cspaces.derive(endpoint, capability, index);
    assert_eq!(own, Ok(abi::handle::Handle::OWN_ENDPOINT), "the first slot of a new cspace");
    let (activity, turn) = if instance.is_handler() {
        (Activity::Waiting, Turn::Handle)
    } else {
        (Activity::Ready, Turn::Start)
    };
    let priority = usize::from(manifest.priority);
    state.actors[index] = Some(Actor {
        id,
        name: manifest.name.clone(),
        priority,
        mailbox: Mailbox::default(),
        activity,
        turn,
        endpoint,
        fuel: 0,
        memory: instance.memory_size(),
        input_seen: 0,
    });
    state.living += 1;
    if activity == Activity::Ready {
        state.schedule.push_back(index, priority);
    }
    let memory = u32::try_from(manifest.memory).unwrap_or(u32::MAX);
    let what = What::Spawn { priority: manifest.priority, memory };
    state.record_of(Some(id), what, manifest.name.as_bytes());
}

fn grant_all(state: &mut State, manifest: &Manifest, index: usize) -> Result<(), BootReason> {
    for grant in &manifest.actors[index].grants {
        let (root, object) = root_of(state, manifest, &grant.object)?;
        let rights = grant.rights;
        let wanted = Capability { object, rights, badge: 0 };
        let granted = state.cspaces.derive(root, wanted, index);
        let handle = granted.map_err(|_| BootReason::TooManyGrants)?;
        let id = state.actors[index].as_ref().map(|actor| actor.id);
        state.record_of(id, What::Grant { handle, object, rights }, &[]);
    }
    Ok(())
}

/// The root of what a grant names, made when it is granted for the first time.
fn root_of(
    state: &mut State,
    manifest: &Manifest,
    grant: &GrantObject,
) -> Result<(Place, Object), BootReason> {
    let object = match grant {
        GrantObject::Endpoint(name) => {
            let named = state.actors.iter().flatten().find(|actor| actor.name == *name);
            let actor = named.ok_or_else(|| BootReason::UnknownEndpoint(name.clone()))?;
            return Ok((actor.endpoint, Object::Endpoint(actor.id)));
        }
        GrantObject::Region(name) => region(manifest, name)?,
        GrantObject::Pins(set) => {
            let root = device(state, Object::Pins(u64::MAX));
            return Ok((root, Object::Pins(*set)));
        }
        GrantObject::Framebuffer if state.screen.is_none() => return Err(BootReason::NoScreen),
        GrantObject::Framebuffer => Object::Framebuffer,
        GrantObject::Log => Object::Log,
        GrantObject::Clock => Object::Clock,
        GrantObject::Entropy => Object::Entropy,
        GrantObject::Keyboard => Object::Keyboard,
        GrantObject::Pointer => Object::Pointer,
        GrantObject::Serial => Object::Serial,
        GrantObject::Processes => Object::Processes,
        _ => return Err(BootReason::NoScreen),
    };
    Ok((device(state, object), object))
}

fn region(manifest: &Manifest, name: &str) -> Result<Object, BootReason> {
    let found = manifest.regions.iter().position(|region| region.name == *name);
    let index = found.ok_or_else(|| BootReason::UnknownRegion(name.into()))?;
    let too_long = || BootReason::RegionTooLong(name.into());
    // Offsets cross as signed 32-bit words.
    let len = i32::try_from(manifest.regions[index].bytes.len()).map_err(|_| too_long())?;
    let region = u16::try_from(index).map_err(|_| too_long())?;
    Ok(Object::Memory(MemoryRange { region, offset: 0, len: len.unsigned_abs() }))
}

fn device(state: &mut State, object: Object) -> Place {
    let known = state.devices.iter().copied().find(|root| state.cspaces.at(*root).object == object);
    known.unwrap_or_else(|| {
        let root = state.cspaces.plant(Capability { object, rights: Rights::ALL, badge: 0 });
        state.devices.push(root);
        root
    })
}

/// Whether somebody holds a device of this kind.
pub(crate) fn is_held(state: &State, kind: ObjectKind) -> bool {
    state.devices.iter().any(|root| {
        state.cspaces.at(*root).object.kind() == kind
            && state.cspaces.next_descendant(*root, *root).is_some()
    })
}
