//! Checks modules and makes their side tables.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use wasmparser::BinaryReaderError;
use wasmparser::DataKind;
use wasmparser::DataSectionReader;
use wasmparser::FuncValidator;
use wasmparser::FuncValidatorAllocations;
use wasmparser::FunctionBody;
use wasmparser::ImportSectionReader;
use wasmparser::Parser;
use wasmparser::Payload;
use wasmparser::TypeRef;
use wasmparser::ValidPayload;
use wasmparser::Validator;
use wasmparser::ValidatorResources;
use wasmparser::WasmFeatures;

use crate::constant::evaluate;
use crate::kind::FunctionType;
use crate::kind::Signature;
use crate::kind::ValueType;
use crate::kind::global_type;
use crate::kind::memory_type;
use crate::kind::table_type;
use crate::ledger::Ledger;
use crate::module::Function;
use crate::module::LoadError;
use crate::module::Module;
use crate::module::Sections;
use crate::room::Room;
use crate::scan::Scan;
use crate::side::SideTable;
use crate::surroundings::Surroundings;

/// Parameters and locals of one function, as wasmi has it.
const LOCALS_MAX: usize = 30_000;

/// What WebAssembly may be used: what wasmi's defaults and the kernel's configuration allow
/// together.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES);

impl From<BinaryReaderError> for LoadError {
    fn from(error: BinaryReaderError) -> LoadError {
        LoadError::Invalid { text: error.message().to_string(), offset: error.offset() }
    }
}

fn refuse(text: &str, offset: usize) -> LoadError {
    LoadError::Invalid { text: String::from(text), offset }
}

impl<'wasm> Module<'wasm> {
    /// Checks a module and makes its side table. Everything that a module may not do is refused
    /// here, in the words of the validator that wasmi uses.
    pub fn new(bytes: impl Into<Cow<'wasm, [u8]>>) -> Result<Module<'wasm>, LoadError> {
        Module::new_within(bytes, &mut |_| true)
    }

    /// The same where memory is short: what checking takes is asked for before, but for single pieces
    /// of some 100 bytes.
    pub fn new_within(
        bytes: impl Into<Cow<'wasm, [u8]>>,
        room: &mut Room<'_>,
    ) -> Result<Module<'wasm>, LoadError> {
        let mut module = Module::with_side_table(bytes, SideTable::default(), room)?;
        module.shrink(room);
        Ok(module)
    }

    /// The same with this side table, which is empty; nothing is given back.
    pub(crate) fn with_side_table(
        bytes: impl Into<Cow<'wasm, [u8]>>,
        side: SideTable,
        room: &mut Room<'_>,
    ) -> Result<Module<'wasm>, LoadError> {
        let bytes = bytes.into();
        if u32::try_from(bytes.len()).is_err() {
            return Err(refuse("the module is too large", 0));
        }
        let mut module = Module {
            bytes: Cow::Borrowed(&[]),
            types: Vec::new(),
            imported: Vec::new(),
            functions: Vec::new(),
            side,
            globals: Vec::new(),
            imported_globals: 0,
            tables: Vec::new(),
            imported_tables: 0,
            memory: None,
            is_memory_imported: false,
            start: None,
            data: Vec::new(),
            sections: Sections::default(),
        };
        let ledger = Ledger::new(room);
        Loader { module: &mut module, known: Vec::new(), allocations: None, next: 0, ledger }
            .load(&bytes)?;
        module.bytes = bytes;
        Ok(module)
    }
}

/// A module being read.
struct Loader<'a, 'wasm, 'room> {
    module: &'a mut Module<'wasm>,
    /// Globals whose value is known before there is an instance.
    known: Vec<Option<u64>>,
    allocations: Option<FuncValidatorAllocations>,
    /// The next function that gets its body.
    next: usize,
    ledger: Ledger<'room>,
}

