//! The pass over a whole module.
//!
//! The imported functions of the interface come first, then the module's own functions, then what
//! stands for the functions it imported, then what was added. Everything else keeps its number.

use wasm_encoder::CodeSection;
use wasm_encoder::ConstExpr;
use wasm_encoder::DataCountSection;
use wasm_encoder::DataSection;
use wasm_encoder::ElementSection;
use wasm_encoder::EntityType;
use wasm_encoder::ExportKind;
use wasm_encoder::ExportSection;
use wasm_encoder::FunctionSection;
use wasm_encoder::GlobalSection;
use wasm_encoder::GlobalType;
use wasm_encoder::ImportSection;
use wasm_encoder::MemorySection;
use wasm_encoder::Module;
use wasm_encoder::TableSection;
use wasm_encoder::TypeSection;
use wasm_encoder::ValType;
use wasm_encoder::reencode::Error;
use wasm_encoder::reencode::Reencode;
use wasmparser::KnownCustom;
use wasmparser::Parser;
use wasmparser::Payload;
use wasmparser::TypeRef;
use xip::FunctionTariff;

use crate::body::Rewrite;
use crate::body::rewrite;
use crate::helper::Helpers;
use crate::helper::Segment;
use crate::host_call;
use crate::interface;
use crate::interface::index;
use crate::limits::Limits;
use crate::renumber::Renumber;
use crate::shape::Shape;
use crate::stack::Sites;
use crate::stack::bottom;
use crate::stack::can_overflow;
use crate::untreatable::Untreatable;

/// A module that counts by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// The module.
    pub wasm: Vec<u8>,
    /// Whether it counts what is on the stack, because it could be too much.
    pub counts_stack: bool,
}

/// Makes a module count wasmi's fuel. Why a module is not treated is said in a typed reason.
pub fn meter(wasm: &[u8], limits: &Limits) -> Result<Metered, Untreatable> {
    if is_library(wasm) {
        return Err(Untreatable::Library);
    }
    let tariffs = xip::tariffs(wasm).map_err(|error| Untreatable::Refused(error.to_string()))?;
    let mut shape = Shape::read(wasm)?;
    let sites = Sites::find(wasm, &mut shape)?;
    check(&shape, &sites)?;
    let counts_stack = can_overflow(&shape, &tariffs, &sites, limits);
    let fuel = shape.globals;
    let pass = Pass {
        renumber: Renumber::new(shape.imported, shape.bodies.len() as u32),
        helpers: Helpers::new(
            fuel,
            index::COUNT + shape.functions.len() as u32,
            fuel + 1 + u32::from(counts_stack),
        ),
        stack: counts_stack.then_some((fuel + 1, bottom(limits))),
        shape: &shape,
        tariffs: &tariffs,
        sites: &sites,
    };
    let wasm = pass.run(wasm).map_err(|error| Untreatable::Refused(error.to_string()))?;
    Ok(Metered { wasm, counts_stack })
}

/// Whether a module begins by saying that it is a shared library.
fn is_library(wasm: &[u8]) -> bool {
    // The first payload is the version of the format.
    let first = Parser::new(0).parse_all(wasm).nth(1);
    let Some(Ok(Payload::CustomSection(section))) = first else { return false };
    matches!(section.as_known(), KnownCustom::Dylink0(_))
}

fn check(shape: &Shape<'_>, sites: &Sites) -> Result<(), Untreatable> {
    for function in 0..shape.imported {
        if let Some(why) = host_call::unfit(shape.signature(function)) {
            return Err(Untreatable::Import { function, why });
        }
    }
    if let Some(function) = sites.ending_in_host_call(shape) {
        return Err(Untreatable::EndsInHostCall { function });
    }
    let is_taken = |name: &&String| [interface::FUEL, interface::START].contains(&name.as_str());
    match shape.exports.iter().find(is_taken) {
        Some(name) => Err(Untreatable::TakenName(name.clone())),
        None => Ok(()),
    }
}

struct Pass<'a> {
    renumber: Renumber,
    helpers: Helpers,
    /// The global that counts what is on the stack, and what it begins with.
    stack: Option<(u32, i64)>,
    shape: &'a Shape<'a>,
    tariffs: &'a [FunctionTariff],
    sites: &'a Sites,
}

/// The sections of a module as they are read.
#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data_count: Option<u32>,
    code: CodeSection,
    data: DataSection,
    /// How many types have been added.
    added_types: u32,
}

