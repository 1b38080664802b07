//! The frugal engine: modules run where they lie, and may lie in flash.

mod instance;
mod module;

pub(super) use instance::Instance;
pub(super) use module::Module;

use alloc::rc::Rc;
use alloc::rc::Weak;
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::engine::import::Import;
use crate::engine::import::Imports;
use crate::engine::in_place::module::Checked;
use crate::engine::kept::Kept;
use crate::engine::module::LoadError;
use crate::engine::module::Wasm;

/// Checks modules, each once for all actors that run the same bytes.
#[derive(Clone)]
pub(super) struct Engine {
    imports: Imports,
    /// What somebody still runs, and perhaps what nobody does any more.
    known: Vec<Weak<Checked>>,
    /// What is kept for later kernels too.
    kept: Rc<RefCell<Kept<Rc<Checked>>>>,
    /// Whether a library has been refused that another engine would have loaded.
    pub(super) has_refused_library: bool,
}

impl Engine {
    /// An engine whose modules can import nothing yet. It keeps so many of them.
    pub(super) fn new(kept_max: usize) -> Engine {
        let kept = Rc::new(RefCell::new(Kept::new(kept_max)));
        Engine { imports: Imports::default(), known: Vec::new(), kept, has_refused_library: false }
    }

    /// The same engine for another kernel.
    pub(super) fn share(&self) -> Engine {
        let (imports, kept) = (self.imports.clone(), Rc::clone(&self.kept));
        Engine { imports, known: Vec::new(), kept, has_refused_library: false }
    }

    /// Whether it keeps as many modules as it may.
    pub(super) fn is_full(&self) -> bool {
        self.kept.borrow().is_full()
    }

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
        let kept = self.kept.borrow().find(wasm.bytes());
        if let Some(same) = kept {
            return Ok(Module(same));
        }
        let checked = Checked::new(wasm, &self.imports).inspect_err(|error| {
            self.has_refused_library |= matches!(error, LoadError::Library(_));
        });
        let checked = Rc::new(checked?);
        self.known.push(Rc::downgrade(&checked));
        self.kept.borrow_mut().keep(wasm.bytes(), &checked);
        Ok(Module(checked))
    }
}
