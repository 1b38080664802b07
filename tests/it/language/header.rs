//! Headers are what the kernel's tables say, and the tables are what modules can import.

use kernel::personality::FAMILIES;
use kernel::personality::Function;
use sim::header::LANGUAGES;

use crate::language::Case;
use crate::seed::mk;
use crate::seed::script;
use crate::seed::sp;
use crate::seed::sys;

pub(super) const CASES: &[Case] = &[
    ("every_header_is_what_the_kernels_tables_make_it", current),
    ("the_tables_have_the_types_that_every_call_is_tested_with", types),
];

fn current() {
    for language in &LANGUAGES {
        let header = std::fs::read_to_string(language.file).expect("every language has a header");
        let renewed = language.renewed(&header).expect("the header has a part that is made");
        assert!(header == renewed, "{} is old: cargo run header", language.file);
    }
}

fn types() {
    let tested: [&[script::Function]; 3] = [sys::FUNCTIONS, sp::FUNCTIONS, mk::FUNCTIONS];
    for (family, tested) in FAMILIES.iter().zip(tested) {
        let letters = family.functions.iter().map(letters);
        let tested = tested.iter().map(|(name, parameters, result)| {
            (name.to_string(), parameters.to_string(), result.to_string())
        });
        let (mut letters, mut tested): (Vec<_>, Vec<_>) = (letters.collect(), tested.collect());
        letters.sort();
        tested.sort();
        assert_eq!(letters, tested);
    }
}

/// A function as the seeds' tests write it.
fn letters(function: &Function) -> (String, String, String) {
    let letter = |is_wide: bool| if is_wide { 'I' } else { 'i' };
    let parameters = function.parameters.iter().map(|parameter| letter(parameter.kind.is_wide()));
    let result = function.result.map(|kind| letter(kind.is_wide()));
    (function.name.to_owned(), parameters.collect(), result.into_iter().collect())
}
