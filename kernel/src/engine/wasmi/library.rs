//! Modules that are made as shared libraries: `wasm-ld -shared`, `zig build-lib -dynamic`.
//!
//! Such a module brings no memory of its own. It says in a custom section `dylink.0` how much it
//! needs, imports a memory, a table and where its part of them begins, and is told the top of the
//! stack (WebAssembly tool conventions, `DynamicLinking.md`). Here a library is loaded alone, as an
//! actor: all of the memory is its own. Its data lie at the end and the stack has all that is
//! below, so that running over the stack is a fault. What a library would need of others is
//! refused: other libraries, and symbols that another one might replace (`GOT`).

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use wasmi::Extern;
use wasmi::ExternType;
use wasmi::Global;
use wasmi::ImportType;
use wasmi::Instance;
use wasmi::Linker;
use wasmi::Memory;
use wasmi::MemoryType;
use wasmi::Mutability;
use wasmi::Ref;
use wasmi::RefType;
use wasmi::Store;
use wasmi::Table;
use wasmi::TableType;
use wasmi::Val;
use wasmi::ValType;
use wasmparser::Dylink0Subsection;
use wasmparser::KnownCustom;
use wasmparser::MemInfo;
use wasmparser::Parser;
use wasmparser::Payload;

use crate::engine::module::INITIALIZE;
use crate::engine::wasmi::link::Cell;
use crate::limits::LIBRARY_ALIGN_MAX;
use crate::limits::LIBRARY_STACK;
use crate::limits::TABLE_MAX;

/// The wasm module that all imports of a library's surroundings come from.
const MODULE: &str = "env";

/// How the wasm modules begin whose imports are addresses of symbols.
const SYMBOLS: &str = "GOT.";

/// Bytes that compilers for wasm align the stack to.
const STACK_ALIGN: u64 = 16;

/// What the loader runs before anything else: addresses are written into data.
const RELOCATE: &str = "__wasm_apply_data_relocs";

/// What it runs then, unless the module has a function that does this and more.
const CONSTRUCT: &str = "__wasm_call_ctors";

/// Where a library's parts lie.
pub(super) struct Library {
    memory: MemoryType,
    /// Bytes of that memory.
    size: usize,
    memory_base: u32,
    stack_top: u32,
    table: TableType,
    table_base: u32,
}

/// Bytes of one page of a memory: 65536 or, by the custom page sizes, one. wasmi shows which by
/// equality.
pub(super) fn page_size(memory: &MemoryType) -> u64 {
    let mut usual = MemoryType::builder();
    usual.memory64(memory.is_64()).min(memory.minimum()).max(memory.maximum());
    if usual.build().is_ok_and(|usual| usual == *memory) { 1 << 16 } else { 1 }
}

impl Library {
    /// The library that a valid module is, if it is one. An error says why it cannot be loaded.
    pub(super) fn of(wasm: &[u8], module: &wasmi::Module) -> Result<Option<Library>, String> {
        let Some(needs) = needs(wasm)? else { return Ok(None) };
        let mut memory = MemoryType::new(0, None);
        let mut table = TableType::new(RefType::Func, 0, None);
        for import in module.imports().filter(|import| import.module() == MODULE) {
            match import.ty() {
                ExternType::Memory(wanted) => memory = *wanted,
                ExternType::Table(wanted) => table = *wanted,
                _ => (),
            }
        }
        let (memory_align, table_align) =
            (align(needs.memory_alignment)?, align(needs.table_alignment)?);
        let data = u64::from(needs.memory_size);
        let page = page_size(&memory);
        let least = LIBRARY_STACK + STACK_ALIGN + memory_align + data;
        let pages = least.div_ceil(page).max(memory.minimum());
        let size = pages.saturating_mul(page);
        let address = |address: u64| {
            u32::try_from(address).map_err(|_| format!("it needs {size} bytes of memory"))
        };
        let memory_base = (size - data) & !(memory_align - 1);
        let stack_top = memory_base & !(STACK_ALIGN - 1);
        // Element 0 stays empty: it is what a function's null pointer calls.
        let table_base = table_align;
        let elements = (table_base + u64::from(needs.table_size)).max(table.minimum());
        if (TABLE_MAX as u64) < elements {
            return Err(format!("it needs a table of {elements} elements"));
        }
        Ok(Some(Library {
            memory: grown(&memory, page, pages)
                .ok_or(format!("its memory may not have {size} bytes"))?,
            size: usize::try_from(size).unwrap_or(usize::MAX),
            memory_base: address(memory_base)?,
            stack_top: address(stack_top)?,
            table: grown_table(&table, elements)
                .ok_or(format!("its table may not have {elements} elements"))?,
            table_base: address(table_base)?,
        }))
    }

    /// Bytes of memory that it starts with.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Bytes of one page of that memory.
    pub(super) fn page_size(&self) -> u64 {
        page_size(&self.memory)
    }

