//! From a manifest to a first population: checked whole before anything runs.

use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use crate::capability::Capability;
use crate::capability::FlashRange;
use crate::capability::MemoryRange;
use crate::capability::Object;
use crate::capability::PortRange;
use crate::crew::Crew;
use crate::cspace::Place;
use crate::engine::LoadError;
use crate::id::ActorId;
use crate::limits::ACTORS_MAX;
use crate::limits::INTENSITY_MAX;
use crate::limits::MAILBOX_MESSAGES_MAX;
use crate::limits::NAME_MAX;
use crate::limits::PRIORITIES;
use crate::limits::SLOTS;
use crate::limits::SUPERVISORS_MAX;
use crate::manifest::ActorManifest;
use crate::manifest::GrantObject;
use crate::manifest::Manifest;
use crate::manifest::Program;
use crate::role::Part;
use crate::state::State;
use crate::supervisor::SupervisorId;
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
    /// A grant names flash that the board does not have.
    NoFlash,
    /// The actors together may have more memory than the board has for them.
    ArenaExhausted {
        /// Bytes that this actor may have.
        wanted: usize,
        /// Bytes that the actors before it left.
        left: usize,
    },
    /// Its code does not load.
    Load(LoadError),
    /// It wants more messages in its mailbox than one can have, or none.
    BadMailbox,
    /// It stands below a supervisor that there is not.
    UnknownSupervisor(String),
    /// There are more supervisors than the kernel keeps.
    TooManySupervisors,
    /// A supervisor allows more restarts than it can count.
    BadIntensity(String),
    /// A name is wrong, or taken, or one too many.
    Name {
        /// Which name.
        name: String,
        /// Why not.
        refusal: Refusal,
    },
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "actor `{}`: ", self.actor)?;
        match &self.reason {
            BootReason::TooManyActors => f.write_str("one more than the board has places for"),
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
            BootReason::NoFlash => f.write_str("is granted flash that the board does not have"),
            BootReason::ArenaExhausted { wanted, left } => {
                write!(f, "may have {wanted} bytes of memory, but only {left} are left for actors")
            }
            BootReason::Load(error) => error.fmt(f),
            BootReason::BadMailbox => {
                write!(f, "its mailbox must take 1 to {MAILBOX_MESSAGES_MAX} messages")
            }
            BootReason::UnknownSupervisor(name) => {
                write!(f, "there is no supervisor `{name}` (they come before those below them)")
            }
            BootReason::TooManySupervisors => {
                write!(f, "one more than the {SUPERVISORS_MAX} supervisors there can be")
            }
            BootReason::BadIntensity(name) => {
                write!(f, "supervisor `{name}` allows more than {INTENSITY_MAX} restarts")
            }
            BootReason::Name { name, refusal } => write!(f, "cannot be named `{name}`: {refusal}"),
        }
    }
}

impl core::error::Error for BootError {}

/// Where the actors of a manifest are, by name: each is looked for at every grant that names it.
type Names<'manifest> = BTreeMap<&'manifest str, usize>;

/// Puts the population of a manifest into an empty state.
pub(crate) fn populate(
    state: &mut State,
    crew: &mut Crew,
    manifest: &Manifest,
) -> Result<(), BootError> {
    // A manifest with more than there can be is refused below, before anybody runs.
    let count = u16::try_from(manifest.actors.len()).unwrap_or(u16::MAX);
    state.record_of(None, What::Boot { actors: count }, &[]);
    supervise(state, manifest)?;
    let mut names = Names::new();
    for (index, actor) in manifest.actors.iter().enumerate() {
        let fail = |reason| BootError { actor: actor.name.clone(), reason };
        let supervisor = check(state, manifest, index, &names).map_err(fail)?;
        names.insert(&actor.name, index);
        let place = state
            .cast(part(actor), actor.grants.len())
            .map_err(|_| fail(BootReason::TooManyActors))?;
        assert_eq!(place, index, "places are given out in order");
        let made = crew.load(place, &actor.program).and_then(|()| crew.make(place, actor.memory));
        made.map_err(|error| fail(BootReason::Load(error)))?;
        let (is_idle, memory) = crew.shape(place);
        state.settle(place, is_idle, memory);
        let added = state.supervision.add(supervisor, place, actor.child, true);
        assert_eq!(added, Ok(()), "nobody ends at boot");
    }
    for (place, actor) in manifest.actors.iter().enumerate() {
        let fail = |reason| BootError { actor: actor.name.clone(), reason };
        promise_all(state, manifest, place, &names).map_err(fail)?;
        state.give(place);
        for name in &actor.names {
            let name = name.replace("{identity}", &manifest.identity);
            name_actor(state, place, &name).map_err(fail)?;
        }
    }
    Ok(())
}

fn part(actor: &ActorManifest) -> Part {
    Part {
        name: actor.name.clone(),
        priority: actor.priority,
        memory: actor.memory,
        shared: actor.shared,
        mailbox: actor.mailbox,
        child: actor.child,
        is_service: !matches!(actor.program, Program::Wasm(_)),
    }
}

/// Makes the supervisors.
fn supervise(state: &mut State, manifest: &Manifest) -> Result<(), BootError> {
    for supervisor in &manifest.supervisors {
        let fail = |reason| BootError { actor: supervisor.name.clone(), reason };
        let is_taken = state.supervisors.contains(&supervisor.name);
        if supervisor.name.is_empty() || is_taken {
            return Err(fail(BootReason::BadName));
        }
        if INTENSITY_MAX < supervisor.spec.intensity {
            return Err(fail(BootReason::BadIntensity(supervisor.name.clone())));
        }
        let parent = supervisor_id(state, supervisor.parent.as_ref()).map_err(fail)?;
        let added = state.supervision.add_supervisor(parent, supervisor.spec, supervisor.child);
        added.map_err(|_| fail(BootReason::TooManySupervisors))?;
        state.supervisors.push(supervisor.name.clone());
    }
    Ok(())
}

