//! What a module calls the parameters of its functions: the custom section "name" (WebAssembly 2.0,
//! appendix A.3.1). It means nothing to execution, so what is wrong in it is as if it were not there.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Bytes of a module before its sections: the magic number and the version.
const HEAD: usize = 8;

const CUSTOM_SECTION: u8 = 0;
const EXPORT_SECTION: u8 = 7;
const FUNCTION_EXPORT: u8 = 0;
const LOCAL_NAMES: u8 = 2;

/// The names of the locals of each exported function that has some: parameters first, without gaps.
pub(super) fn parameters(wasm: &[u8]) -> BTreeMap<String, Vec<String>> {
    let mut exports = Vec::new();
    let mut locals = BTreeMap::new();
    let mut sections = Reader { bytes: wasm.get(HEAD..).unwrap_or_default() };
    while let Some((id, content)) = sections.section() {
        match id {
            EXPORT_SECTION => exports = functions(content).unwrap_or_default(),
            CUSTOM_SECTION => locals.append(&mut names(content).unwrap_or_default()),
            _ => (),
        }
    }
    let named = exports.into_iter().filter_map(|(name, function)| {
        locals.get(&function).map(|locals| (name.to_string(), locals.clone()))
    });
    named.collect()
}

/// Exported functions and their indices.
fn functions(mut content: Reader<'_>) -> Option<Vec<(&str, u32)>> {
    let mut functions = Vec::new();
    for _ in 0..content.number()? {
        let name = content.text()?;
        let kind = content.byte()?;
        let index = content.number()?;
        if kind == FUNCTION_EXPORT {
            functions.push((name, index));
        }
    }
    Some(functions)
}

/// The names of locals in a custom section, if it is the one.
fn names(mut content: Reader<'_>) -> Option<BTreeMap<u32, Vec<String>>> {
    let mut locals = BTreeMap::new();
    if content.text()? != "name" {
        return Some(locals);
    }
    while let Some((id, mut content)) = content.section() {
        if id != LOCAL_NAMES {
            continue;
        }
        for _ in 0..content.number()? {
            let function = content.number()?;
            let mut names = Vec::new();
            for _ in 0..content.number()? {
                let local = content.number()?;
                let name = content.text()?;
                if local as usize == names.len() {
                    names.push(name.to_string());
                }
            }
            locals.insert(function, names);
        }
    }
    Some(locals)
}

/// Bytes that are read from the front.
#[derive(Clone, Copy)]
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    /// An unsigned number of 32 bits in LEB128.
    fn number(&mut self) -> Option<u32> {
        let mut number = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self) -> Option<&'a [u8]> {
        let len = self.number()? as usize;
        let (taken, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.take()?).ok()
    }

    fn section(&mut self) -> Option<(u8, Reader<'a>)> {
        let id = self.byte()?;
        Some((id, Reader { bytes: self.take()? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exported_functions_have_the_names_that_they_were_written_with() {
        let text = r#"(module (func (export "resize") (param $width i32) (param $height i32)
            (local $row i32)) (func $inner (param $x i32)) (func (export "plain") (param i32)))"#;
        let wasm = wat::parse_str(text).unwrap();
        let found = parameters(&wasm);
        assert_eq!(found["resize"], ["width", "height", "row"]);
        assert!(!found.contains_key("inner"));
        assert_eq!(found.get("plain"), None);
    }

    #[test]
    fn a_broken_name_section_is_as_none() {
        let text = r#"(module (func (export "f") (param $width i32)))"#;
        let wasm = wat::parse_str(text).unwrap();
        for len in 0..wasm.len() {
            let _ = parameters(&wasm[..len]);
        }
        assert!(parameters(&wasm[..wasm.len() - 1]).is_empty());
        assert!(parameters(b"\0asm\x01\0\0\0\0\xff\xff\xff\xff\xff").is_empty());
    }
}
