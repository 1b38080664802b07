//! Compiled code whose functions a host calls one by one: nothing of it is an actor.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use wasmi::ExternType;

use crate::engine::module::LoadError;
use crate::engine::value::FunctionType;
use crate::engine::wasmi::config;

/// A compiled module. It has an engine of its own, because wasmi keeps compiled code for as long as
/// the engine lives: so dropping the code frees it.
#[derive(Debug)]
pub struct Code {
    pub(super) engine: wasmi::Engine,
    pub(super) module: wasmi::Module,
    imports: Vec<CodeImport>,
}

/// Something that a module wants from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeImport {
    /// Wasm module of the import.
    pub module: String,
    /// Its name.
    pub name: String,
    /// Its type; `None` if it is no function.
    pub function: Option<FunctionType>,
}

impl Code {
    /// Compiles a module of the deterministic profile. Nothing is looked for among its imports yet.
    pub fn compile(wasm: &[u8]) -> Result<Code, LoadError> {
        let engine = wasmi::Engine::new(&config());
        let module = wasmi::Module::new(&engine, wasm)
            .map_err(|error| LoadError::Invalid(error.to_string()))?;
        let imports = module.imports().map(|import| CodeImport {
            module: import.module().to_string(),
            name: import.name().to_string(),
            function: match import.ty() {
                ExternType::Func(signature) => Some(FunctionType::from_wasm(signature)),
                _ => None,
            },
        });
        let imports = imports.collect();
        Ok(Code { engine, module, imports })
    }

    /// What it wants from outside, in the order in which it says so.
    pub fn imports(&self) -> &[CodeImport] {
        &self.imports
    }

    /// The type of an exported function.
    pub fn function(&self, name: &str) -> Option<FunctionType> {
        match self.module.get_export(name) {
            Some(ExternType::Func(signature)) => Some(FunctionType::from_wasm(&signature)),
            _ => None,
        }
    }

    /// Every exported function, in the order of the module.
    pub fn functions(&self) -> impl Iterator<Item = (&str, FunctionType)> {
        self.module.exports().filter_map(|export| match export.ty() {
            ExternType::Func(signature) => {
                Some((export.name(), FunctionType::from_wasm(signature)))
            }
            _ => None,
        })
    }
}
