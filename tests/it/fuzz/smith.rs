//! Modules with bodies that nobody would write, by wasm-smith, within the deterministic profile
//! (docs/why/0003); and bytes that are hardly modules any more.

use std::fmt::Write;

use arbitrary::Unstructured;
use wasm_encoder::ValType;
use wasm_smith::Config;
use wasm_smith::Module;

use crate::fuzz::draw::Draw;
use crate::fuzz::import::Import;

/// A valid module of the profile, or nothing if the drawn bytes make none.
pub(crate) fn smith(draw: &mut Draw, known: &[Import]) -> Option<Vec<u8>> {
    let entry = match draw.one_in(3) {
        true => {
            r#"(func (export "handle_message") (param i32 i64 i32 i32) (result i32) i32.const 1)"#
        }
        false => r#"(func (export "_start"))"#,
    };
    let exports = format!(r#"(module {entry} (memory (export "memory") 1))"#);
    let config = Config {
        available_imports: wat::parse_str(importing(known)).ok(),
        exports: wat::parse_str(exports).ok(),
        allow_start_export: draw.one_in(8),
        max_imports: 30,
        max_funcs: 6,
        max_instructions: 120,
        max_memories: 1,
        max_memory32_bytes: 3 << 16,
        max_tables: 2,
        max_table_elements: 100,
        max_data_segments: 4,
        bulk_memory_enabled: true,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        tail_call_enabled: true,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    };
    let bytes = draw.bytes(4096);
    let module = Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    Some(module.to_bytes())
}

/// A module that imports everything.
fn importing(known: &[Import]) -> String {
    let mut text = String::from("(module");
    for Import { family, name, parameters, result } in known {
        let parameters: String = parameters.iter().map(|kind| letters(*kind)).collect();
        let result = result.map(|kind| format!("(result {})", letters(kind))).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(text, r#"(import "{family}" "{name}" (func (param {parameters}){result}))"#);
    }
    text + ")"
}

fn letters(kind: ValType) -> &'static str {
    if kind == ValType::I32 { " i32" } else { " i64" }
}

/// Bytes as they are found: a module with some of it changed, or nothing that was ever one.
pub(super) fn mutated(draw: &mut Draw, module: &[u8]) -> Vec<u8> {
    let mut bytes = module.to_vec();
    if draw.one_in(16) {
        let len = draw.below(600);
        return draw.bytes(len);
    }
    for _ in 0..1 + draw.below(6) {
        let len = bytes.len();
        if len < 9 {
            break;
        }
        let at = draw.below(len);
        match draw.below(6) {
            0 => bytes.truncate(at),
            1 => {
                let cut = at..(at + 1 + draw.below(8)).min(len);
                bytes.drain(cut);
            }
            2 => {
                let from = draw.below(len);
                let copied = bytes[from..(from + draw.below(64)).min(len)].to_vec();
                bytes.splice(at..at, copied);
            }
            3 => bytes[at] = draw.pick(&[0, 1, 0x7f, 0x80, 0xff, 0x40]),
            4 => bytes[at] ^= 1 << draw.below(8),
            _ => {
                let count = draw.below(12);
                let drawn = draw.bytes(count);
                bytes.splice(at..at, drawn);
            }
        }
    }
    bytes
}
