//! What a module consists of, as far as the pass must know.

use wasmparser::DataKind;
use wasmparser::ElementItems;
use wasmparser::ElementKind;
use wasmparser::FuncType;
use wasmparser::FunctionBody;
use wasmparser::MemoryType;
use wasmparser::Operator;
use wasmparser::Parser;
use wasmparser::Payload;
use wasmparser::TableType;
use wasmparser::TypeRef;

use crate::untreatable::Untreatable;

/// A module that has been read once. Functions and tables are counted with the imported ones first.
pub(crate) struct Shape<'wasm> {
    pub(crate) types: Vec<FuncType>,
    /// The type of every function.
    pub(crate) functions: Vec<u32>,
    pub(crate) imported: u32,
    pub(crate) bodies: Vec<FunctionBody<'wasm>>,
    pub(crate) memory: Option<MemoryType>,
    pub(crate) tables: Vec<TableType>,
    pub(crate) globals: u32,
    /// Bytes of every data segment when there is an instance: active ones have none left.
    pub(crate) data: Vec<u32>,
    /// The same for elements.
    pub(crate) elements: Vec<u32>,
    /// Functions that a call through a table may reach.
    pub(crate) referred: Vec<u32>,
    pub(crate) start: Option<u32>,
    pub(crate) exports: Vec<String>,
}

impl<'wasm> Shape<'wasm> {
    /// Reads a module, which must be valid.
    pub(crate) fn read(wasm: &'wasm [u8]) -> Result<Shape<'wasm>, Untreatable> {
        let mut shape = Shape {
            types: Vec::new(),
            functions: Vec::new(),
            imported: 0,
            bodies: Vec::new(),
            memory: None,
            tables: Vec::new(),
            globals: 0,
            data: Vec::new(),
            elements: Vec::new(),
            referred: Vec::new(),
            start: None,
            exports: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(wasm) {
            shape.section(payload.map_err(refused)?).map_err(refused)?;
        }
        Ok(shape)
    }

    /// The type of a function.
    pub(crate) fn signature(&self, function: u32) -> &FuncType {
        &self.types[self.functions[function as usize] as usize]
    }

    /// By how many bits a number of pages is shifted to be a number of bytes.
    pub(crate) fn page_bits(&self) -> u32 {
        self.memory.and_then(|memory| memory.page_size_log2).unwrap_or(16)
    }

    fn section(&mut self, payload: Payload<'wasm>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for kind in section.into_iter_err_on_gc_types() {
                    self.types.push(kind?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import?.ty {
                        TypeRef::Func(kind) => self.functions.push(kind),
                        TypeRef::Table(table) => self.tables.push(table),
                        TypeRef::Memory(memory) => self.memory = Some(memory),
                        TypeRef::Global(_) => self.globals += 1,
                        _ => (),
                    }
                }
                self.imported = self.functions.len() as u32;
            }
            Payload::FunctionSection(section) => {
                for kind in section {
                    self.functions.push(kind?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memory = Some(memory?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    self.globals += 1;
                    self.refer_in(global?.init_expr.get_operators_reader())?;
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    self.exports.push(export?.name.to_string());
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for segment in section {
                    let segment = segment?;
                    let count = self.refer_to(&segment.items)?;
                    let is_passive = matches!(segment.kind, ElementKind::Passive);
                    self.elements.push(if is_passive { count } else { 0 });
                }
            }
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment?;
                    let is_passive = matches!(segment.kind, DataKind::Passive);
                    self.data.push(if is_passive { segment.data.len() as u32 } else { 0 });
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => (),
        }
        Ok(())
    }

    /// Adds the functions that a segment refers to; says how many elements it has.
    fn refer_to(&mut self, items: &ElementItems<'wasm>) -> wasmparser::Result<u32> {
        match items {
            ElementItems::Functions(functions) => {
                for function in functions.clone() {
                    self.referred.push(function?);
                }
                Ok(functions.count())
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions.clone() {
                    self.refer_in(expression?.get_operators_reader())?;
                }
                Ok(expressions.count())
            }
        }
    }

    fn refer_in(
        &mut self,
        operators: wasmparser::OperatorsReader<'wasm>,
    ) -> wasmparser::Result<()> {
        for operator in operators {
            if let Operator::RefFunc { function_index } = operator? {
                self.referred.push(function_index);
            }
        }
        Ok(())
    }
}

/// What the parser of this version says of bytes that the other one has accepted.
pub(crate) fn refused(error: wasmparser::Error) -> Untreatable {
    Untreatable::Refused(error.to_string())
}
