//! The reference: wasmi compiles modules to code of its own.

mod instance;
mod library;
mod link;
mod module;

pub(super) use instance::Instance;
pub(super) use instance::fault_of;
pub(super) use instance::start_text;
use link::Cell;
pub(crate) use link::Link;
pub(crate) use link::Linking;
pub(super) use module::Module;

use alloc::rc::Rc;
use core::cell::RefCell;

use crate::call::Host;
use crate::engine::import::Import;
use crate::engine::import::Imports;
use crate::engine::kept::Kept;
use crate::limits::RECURSION_MAX;
use crate::limits::STACK_MAX;

/// Compiles modules and links them to the host's calls. Kernels may have one together.
pub(super) struct Engine<H> {
    shared: Rc<Shared<H>>,
}

struct Shared<H> {
    engine: wasmi::Engine,
    linker: wasmi::Linker<Cell<H>>,
    imports: Imports,
    /// What has been compiled, for those who load the same bytes.
    kept: RefCell<Kept<Rc<Module>>>,
}

impl<H: Host + 'static> Engine<H> {
    /// An engine whose modules can import nothing yet. It keeps so many of them.
    pub(super) fn new(kept_max: usize) -> Engine<H> {
        let engine = wasmi::Engine::new(&config());
        let linker = wasmi::Linker::new(&engine);
        let kept = RefCell::new(Kept::new(kept_max));
        let shared = Shared { engine, linker, imports: Imports::default(), kept };
        Engine { shared: Rc::new(shared) }
    }

    /// The same engine for another kernel.
    pub(super) fn share(&self) -> Engine<H> {
        Engine { shared: Rc::clone(&self.shared) }
    }

    /// Whether it keeps as many modules as it may.
    pub(super) fn is_full(&self) -> bool {
        self.shared.kept.borrow().is_full()
    }

    /// Lets modules import functions; there is one link for each.
    pub(super) fn define(
        &mut self,
        modules: &'static [&'static str],
        functions: &'static [Import],
        links: &[Linking<H>],
    ) {
        let shared = Rc::get_mut(&mut self.shared).expect("nothing is defined once it is shared");
        shared.imports.add(modules, functions);
        for module in modules {
            for (import, link) in functions.iter().zip(links) {
                link(&mut shared.linker, module, import);
            }
        }
    }
}

/// What a module may use and how it is counted: the deterministic profile.
pub(super) fn config() -> wasmi::Config {
    // wasmi 2.0.0 reaches the next instruction after `table.grow` and `memory.grow` by a call that is
    // no tail call: a high price keeps a loop of them from filling the native stack in one slice.
    let costs = wasmi::OperatorCost {
        table_grow: u8::MAX,
        memory_grow: u8::MAX,
        ..wasmi::OperatorCost::default()
    };
    let mut config = wasmi::Config::default();
    config
        .consume_fuel(true)
        .operator_cost(costs)
        .compilation_mode(wasmi::CompilationMode::Eager)
        .ignore_custom_sections(true)
        .wasm_custom_page_sizes(true)
        .wasm_multi_memory(false)
        .set_max_recursion_depth(RECURSION_MAX)
        .set_max_stack_height(STACK_MAX)
        .set_min_stack_height(256)
        .set_max_cached_stacks(1);
    config
}
