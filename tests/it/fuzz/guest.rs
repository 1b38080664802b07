//! Modules that call the kernel with anything: drawn statement by statement, valid as a whole.

use wasm_encoder::CodeSection;
use wasm_encoder::ConstExpr;
use wasm_encoder::DataSection;
use wasm_encoder::EntityType;
use wasm_encoder::ExportKind;
use wasm_encoder::ExportSection;
use wasm_encoder::Function;
use wasm_encoder::FunctionSection;
use wasm_encoder::ImportSection;
use wasm_encoder::MemorySection;
use wasm_encoder::MemoryType;
use wasm_encoder::Module;
use wasm_encoder::TypeSection;
use wasm_encoder::ValType;

use crate::fuzz::draw::Draw;
use crate::fuzz::import::Import;
use crate::fuzz::memory::Layout;
use crate::fuzz::memory::PAGE;
use crate::fuzz::statement::Body;
use crate::fuzz::statement::COUNTERS;
use crate::fuzz::statement::WORDS;

/// Functions that every module has: what they are used for together is worth more than chance.
const ALWAYS: [&str; 10] = [
    "sys_log",
    "sys_cap_recv",
    "sys_cap_recv_timeout",
    "sys_cap_send",
    "sys_cap_call",
    "sys_cap_info",
    "sys_cap_mem_read",
    "sys_spawn",
    "mk_spawn_wasm",
    "sys_yield",
];

/// A module that may spawn the one it is given, for an actor that holds this from slot 1 on.
pub(crate) fn guest(draw: &mut Draw, known: &[Import], child: &[u8], held: &[char]) -> Vec<u8> {
    let used: Vec<&Import> = known
        .iter()
        .filter(|import| ALWAYS.contains(&import.name.as_str()) || !draw.one_in(3))
        .collect();
    let has_memory = !draw.one_in(16);
    let is_handler = draw.one_in(3);
    let layout = Layout::new(draw, if has_memory { child } else { &[] }, held.len());
    let mut module = Module::new();
    module.section(&types(&used, is_handler));
    module.section(&imports(draw, &used));
    let entry = used.len() as u32;
    let mut functions = FunctionSection::new();
    functions.function(entry);
    module.section(&functions);
    if has_memory {
        let pages = draw.pick(&[1, 1, 1, 2]);
        let is_by_byte = draw.one_in(4);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: if is_by_byte { pages * PAGE as u64 } else { pages },
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: is_by_byte.then_some(0),
        });
        module.section(&memories);
    }
    let mut exports = ExportSection::new();
    exports.export(if is_handler { "handle_message" } else { "_start" }, ExportKind::Func, entry);
    if has_memory {
        exports.export("memory", ExportKind::Memory, 0);
    }
    module.section(&exports);
    let mut code = CodeSection::new();
    code.function(&body(draw, &used, &layout, held, is_handler, has_memory));
    module.section(&code);
    if has_memory {
        module.section(&data(&layout));
    }
    module.finish()
}

/// The type of each import in order, then that of the entry.
fn types(used: &[&Import], is_handler: bool) -> TypeSection {
    let mut types = TypeSection::new();
    for import in used {
        types.ty().function(import.parameters.iter().copied(), import.result);
    }
    if is_handler {
        let parameters = [ValType::I32, ValType::I64, ValType::I32, ValType::I32];
        types.ty().function(parameters, [ValType::I32]);
    } else {
        types.ty().function([], []);
    }
    types
}

fn imports(draw: &mut Draw, used: &[&Import]) -> ImportSection {
    let mut imports = ImportSection::new();
    for (index, import) in used.iter().enumerate() {
        let family = if draw.one_in(2) { "env" } else { import.family };
        imports.import(family, &import.name, EntityType::Function(index as u32));
    }
    imports
}

fn body(
    draw: &mut Draw,
    used: &[&Import],
    layout: &Layout,
    held: &[char],
    is_handler: bool,
    has_memory: bool,
) -> Function {
    let locals = [(COUNTERS, ValType::I32), (WORDS, ValType::I64)];
    let mut function = Function::new(locals);
    let parameters = if is_handler { 4 } else { 0 };
    let mut body = Body::new(draw, used, layout, held, parameters, has_memory);
    body.open();
    body.statements(0);
    body.close(is_handler);
    function.raw(body.finish());
    function
}

fn data(layout: &Layout) -> DataSection {
    let mut data = DataSection::new();
    for (at, bytes) in &layout.data {
        let at = ConstExpr::i32_const(at.cast_signed());
        data.active(0, &at, bytes.iter().copied());
    }
    data
}
