//! Families of host functions over the one set of kernel calls.
//!
//! A personality only decodes: which function name means which call, and under which type. No
//! personality has a power that another lacks.

mod sys;

use crate::call::Host;
use crate::engine::Engine;

/// Lets modules import every function of every personality.
pub fn define<H: Host + 'static>(engine: &mut Engine<H>) {
    sys::define(engine);
}
