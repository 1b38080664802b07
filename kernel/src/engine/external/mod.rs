//! An engine that the kernel does not know: whoever boots a kernel brings it. What it does not take
//! runs on wasmi in the same world.

mod instance;
mod seam;

pub(super) use instance::Instance;
pub use seam::ExternalBounds;
pub use seam::ExternalEngine;
pub use seam::ExternalEntry;
pub use seam::ExternalExit;
pub use seam::ExternalInstance;
pub use seam::ExternalModule;
pub use seam::ExternalReturn;
pub use seam::Outside;

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::RefCell;

use crate::call::Host;
use crate::engine::Linking;
use crate::engine::import::Import;
use crate::engine::in_place;
use crate::engine::module::LoadError;
use crate::engine::module::Wasm;
use crate::engine::wasmi;

/// An engine from outside, and wasmi for what it does not take.
pub(super) struct Engine<H> {
    external: Rc<RefCell<dyn ExternalEngine>>,
    /// Checks modules and finds what they import.
    checker: in_place::Engine,
    wasmi: wasmi::Engine<H>,
}

/// A module as the engine from outside has it.
pub(crate) struct Module {
    compiled: Rc<dyn ExternalModule>,
    checked: in_place::Module,
}

/// One that either of the two has loaded.
pub(super) enum Loaded {
    External(Module),
    Wasmi(Rc<wasmi::Module>),
}

/// An instance of either.
pub(super) enum Made<H> {
    External(Instance<H>),
    Wasmi(Box<wasmi::Instance<H>>),
}

impl Module {
    /// What [`crate::engine::Module::memory_size`] says.
    pub(crate) fn memory_size(&self) -> usize {
        self.checked.memory_size()
    }
}

impl<H: Host + Send + 'static> Engine<H> {
    /// An engine whose modules can import nothing yet. Of those that it checks, it keeps so many.
    pub(super) fn new(external: Rc<RefCell<dyn ExternalEngine>>, kept_max: usize) -> Engine<H> {
        let (checker, wasmi) = (in_place::Engine::new(kept_max), wasmi::Engine::new(kept_max));
        Engine { external, checker, wasmi }
    }

    /// The same engine for another kernel.
    pub(super) fn share(&self) -> Engine<H> {
        let external = Rc::clone(&self.external);
        Engine { external, checker: self.checker.share(), wasmi: self.wasmi.share() }
    }

    /// Whether it keeps as many modules as it may.
    pub(super) fn is_full(&self) -> bool {
        self.checker.is_full() || self.wasmi.is_full()
    }

    /// Lets modules import functions; there is one link for each.
    pub(super) fn define(
        &mut self,
        modules: &'static [&'static str],
        functions: &'static [Import],
        links: &[Linking<H>],
    ) {
        self.checker.define(modules, functions);
        self.wasmi.define(modules, functions, links);
    }

    /// Checks a module and makes it runnable. What is wrong with it wasmi says.
    pub(super) fn load(&mut self, wasm: Wasm<'_>) -> Result<Loaded, LoadError> {
        if let Ok(checked) = self.checker.load(wasm)
            && let Ok(compiled) = self.external.borrow_mut().load(wasm.bytes())
        {
            return Ok(Loaded::External(Module { compiled, checked }));
        }
        Ok(Loaded::Wasmi(self.wasmi.load(wasm.bytes())?))
    }

    /// Makes an instance. If that does not work out, wasmi does it, or says why not.
    pub(super) fn instantiate(
        &self,
        module: &Module,
        memory_max: usize,
    ) -> Result<Made<H>, LoadError> {
        match Instance::open(&*module.compiled, &module.checked, memory_max) {
            Some(instance) => Ok(Made::External(instance)),
            None => {
                let module = self.wasmi.load(module.checked.bytes())?;
                Ok(Made::Wasmi(Box::new(self.wasmi.instantiate(&module, memory_max)?)))
            }
        }
    }

    /// Makes an instance of what wasmi has loaded.
    pub(super) fn instantiate_wasmi(
        &self,
        module: &wasmi::Module,
        memory_max: usize,
    ) -> Result<wasmi::Instance<H>, LoadError> {
        self.wasmi.instantiate(module, memory_max)
    }
}
