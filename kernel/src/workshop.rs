//! Where the modules that a running actor shows become actors, or other code of actors that are
//! there. Code is looked at first; what it is for is untouched if it is refused.

use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::string::ToString;

use crate::actor::Renewal;
use crate::call::CallName;
use crate::capability::Capability;
use crate::capability::Object;
use crate::crew::Crew;
use crate::cspace::Place;
use crate::engine::LoadError;
use crate::id::ActorId;
use crate::state::Left;
use crate::state::Source;
use crate::state::State;
use crate::trace::What;

/// The code has taken over.
const DONE: u64 = 0;

/// It will at the actor's next receive.
const YET_TO_COME: u64 = 1;

/// Makes an actor of a module. The first word is what the maker's call returns, the second the fuel
/// that it cost.
pub(crate) fn spawn(state: &mut State, crew: &mut Crew, memory: &[u8], left: Left) -> (u64, u64) {
    let Left::Spawn { wasm, place, supervisor, is_linked, beyond, is_plain } = left else {
        unreachable!("only a spawn is settled here");
    };
    let role = state.roles[place].as_ref().expect("the role was cast with the call");
    let (root, id, child) = (role.root, role.life, role.part.child);
    let module = state.module(wasm, memory);
    // A compiler looks at each byte once.
    let mut fuel = module.bytes().len() as u64;
    let loaded = crew.load_wasm(place, module);
    let made = make(state, crew, loaded, place, beyond);
    let added = made.and_then(|()| state.supervision.add(supervisor, place, child, false));
    if let Err(refusal) = added {
        crew.drop_body(place);
        crew.drop_code(place);
        state.vacate(place);
        return (state.refuse(CallName::Spawn, refusal), fuel);
    }
    let (is_idle, memory) = crew.shape(place);
    fuel += crew.start_fuel(place);
    state.settle(place, is_idle, memory);
    state.give(place);
    (hand_over(state, root, id, is_linked, is_plain), fuel)
}

/// Makes the body of a place from a module that was compiled for it.
fn make(
    state: &mut State,
    crew: &mut Crew,
    loaded: Result<(), LoadError>,
    place: usize,
    beyond: Option<usize>,
) -> Result<(), Refusal> {
    if let Some(beyond) = beyond
        && loaded.is_ok()
    {
        state.widen(place, crew.first_memory(place).saturating_add(beyond))?;
    }
    let memory_max = state.memory_max(place);
    loaded.and_then(|()| crew.make(place, memory_max)).map_err(|error| not_started(state, &error))
}

/// Gives the maker its child.
fn hand_over(state: &mut State, root: Place, id: ActorId, is_linked: bool, is_plain: bool) -> u64 {
    let object = Object::Child(id);
    let capability = Capability { object, rights: Rights::ALL, badge: 0 };
    let derived = state.cspaces.derive(root, capability, state.current);
    let handle = derived.expect("a slot was free when the call came");
    state.record(What::Derive { handle, object, rights: Rights::ALL }, &[]);
    if is_linked {
        let maker = state.running().id;
        state.tie(maker, id);
    }
    if is_plain { id.word() } else { handle.word() }
}

/// Gives the actor of a place other code: at once if it is about to receive, or else at its next
/// receive; or in its next life if this one is over. The first word is what the caller's call
/// returns, the second the fuel that it cost.
pub(crate) fn reload(
    state: &mut State,
    crew: &mut Crew,
    memory: &[u8],
    wasm: Source,
    place: usize,
) -> (u64, u64) {
    let role = state.roles[place].as_ref().expect("looked at with the call");
    let (memory_max, id) = (role.part.memory, role.life);
    let module = state.module(wasm, memory);
    let mut fuel = module.bytes().len() as u64;
    match crew.prepare(place, module, memory_max) {
        Ok(start_fuel) => fuel += start_fuel,
        Err(error) => {
            let refusal = not_started(state, &error);
            return (state.refuse(CallName::Reload, refusal), fuel);
        }
    }
    if state.actors[place].is_none() {
        // The supervisor makes it from its code.
        crew.drop_body(place);
        state.record_of(Some(id), What::ReloadDue, &[]);
        return (YET_TO_COME, fuel);
    }
    if state.begin_renewal(place) == Renewal::Due && state.is_about_to_receive(place) {
        let body = crew.take_renewal(place).expect("it has just been prepared");
        state.begin_anew(place, body.begins_idle(), body.memory_size());
        crew.put(place, body);
        return (DONE, fuel);
    }
    state.record_of(Some(id), What::ReloadDue, &[]);
    (YET_TO_COME, fuel)
}

/// A module cannot be had; the trace says why.
fn not_started(state: &mut State, error: &LoadError) -> Refusal {
    state.record(What::StartFailed, error.to_string().as_bytes());
    match error {
        LoadError::NoRoom { .. } => Refusal::NoRoom,
        _ => Refusal::Invalid,
    }
}
