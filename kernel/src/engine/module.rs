//! Code that has been checked: everything a module may ask for is decided here, before it runs.

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;
use wasmi::ExternType;

use crate::call::Host;
use crate::engine::Engine;
use crate::engine::config;
use crate::engine::import::display;
use crate::engine::library::Library;
use crate::engine::library::page_size;
use crate::limits::MESSAGE_MAX;

/// What a module without an entry of its own wants to be called before anything else: constructors and
/// the language's runtime (WASI, application ABI, "reactors").
pub(super) const INITIALIZE: &str = "_initialize";

/// Compiled code, ready to be instantiated any number of times.
pub struct Module {
    pub(super) module: wasmi::Module,
    pub(super) has_start: bool,
    pub(super) has_handler: bool,
    /// How its surroundings are made, if it is a library.
    pub(super) library: Option<Library>,
}

impl Module {
    /// Bytes of linear memory that an instance starts with, with those that are added for a handler's
    /// messages if the module has no place for them; 0 if the module has none.
    pub fn memory_size(&self) -> usize {
        let (size, page) = match (&self.library, self.module.get_export("memory")) {
            (Some(library), _) => (library.size() as u64, library.page_size()),
            (None, Some(ExternType::Memory(memory))) => {
                let page = page_size(&memory);
                (memory.minimum().saturating_mul(page), page)
            }
            _ => return 0,
        };
        let has_place = self.module.get_export("MESSAGE_BUFFER").is_some();
        let added = if self.has_handler && !has_place {
            (MESSAGE_MAX as u64).next_multiple_of(page)
        } else {
            0
        };
        usize::try_from(size.saturating_add(added)).unwrap_or(usize::MAX)
    }
}

/// Why bytes do not become an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// The bytes are no valid module of the deterministic profile (`docs/why/0003`): the text
    /// says what is wrong and at which byte.
    Invalid(String),
    /// It imports something that there is not.
    UnknownImport {
        /// Wasm module of the import.
        module: String,
        /// Its name.
        name: String,
    },
    /// It imports something under another type than it has.
    WrongImport {
        /// Wasm module and name of the import.
        name: String,
        /// The type that the module wants.
        wanted: String,
        /// The type that there is.
        given: String,
    },
    /// It is a shared library that cannot be an actor by itself: the text says why.
    Library(String),
    /// It exports neither `_start` nor `handle_message`.
    NoEntry,
    /// It exports an entry of the wrong type.
    WrongEntry {
        /// Which entry.
        name: &'static str,
        /// The type it should have.
        expected: &'static str,
    },
    /// It starts with more memory than it may have.
    TooMuchMemory {
        /// Bytes it asked for.
        wanted: usize,
        /// Bytes it may have.
        allowed: usize,
    },
    /// Its start function or its initial data did not work out.
    Start(String),
    /// `MESSAGE_BUFFER` is no address of enough bytes.
    BadMessageBuffer,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Invalid(text) => write!(f, "no valid wasm module: {text}"),
            LoadError::UnknownImport { module, name } => {
                write!(f, "imports `{module}.{name}`, which the kernel does not have")
            }
            LoadError::WrongImport { name, wanted, given } => {
                write!(f, "imports `{name}` as {wanted}, but it is {given}")
            }
            LoadError::Library(text) => write!(f, "is a library that cannot be loaded: {text}"),
            LoadError::NoEntry => {
                f.write_str("exports neither `_start` nor `handle_message`: nothing to run")
            }
            LoadError::WrongEntry { name, expected } => {
                write!(f, "exports `{name}` with the wrong type: it must be {expected}")
            }
            LoadError::TooMuchMemory { wanted, allowed } => {
                write!(f, "needs {wanted} bytes of memory, but may have {allowed}")
            }
            LoadError::Start(text) => write!(f, "does not start: {text}"),
            LoadError::BadMessageBuffer => {
                f.write_str("exports a `MESSAGE_BUFFER` that does not lie inside its memory")
            }
        }
    }
}

impl core::error::Error for LoadError {}

/// What a module imports, as `module.name`, whether there is such a thing or not.
pub fn imports(wasm: &[u8]) -> Result<Vec<String>, LoadError> {
    let module = wasmi::Module::new(&wasmi::Engine::new(&config()), wasm)
        .map_err(|error| LoadError::Invalid(error.to_string()))?;
    Ok(module.imports().map(|import| format!("{}.{}", import.module(), import.name())).collect())
}

impl<H: Host + 'static> Engine<H> {
    /// Compiles and checks a module.
    pub fn load(&self, wasm: &[u8]) -> Result<Module, LoadError> {
        let module = wasmi::Module::new(&self.engine, wasm)
            .map_err(|error| LoadError::Invalid(error.to_string()))?;
        let library = Library::of(wasm, &module).map_err(LoadError::Library)?;
        for import in module.imports() {
            if library.is_none() || !Library::gives(&import).map_err(LoadError::Library)? {
                self.check_import(&import)?;
            }
        }
        check_entry(&module, INITIALIZE, "() -> ()", "()")?;
        let has_start = check_entry(&module, "_start", "() -> ()", "()")?;
        let has_handler = check_entry(
            &module,
            "handle_message",
            "(i32, i64, i32, i32) -> i32",
            "(i32, i64, i32, i32) -> i32",
        )?;
        if !has_start && !has_handler {
            return Err(LoadError::NoEntry);
        }
        Ok(Module { module, has_start, has_handler, library })
    }

    fn check_import(&self, import: &wasmi::ImportType<'_>) -> Result<(), LoadError> {
        let known = self
            .imports
            .iter()
            .find(|known| known.module == import.module() && known.name == import.name())
            .ok_or_else(|| LoadError::UnknownImport {
                module: import.module().to_string(),
                name: import.name().to_string(),
            })?;
        let wanted = match import.ty() {
            ExternType::Func(wanted) if *wanted == known.signature => return Ok(()),
            ExternType::Func(wanted) => display(wanted),
            _ => String::from("something other than a function"),
        };
        Err(LoadError::WrongImport {
            name: format!("{}.{}", known.module, known.name),
            wanted,
            given: display(&known.signature),
        })
    }
}

/// Whether the module exports this entry; an error if it does under another type.
fn check_entry(
    module: &wasmi::Module,
    name: &'static str,
    expected: &'static str,
    signature: &str,
) -> Result<bool, LoadError> {
    match module.get_export(name) {
        None => Ok(false),
        Some(ExternType::Func(found)) if display(&found) == signature => Ok(true),
        Some(_) => Err(LoadError::WrongEntry { name, expected }),
    }
}
