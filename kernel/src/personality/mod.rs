//! Families of host functions over the one set of kernel calls.
//!
//! A personality only decodes: which function name means which call, under which type, and by which
//! convention its words and its result are read. No personality has a power that another lacks, and
//! a module may mix them. Every function can be imported from module `env`, as the seeds' toolchains
//! do, and from the module of its own family.

/// Makes `define`, which lets modules import the functions from several wasm modules, and
/// `FUNCTIONS`, which describes them: what each does, its name, its call, the convention where it
/// differs, and its type with the names of the parameters.
macro_rules! functions {
    (
        $modules:expr;
        $(
            $(#[doc = $about:literal])+
            $name:literal $call:ident $(($convention:expr))?:
                fn($($parameter:ident: $kind:ident),*) $(-> $result:ident)?;
        )+
    ) => {
        const IMPORTS: &[$crate::engine::Import] = &[$(
            $crate::engine::Import {
                name: $name,
                call: $crate::call::CallName::$call,
                convention: {
                    #[allow(unused_mut, unused_assignments, reason = "most keep the first value")]
                    let mut convention = $crate::call::Convention::NATIVE;
                    $(convention = $convention;)?
                    convention
                },
                shape: <fn($($crate::personality::function::wasm::$kind),*)
                    $(-> $crate::personality::function::wasm::$result)?
                    as $crate::engine::Signature>::SHAPE,
            },
        )+];

        pub(super) fn define<H: Host + Send + 'static>(engine: &mut Engine<H>) {
            engine.define(&$modules, IMPORTS, &[$(
                <fn($($crate::personality::function::wasm::$kind),*)
                    $(-> $crate::personality::function::wasm::$result)?
                    as $crate::engine::Link<H>>::link,
            )+]);
        }

        pub(super) const FUNCTIONS: &[$crate::personality::function::Function] = &[$(
            $crate::personality::function::Function {
                name: $name,
                about: concat!($($about, "\n"),+),
                parameters: &[$(
                    $crate::personality::function::Parameter {
                        name: stringify!($parameter),
                        kind: $crate::personality::function::Kind::$kind,
                    },
                )*],
                result: {
                    #[allow(unused_mut, unused_assignments, reason = "some return nothing")]
                    let mut result = None;
                    $(result = Some($crate::personality::function::Kind::$result);)?
                    result
                },
            },
        )+];
    };
}

mod function;
mod sys;
mod sp;
mod mk;
#[cfg(test)]
mod tests;

pub use function::Family;
pub use function::Function;
pub use function::Kind;
pub use function::Parameter;

use crate::call::Host;
use crate::engine::Engine;

/// Every function that there is.
pub const FAMILIES: [Family; 3] = [
    Family {
        name: "sys",
        about: "the native calls: those of seed wasm-actors, completed",
        functions: sys::FUNCTIONS,
    },
    Family {
        name: "sp",
        about: "the calls of seed sovelmaos: files, locks and pins by capability",
        functions: sp::FUNCTIONS,
    },
    Family {
        name: "mk",
        about: "the calls of seed actor-microkernel: actors by number",
        functions: mk::FUNCTIONS,
    },
];

/// Lets modules import every function of every personality.
pub(crate) fn define<H: Host + Send + 'static>(engine: &mut Engine<H>) {
    sys::define(engine);
    sp::define(engine);
    mk::define(engine);
}

/// The word of a refusal, if it is one: a negative number.
fn is_refused(word: u64) -> bool {
    word.cast_signed() < 0
}

/// Milliseconds as a parameter, in nanoseconds; a negative number is none.
fn millis(word: u64) -> u64 {
    u64::from((word as u32).cast_signed().max(0).unsigned_abs()) * 1_000_000
}
