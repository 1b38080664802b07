//! The table of all actors.

use abi::handle::Handle;
use abi::held::HeldRecord;
use abi::process::ProcessRecord;
use abi::refusal::Refusal;

use crate::capability;
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

    /// How many records there are now.
    pub fn count(self) -> Result<u32, Refusal> {
        capability::info(self.0).map(|info| (info.size / ProcessRecord::BYTES as u64) as u32)
    }

    /// What the actor holds, written one after another as [`HeldRecord`]s; answers how many. A
    /// buffer of [`HELD_BYTES_MAX`] takes all that there can be.
    ///
    /// ```no_run
    /// use sdk::abi::held::HeldRecord;
    /// use sdk::grant::Grants;
    /// use sdk::process::HELD_BYTES_MAX;
    ///
    /// fn print_all(id: u64) -> Option<()> {
    ///     let mut bytes = [0; HELD_BYTES_MAX];
    ///     let count = Grants::new().processes()?.held(id, &mut bytes).ok()?;
    ///     let (records, _) = bytes.as_chunks::<{ HeldRecord::BYTES }>();
    ///     for record in records.iter().take(count).filter_map(HeldRecord::decode) {
    ///         sdk::log!("{:?} {} from {:#x}", record.handle, record.kind.name(), record.from);
    ///     }
    ///     Some(())
    /// }
    /// ```
    pub fn held(self, id: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        raw::held(self.0, id, buffer)
    }

    /// Ends an actor. Of others than one's children that takes `write`; without it is
    /// [`Refusal::NoCapability`].
    pub fn stop(self, id: u64) -> Result<(), Refusal> {
        raw::node::stop(id)
    }
}

/// Bytes of the records of an actor that holds as much as it can.
pub const HELD_BYTES_MAX: usize = capability::SLOTS * HeldRecord::BYTES;
