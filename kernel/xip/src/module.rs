//! Modules that have been checked, and their side tables.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::kind::GlobalType;
use crate::kind::MemoryType;
use crate::kind::Signature;
use crate::kind::TableType;
use crate::room::Room;
use crate::room::shrink;
use crate::side::SideTable;

/// A function with a body, in the order of the module.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Function {
    /// Where its first operator lies.
    pub(crate) code: u32,
    /// Where the byte behind its last one lies.
    pub(crate) end: u32,
    /// Its first entry in the side table: what entering it costs.
    pub(crate) side: u32,
    /// Its type.
    pub(crate) kind: u16,
    /// Locals without parameters.
    pub(crate) locals: u16,
    /// The most values on its stack, without parameters and locals.
    pub(crate) height: u16,
}

/// A module that has been checked, ready to be instantiated any number of times. It is run from
/// its own bytes, which it borrows (from flash) or owns.
#[derive(Debug)]
pub struct Module<'wasm> {
    pub(crate) bytes: Cow<'wasm, [u8]>,
    pub(crate) types: Vec<Signature>,
    /// The types of imported functions.
    pub(crate) imported: Vec<u16>,
    pub(crate) functions: Vec<Function>,
    pub(crate) side: SideTable,
    pub(crate) globals: Vec<GlobalType>,
    pub(crate) imported_globals: usize,
    pub(crate) tables: Vec<TableType>,
    pub(crate) imported_tables: usize,
    pub(crate) memory: Option<MemoryType>,
    pub(crate) is_memory_imported: bool,
    pub(crate) start: Option<u32>,
    /// Where the bytes of passive data segments lie; active ones have none.
    pub(crate) data: Vec<(u32, u32)>,
    /// Where the sections that are only read now and then lie.
    pub(crate) sections: Sections,
}

/// Where sections lie in the bytes.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    pub(crate) types: Range<usize>,
    pub(crate) imports: Range<usize>,
    pub(crate) globals: Range<usize>,
    pub(crate) exports: Range<usize>,
    pub(crate) elements: Range<usize>,
    pub(crate) data: Range<usize>,
}

/// Why bytes are no module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// They are none.
    Invalid {
        /// What is wrong.
        text: String,
        /// At which byte.
        offset: usize,
    },
    /// There is not enough memory to find out.
    NoRoom {
        /// Bytes that were wanted in one piece.
        wanted: usize,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Invalid { text, offset } => write!(f, "{text} (at offset {offset:#x})"),
            LoadError::NoRoom { wanted } => write!(f, "checking it takes {wanted} bytes more"),
        }
    }
}

impl core::error::Error for LoadError {}

impl Module<'_> {
    /// Gives back what loading has taken too much.
    pub(crate) fn shrink(&mut self, room: &mut Room<'_>) {
        shrink(&mut self.types, room);
        shrink(&mut self.imported, room);
        shrink(&mut self.functions, room);
        self.side.shrink(room);
        shrink(&mut self.globals, room);
        shrink(&mut self.tables, room);
        shrink(&mut self.data, room);
    }

    /// Bytes of heap that it takes besides the bytes it was made from.
    pub fn heap_bytes(&self) -> usize {
        self.types.capacity() * size_of::<Signature>()
            + self.imported.capacity() * size_of::<u16>()
            + self.functions.capacity() * size_of::<Function>()
            + self.side.heap_bytes()
            + self.globals.capacity() * size_of::<GlobalType>()
            + self.tables.capacity() * size_of::<TableType>()
            + self.data.capacity() * size_of::<(u32, u32)>()
    }

    /// The bytes it runs from.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The type of a function, imported ones first.
    pub(crate) fn kind_of(&self, function: u32) -> u16 {
        let index = function as usize;
        match self.imported.get(index) {
            Some(kind) => *kind,
            None => self.functions[index - self.imported.len()].kind,
        }
    }

    pub(crate) fn signature(&self, function: u32) -> Signature {
        self.types[usize::from(self.kind_of(function))]
    }
}
