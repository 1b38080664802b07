//! Engines for kernels that come one after the other: what one has loaded the next need not.
//!
//! No kernel can tell whether another was there before. What a module costs to be loaded is the
//! host's time and not the kernel's, so sharing changes no trace.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::RefCell;

use crate::engine::Engine;
use crate::engine::ExternalEngine;
use crate::manifest::EngineKind;
use crate::personality;
use crate::state::State;

/// Modules of which a foundry keeps what it made: worlds that make modules of their own could go on
/// for ever.
const KEPT_MAX: usize = 256;

/// An engine with all that can be imported, and what it has made of modules.
pub struct Foundry {
    engine: Engine<Box<State>>,
}

impl Foundry {
    /// A foundry with one of the kernel's own engines.
    pub fn new(kind: EngineKind) -> Foundry {
        Foundry::of(Engine::new(kind, KEPT_MAX))
    }

    /// A foundry with an engine from outside, which may be the engine of others too.
    pub fn external(engine: Rc<RefCell<dyn ExternalEngine>>) -> Foundry {
        Foundry::of(Engine::external(engine, KEPT_MAX))
    }

    /// The foundry of a single kernel: it keeps nothing that nobody runs.
    pub(crate) fn frugal(kind: EngineKind) -> Foundry {
        Foundry::of(Engine::new(kind, 0))
    }

    fn of(mut engine: Engine<Box<State>>) -> Foundry {
        personality::define(&mut engine);
        Foundry { engine }
    }

    /// Whether it keeps as many modules as it may. Whoever boots many kernels then begins with a new
    /// one, because what wasmi has once compiled it gives back only with its engine.
    pub fn is_full(&self) -> bool {
        self.engine.is_full()
    }

    /// An engine for one kernel.
    pub(crate) fn engine(&self) -> Engine<Box<State>> {
        self.engine.share()
    }
}
