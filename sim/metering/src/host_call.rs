//! The functions that stand for imported ones: they lay the arguments out as words.

use wasm_encoder::BlockType;
use wasm_encoder::Function;
use wasmparser::FuncType;
use wasmparser::ValType;

use crate::interface::WORDS;
use crate::interface::index;
use crate::stack::VALUES_FULL;

/// What does not fit into words; nothing if all does.
pub(crate) fn unfit(signature: &FuncType) -> Option<&'static str> {
    let is_number = |kind: &ValType| !matches!(kind, ValType::V128 | ValType::Ref(_));
    if WORDS < signature.params().len() {
        return Some("takes more values than a call has words");
    }
    if 1 < signature.results().len() {
        return Some("gives more than one value");
    }
    let mut all = signature.params().iter().chain(signature.results());
    (!all.all(is_number)).then_some("takes or gives a reference")
}

/// The body that calls the host. `stack` is the global that counts what is on the stack, if that
/// is counted; `waiting` the type of two words out of two.
pub(crate) fn body(
    function: u32,
    signature: &FuncType,
    fuel: u32,
    stack: Option<u32>,
    waiting: u32,
) -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    let needed = signature.params().len().max(signature.results().len()) as i64;
    if let (Some(stack), true) = (stack, needed != 0) {
        code.global_get(stack).i64_const(needed).i64_add().i64_const(VALUES_FULL).i64_and();
        code.i64_eqz().i32_eqz().if_(BlockType::Empty).call(index::OVERFLOW).unreachable().end();
    }
    code.i32_const(function.cast_signed());
    for place in 0..WORDS as u32 {
        match signature.params().get(place as usize) {
            None => code.i64_const(0),
            Some(ValType::I64) => code.local_get(place),
            Some(ValType::F32) => code.local_get(place).i32_reinterpret_f32().i64_extend_i32_u(),
            Some(ValType::F64) => code.local_get(place).i64_reinterpret_f64(),
            Some(_) => code.local_get(place).i64_extend_i32_u(),
        };
    }
    code.global_get(fuel).call(index::CALL);
    code.if_(BlockType::FunctionType(waiting)).drop().drop().call(index::WAIT).end();
    code.global_set(fuel);
    match signature.results().first() {
        None => code.drop(),
        Some(ValType::I64) => &mut code,
        Some(ValType::F32) => code.i32_wrap_i64().f32_reinterpret_i32(),
        Some(ValType::F64) => code.f64_reinterpret_i64(),
        Some(_) => code.i32_wrap_i64(),
    };
    code.end();
    body
}
