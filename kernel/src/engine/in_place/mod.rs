//! The frugal engine: modules run where they lie, and may lie in flash.

mod instance;
mod module;

pub(super) use instance::Instance;
pub(super) use module::Module;

use alloc::rc::Rc;
use alloc::rc::Weak;
use alloc::vec::Vec;

use crate::engine::import::Import;
use crate::engine::import::Imports;
use crate::engine::in_place::module::Checked;
use crate::engine::module::LoadError;
use crate::engine::module::Wasm;

/// Checks modules, each once for all actors that run the same bytes.
#[derive(Clone, Default)]
pub(super) struct Engine {
    imports: Imports,
    /// What somebody still runs, and perhaps what nobody does any more.
    known: Vec<Weak<Checked>>,
    /// Whether a library has been refused that another engine would have loaded.
    pub(super) has_refused_library: bool,
}

impl Engine {
    /// Lets modules import functions.
    pub(super) fn define(
        &mut self,
        modules: &'static [&'static str],
        functions: &'static [Import],
    ) {
        self.imports.add(modules, functions);
    }

    /// Checks a module. It is the one that is there already if somebody runs the same bytes; else
    /// lasting bytes stay where they lie, and others are copied.
    pub(super) fn load(&mut self, wasm: Wasm<'_>) -> Result<Module, LoadError> {
        self.known.retain(|known| known.strong_count() != 0);
        let mut known = self.known.iter().filter_map(Weak::upgrade);
        if let Some(same) = known.find(|known| known.bytes() == wasm.bytes()) {
            return Ok(Module(same));
        }
        let checked = Checked::new(wasm, &self.imports).inspect_err(|error| {
            self.has_refused_library |= matches!(error, LoadError::Library(_));
        });
        let checked = Rc::new(checked?);
        self.known.push(Rc::downgrade(&checked));
        Ok(Module(checked))
    }
}
