//! Modules that have been checked and stay as they are.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Deref;
use wasmparser::KnownCustom;
use wasmparser::Parser;
use wasmparser::Payload;
use xip::ExternType;

use crate::engine::import::Import;
use crate::engine::import::Imports;
use crate::engine::module::Entries;
use crate::engine::module::HANDLER;
use crate::engine::module::INITIALIZE;
use crate::engine::module::LoadError;
use crate::engine::module::MESSAGE_BUFFER;
use crate::engine::module::START;
use crate::engine::module::Wasm;
use crate::engine::module::first_memory;
use crate::engine::value::FunctionType;
use crate::headroom::is_left_beside;

/// A module with what the kernel looks up in it.
pub(super) struct Checked {
    module: xip::Module<'static>,
    /// The functions that it imports, in its order.
    pub(super) imports: Box<[&'static Import]>,
    pub(super) initialize: Option<u32>,
    pub(super) start: Option<u32>,
    pub(super) handler: Option<u32>,
    /// Whether its memory is shown to the host.
    pub(super) has_memory: bool,
    /// The global that says where messages are put.
    pub(super) message_buffer: Option<xip::Export>,
}

/// A checked module, which all actors that run the same bytes hold together.
#[derive(Clone)]
pub(crate) struct Module(pub(super) Rc<Checked>);

impl Deref for Module {
    type Target = xip::Module<'static>;

    fn deref(&self) -> &xip::Module<'static> {
        &self.0.module
    }
}

impl Checked {
    /// Checks a module against what can be imported.
    pub(super) fn new(wasm: Wasm<'_>, imports: &Imports) -> Result<Checked, LoadError> {
        let bytes = match wasm {
            Wasm::Lasting(bytes) => Cow::Borrowed(bytes),
            Wasm::Passing(bytes) => Cow::Owned(copy(bytes)?),
        };
        let module = xip::Module::new_within(bytes, &mut is_left_beside).map_err(refusal)?;
        if is_library(module.bytes()) {
            let text = "this board runs modules in place, and no libraries";
            return Err(LoadError::Library(text.to_string()));
        }
        let found = module.imports().map(|import| {
            let wanted = match &import.kind {
                ExternType::Function(wanted) => Some(function_type(wanted)),
                _ => None,
            };
            imports.find(&import.module, &import.name, wanted)
        });
        let imports = found.collect::<Result<Box<[&'static Import]>, LoadError>>()?;
        Entries::find(|name| {
            let export = module.export(name)?;
            Some(match &export.kind {
                ExternType::Function(found) => Some(function_type(found)),
                _ => None,
            })
        })?;
        let index = |name: &str| Some(module.export(name)?.index);
        let is_memory = |export: xip::Export| matches!(export.kind, ExternType::Memory(_));
        Ok(Checked {
            imports,
            initialize: index(INITIALIZE),
            start: index(START),
            handler: index(HANDLER),
            has_memory: module.export("memory").is_some_and(is_memory),
            message_buffer: module.export(MESSAGE_BUFFER),
            module,
        })
    }

    /// The bytes it runs from.
    pub(super) fn bytes(&self) -> &[u8] {
        self.module.bytes()
    }
}

impl Module {
    /// The functions that it imports, in its order.
    pub(crate) fn imports(&self) -> &[&'static Import] {
        &self.0.imports
    }

    /// Whether it has an entry that runs once.
    pub(crate) fn has_start(&self) -> bool {
        self.0.start.is_some()
    }

    /// Whether it has one for each message.
    pub(crate) fn has_handler(&self) -> bool {
        self.0.handler.is_some()
    }

    /// Whether its memory is shown to the host.
    pub(crate) fn has_memory(&self) -> bool {
        self.0.has_memory
    }

    /// Whether a global says where messages are put. An export of that name that is no global is none
    /// of ours.
    pub(crate) fn has_message_buffer(&self) -> bool {
        let exported = self.0.message_buffer.as_ref();
        exported.is_some_and(|exported| matches!(exported.kind, ExternType::Global(_)))
    }

    /// What [`crate::engine::Module::memory_size`] says.
    pub(crate) fn memory_size(&self) -> usize {
        let Some(memory) = self.memory().filter(|_| self.0.has_memory) else { return 0 };
        let page = 1 << memory.page_bits;
        let size = memory.limits.minimum.saturating_mul(page);
        first_memory(size, page, self.0.handler.is_some() && self.0.message_buffer.is_none())
    }
}

/// Why a module that could not be checked is not loaded.
fn refusal(error: xip::LoadError) -> LoadError {
    match error {
        xip::LoadError::NoRoom { wanted } => LoadError::NoRoom { wanted },
        error => LoadError::Invalid(error.to_string()),
    }
}

/// The bytes of a module, to be kept.
fn copy(bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
    let wanted = bytes.len();
    let mut copy = Vec::new();
    let taken = if is_left_beside(wanted) { copy.try_reserve_exact(wanted).ok() } else { None };
    taken.ok_or(LoadError::NoRoom { wanted })?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// Whether a module begins by saying that it is a shared library.
fn is_library(wasm: &[u8]) -> bool {
    // The first payload is the version of the format.
    let first = Parser::new(0).parse_all(wasm).nth(1);
    let Some(Ok(Payload::CustomSection(section))) = first else { return false };
    matches!(section.as_known(), KnownCustom::Dylink0(_))
}

fn function_type(found: &xip::FunctionType) -> FunctionType {
    let types =
        |values: &[xip::ValueType]| -> Vec<_> { values.iter().copied().map(Into::into).collect() };
    FunctionType { parameters: types(&found.parameters), results: types(&found.results) }
}
