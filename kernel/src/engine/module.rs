//! Code that has been checked: everything a module may ask for is decided here, before it runs.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use crate::engine::external;
use crate::engine::in_place;
use crate::engine::value::FunctionType;
use crate::engine::wasmi;
use crate::engine::wasmi::config;
use crate::limits::MESSAGE_MAX;

/// What a module without an entry of its own wants to be called before anything else: constructors and
/// the language's runtime (WASI, application ABI, "reactors").
pub(super) const INITIALIZE: &str = "_initialize";

/// The entry of a module that runs once.
pub(super) const START: &str = "_start";

/// The entry of a module that is called for each message.
pub(super) const HANDLER: &str = "handle_message";

/// The address at which it wants messages.
pub(super) const MESSAGE_BUFFER: &str = "MESSAGE_BUFFER";

/// The bytes of a module.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wasm<'a> {
    /// They lie where they are for ever: they can be run there.
    Lasting(&'static [u8]),
    /// Somebody else will do with them what he likes: they must be copied to be run.
    Passing(&'a [u8]),
}

impl<'a> Wasm<'a> {
    /// The bytes, wherever they lie.
    pub(crate) fn bytes(self) -> &'a [u8] {
        match self {
            Wasm::Lasting(bytes) | Wasm::Passing(bytes) => bytes,
        }
    }
}

/// Code, ready to be instantiated any number of times by the engine that has loaded it.
pub(crate) enum Module {
    /// wasmi has compiled it.
    Wasmi(Rc<wasmi::Module>),
    /// It runs where it lies.
    InPlace(in_place::Module),
    /// An engine from outside has compiled it.
    External(external::Module),
}

impl Module {
    /// The same code once more; `None` if no instance of it can be copied.
    pub(crate) fn fork(&self) -> Option<Module> {
        match self {
            Module::Wasmi(_) | Module::External(_) => None,
            Module::InPlace(module) => Some(Module::InPlace(module.clone())),
        }
    }

    /// Bytes of linear memory that an instance starts with, with those that are added for a handler's
    /// messages if the module has no place for them; 0 if the module has none.
    pub(crate) fn memory_size(&self) -> usize {
        match self {
            Module::Wasmi(module) => module.memory_size(),
            Module::InPlace(module) => module.memory_size(),
            Module::External(module) => module.memory_size(),
        }
    }
}

/// The memory that an instance starts with: its own, and pages for messages if it needs them.
pub(super) fn first_memory(size: u64, page: u64, needs_place: bool) -> usize {
    let added = if needs_place { (MESSAGE_MAX as u64).next_multiple_of(page) } else { 0 };
    usize::try_from(size.saturating_add(added)).unwrap_or(usize::MAX)
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
    /// The board has no room left for the memory that it starts with or may grow to.
    NoRoom {
        /// Bytes that were to be taken.
        wanted: usize,
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
            LoadError::NoRoom { wanted } => {
                write!(f, "needs {wanted} bytes of memory, for which the board has no room left")
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
    let module = ::wasmi::Module::new(&::wasmi::Engine::new(&config()), wasm)
        .map_err(|error| LoadError::Invalid(error.to_string()))?;
    Ok(module.imports().map(|import| format!("{}.{}", import.module(), import.name())).collect())
}

/// Where a module can be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entries {
    pub(super) has_start: bool,
    pub(super) has_handler: bool,
}

impl Entries {
    /// Looks for them among a module's exports: none of that name, or its type if it is a function.
    pub(super) fn find(
        export: impl Fn(&str) -> Option<Option<FunctionType>>,
    ) -> Result<Entries, LoadError> {
        let has = |name: &'static str, expected: &'static str, signature: &str| match export(name) {
            None => Ok(false),
            Some(Some(found)) if found.to_string() == signature => Ok(true),
            Some(_) => Err(LoadError::WrongEntry { name, expected }),
        };
        has(INITIALIZE, "() -> ()", "()")?;
        let has_start = has(START, "() -> ()", "()")?;
        let handler = "(i32, i64, i32, i32) -> i32";
        let has_handler = has(HANDLER, handler, handler)?;
        if !has_start && !has_handler {
            return Err(LoadError::NoEntry);
        }
        Ok(Entries { has_start, has_handler })
    }
}
