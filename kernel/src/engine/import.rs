//! Host functions that modules can import: one table for both engines, and how typed wasm
//! parameters are the words of a [`Call`].

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::call::Call;
use crate::call::CallName;
use crate::call::Convention;
use crate::engine::module::LoadError;
use crate::engine::value::FunctionType;
use crate::engine::value::ValueType;

/// One function that modules can import.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Import {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What it asks the host.
    pub(crate) call: CallName,
    /// How it differs from that call.
    pub(crate) convention: Convention,
    /// Its type.
    pub(crate) shape: Shape,
}

/// A function type that a call can have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    parameters: &'static [ValueType],
    /// What is returned: an `i32`, an `i64` or nothing.
    pub(super) result: Option<ValueType>,
}

impl Import {
    /// What the host is asked by these arguments, each a word of its own.
    pub(super) fn call(&self, arguments: &[u64]) -> Call {
        let mut words = [0; Call::WORDS];
        words[..arguments.len()].copy_from_slice(arguments);
        Call { name: self.call, words: (self.convention.words)(words) }
    }

    fn function(&self) -> FunctionType {
        let Shape { parameters, result } = self.shape;
        let results = result.into_iter().collect();
        FunctionType { parameters: parameters.to_vec(), results }
    }
}

/// A wasm parameter as a word of a call. Words of 32 bits are not sign-extended: whoever decodes
/// a call knows which of its words are signed.
pub(super) trait Parameter {
    const TYPE: ValueType;
    fn word(self) -> u64;
}

impl Parameter for i32 {
    const TYPE: ValueType = ValueType::I32;
    fn word(self) -> u64 {
        u64::from(self as u32)
    }
}

impl Parameter for i64 {
    const TYPE: ValueType = ValueType::I64;
    fn word(self) -> u64 {
        self as u64
    }
}

/// A wasm result from the word of an answer.
pub(super) trait Output: Sized {
    const TYPE: Option<ValueType>;
    fn from_word(word: u64) -> Self;
}

impl Output for () {
    const TYPE: Option<ValueType> = None;
    fn from_word(_: u64) {}
}

impl Output for i32 {
    const TYPE: Option<ValueType> = Some(ValueType::I32);
    fn from_word(word: u64) -> i32 {
        word as i32
    }
}

impl Output for i64 {
    const TYPE: Option<ValueType> = Some(ValueType::I64);
    fn from_word(word: u64) -> i64 {
        word as i64
    }
}

/// The type of a function as its caller sees it, `fn(i64, i32) -> i32`: up to seven parameters of
/// `i32` and `i64`.
pub(crate) trait Signature {
    /// The same as a value.
    const SHAPE: Shape;
}

macro_rules! signature {
    ($($parameter:ident)*) => {
        impl<R: Output, $($parameter: Parameter,)*> Signature for fn($($parameter),*) -> R {
            const SHAPE: Shape =
                Shape { parameters: &[$($parameter::TYPE),*], result: R::TYPE };
        }
    };
}

signature!();
signature!(A);
signature!(A B);
signature!(A B C);
signature!(A B C D);
signature!(A B C D E);
signature!(A B C D E F);
signature!(A B C D E F G);

/// Every function that modules can import. Nothing of it is copied: a family is named by where it
/// lies.
#[derive(Clone, Debug, Default)]
pub(super) struct Imports(Vec<Family>);

/// Functions that can be imported from each of these wasm modules.
#[derive(Clone, Copy, Debug)]
struct Family {
    modules: &'static [&'static str],
    functions: &'static [Import],
}

impl Imports {
    /// Adds functions that can be imported from each of these wasm modules.
    pub(super) fn add(&mut self, modules: &'static [&'static str], functions: &'static [Import]) {
        self.0.push(Family { modules, functions });
    }

    /// What a module means that imports this; `wanted` is `None` if it wants no function.
    pub(super) fn find(
        &self,
        module: &str,
        name: &str,
        wanted: Option<FunctionType>,
    ) -> Result<&'static Import, LoadError> {
        let families = self.0.iter().filter(|family| family.modules.contains(&module));
        let known = families
            .flat_map(|family| family.functions)
            .find(|known| known.name == name)
            .ok_or_else(|| LoadError::UnknownImport {
            module: module.to_string(),
            name: name.to_string(),
        })?;
        let given = known.function();
        let wanted = match wanted {
            Some(wanted) if wanted == given => return Ok(known),
            Some(wanted) => wanted.to_string(),
            None => String::from("something other than a function"),
        };
        Err(LoadError::WrongImport {
            name: format!("{module}.{name}"),
            wanted,
            given: given.to_string(),
        })
    }
}

/// How much an instance may have, whatever the host could give it.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    /// Bytes of linear memory.
    pub(super) memory_max: usize,
    /// The first size that was refused.
    pub(super) denied: Option<usize>,
    /// Whether the instance is made; from then on its tables keep their size.
    pub(super) is_made: bool,
}

impl Quota {
    /// What an instance may have that is being made.
    pub(super) fn new(memory_max: usize) -> Quota {
        Quota { memory_max, denied: None, is_made: false }
    }

    /// Whether its memory may have so many bytes.
    pub(super) fn allows(&mut self, bytes: usize) -> bool {
        if bytes <= self.memory_max {
            return true;
        }
        self.denied = self.denied.or(Some(bytes));
        false
    }
}
