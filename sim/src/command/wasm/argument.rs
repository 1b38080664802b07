//! Arguments as people write them: `800`, `-1`, `0.5`, `@file`, `text:800`, `hex:00ff`, anything
//! else as text, each perhaps with `name=` in front.

use std::path::Path;

use kernel::module::Argument;

use crate::command::wasm::Trouble;
use crate::command::wasm::source::contents;

/// One argument with its name, if it has one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    pub(super) name: Option<String>,
    value: Value,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Int(i64),
    Float(f64),
    Bytes(Vec<u8>),
}

impl Written {
    /// The bytes of a file, for the parameter `input` if the others have names.
    pub(super) fn input(file: &Path, others: &[Written]) -> Result<Written, Trouble> {
        let has_names = others.iter().any(|other| other.name.is_some());
        let name = has_names.then(|| "input".to_owned());
        Ok(Written { name, value: Value::Bytes(contents(file)?) })
    }

    /// What is written in one word of the command line.
    pub(super) fn read(word: &str) -> Result<Written, Trouble> {
        let named = word.split_once('=').filter(|(name, _)| is_name(name));
        let (name, text) = match named {
            Some((name, text)) => (Some(name.to_owned()), text),
            None => (None, word),
        };
        Ok(Written { name, value: value(text)? })
    }

    /// As the kernel takes it.
    pub(super) fn argument(&self) -> Argument<'_> {
        match &self.value {
            Value::Int(number) => Argument::Int(*number),
            Value::Float(number) => Argument::Float(*number),
            Value::Bytes(bytes) => Argument::Bytes(bytes),
        }
    }
}

fn value(text: &str) -> Result<Value, Trouble> {
    if let Some(file) = text.strip_prefix('@') {
        return Ok(Value::Bytes(contents(Path::new(file))?));
    }
    if let Some(text) = text.strip_prefix("text:") {
        return Ok(Value::Bytes(text.as_bytes().to_vec()));
    }
    if let Some(digits) = text.strip_prefix("hex:") {
        let wrong = || Trouble::new(format!("`{text}` is no hexadecimal: two digits make a byte"));
        return bytes_of(digits).map(Value::Bytes).ok_or_else(wrong);
    }
    if let Ok(number) = text.parse() {
        return Ok(Value::Int(number));
    }
    // `inf` and `nan` are words too; who means the numbers writes a sign: `+inf`.
    let looks_like_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    match text.parse() {
        Ok(number) if looks_like_number => Ok(Value::Float(number)),
        _ => Ok(Value::Bytes(text.as_bytes().to_vec())),
    }
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    // Two digits are less than 256.
    let byte = |[high, low]: &[u8; 2]| Some((digit(*high)? * 16 + digit(*low)?) as u8);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    bytes.next().is_some_and(is_letter)
        && bytes.all(|byte| is_letter(byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(word: &str) -> (Option<String>, Value) {
        let Written { name, value } = Written::read(word).unwrap();
        (name, value)
    }

    fn bytes(text: &str) -> Value {
        Value::Bytes(text.as_bytes().to_vec())
    }

    #[test]
    fn what_looks_like_a_number_is_one_and_the_rest_is_text() {
        assert_eq!(read("800"), (None, Value::Int(800)));
        assert_eq!(read("-1"), (None, Value::Int(-1)));
        assert_eq!(read("0.5"), (None, Value::Float(0.5)));
        assert_eq!(read("+inf"), (None, Value::Float(f64::INFINITY)));
        assert_eq!(read("inf"), (None, bytes("inf")));
        assert_eq!(read("text:800"), (None, bytes("800")));
        assert_eq!(read("hex:00fF"), (None, Value::Bytes(vec![0, 255])));
        assert_eq!(read("99999999999999999999"), (None, Value::Float(1e20)));
        assert!(Written::read("hex:0").is_err());
        assert!(Written::read("hex:0g").is_err());
        assert!(Written::read("@/nowhere/at/all").is_err());
    }

    #[test]
    fn a_name_stands_before_an_equals_sign() {
        assert_eq!(read("width=8"), (Some("width".into()), Value::Int(8)));
        assert_eq!(read("text:a=b"), (None, bytes("a=b")));
        assert_eq!(read("=b"), (None, bytes("=b")));
        assert_eq!(read("a b=c"), (None, bytes("a b=c")));
    }
}
