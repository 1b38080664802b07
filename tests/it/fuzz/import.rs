//! Every function that the personalities define, read from their own tables, so that none is
//! forgotten.

use wasm_encoder::ValType;

/// One host function.
#[derive(Clone, Debug)]
pub(super) struct Import {
    /// The module of its own family.
    pub(super) family: &'static str,
    /// Its name.
    pub(super) name: String,
    /// What it takes.
    pub(super) parameters: Vec<ValType>,
    /// What it gives back.
    pub(super) result: Option<ValType>,
}

const TABLES: [(&str, &str); 3] = [
    ("sys", include_str!("../../../kernel/src/personality/sys.rs")),
    ("sp", include_str!("../../../kernel/src/personality/sp.rs")),
    ("mk", include_str!("../../../kernel/src/personality/mk.rs")),
];

/// All host functions.
pub(super) fn imports() -> Vec<Import> {
    let tables = TABLES
        .iter()
        .flat_map(|(family, text)| text.lines().filter_map(|line| read(family, line.trim())));
    tables.collect()
}

/// `"sys_cap_copy" Copy: fn(i64) -> i64;`
fn read(family: &'static str, line: &str) -> Option<Import> {
    let (name, rest) = line.strip_prefix('"')?.split_once('"')?;
    let (_, signature) = rest.rsplit_once(": fn(")?;
    let (parameters, result) = signature.split_once(')')?;
    let parameters = parameters.split(", ").filter_map(value).collect();
    let result = result.trim_end_matches(';').strip_prefix(" -> ").and_then(value);
    Some(Import { family, name: name.to_owned(), parameters, result })
}

fn value(text: &str) -> Option<ValType> {
    match text {
        "i32" => Some(ValType::I32),
        "i64" => Some(ValType::I64),
        _ => None,
    }
}
