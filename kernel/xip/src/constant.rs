//! Constant expressions: offsets of segments, first values of globals, elements of tables.

use alloc::vec::Vec;
use wasmparser::ConstExpr;
use wasmparser::Operator;

/// Evaluates a valid constant expression. `None` if it asks for a global that is not among those
/// given.
///
/// A reference to a function is its index and one; 0 is none.
pub(crate) fn evaluate(expression: &ConstExpr<'_>, globals: &[u64]) -> Option<u64> {
    let mut stack: Vec<u64> = Vec::new();
    for operator in expression.get_operators_reader() {
        let value = match operator.expect("the expression is valid") {
            Operator::I32Const { value } => u64::from(value.cast_unsigned()),
            Operator::I64Const { value } => value.cast_unsigned(),
            Operator::F32Const { value } => u64::from(value.bits()),
            Operator::F64Const { value } => value.bits(),
            Operator::RefNull { .. } => 0,
            Operator::RefFunc { function_index } => u64::from(function_index) + 1,
            Operator::GlobalGet { global_index } => *globals.get(global_index as usize)?,
            Operator::End => break,
            operator => {
                let (right, left) = (stack.pop()?, stack.pop()?);
                combine(&operator, left, right)?
            }
        };
        stack.push(value);
    }
    stack.pop()
}

fn combine(operator: &Operator<'_>, left: u64, right: u64) -> Option<u64> {
    let short = |value: u64| u64::from(value as u32);
    Some(match operator {
        Operator::I32Add => short(left.wrapping_add(right)),
        Operator::I32Sub => short(left.wrapping_sub(right)),
        Operator::I32Mul => short(left.wrapping_mul(right)),
        Operator::I64Add => left.wrapping_add(right),
        Operator::I64Sub => left.wrapping_sub(right),
        Operator::I64Mul => left.wrapping_mul(right),
        _ => return None,
    })
}
