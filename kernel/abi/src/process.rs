//! One line of the process table.

use crate::word::u32_at;
use crate::word::u64_at;

/// What an actor is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
pub enum ProcessState {
    /// It could run.
    Ready = 1,
    /// It waits for a message.
    Waiting = 2,
    /// It waits for a moment.
    Sleeping = 3,
    /// It is over.
    Dead = 4,
}

impl ProcessState {
    /// The state with this code.
    pub const fn from_code(code: u8) -> Option<ProcessState> {
        match code {
            1 => Some(ProcessState::Ready),
            2 => Some(ProcessState::Waiting),
            3 => Some(ProcessState::Sleeping),
            4 => Some(ProcessState::Dead),
            _ => None,
        }
    }

    /// Its name in `ps`, scenarios and traces.
    pub const fn name(self) -> &'static str {
        match self {
            ProcessState::Ready => "ready",
            ProcessState::Waiting => "waiting",
            ProcessState::Sleeping => "sleeping",
            ProcessState::Dead => "dead",
        }
    }
}

/// One actor, as the process table shows it. The table is an array of encoded records, ascending by
/// the lower halves of their ids, read through a capability to the process table by
/// `sys_cap_mem_read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProcessRecord {
    /// The actor's id.
    pub id: u64,
    /// Logical instructions it has used.
    pub fuel: u64,
    /// Bytes of linear memory it has now.
    pub memory: u32,
    /// Messages in its mailbox.
    pub queued: u16,
    /// 0 to 31, larger runs first.
    pub priority: u8,
    /// What it is doing.
    pub state: ProcessState,
    /// How often its supervisor has restarted it.
    pub restarts: u32,
    /// Its name, UTF-8, padded with zeros.
    pub name: [u8; ProcessRecord::NAME_BYTES],
}

impl ProcessRecord {
    /// Room for a name.
    pub const NAME_BYTES: usize = 32;

    /// Bytes of the encoded form: id u64, fuel u64, memory u32, queued u16, priority u8,
    /// state u8, name, restarts u32, four of padding.
    pub const BYTES: usize = 64;

    /// The name as text.
    pub fn name(&self) -> &str {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(self.name.len());
        core::str::from_utf8(&self.name[..end]).unwrap_or("?")
    }

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; ProcessRecord::BYTES] {
        let mut bytes = [0; ProcessRecord::BYTES];
        bytes[0..8].copy_from_slice(&self.id.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.fuel.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.memory.to_le_bytes());
        bytes[20..22].copy_from_slice(&self.queued.to_le_bytes());
        bytes[22] = self.priority;
        bytes[23] = self.state as u8;
        bytes[24..56].copy_from_slice(&self.name);
        bytes[56..60].copy_from_slice(&self.restarts.to_le_bytes());
        bytes
    }

    /// The inverse of [`ProcessRecord::encode`]; `None` for an unknown state.
    pub fn decode(bytes: &[u8; ProcessRecord::BYTES]) -> Option<ProcessRecord> {
        let mut name = [0; ProcessRecord::NAME_BYTES];
        name.copy_from_slice(&bytes[24..56]);
        Some(ProcessRecord {
            id: u64_at(bytes, 0),
            fuel: u64_at(bytes, 8),
            memory: u32_at(bytes, 16),
            queued: u16::from_le_bytes([bytes[20], bytes[21]]),
            priority: bytes[22],
            state: ProcessState::from_code(bytes[23])?,
            restarts: u32_at(bytes, 56),
            name,
        })
    }
}
