//! By which of its functions a module lets a host lay bytes into its memory.

use crate::engine::Code;
use crate::engine::Value;
use crate::engine::ValueType;

/// Two exported functions of `i32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allocator {
    /// Answers with the address of new memory, or 0.
    pub(super) name: &'static str,
    /// Values that it takes.
    parameters: usize,
    /// Gives memory back.
    free: Option<&'static str>,
    /// Values that this takes: the address, and the length if there are two.
    free_parameters: usize,
}

/// What is looked for, in this order. The first is Rust's custom, the second C's, the third the
/// component model's `(0, 0, alignment, length)`.
const ALLOCATORS: [Allocator; 3] = [
    Allocator { name: "alloc", parameters: 1, free: Some("dealloc"), free_parameters: 2 },
    Allocator { name: "malloc", parameters: 1, free: Some("free"), free_parameters: 1 },
    Allocator { name: "cabi_realloc", parameters: 4, free: None, free_parameters: 0 },
];

impl Allocator {
    /// The one that a module exports under the right type.
    pub(super) fn of(code: &Code) -> Option<Allocator> {
        let is_there = |known: &Allocator| takes_words(code, known.name, known.parameters, 1);
        ALLOCATORS.into_iter().find(is_there)
    }

    /// What it is called with for so many bytes.
    pub(super) fn arguments(self, len: i32) -> [Value; 4] {
        let words = if self.parameters == 1 { [len, 0, 0, 0] } else { [0, 0, 1, len] };
        words.map(Value::I32)
    }

    /// How many of these it takes.
    pub(super) fn count(self) -> usize {
        self.parameters
    }

    /// What gives memory back, and how many values it takes, if the module exports it.
    pub(super) fn free(self, code: &Code) -> Option<(&'static str, usize)> {
        let free = self.free.filter(|name| takes_words(code, name, self.free_parameters, 0));
        free.map(|name| (name, self.free_parameters))
    }
}

/// Whether a function takes and gives so many `i32`.
fn takes_words(code: &Code, name: &str, parameters: usize, results: usize) -> bool {
    code.function(name).is_some_and(|found| {
        let mut all = found.parameters.iter().chain(&found.results);
        (found.parameters.len(), found.results.len()) == (parameters, results)
            && all.all(|value| *value == ValueType::I32)
    })
}
