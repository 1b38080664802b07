//! What modules import, export and bring with them. Sections are read where they lie, each time
//! they are asked for.

use alloc::string::String;
use core::ops::Range;
use wasmparser::BinaryReader;
use wasmparser::CustomSectionReader;
use wasmparser::DataSectionReader;
use wasmparser::ElementSectionReader;
use wasmparser::ExportSectionReader;
use wasmparser::ExternalKind;
use wasmparser::FromReader;
use wasmparser::GlobalSectionReader;
use wasmparser::ImportSectionReader;
use wasmparser::Parser;
use wasmparser::Payload;
use wasmparser::SectionLimited;
use wasmparser::TypeRef;
use wasmparser::TypeSectionReader;

use crate::kind::ExternType;
use crate::kind::FunctionType;
use crate::kind::MemoryType;
use crate::kind::global_type;
use crate::kind::memory_type;
use crate::kind::table_type;
use crate::module::Module;

/// Something that a module wants from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Wasm module of the import.
    pub module: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ExternType,
}

/// Something that a module shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ExternType,
    /// Its place among the functions, memories, tables or globals of the module, imported ones
    /// first.
    pub index: u32,
}

impl Module<'_> {
    /// What it wants from outside, in the order in which it says so.
    pub fn imports(&self) -> impl Iterator<Item = Import> {
        let section: Option<ImportSectionReader<'_>> = self.read(&self.sections.imports);
        section.into_iter().flatten().map(|import| {
            let import = import.expect("the module is valid");
            let kind = match import.ty {
                TypeRef::Func(kind) => ExternType::Function(self.function_type(kind)),
                TypeRef::Table(table) => ExternType::Table(table_type(&table)),
                TypeRef::Memory(memory) => ExternType::Memory(memory_type(&memory)),
                TypeRef::Global(global) => ExternType::Global(global_type(&global)),
                TypeRef::Tag(_) => unreachable!("the profile has no exceptions"),
            };
            Import { module: String::from(import.module), name: String::from(import.name), kind }
        })
    }

    /// What it shows, in the order in which it says so.
    pub fn exports(&self) -> impl Iterator<Item = Export> {
        let section: Option<ExportSectionReader<'_>> = self.read(&self.sections.exports);
        section.into_iter().flatten().map(|export| {
            let export = export.expect("the module is valid");
            let index = export.index;
            let place = index as usize;
            let kind = match export.kind {
                ExternalKind::Func => {
                    ExternType::Function(self.function_type(self.kind_of(index).into()))
                }
                ExternalKind::Table => ExternType::Table(self.tables[place]),
                ExternalKind::Memory => {
                    ExternType::Memory(self.memory.expect("the module is valid"))
                }
                ExternalKind::Global => ExternType::Global(self.globals[place]),
                ExternalKind::Tag => unreachable!("the profile has no exceptions"),
            };
            Export { name: String::from(export.name), kind, index }
        })
    }

    /// What it shows under this name.
    pub fn export(&self, name: &str) -> Option<Export> {
        self.exports().find(|export| export.name == name)
    }

    /// The bytes of its custom sections with their names, in the order of the module.
    pub fn custom_sections(&self) -> impl Iterator<Item = (&str, &[u8])> {
        Parser::new(0).parse_all(&self.bytes).filter_map(|payload| match payload {
            Ok(Payload::CustomSection(section)) => Some(parts(&section)),
            _ => None,
        })
    }

    /// Its memory, imported or not.
    pub fn memory(&self) -> Option<MemoryType> {
        self.memory
    }

    fn function_type(&self, index: u32) -> FunctionType {
        let section: Option<TypeSectionReader<'_>> = self.read(&self.sections.types);
        let mut types = section.into_iter().flat_map(|types| types.into_iter_err_on_gc_types());
        let kind = types.nth(index as usize).and_then(Result::ok).expect("the module is valid");
        FunctionType::from_wasm(&kind)
    }

    pub(crate) fn global_section(&self) -> Option<GlobalSectionReader<'_>> {
        self.read(&self.sections.globals)
    }

    pub(crate) fn element_section(&self) -> Option<ElementSectionReader<'_>> {
        self.read(&self.sections.elements)
    }

    pub(crate) fn data_section(&self) -> Option<DataSectionReader<'_>> {
        self.read(&self.sections.data)
    }

    /// A section that has been read before; `None` if there is none.
    fn read<'a, T: FromReader<'a>>(
        &'a self,
        range: &Range<usize>,
    ) -> Option<SectionLimited<'a, T>> {
        if range.is_empty() {
            return None;
        }
        let reader = BinaryReader::new(&self.bytes[range.clone()], range.start);
        Some(SectionLimited::new(reader).expect("the module is valid"))
    }
}

fn parts<'a>(section: &CustomSectionReader<'a>) -> (&'a str, &'a [u8]) {
    (section.name(), section.data())
}
