//! The actors' code: what each place runs, in all its lives, and the body of the present one.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::body::Body;
use crate::body::Service;
use crate::engine::Engine;
use crate::engine::LoadError;
use crate::engine::Module;
use crate::engine::Wasm;
use crate::headroom::is_left_beside;
use crate::limits::HEADROOM;
use crate::manifest::Program;
use crate::native::Native;
use crate::state::State;

/// Engine, code and bodies, by place.
pub(crate) struct Crew {
    engine: Engine<Box<State>>,
    codes: Vec<Option<Code>>,
    bodies: Vec<Option<Body>>,
    /// What waits to take over, by place.
    renewals: BTreeMap<usize, (Module, Body)>,
}

/// What a body is made from.
enum Code {
    Wasm(Module),
    Native(fn() -> Box<dyn Native>),
}

impl Crew {
    /// A crew for this many places, all of them empty. The engine knows what can be imported.
    pub(crate) fn new(places: usize, engine: Engine<Box<State>>) -> Crew {
        let codes = (0..places).map(|_| None).collect();
        let bodies = (0..places).map(|_| None).collect();
        Crew { engine, codes, bodies, renewals: BTreeMap::new() }
    }

    /// The same crew once more; `None` if there can only be one.
    pub(crate) fn fork(&self) -> Option<Crew> {
        let renewals = self.renewals.iter();
        let renewals =
            renewals.map(|(place, (code, body))| Some((*place, (code.fork()?, body.fork()?))));
        Some(Crew {
            engine: self.engine.fork()?,
            codes: fork_all(&self.codes, Code::fork)?,
            bodies: fork_all(&self.bodies, Body::fork)?,
            renewals: renewals.collect::<Option<_>>()?,
        })
    }

    /// Whether its engine has refused a library that another would have loaded.
    pub(crate) fn has_refused_library(&self) -> bool {
        self.engine.has_refused_library()
    }

    /// Checks a program and keeps its code for every life of a place.
    pub(crate) fn load(&mut self, place: usize, program: &Program) -> Result<(), LoadError> {
        match program {
            Program::Wasm(Cow::Borrowed(wasm)) => self.load_wasm(place, Wasm::Lasting(wasm)),
            Program::Wasm(Cow::Owned(wasm)) => self.load_wasm(place, Wasm::Passing(wasm)),
            Program::Service(service) => {
                self.codes[place] = Some(Code::Native(service.native()));
                Ok(())
            }
            Program::Native(make) => {
                self.codes[place] = Some(Code::Native(*make));
                Ok(())
            }
        }
    }

    /// Checks a module and keeps its code for every life of a place.
    pub(crate) fn load_wasm(&mut self, place: usize, wasm: Wasm<'_>) -> Result<(), LoadError> {
        self.codes[place] = Some(Code::Wasm(self.engine.load(wasm)?));
        Ok(())
    }

    /// Checks a module and makes a body from it that waits to take over from the one of a place; says
    /// what fuel its making cost. If one waits already, it is thrown away.
    pub(crate) fn prepare(
        &mut self,
        place: usize,
        wasm: Wasm<'_>,
        memory_max: usize,
    ) -> Result<u64, LoadError> {
        let module = self.engine.load(wasm)?;
        let body = Body::Wasm(self.engine.instantiate(&module, memory_max)?);
        leave_headroom()?;
        let fuel = body.start_fuel();
        self.renewals.insert(place, (module, body));
        Ok(fuel)
    }

    /// Takes out the body that waits to take over; its code is the place's from now on.
    pub(crate) fn take_renewal(&mut self, place: usize) -> Option<Body> {
        let (module, body) = self.renewals.remove(&place)?;
        self.codes[place] = Some(Code::Wasm(module));
        Some(body)
    }

    /// Bytes of linear memory with which a body of this place starts.
    pub(crate) fn first_memory(&self, place: usize) -> usize {
        match &self.codes[place] {
            Some(Code::Wasm(module)) => module.memory_size(),
            _ => 0,
        }
    }

    /// Makes a body from the code of a place, with at most so much linear memory.
    pub(crate) fn make(&mut self, place: usize, memory_max: usize) -> Result<(), LoadError> {
        let body = match self.codes[place].as_ref().expect("loaded before it is made") {
            Code::Wasm(module) => Body::Wasm(self.engine.instantiate(module, memory_max)?),
            Code::Native(make) => Body::Native(Service::new(make())),
        };
        leave_headroom()?;
        self.bodies[place] = Some(body);
        Ok(())
    }

    /// Whether a body begins by waiting for a message, and the bytes of memory it has.
    pub(crate) fn shape(&self, place: usize) -> (bool, usize) {
        let body = self.bodies[place].as_ref().expect("made before it is looked at");
        (body.begins_idle(), body.memory_size())
    }

    /// Logical instructions that the making of a body took, with those for its memory.
    pub(crate) fn start_fuel(&self, place: usize) -> u64 {
        self.bodies[place].as_ref().map_or(0, Body::start_fuel)
    }

    /// How many codes and how many bodies there are.
    pub(crate) fn count(&self) -> (usize, usize) {
        let waiting = self.renewals.len();
        let codes = self.codes.iter().flatten().count();
        (codes + waiting, self.bodies.iter().flatten().count() + waiting)
    }

    /// Takes a body out to run it.
    pub(crate) fn take(&mut self, place: usize) -> Body {
        self.bodies[place].take().expect("a living actor has a body")
    }

    /// Puts it back.
    pub(crate) fn put(&mut self, place: usize, body: Body) {
        self.bodies[place] = Some(body);
    }

    /// Its life is over. Code that waited to take over is what its next life begins with.
    pub(crate) fn drop_body(&mut self, place: usize) {
        self.bodies[place] = None;
        drop(self.take_renewal(place));
    }

    /// Its last life is over.
    pub(crate) fn drop_code(&mut self, place: usize) {
        self.codes[place] = None;
    }
}

impl Code {
    fn fork(&self) -> Option<Code> {
        Some(match self {
            Code::Wasm(module) => Code::Wasm(module.fork()?),
            Code::Native(make) => Code::Native(*make),
        })
    }
}

/// What there is of each place, once more.
fn fork_all<T>(all: &[Option<T>], fork: impl Fn(&T) -> Option<T>) -> Option<Vec<Option<T>>> {
    let fork = |one: &Option<T>| match one {
        Some(one) => fork(one).map(Some),
        None => Some(None),
    };
    all.iter().map(fork).collect()
}

/// Refuses a body that takes the memory that the kernel needs itself.
fn leave_headroom() -> Result<(), LoadError> {
    if is_left_beside(0) { Ok(()) } else { Err(LoadError::NoRoom { wanted: HEADROOM }) }
}
