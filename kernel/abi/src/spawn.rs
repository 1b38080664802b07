//! What is said about an actor that another one makes.

use crate::handle::Handle;
use crate::rights::Rights;
use crate::word::u32_at;
use crate::word::u64_at;

/// Whether a child that has ended is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
pub enum Restart {
    /// Always.
    Permanent = 0,
    /// If it ended abnormally.
    Transient = 1,
    /// Never.
    Temporary = 2,
}

impl Restart {
    /// The restart with this code.
    pub const fn from_code(code: u8) -> Option<Restart> {
        match code {
            0 => Some(Restart::Permanent),
            1 => Some(Restart::Transient),
            2 => Some(Restart::Temporary),
            _ => None,
        }
    }
}

/// How an actor is to be made, apart from its code and what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpawnOptions {
    /// 0 to 31, larger runs first.
    pub priority: u8,
    /// Whether its supervisor starts it again.
    pub restart: Restart,
    /// Messages that its mailbox takes.
    pub mailbox: u16,
    /// Bytes of linear memory it may have.
    pub memory: u32,
    /// Whether that is beyond what its module starts with, rather than all of it.
    pub is_beyond: bool,
    /// How long its supervisor waits when it has asked it to end, in milliseconds; 0 ends it
    /// without asking, [`SpawnOptions::SHUTDOWN_WAIT`] waits for ever.
    pub shutdown_ms: u32,
    /// Whether its maker and it are linked: if one ends abnormally, so does the other.
    pub is_linked: bool,
    /// What it is called, UTF-8, padded with zeros.
    pub name: [u8; SpawnOptions::NAME_BYTES],
}

impl SpawnOptions {
    /// Room for a name.
    pub const NAME_BYTES: usize = 32;

    /// The shutdown that waits for ever.
    pub const SHUTDOWN_WAIT: u32 = u32::MAX;

    /// Bytes of the encoded form: priority u8, restart u8, mailbox u16, memory u32, shutdown u32,
    /// flags u32 (bit 0: linked, bit 1: memory beyond what it starts with), name. [`SpawnGrant`]s follow at once.
    pub const BYTES: usize = 48;

    /// A name as the options have it; `None` if it is empty or too long.
    pub fn padded(name: &str) -> Option<[u8; SpawnOptions::NAME_BYTES]> {
        let mut padded = [0; SpawnOptions::NAME_BYTES];
        padded.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        (!name.is_empty()).then_some(padded)
    }

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; SpawnOptions::BYTES] {
        let mut bytes = [0; SpawnOptions::BYTES];
        bytes[0] = self.priority;
        bytes[1] = self.restart as u8;
        bytes[2..4].copy_from_slice(&self.mailbox.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.memory.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.shutdown_ms.to_le_bytes());
        let flags = u32::from(self.is_linked) | u32::from(self.is_beyond) << 1;
        bytes[12..16].copy_from_slice(&flags.to_le_bytes());
        bytes[16..48].copy_from_slice(&self.name);
        bytes
    }

    /// The inverse of [`SpawnOptions::encode`]; `None` for an unknown restart or flag.
    pub fn decode(bytes: &[u8; SpawnOptions::BYTES]) -> Option<SpawnOptions> {
        let flags = u32_at(bytes, 12);
        if 3 < flags {
            return None;
        }
        let mut name = [0; SpawnOptions::NAME_BYTES];
        name.copy_from_slice(&bytes[16..48]);
        Some(SpawnOptions {
            priority: bytes[0],
            restart: Restart::from_code(bytes[1])?,
            mailbox: u16::from_le_bytes([bytes[2], bytes[3]]),
            memory: u32_at(bytes, 4),
            shutdown_ms: u32_at(bytes, 8),
            is_linked: flags & 1 != 0,
            is_beyond: flags & 2 != 0,
            name,
        })
    }
}

/// A capability of the maker's that a child is given, with no more than these rights: the first in
/// its slot 1, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpawnGrant {
    /// What its maker calls it.
    pub handle: Handle,
    /// What the child may do with it.
    pub rights: Rights,
}

impl SpawnGrant {
    /// Bytes of the encoded form: handle u64, rights u32, four of padding.
    pub const BYTES: usize = 16;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; SpawnGrant::BYTES] {
        let mut bytes = [0; SpawnGrant::BYTES];
        bytes[0..8].copy_from_slice(&self.handle.word().to_le_bytes());
        bytes[8..12].copy_from_slice(&self.rights.bits().to_le_bytes());
        bytes
    }

    /// The inverse of [`SpawnGrant::encode`]; `None` for an unknown right.
    pub fn decode(bytes: &[u8; SpawnGrant::BYTES]) -> Option<SpawnGrant> {
        let rights = Rights::from_bits(u32_at(bytes, 8))?;
        Some(SpawnGrant { handle: Handle::from_word(u64_at(bytes, 0)), rights })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_survive_the_boundary_unless_they_say_something_unknown() {
        let options = SpawnOptions {
            priority: 31,
            restart: Restart::Transient,
            mailbox: 0x1234,
            memory: 0x89ab_cdef,
            shutdown_ms: SpawnOptions::SHUTDOWN_WAIT,
            is_linked: true,
            is_beyond: true,
            name: [b'n'; SpawnOptions::NAME_BYTES],
        };
        assert_eq!(SpawnOptions::decode(&options.encode()), Some(options));
        let mut bytes = options.encode();
        bytes[12] = 4;
        assert_eq!(SpawnOptions::decode(&bytes), None);
        bytes[12..].fill(0);
        bytes[1] = 3;
        assert_eq!(SpawnOptions::decode(&bytes), None);
    }

    #[test]
    fn a_grant_survives_the_boundary() {
        let grant = SpawnGrant { handle: Handle::new(3, 9), rights: Rights::WRITE };
        assert_eq!(SpawnGrant::decode(&grant.encode()), Some(grant));
    }

    #[test]
    fn a_name_is_neither_empty_nor_too_long() {
        assert_eq!(SpawnOptions::padded(""), None);
        let too_long = core::str::from_utf8(&[b'n'; SpawnOptions::NAME_BYTES + 1]).unwrap();
        assert_eq!(SpawnOptions::padded(too_long), None);
        assert_eq!(SpawnOptions::padded("ab").map(|name| (name[1], name[2])), Some((b'b', 0)));
    }
}