/// The supervisor of this name; without one the root.
fn supervisor_id(state: &State, name: Option<&String>) -> Result<SupervisorId, BootReason> {
    let Some(name) = name else { return Ok(SupervisorId::ROOT) };
    let number = state.supervisors.iter().position(|known| known == name);
    let number = number.ok_or_else(|| BootReason::UnknownSupervisor(name.clone()))?;
    // There are at most `SUPERVISORS_MAX`.
    Ok(SupervisorId::new(number as u16))
}

fn check(
    state: &State,
    manifest: &Manifest,
    index: usize,
    names: &Names<'_>,
) -> Result<SupervisorId, BootReason> {
    let actor = &manifest.actors[index];
    if manifest.places.min(ACTORS_MAX) <= index {
        return Err(BootReason::TooManyActors);
    }
    let is_taken = names.contains_key(actor.name.as_str());
    if actor.name.is_empty() || NAME_MAX < actor.name.len() || is_taken {
        return Err(BootReason::BadName);
    }
    if PRIORITIES <= usize::from(actor.priority) {
        return Err(BootReason::BadPriority);
    }
    if actor.mailbox == 0 || MAILBOX_MESSAGES_MAX < actor.mailbox {
        return Err(BootReason::BadMailbox);
    }
    if SLOTS <= actor.grants.len() {
        return Err(BootReason::TooManyGrants);
    }
    if state.arena < actor.memory {
        return Err(BootReason::ArenaExhausted { wanted: actor.memory, left: state.arena });
    }
    supervisor_id(state, actor.supervisor.as_ref())
}

fn promise_all(
    state: &mut State,
    manifest: &Manifest,
    place: usize,
    names: &Names<'_>,
) -> Result<(), BootReason> {
    for grant in &manifest.actors[place].grants {
        let (root, object) = root_of(state, manifest, names, &grant.object)?;
        let wanted = Capability { object, rights: grant.rights, badge: 0 };
        // Rights and parts are checked when the manifest is written; the root has all there are.
        state.promise(place, root, wanted).map_err(|_| BootReason::TooManyGrants)?;
    }
    Ok(())
}

fn name_actor(state: &mut State, place: usize, name: &str) -> Result<(), BootReason> {
    let role = state.roles[place].as_ref().expect("a role of the manifest");
    let (root, object) = (role.root, Object::Endpoint(role.life));
    let wanted = Capability { object, rights: Rights::WRITE | Rights::GRANT, badge: 0 };
    let named = state.register(name, root, wanted, false);
    named.map_err(|refusal| BootReason::Name { name: name.into(), refusal })
}

/// The root of what a grant names, made when it is granted for the first time.
fn root_of(
    state: &mut State,
    manifest: &Manifest,
    names: &Names<'_>,
    grant: &GrantObject,
) -> Result<(Place, Object), BootReason> {
    let object = match grant {
        GrantObject::Endpoint(name) => {
            let (root, id) = actor_of(state, names, name)?;
            return Ok((root, Object::Endpoint(id)));
        }
        GrantObject::Child(name) => {
            let (root, id) = actor_of(state, names, name)?;
            return Ok((root, Object::Child(id)));
        }
        GrantObject::Directory(name) => {
            let (root, id) = actor_of(state, names, name)?;
            return Ok((root, Object::Directory(id)));
        }
        GrantObject::Region(name) => region(manifest, name)?,
        GrantObject::Pins(set) => {
            let root = device(state, Object::Pins(u64::MAX));
            return Ok((root, Object::Pins(*set)));
        }
        GrantObject::Ports(first, count) => {
            let root = device(state, Object::Ports(PortRange { first: 0, count: u16::MAX }));
            return Ok((root, Object::Ports(PortRange { first: *first, count: *count })));
        }
        GrantObject::Flash(offset, len) => {
            let whole = state.flash_shape.ok_or(BootReason::NoFlash)?.size;
            let whole = FlashRange { offset: 0, len: whole };
            let part = whole.part(u64::from(*offset), u64::from(*len));
            let part = part.map_err(|_| BootReason::NoFlash)?;
            return Ok((device(state, Object::Flash(whole)), Object::Flash(part)));
        }
        GrantObject::Spawner(name) => {
            Object::Spawner(supervisor_id(state, name.as_ref())?.number())
        }
        GrantObject::Namespace(prefix) => {
            let number = state.prefixes.iter().position(|known| known == prefix);
            let number = number.expect("every prefix that is granted has its number");
            // There are fewer grants of this kind than a word of 16 bits counts.
            Object::Namespace(u16::try_from(number).unwrap_or(u16::MAX))
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
        GrantObject::Interrupt(line) => Object::Interrupt(*line),
    };
    Ok((device(state, object), object))
}

fn actor_of(state: &State, names: &Names<'_>, name: &str) -> Result<(Place, ActorId), BootReason> {
    let place = names.get(name).ok_or_else(|| BootReason::UnknownEndpoint(name.into()))?;
    let role = state.roles[*place].as_ref().expect("every actor was cast before");
    Ok((role.root, role.life))
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
    state
        .devices
        .iter()
        .any(|root| state.cspaces.at(*root).object.kind() == kind && state.is_held_by_actor(*root))
}
