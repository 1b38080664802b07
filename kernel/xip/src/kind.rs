//! Types of values and functions.

use alloc::vec::Vec;
use wasmparser::FuncType;
use wasmparser::RefType;
use wasmparser::ValType;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueType {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// A float of 32 bits.
    F32,
    /// A float of 64 bits.
    F64,
    /// A reference to a function: 0 is none, 1 the module's first.
    FuncRef,
    /// A reference to something of the host.
    ExternRef,
}

impl ValueType {
    pub(crate) fn from_wasm(value: ValType) -> ValueType {
        match value {
            ValType::I32 => ValueType::I32,
            ValType::I64 => ValueType::I64,
            ValType::F32 => ValueType::F32,
            ValType::F64 => ValueType::F64,
            ValType::Ref(kind) if kind == RefType::FUNCREF => ValueType::FuncRef,
            // Vectors are outside the profile, so what is left is the other kind of reference.
            _ => ValueType::ExternRef,
        }
    }
}

/// What a function takes and gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionType {
    /// What it takes.
    pub parameters: Vec<ValueType>,
    /// What it gives.
    pub results: Vec<ValueType>,
}

impl FunctionType {
    pub(crate) fn from_wasm(kind: &FuncType) -> FunctionType {
        let types = |values: &[ValType]| values.iter().copied().map(ValueType::from_wasm).collect();
        FunctionType { parameters: types(kind.params()), results: types(kind.results()) }
    }
}

/// A function type as the interpreter needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    pub(crate) parameters: u16,
    pub(crate) results: u16,
    /// The first type of the module that is equal.
    pub(crate) same_as: u16,
}

/// How large a memory or a table may be, in pages or elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What it has at first.
    pub minimum: u64,
    /// What it can never have more than.
    pub maximum: Option<u64>,
}

/// A linear memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryType {
    /// In pages.
    pub limits: Limits,
    /// Bytes of one page as a power of two: 16 or 0.
    pub page_bits: u32,
}

impl MemoryType {
    /// Pages that a memory of this type may have; 32 bits address it.
    pub(crate) fn pages_max(self) -> u64 {
        self.limits.maximum.unwrap_or(u64::MAX).min(1 << (32 - self.page_bits))
    }

    /// Bytes that it may have, as far as this machine counts.
    pub(crate) fn bytes_max(self) -> usize {
        usize::try_from(self.pages_max() << self.page_bits).unwrap_or(usize::MAX)
    }
}

/// A table of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableType {
    /// In elements.
    pub limits: Limits,
    /// What they refer to.
    pub element: ValueType,
}

/// A global variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalType {
    /// What it holds.
    pub value: ValueType,
    /// Whether code may set it.
    pub is_mutable: bool,
}

/// The type of an import or an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternType {
    /// A function.
    Function(FunctionType),
    /// A linear memory.
    Memory(MemoryType),
    /// A table.
    Table(TableType),
    /// A global variable.
    Global(GlobalType),
}

pub(crate) fn table_type(table: &wasmparser::TableType) -> TableType {
    let limits = Limits { minimum: table.initial, maximum: table.maximum };
    let element = ValueType::from_wasm(wasmparser::ValType::Ref(table.element_type));
    TableType { limits, element }
}

pub(crate) fn memory_type(memory: &wasmparser::MemoryType) -> MemoryType {
    let limits = Limits { minimum: memory.initial, maximum: memory.maximum };
    MemoryType { limits, page_bits: memory.page_size_log2.unwrap_or(16) }
}

pub(crate) fn global_type(global: &wasmparser::GlobalType) -> GlobalType {
    GlobalType { value: ValueType::from_wasm(global.content_type), is_mutable: global.mutable }
}