impl Loader<'_, '_, '_> {
    fn load(&mut self, bytes: &[u8]) -> Result<(), LoadError> {
        let mut validator = Validator::new_with_features(FEATURES);
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            self.ledger.section(&payload)?;
            match validator.payload(&payload)? {
                ValidPayload::Func(function, body) => {
                    let allocations = self.allocations.take().unwrap_or_default();
                    self.body(bytes, &mut function.into_validator(allocations), &body)?;
                }
                _ => self.section(&payload)?,
            }
        }
        Ok(())
    }

    fn section(&mut self, payload: &Payload<'_>) -> Result<(), LoadError> {
        let module = &mut *self.module;
        match payload {
            Payload::TypeSection(section) => {
                module.sections.types = section.range();
                module.types = signatures(section)?;
                self.ledger.types(&module.types);
            }
            Payload::ImportSection(section) => {
                module.sections.imports = section.range();
                import(module, section)?;
                self.known.resize(module.globals.len(), None);
            }
            Payload::FunctionSection(section) => {
                for kind in section.clone() {
                    let kind = kind? as u16;
                    module.functions.push(Function { kind, ..Function::default() });
                }
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    module.tables.push(table_type(&table?.ty));
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    module.memory = Some(memory_type(&memory?));
                }
            }
            Payload::GlobalSection(section) => {
                module.sections.globals = section.range();
                for global in section.clone() {
                    let global = global?;
                    let kind = global_type(&global.ty);
                    let value = evaluate(&global.init_expr, &[]);
                    // A reference to a function is no constant to wasmi.
                    let is_known = !kind.is_mutable
                        && (!matches!(kind.value, ValueType::FuncRef) || value == Some(0));
                    self.known.push(value.filter(|_| is_known));
                    module.globals.push(kind);
                }
            }
            Payload::ExportSection(section) => module.sections.exports = section.range(),
            Payload::StartSection { func, .. } => module.start = Some(*func),
            Payload::ElementSection(section) => module.sections.elements = section.range(),
            Payload::DataSection(section) => {
                module.sections.data = section.range();
                data(module, section)?;
            }
            _ => (),
        }
        Ok(())
    }

    fn body(
        &mut self,
        bytes: &[u8],
        validator: &mut FuncValidator<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<(), LoadError> {
        let start = body.range().start;
        let too_large = || refuse("a function has too many locals or values", start);
        self.ledger.body(body)?;
        validator.read_locals(&mut body.get_binary_reader())?;
        let module = &*self.module;
        let function = module.functions[self.next];
        let signature = module.types[usize::from(function.kind)];
        let locals = validator.len_locals() as usize;
        if LOCALS_MAX < locals {
            return Err(too_large());
        }
        let mut operators = body.get_operators_reader()?;
        let code = operators.original_position();
        let side = core::mem::take(&mut self.module.side);
        let mut side = side;
        let first = side.len();
        let module = &*self.module;
        let surroundings = Surroundings {
            code: bytes,
            types: &module.types,
            function: &|function| module.kind_of(function),
            globals: &self.known,
            memory: module.memory,
        };
        let end = body.range().end;
        let mut scan = Scan::new(&surroundings, &mut side, signature, end);
        while !operators.eof() {
            let place = operators.original_position();
            self.ledger.opcode(bytes[place], end - place)?;
            let (operator, offset) = operators.read_with_offset()?;
            let (values, blocks) =
                (validator.operand_stack_height(), validator.control_stack_height());
            self.ledger.operator(&operator, (values, blocks), &scan)?;
            validator.op(offset, &operator)?;
            scan.operator(offset, &operator);
        }
        let height = scan.height_max();
        let refused = scan.refused();
        validator.finish(operators.original_position())?;
        if let Some(offset) = refused {
            return Err(refuse("a `select` that wasmi 2.0.0 gets wrong", offset));
        }
        // wasmi counts locals twice.
        if usize::from(u16::MAX) < 2 * locals + height {
            return Err(too_large());
        }
        self.module.side = side;
        self.module.functions[self.next] = Function {
            code: code as u32,
            end: end as u32,
            side: first as u32,
            kind: function.kind,
            locals: locals as u16 - signature.parameters,
            height: height as u16,
        };
        self.next += 1;
        Ok(())
    }
}

/// The types of a module, with which of them are equal.
fn signatures(section: &wasmparser::TypeSectionReader<'_>) -> Result<Vec<Signature>, LoadError> {
    if u32::from(u16::MAX) < section.count() {
        return Err(refuse("the module has too many types", section.range().start));
    }
    let mut known: BTreeMap<FunctionType, u16> = BTreeMap::new();
    let mut signatures = Vec::new();
    for kind in section.clone().into_iter_err_on_gc_types() {
        let kind = FunctionType::from_wasm(&kind?);
        let parameters = kind.parameters.len() as u16;
        let results = kind.results.len() as u16;
        let same_as = *known.entry(kind).or_insert(signatures.len() as u16);
        signatures.push(Signature { parameters, results, same_as });
    }
    Ok(signatures)
}

fn import(module: &mut Module<'_>, section: &ImportSectionReader<'_>) -> Result<(), LoadError> {
    for import in section.clone() {
        match import?.ty {
            TypeRef::Func(kind) => module.imported.push(kind as u16),
            TypeRef::Table(table) => module.tables.push(table_type(&table)),
            TypeRef::Memory(memory) => module.memory = Some(memory_type(&memory)),
            TypeRef::Global(global) => module.globals.push(global_type(&global)),
            TypeRef::Tag(_) => unreachable!("the profile has no exceptions"),
        }
    }
    module.is_memory_imported = module.memory.is_some();
    module.imported_tables = module.tables.len();
    module.imported_globals = module.globals.len();
    Ok(())
}

fn data(module: &mut Module<'_>, section: &DataSectionReader<'_>) -> Result<(), LoadError> {
    let mut places = Vec::new();
    for segment in section.clone() {
        let segment = segment?;
        let end = segment.range.end as u32;
        let len = segment.data.len() as u32;
        // An active segment is empty once there is an instance.
        places.push(match segment.kind {
            DataKind::Passive => (end - len, len),
            DataKind::Active { .. } => (end, 0),
        });
    }
    module.data = places;
    Ok(())
}
