//! What is given to a function of a module: numbers that find their type, and bytes.

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::engine::FunctionType;
use crate::engine::Value;
use crate::engine::ValueType;
use crate::module::error::ModuleError;

/// One argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument<'a> {
    /// A whole number, for a parameter of any numeric type that can hold it. 32 bits may be meant
    /// with a sign or without.
    Int(i64),
    /// A number with a fraction, for a float.
    Float(f64),
    /// Bytes, for two `i32` in a row: they are laid into memory that the module allocates, and it
    /// gets pointer and length.
    Bytes(&'a [u8]),
}

impl From<i32> for Argument<'_> {
    fn from(value: i32) -> Self {
        Argument::Int(value.into())
    }
}

impl From<u32> for Argument<'_> {
    fn from(value: u32) -> Self {
        Argument::Int(value.into())
    }
}

impl From<i64> for Argument<'_> {
    fn from(value: i64) -> Self {
        Argument::Int(value)
    }
}

impl From<f64> for Argument<'_> {
    fn from(value: f64) -> Self {
        Argument::Float(value)
    }
}

impl<'a> From<&'a [u8]> for Argument<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Argument::Bytes(bytes)
    }
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Argument::Bytes(text.as_bytes())
    }
}

/// An argument that has found its parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fitted<'a> {
    Number(Value),
    /// To be laid into memory; two parameters.
    Bytes(&'a [u8]),
}

/// Gives each parameter its argument, or says why that cannot be.
pub(super) fn fit<'a>(
    function: &str,
    signature: &FunctionType,
    arguments: &[Argument<'a>],
) -> Result<Vec<Fitted<'a>>, ModuleError> {
    let wrong = |reason: String| ModuleError::WrongArguments {
        function: format!("{function}{signature}"),
        reason,
    };
    if !signature.is_numbers() {
        return Err(wrong("has references, which mean nothing outside the module".to_string()));
    }
    let cells = |argument: &Argument<'_>| if let Argument::Bytes(_) = argument { 2 } else { 1 };
    let given: usize = arguments.iter().map(cells).sum();
    let wanted = signature.parameters.len();
    if given != wanted {
        let bytes = arguments.iter().any(|argument| matches!(argument, Argument::Bytes(_)));
        let hint = if bytes { " (bytes count as two: pointer and length)" } else { "" };
        return Err(wrong(format!("takes {wanted} arguments, but {given} are given{hint}")));
    }
    let mut parameters = signature.parameters.iter().enumerate();
    let mut fitted = Vec::with_capacity(arguments.len());
    for argument in arguments {
        // There are as many parameters as cells.
        let Some((index, first)) = parameters.next() else { break };
        let place = index + 1;
        fitted.push(match argument {
            Argument::Bytes(bytes) => {
                let second = parameters.next().map(|(_, second)| *second);
                if (*first, second) != (ValueType::I32, Some(ValueType::I32)) {
                    let reason = "does not take them as i32, i32";
                    return Err(wrong(format!("gets bytes as argument {place}, but {reason}")));
                }
                Fitted::Bytes(bytes)
            }
            number => Fitted::Number(number_for(*first, *number).ok_or_else(|| {
                let number = shown(*number);
                wrong(format!("gets {number} as argument {place}, which is no {}", first.name()))
            })?),
        });
    }
    Ok(fitted)
}

