//! Host functions: what a module may call of the host, as closures.
//!
//! The types of the closure are those of the import, so a wrong import is found before anything runs.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::engine::FunctionType;
use crate::engine::Value;
use crate::engine::ValueType;
use crate::limits::BYTES_PER_FUEL;
use crate::limits::CALL_FUEL;

/// The caller's memory, as a host function sees it. What goes through it costs the caller fuel.
#[derive(Debug)]
pub struct Memory<'a> {
    bytes: &'a mut [u8],
    moved: u64,
}

impl<'a> Memory<'a> {
    pub(super) fn new(bytes: &'a mut [u8]) -> Memory<'a> {
        Memory { bytes, moved: 0 }
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes of the caller.
    pub fn read(&mut self, pointer: i32, len: i32) -> Result<&[u8], String> {
        let range = range(self.bytes.len(), pointer, len)?;
        self.moved = self.moved.saturating_add(range.len() as u64);
        Ok(&self.bytes[range])
    }

    /// Text of the caller, which must be UTF-8.
    pub fn text(&mut self, pointer: i32, len: i32) -> Result<&str, String> {
        let bytes = self.read(pointer, len)?;
        core::str::from_utf8(bytes).map_err(|error| format!("its text is no UTF-8: {error}"))
    }

    /// Puts bytes into the caller's memory.
    pub fn write(&mut self, pointer: i32, bytes: &[u8]) -> Result<(), String> {
        let len = i32::try_from(bytes.len()).map_err(|_| String::from("too much to write"))?;
        let range = range(self.bytes.len(), pointer, len)?;
        self.moved = self.moved.saturating_add(range.len() as u64);
        self.bytes[range].copy_from_slice(bytes);
        Ok(())
    }

    /// Logical instructions that the call costs its caller.
    pub(super) fn fuel(&self) -> u64 {
        CALL_FUEL + self.moved / BYTES_PER_FUEL
    }
}

fn range(size: usize, pointer: i32, len: i32) -> Result<core::ops::Range<usize>, String> {
    let (start, len) = (pointer.cast_unsigned() as usize, len.cast_unsigned() as usize);
    let end = start.checked_add(len).filter(|end| *end <= size);
    let end = end.ok_or_else(|| format!("{len} bytes at {start} are outside its memory"))?;
    Ok(start..end)
}

type Body<'host> =
    Box<dyn FnMut(&mut Memory<'_>, &[Value]) -> Result<Option<Value>, String> + 'host>;

/// One function that a module can import.
pub(super) struct HostFunction<'host> {
    pub(super) name: String,
    pub(super) signature: FunctionType,
    pub(super) body: Body<'host>,
}

impl<'host> HostFunction<'host> {
    pub(super) fn new<P: Parameters, R: Outcome>(
        name: &str,
        mut function: impl FnMut(&mut Memory<'_>, P) -> Result<R, String> + 'host,
    ) -> HostFunction<'host> {
        let body = move |memory: &mut Memory<'_>, values: &[Value]| {
            let parameters = P::from_values(values).ok_or("it is called with another type")?;
            function(memory, parameters).map(R::into_value)
        };
        HostFunction {
            name: String::from(name),
            signature: FunctionType { parameters: P::types(), results: R::types() },
            body: Box::new(body),
        }
    }
}

/// A number that wasm knows.
pub trait Number: Sized {
    /// Its type.
    const TYPE: ValueType;

    /// The number, if the value is of its type.
    fn from_value(value: Value) -> Option<Self>;

    /// The number as a value.
    fn into_value(self) -> Value;
}

macro_rules! number {
    ($($number:ident $kind:ident;)+) => {$(
        impl Number for $number {
            const TYPE: ValueType = ValueType::$kind;

            fn from_value(value: Value) -> Option<$number> {
                if let Value::$kind(number) = value { Some(number) } else { None }
            }

            fn into_value(self) -> Value {
                Value::$kind(self)
            }
        }
    )+};
}

number! {
    i32 I32;
    i64 I64;
    f32 F32;
    f64 F64;
}

/// What a host function takes: a tuple of up to six numbers.
pub trait Parameters: Sized {
    /// Their types.
    fn types() -> Vec<ValueType>;

    /// The tuple, if the values are of these types.
    fn from_values(values: &[Value]) -> Option<Self>;
}

macro_rules! parameters {
    ($($parameter:ident)*) => {
        impl<$($parameter: Number),*> Parameters for ($($parameter,)*) {
            fn types() -> Vec<ValueType> {
                alloc::vec![$($parameter::TYPE),*]
            }

            fn from_values(values: &[Value]) -> Option<Self> {
                let mut values = values.iter().copied();
                let parameters = ($($parameter::from_value(values.next()?)?,)*);
                values.next().is_none().then_some(parameters)
            }
        }
    };
}

parameters!();
parameters!(A);
parameters!(A B);
parameters!(A B C);
parameters!(A B C D);
parameters!(A B C D E);
parameters!(A B C D E F);

/// What a host function gives: nothing or one number.
pub trait Outcome: Sized {
    /// Its type, if there is one.
    fn types() -> Vec<ValueType>;

    /// It as a value.
    fn into_value(self) -> Option<Value>;
}

impl Outcome for () {
    fn types() -> Vec<ValueType> {
        Vec::new()
    }

    fn into_value(self) -> Option<Value> {
        None
    }
}

impl<N: Number> Outcome for N {
    fn types() -> Vec<ValueType> {
        alloc::vec![N::TYPE]
    }

    fn into_value(self) -> Option<Value> {
        Some(Number::into_value(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_function_sees_nothing_outside_the_callers_memory() {
        let mut bytes = *b"hello";
        let mut memory = Memory::new(&mut bytes);
        assert_eq!(memory.text(1, 4), Ok("ello"));
        assert_eq!(memory.read(5, 0), Ok(&[][..]));
        for (pointer, len) in [(1, 5), (-1, 1), (0, -1), (-1, -1), (6, 0)] {
            assert!(memory.read(pointer, len).is_err(), "{pointer} {len}");
        }
        assert!(memory.write(4, b"ab").is_err());
        assert_eq!(memory.write(3, b"p!"), Ok(()));
        assert_eq!(bytes, *b"help!");
    }

    #[test]
    fn what_a_host_function_moves_costs_its_caller() {
        let mut bytes = [0xff; 1024];
        let mut memory = Memory::new(&mut bytes);
        assert_eq!(memory.fuel(), CALL_FUEL);
        assert!(memory.text(0, 640).is_err());
        assert_eq!(memory.fuel(), CALL_FUEL + 10);
    }
}
