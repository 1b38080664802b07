//! Families of host functions over the one set of kernel calls.
//!
//! A personality only decodes: which function name means which call, under which type, and by which
//! convention its words and its result are read. No personality has a power that another lacks, and
//! a module may mix them. Every function can be imported from module `env`, as the seeds' toolchains
//! do, and from the module of its own family.

/// Defines functions in several wasm modules: name, call, convention where it differs, and type.
macro_rules! functions {
    (
        $engine:ident, $modules:expr;
        $($name:literal $call:ident $(($convention:expr))?: $signature:ty;)+
    ) => {
        for module in $modules {
            $(
                #[allow(unused_mut, unused_assignments, reason = "most keep the first value")]
                let mut convention = $crate::call::Convention::NATIVE;
                $(convention = $convention;)?
                let call = $crate::call::CallName::$call;
                $engine.define::<$signature>(module, $name, call, convention);
            )+
        }
    };
}

mod sys;
mod sp;
mod mk;

use crate::call::Host;
use crate::engine::Engine;

/// Lets modules import every function of every personality.
pub fn define<H: Host + 'static>(engine: &mut Engine<H>) {
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
