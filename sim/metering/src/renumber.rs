//! New numbers for functions: those of the interface come first, then the module's own, then what
//! stands for the ones it imported.

use wasm_encoder::reencode::Error;
use wasm_encoder::reencode::Reencode;

use crate::interface::index;

/// New numbers for functions.
pub(crate) struct Renumber {
    imported: u32,
    own: u32,
}

impl Renumber {
    /// For a module with so many imported functions and so many of its own.
    pub(crate) fn new(imported: u32, own: u32) -> Renumber {
        Renumber { imported, own }
    }
}

impl Reencode for Renumber {
    type Error = core::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(match function.checked_sub(self.imported) {
            Some(own) => index::COUNT + own,
            None => index::COUNT + self.own + function,
        })
    }
}
