//! Modules that wasmi has compiled.

use alloc::rc::Rc;
use alloc::string::ToString;
use wasmi::ExternType;

use crate::call::Host;
use crate::engine::module::Entries;
use crate::engine::module::LoadError;
use crate::engine::module::MESSAGE_BUFFER;
use crate::engine::module::first_memory;
use crate::engine::value::FunctionType;
use crate::engine::wasmi::Engine;
use crate::engine::wasmi::library::Library;
use crate::engine::wasmi::library::page_size;

/// Compiled code.
pub(crate) struct Module {
    pub(super) module: wasmi::Module,
    pub(super) entries: Entries,
    /// How its surroundings are made, if it is a library.
    pub(super) library: Option<Library>,
}

impl Module {
    /// What [`crate::engine::Module::memory_size`] says.
    pub(crate) fn memory_size(&self) -> usize {
        let (size, page) = match (&self.library, self.module.get_export("memory")) {
            (Some(library), _) => (library.size() as u64, library.page_size()),
            (None, Some(ExternType::Memory(memory))) => {
                let page = page_size(&memory);
                (memory.minimum().saturating_mul(page), page)
            }
            _ => return 0,
        };
        let has_place = self.module.get_export(MESSAGE_BUFFER).is_some();
        first_memory(size, page, self.entries.has_handler && !has_place)
    }
}

impl<H: Host + 'static> Engine<H> {
    /// Compiles and checks a module, if that has not been done.
    pub(crate) fn load(&self, wasm: &[u8]) -> Result<Rc<Module>, LoadError> {
        let kept = self.shared.kept.borrow().find(wasm);
        if let Some(module) = kept {
            return Ok(module);
        }
        let module = Rc::new(self.compile(wasm)?);
        self.shared.kept.borrow_mut().keep(wasm, &module);
        Ok(module)
    }

    fn compile(&self, wasm: &[u8]) -> Result<Module, LoadError> {
        let module = wasmi::Module::new(&self.shared.engine, wasm)
            .map_err(|error| LoadError::Invalid(error.to_string()))?;
        let library = Library::of(wasm, &module).map_err(LoadError::Library)?;
        for import in module.imports() {
            if library.is_none() || !Library::gives(&import).map_err(LoadError::Library)? {
                let wanted = import.ty().func().map(FunctionType::from_wasm);
                self.shared.imports.find(import.module(), import.name(), wanted)?;
            }
        }
        let entries = Entries::find(|name| {
            let export = module.get_export(name)?;
            Some(export.func().map(FunctionType::from_wasm))
        })?;
        Ok(Module { module, entries, library })
    }
}