impl Pass<'_> {
    fn run(mut self, wasm: &[u8]) -> Result<Vec<u8>, Error> {
        let mut sections = Sections::default();
        for payload in Parser::new(0).parse_all(wasm) {
            self.section(&mut sections, payload?)?;
        }
        self.write_bodies(&mut sections)?;
        Ok(self.finish(sections))
    }

    fn section(&mut self, sections: &mut Sections, payload: Payload<'_>) -> Result<(), Error> {
        let renumber = &mut self.renumber;
        match payload {
            Payload::TypeSection(section) => {
                renumber.parse_type_section(&mut sections.types, section)
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if !matches!(import.ty, TypeRef::Func(_)) {
                        renumber.parse_import(&mut sections.imports, import)?;
                    }
                }
                Ok(())
            }
            Payload::FunctionSection(section) => {
                renumber.parse_function_section(&mut sections.functions, section)
            }
            Payload::TableSection(section) => {
                renumber.parse_table_section(&mut sections.tables, section)
            }
            Payload::MemorySection(section) => {
                renumber.parse_memory_section(&mut sections.memories, section)
            }
            Payload::GlobalSection(section) => {
                renumber.parse_global_section(&mut sections.globals, section)
            }
            Payload::ExportSection(section) => {
                renumber.parse_export_section(&mut sections.exports, section)
            }
            Payload::ElementSection(section) => {
                renumber.parse_element_section(&mut sections.elements, section)
            }
            Payload::DataCountSection { count, .. } => {
                sections.data_count = Some(count);
                Ok(())
            }
            Payload::DataSection(section) => {
                renumber.parse_data_section(&mut sections.data, section)
            }
            _ => Ok(()),
        }
    }

    /// Writes all functions: its own, what stands for the imported ones, and what was added.
    fn write_bodies(&mut self, sections: &mut Sections) -> Result<(), Error> {
        let (shape, stack) = (self.shape, self.stack.map(|(global, _)| global));
        for (place, body) in shape.bodies.iter().enumerate() {
            let mut inputs = Rewrite {
                renumber: &mut self.renumber,
                helpers: &mut self.helpers,
                stack,
                tariff: &self.tariffs[place],
                sites: self.sites.of(place),
            };
            sections.code.function(&rewrite(&mut inputs, body)?);
        }
        let two_words = vec![ValType::I64; 2];
        let words = self.add_type(sections, two_words.clone(), two_words);
        for function in 0..shape.imported {
            let signature = shape.signature(function);
            let fuel = self.helpers.fuel;
            let body = host_call::body(function, signature, fuel, stack, words);
            sections.functions.function(shape.functions[function as usize]);
            sections.code.function(&body);
        }
        let mut place = 0;
        while let Some(helper) = self.helpers.at(place) {
            let (parameters, result) = Helpers::signature(helper, shape);
            let kind = self.add_type(sections, parameters, result.into_iter().collect());
            sections.functions.function(kind);
            sections.code.function(&self.helpers.body(helper, shape));
            place += 1;
        }
        Ok(())
    }

    /// Adds a type of functions; returns its number.
    fn add_type(
        &self,
        sections: &mut Sections,
        parameters: Vec<ValType>,
        results: Vec<ValType>,
    ) -> u32 {
        sections.types.ty().function(parameters, results);
        sections.added_types += 1;
        self.shape.types.len() as u32 + sections.added_types - 1
    }

    fn finish(self, mut sections: Sections) -> Vec<u8> {
        let imports = self.imports(&mut sections);
        let global = |value: i64, sections: &mut Sections| {
            let kind = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
            sections.globals.global(kind, &ConstExpr::i64_const(value));
        };
        global(0, &mut sections);
        if let Some((_, bottom)) = self.stack {
            global(bottom, &mut sections);
        }
        for segment in self.helpers.segments() {
            let len = match segment {
                Segment::Data(index) => self.shape.data[*index as usize],
                Segment::Elements(index) => self.shape.elements[*index as usize],
            };
            let kind = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
            sections.globals.global(kind, &ConstExpr::i32_const(len.cast_signed()));
        }
        sections.exports.export(interface::FUEL, ExportKind::Global, self.helpers.fuel);
        if let Some(start) = self.shape.start {
            let mut renumber = self.renumber;
            let start = renumber.function_index(start).expect("numbers are always found");
            sections.exports.export(interface::START, ExportKind::Func, start);
        }
        let mut module = Module::new();
        module.section(&sections.types).section(&imports).section(&sections.functions);
        module.section(&sections.tables).section(&sections.memories);
        module.section(&sections.globals).section(&sections.exports).section(&sections.elements);
        if let Some(count) = sections.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&sections.code).section(&sections.data);
        module.finish()
    }

    /// The functions of the interface; memories, tables and globals stay as they were.
    fn imports(&self, sections: &mut Sections) -> ImportSection {
        let (word, wide) = (ValType::I32, ValType::I64);
        let mut call = vec![word];
        call.extend([wide; interface::WORDS + 1]);
        let signatures: [(Vec<ValType>, Vec<ValType>); index::COUNT as usize] = [
            (call, vec![wide, wide, word]),
            (vec![], vec![wide, wide]),
            (vec![wide, wide], vec![wide]),
            (vec![wide], vec![word]),
            (vec![wide], vec![word]),
            (vec![], vec![]),
        ];
        for (name, (parameters, results)) in interface::IMPORTS.iter().zip(signatures) {
            let kind = self.add_type(sections, parameters, results);
            sections.imports.import(interface::MODULE, name, EntityType::Function(kind));
        }
        core::mem::take(&mut sections.imports)
    }
}
