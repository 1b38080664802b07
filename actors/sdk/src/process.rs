//! The table of all actors.

use abi::handle::Handle;
use abi::process::ProcessRecord;
use abi::refusal::Refusal;

use crate::raw;

/// A capability to read the process table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processes(Handle);

impl Processes {
    /// The table of this name.
    pub const fn new(handle: Handle) -> Processes {
        Processes(handle)
    }

    /// The record at this place, `None` behind the last one.
    pub fn record(self, index: u32) -> Result<Option<ProcessRecord>, Refusal> {
        let mut bytes = [0; ProcessRecord::BYTES];
        let offset = index.checked_mul(ProcessRecord::BYTES as u32).ok_or(Refusal::OutOfRange)?;
        match raw::read(self.0, offset, &mut bytes) {
            Ok(ProcessRecord::BYTES) => Ok(ProcessRecord::decode(&bytes)),
            Ok(_) | Err(Refusal::OutOfRange) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}
