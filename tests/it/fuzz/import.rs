//! Every function that the personalities define, read from their own tables, so that none is
//! forgotten.

use kernel::personality::FAMILIES;
use kernel::personality::Function;
use kernel::personality::Kind;
use wasm_encoder::ValType;

/// One host function.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    /// The module of its own family.
    pub(crate) family: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// What it takes.
    pub(crate) parameters: Vec<ValType>,
    /// What it gives back.
    pub(crate) result: Option<ValType>,
}

/// All host functions.
pub(crate) fn imports() -> Vec<Import> {
    let families = FAMILIES.iter();
    families
        .flat_map(|family| family.functions.iter().map(|function| import(family.name, function)))
        .collect()
}

fn import(family: &'static str, function: &Function) -> Import {
    let value = |kind: Kind| if kind.is_wide() { ValType::I64 } else { ValType::I32 };
    Import {
        family,
        name: function.name.to_owned(),
        parameters: function.parameters.iter().map(|parameter| value(parameter.kind)).collect(),
        result: function.result.map(value),
    }
}
