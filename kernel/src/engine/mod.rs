//! The one module that knows wasm: it turns bytes into running instances.
//!
//! An instance borrows its [`Host`] by value for as long as it runs: the host
//! goes in with `Instance::enter` and comes out with the `Exit`. Calls that can be answered at
//! once are answered in place; everything else leaves the engine as a value. The engine knows
//! nothing of actors, capabilities or time but the host's one method.
//!
//! Execution is counted in wasmi 2.0.0's own fuel, which depends on the module alone and is equal
//! on every host: our logical time (`docs/why/0002-logical-time.md`). There are two engines and room for
//! a third, and nobody can tell by a trace which one it was (`docs/why/0021-in-place.md`): `wasmi`
//! compiles modules, `in_place` runs them where they lie, and whoever boots a kernel may bring an
//! `external` one (`docs/why/0025-an-engine-from-outside.md`). Modules that a host calls function by function
//! ([`Code`]) are wasmi's alone.

mod value;
mod import;
mod kept;
mod module;
mod instance;
mod wasmi;
mod in_place;
mod external;
mod code;
mod guest;

pub use code::Code;
pub use code::CodeImport;
pub use external::ExternalBounds;
pub use external::ExternalEngine;
pub use external::ExternalEntry;
pub use external::ExternalExit;
pub use external::ExternalInstance;
pub use external::ExternalModule;
pub use external::ExternalReturn;
pub use external::Outside;
pub(crate) use guest::Called;
pub(crate) use guest::Guest;
pub(crate) use guest::Halt;
pub(crate) use guest::OpenError;
pub(crate) use import::Import;
pub(crate) use import::Signature;
pub(crate) use instance::Entry;
pub(crate) use instance::Exit;
pub(crate) use instance::Instance;
pub use module::LoadError;
pub(crate) use module::Module;
pub(crate) use module::Wasm;
pub use module::imports;
pub use value::FunctionType;
pub use value::Value;
pub use value::ValueType;
pub(crate) use wasmi::Link;
pub(crate) use wasmi::Linking;

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::RefCell;

use crate::call::Host;
use crate::manifest::EngineKind;

/// Makes modules runnable and links them to the host's calls.
pub(crate) struct Engine<H> {
    either: Either<H>,
}

enum Either<H> {
    Wasmi(wasmi::Engine<H>),
    InPlace(in_place::Engine),
    External(external::Engine<H>),
}

impl<H: Host + Send + 'static> Engine<H> {
    /// An engine whose modules can import nothing yet. What it makes of the first so many of them it
    /// keeps for whoever shares it.
    pub(crate) fn new(kind: EngineKind, kept_max: usize) -> Engine<H> {
        let either = match kind {
            EngineKind::Wasmi => Either::Wasmi(wasmi::Engine::new(kept_max)),
            EngineKind::InPlace => Either::InPlace(in_place::Engine::new(kept_max)),
        };
        Engine { either }
    }

    /// The same with an engine from outside.
    pub(crate) fn external(engine: Rc<RefCell<dyn ExternalEngine>>, kept_max: usize) -> Engine<H> {
        Engine { either: Either::External(external::Engine::new(engine, kept_max)) }
    }

    /// The same engine for another kernel, which has loaded nothing yet.
    pub(crate) fn share(&self) -> Engine<H> {
        let either = match &self.either {
            Either::Wasmi(engine) => Either::Wasmi(engine.share()),
            Either::InPlace(engine) => Either::InPlace(engine.share()),
            Either::External(engine) => Either::External(engine.share()),
        };
        Engine { either }
    }

    /// Whether it keeps as many modules as it may.
    pub(crate) fn is_full(&self) -> bool {
        match &self.either {
            Either::Wasmi(engine) => engine.is_full(),
            Either::InPlace(engine) => engine.is_full(),
            Either::External(engine) => engine.is_full(),
        }
    }

    /// The same engine for another kernel; `None` if its instances cannot be copied.
    pub(crate) fn fork(&self) -> Option<Engine<H>> {
        match &self.either {
            Either::InPlace(engine) => Some(Engine { either: Either::InPlace(engine.clone()) }),
            Either::Wasmi(_) | Either::External(_) => None,
        }
    }

    /// Whether it has refused a library that another engine would have loaded.
    pub(crate) fn has_refused_library(&self) -> bool {
        matches!(&self.either, Either::InPlace(engine) if engine.has_refused_library)
    }

    /// Lets modules import functions from each of these wasm modules and makes them call the host.
    /// There is one link for each function.
    pub(crate) fn define(
        &mut self,
        modules: &'static [&'static str],
        functions: &'static [Import],
        links: &[Linking<H>],
    ) {
        assert!(functions.len() == links.len(), "each function is linked by its type");
        match &mut self.either {
            Either::Wasmi(engine) => engine.define(modules, functions, links),
            Either::InPlace(engine) => engine.define(modules, functions),
            Either::External(engine) => engine.define(modules, functions, links),
        }
    }

    /// Checks a module and makes it runnable.
    pub(crate) fn load(&mut self, wasm: Wasm<'_>) -> Result<Module, LoadError> {
        Ok(match &mut self.either {
            Either::Wasmi(engine) => Module::Wasmi(engine.load(wasm.bytes())?),
            Either::InPlace(engine) => Module::InPlace(engine.load(wasm)?),
            Either::External(engine) => match engine.load(wasm)? {
                external::Loaded::External(module) => Module::External(module),
                external::Loaded::Wasmi(module) => Module::Wasmi(module),
            },
        })
    }

    /// Makes an instance with at most `memory_max` bytes of linear memory and runs the module's
    /// start function, if it has one. The module must be this engine's.
    pub(crate) fn instantiate(
        &self,
        module: &Module,
        memory_max: usize,
    ) -> Result<Instance<H>, LoadError> {
        match (&self.either, module) {
            (Either::Wasmi(engine), Module::Wasmi(module)) => {
                Ok(Instance::Wasmi(Box::new(engine.instantiate(module, memory_max)?)))
            }
            (Either::InPlace(_), Module::InPlace(module)) => {
                let instance = in_place::Instance::open::<H>(module, memory_max)?;
                Ok(Instance::InPlace(Box::new(instance)))
            }
            (Either::External(engine), Module::External(module)) => {
                Ok(match engine.instantiate(module, memory_max)? {
                    external::Made::External(instance) => Instance::External(Box::new(instance)),
                    external::Made::Wasmi(instance) => Instance::Wasmi(instance),
                })
            }
            (Either::External(engine), Module::Wasmi(module)) => {
                Ok(Instance::Wasmi(Box::new(engine.instantiate_wasmi(module, memory_max)?)))
            }
            _ => unreachable!("a module is run by the engine that has loaded it"),
        }
    }
}