    /// Whether an import is a part of a library's surroundings. An error says why it cannot be.
    pub(super) fn gives(import: &ImportType<'_>) -> Result<bool, String> {
        let (module, name) = (import.module(), import.name());
        if module.starts_with(SYMBOLS) {
            return Err(format!(
                "`{module}.{name}` is a symbol that other libraries may replace: hide it, or link \
                 with `-Bsymbolic`"
            ));
        }
        if module != MODULE {
            return Ok(false);
        }
        let is_word = |mutability| match import.ty() {
            ExternType::Global(global) => {
                global.content() == ValType::I32 && global.mutability() == mutability
            }
            _ => false,
        };
        let (is_right, expected) = match name {
            "memory" => (matches!(import.ty(), ExternType::Memory(_)), "a memory"),
            "__indirect_function_table" => {
                let is_right = |table: &TableType| table.element() == RefType::Func;
                let is_table = matches!(import.ty(), ExternType::Table(table) if is_right(table));
                (is_table, "a table of functions")
            }
            "__memory_base" | "__table_base" => {
                (is_word(Mutability::Const), "an i32 that never changes")
            }
            "__stack_pointer" => (is_word(Mutability::Var), "an i32 that may change"),
            _ => return Ok(false),
        };
        if is_right { Ok(true) } else { Err(format!("its import `{name}` must be {expected}")) }
    }

    /// Makes the surroundings, and the instance in them. Its memory is that of the cell.
    pub(super) fn instantiate<H: 'static>(
        &self,
        linker: &Linker<Cell<H>>,
        store: &mut Store<Cell<H>>,
        module: &wasmi::Module,
    ) -> Result<Instance, wasmi::Error> {
        let memory = Memory::new(&mut *store, self.memory)?;
        let nothing = Ref::null(RefType::Func);
        let table = Table::new(&mut *store, self.table, nothing)?;
        let mut global = |value: u32, mutability| {
            Extern::Global(Global::new(&mut *store, Val::I32(value.cast_signed()), mutability))
        };
        let surroundings = [
            ("__memory_base", global(self.memory_base, Mutability::Const)),
            ("__table_base", global(self.table_base, Mutability::Const)),
            ("__stack_pointer", global(self.stack_top, Mutability::Var)),
            ("memory", Extern::Memory(memory)),
            ("__indirect_function_table", Extern::Table(table)),
        ];
        let mut linker = linker.clone();
        for (name, part) in surroundings {
            linker.define(MODULE, name, part)?;
        }
        let instance = linker.instantiate_and_start(&mut *store, module)?;
        let relocate = instance.get_func(&*store, RELOCATE);
        let construct = match instance.get_func(&*store, INITIALIZE) {
            None => instance.get_func(&*store, CONSTRUCT),
            Some(_) => None,
        };
        for beginning in relocate.into_iter().chain(construct) {
            beginning.call(&mut *store, &[], &mut [])?;
        }
        store.data_mut().memory = Some(memory);
        Ok(instance)
    }
}

/// The first part of a library's section `dylink.0`, which must be the module's first section;
/// `None` if the module is no library.
fn needs(wasm: &[u8]) -> Result<Option<MemInfo>, String> {
    // The first payload is the version of the format.
    let first = Parser::new(0).parse_all(wasm).nth(1);
    let Some(Ok(Payload::CustomSection(section))) = first else { return Ok(None) };
    let KnownCustom::Dylink0(parts) = section.as_known() else { return Ok(None) };
    let mut needs =
        MemInfo { memory_size: 0, memory_alignment: 0, table_size: 0, table_alignment: 0 };
    for part in parts {
        match part.map_err(|error| error.to_string())? {
            Dylink0Subsection::MemInfo(info) => needs = info,
            Dylink0Subsection::Needed(libraries) => {
                if let Some(library) = libraries.first() {
                    return Err(format!("it needs the library `{library}`"));
                }
            }
            _ => (),
        }
    }
    Ok(Some(needs))
}

/// Bytes or elements from a power of two.
fn align(power: u32) -> Result<u64, String> {
    let align = 1u64.checked_shl(power).filter(|align| *align <= LIBRARY_ALIGN_MAX);
    align.ok_or(format!("it wants to be aligned to 2^{power}"))
}

/// A memory that starts with so many pages; `None` if that is more than it or any memory can have.
fn grown(memory: &MemoryType, page: u64, pages: u64) -> Option<MemoryType> {
    let mut builder = MemoryType::builder();
    builder.page_size_log2(page.trailing_zeros() as u8).min(pages).max(memory.maximum());
    builder.build().ok()
}

/// The same for a table of functions.
fn grown_table(table: &TableType, elements: u64) -> Option<TableType> {
    let word = |elements: u64| u32::try_from(elements).ok();
    let maximum = match table.maximum() {
        Some(maximum) if maximum < elements => return None,
        maximum => maximum.and_then(word),
    };
    Some(TableType::new(RefType::Func, word(elements)?, maximum))
}
