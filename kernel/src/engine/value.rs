//! Values and function types as the rest of the kernel sees them: the engines' own stay in the engine.

use alloc::vec::Vec;
use core::fmt;
use wasmi::FuncType;
use wasmi::Val;
use wasmi::ValType;

/// A number that goes into a function or comes out of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// 32 bits; whether they have a sign is the function's affair.
    I32(i32),
    /// 64 bits.
    I64(i64),
    /// A float of 32 bits.
    F32(f32),
    /// A float of 64 bits.
    F64(f64),
}

impl Value {
    /// Its type.
    pub const fn value_type(self) -> ValueType {
        match self {
            Value::I32(_) => ValueType::I32,
            Value::I64(_) => ValueType::I64,
            Value::F32(_) => ValueType::F32,
            Value::F64(_) => ValueType::F64,
        }
    }

    pub(super) fn to_wasm(self) -> Val {
        match self {
            Value::I32(value) => Val::I32(value),
            Value::I64(value) => Val::I64(value),
            Value::F32(value) => Val::F32(value.into()),
            Value::F64(value) => Val::F64(value.into()),
        }
    }

    /// `None` for references, which mean nothing outside their instance.
    pub(super) fn from_wasm(value: &Val) -> Option<Value> {
        match value {
            Val::I32(value) => Some(Value::I32(*value)),
            Val::I64(value) => Some(Value::I64(*value)),
            Val::F32(value) => Some(Value::F32((*value).into())),
            Val::F64(value) => Some(Value::F64((*value).into())),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::I32(value) => value.fmt(f),
            Value::I64(value) => value.fmt(f),
            Value::F32(value) => value.fmt(f),
            Value::F64(value) => value.fmt(f),
        }
    }
}

/// The type of a parameter or a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// A float of 32 bits.
    F32,
    /// A float of 64 bits.
    F64,
    /// A reference to a function, which means nothing outside its instance.
    FuncRef,
    /// A reference to something of the host, of which there is nothing.
    ExternRef,
}

impl ValueType {
    /// Whether it is a number, which alone can cross the border of an instance.
    pub const fn is_number(self) -> bool {
        !matches!(self, ValueType::FuncRef | ValueType::ExternRef)
    }

    /// As the text format writes it.
    pub const fn name(self) -> &'static str {
        match self {
            ValueType::I32 => "i32",
            ValueType::I64 => "i64",
            ValueType::F32 => "f32",
            ValueType::F64 => "f64",
            ValueType::FuncRef => "funcref",
            ValueType::ExternRef => "externref",
        }
    }

    fn from_wasm(value: ValType) -> ValueType {
        match value {
            ValType::I32 => ValueType::I32,
            ValType::I64 => ValueType::I64,
            ValType::F32 => ValueType::F32,
            ValType::F64 => ValueType::F64,
            ValType::FuncRef => ValueType::FuncRef,
            // Vectors are outside the profile, so what is left is the other kind of reference.
            _ => ValueType::ExternRef,
        }
    }
}

impl From<xip::ValueType> for ValueType {
    fn from(value: xip::ValueType) -> ValueType {
        match value {
            xip::ValueType::I32 => ValueType::I32,
            xip::ValueType::I64 => ValueType::I64,
            xip::ValueType::F32 => ValueType::F32,
            xip::ValueType::F64 => ValueType::F64,
            xip::ValueType::FuncRef => ValueType::FuncRef,
            xip::ValueType::ExternRef => ValueType::ExternRef,
        }
    }
}

/// What a function takes and gives, shown as `(i32, i64) -> i32`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionType {
    /// What it takes.
    pub parameters: Vec<ValueType>,
    /// What it gives.
    pub results: Vec<ValueType>,
}

impl FunctionType {
    /// Whether all that it takes and gives are numbers.
    pub fn is_numbers(&self) -> bool {
        self.parameters.iter().chain(&self.results).all(|value| value.is_number())
    }

    pub(super) fn from_wasm(signature: &FuncType) -> FunctionType {
        let types = |values: &[ValType]| values.iter().copied().map(ValueType::from_wasm).collect();
        FunctionType { parameters: types(signature.params()), results: types(signature.results()) }
    }
}

impl fmt::Display for FunctionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", List(&self.parameters))?;
        match self.results[..] {
            [] => Ok(()),
            [result] => write!(f, " -> {}", result.name()),
            _ => write!(f, " -> ({})", List(&self.results)),
        }
    }
}

/// Types with commas between them.
struct List<'a>(&'a [ValueType]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(index, value)| {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{}", value.name())
        })
    }
}