fn shown(argument: Argument<'_>) -> String {
    match argument {
        Argument::Int(value) => value.to_string(),
        Argument::Float(value) => format!("{value:?}"),
        Argument::Bytes(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn number_for(wanted: ValueType, argument: Argument<'_>) -> Option<Value> {
    match (wanted, argument) {
        (ValueType::I32, Argument::Int(value)) => {
            let signed = i32::try_from(value).ok();
            let value = signed.or_else(|| u32::try_from(value).ok().map(u32::cast_signed));
            value.map(Value::I32)
        }
        (ValueType::I64, Argument::Int(value)) => Some(Value::I64(value)),
        (ValueType::F32, Argument::Int(value)) => Some(Value::F32(value as f32)),
        (ValueType::F64, Argument::Int(value)) => Some(Value::F64(value as f64)),
        (ValueType::F32, Argument::Float(value)) => Some(Value::F32(value as f32)),
        (ValueType::F64, Argument::Float(value)) => Some(Value::F64(value)),
        _ => None,
    }
}

/// Puts named arguments into the order of the parameters' names. Bytes called `input` go to the
/// parameters `input_ptr` and the next one, or `input` and the next one.
pub(super) fn arrange<'a>(
    function: &str,
    names: Option<&[String]>,
    named: &[(&str, Argument<'a>)],
) -> Result<Vec<Argument<'a>>, ModuleError> {
    let wrong =
        |reason: String| ModuleError::WrongArguments { function: function.to_string(), reason };
    let Some(names) = names else {
        let reason = "has no names for its parameters: give the arguments in their order";
        return Err(wrong(reason.to_string()));
    };
    let is_for = |parameter: &str, (name, argument): &&(&str, Argument<'_>)| {
        let is_pointer = matches!(argument, Argument::Bytes(_));
        parameter == *name || (is_pointer && parameter.strip_suffix("_ptr") == Some(*name))
    };
    let mut arranged = Vec::with_capacity(named.len());
    let mut parameters = names.iter();
    while let Some(parameter) = parameters.next() {
        let Some((_, argument)) = named.iter().find(|named| is_for(parameter, named)) else {
            return Err(wrong(format!("needs an argument `{parameter}`")));
        };
        if let Argument::Bytes(_) = argument {
            parameters.next();
        }
        arranged.push(*argument);
    }
    let is_known = |named: &&(&str, Argument<'_>)| names.iter().any(|name| is_for(name, named));
    if let Some((name, _)) = named.iter().find(|named| !is_known(named)) {
        return Err(wrong(format!("has no parameter `{name}`, but {}", names.join(", "))));
    }
    Ok(arranged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn takes(parameters: &[ValueType]) -> FunctionType {
        FunctionType { parameters: parameters.to_vec(), results: vec![] }
    }

    #[test]
    fn a_number_finds_the_type_of_its_parameter() {
        use ValueType::{F32, F64, I32, I64};
        let signature = takes(&[I32, I64, F32, F64, F64]);
        let given = [(-1).into(), (-1).into(), 2.into(), 0.5.into(), 7.into()];
        let values =
            [Value::I32(-1), Value::I64(-1), Value::F32(2.0), Value::F64(0.5), Value::F64(7.0)];
        assert_eq!(fit("f", &signature, &given), Ok(values.map(Fitted::Number).to_vec()));
        let unsigned = [Argument::Int(0xffff_ffff)];
        let all_bits = vec![Fitted::Number(Value::I32(-1))];
        assert_eq!(fit("f", &takes(&[I32]), &unsigned), Ok(all_bits));
    }

    #[test]
    fn what_does_not_fit_is_said_with_its_place() {
        let signature = takes(&[ValueType::I32, ValueType::I32]);
        let says = |given: &[Argument<'_>]| fit("f", &signature, given).unwrap_err().to_string();
        assert_eq!(says(&[1.into()]), "`f(i32, i32)` takes 2 arguments, but 1 are given");
        assert_eq!(
            says(&[1.into(), Argument::Int(1 << 32)]),
            "`f(i32, i32)` gets 4294967296 as argument 2, which is no i32"
        );
        assert_eq!(
            says(&[1.into(), 0.5.into()]),
            "`f(i32, i32)` gets 0.5 as argument 2, which is no i32"
        );
        assert_eq!(
            says(&["x".into(), 1.into()]),
            "`f(i32, i32)` takes 2 arguments, but 3 are given \
             (bytes count as two: pointer and length)"
        );
        let wide = takes(&[ValueType::I64, ValueType::I32]);
        assert_eq!(
            fit("f", &wide, &["x".into()]).unwrap_err().to_string(),
            "`f(i64, i32)` gets bytes as argument 1, but does not take them as i32, i32"
        );
        let reference = takes(&[ValueType::ExternRef]);
        assert!(fit("f", &reference, &[1.into()]).is_err());
    }

    #[test]
    fn names_put_arguments_in_order() {
        let names = ["input_ptr", "input_len", "width"].map(String::from);
        let arranged = arrange("f", Some(&names), &[("width", 8.into()), ("input", "x".into())]);
        assert_eq!(arranged, Ok(vec!["x".into(), 8.into()]));
        let says = |named: &[(&str, Argument<'_>)]| {
            arrange("f", Some(&names), named).unwrap_err().to_string()
        };
        assert_eq!(says(&[("input", "x".into())]), "`f` needs an argument `width`");
        assert_eq!(
            says(&[("width", 8.into()), ("input", "x".into()), ("depth", 1.into())]),
            "`f` has no parameter `depth`, but input_ptr, input_len, width"
        );
        assert_eq!(
            arrange("f", None, &[]).unwrap_err().to_string(),
            "`f` has no names for its parameters: give the arguments in their order"
        );
    }
}
