//! What a new actor shall be, as the one who makes it says.

use crate::handle::Handle;
use crate::rights::Rights;
use crate::word::u16_at;
use crate::word::u32_at;
use crate::word::u64_at;

/// The fixed part of the options of `sys_spawn`; the grants follow it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpawnOptions {
    /// 0 to 31, at most the maker's own.
    pub priority: u8,
    /// Whether its supervisor starts it again: 0 always, 1 if it ended abnormally, 2 never.
    pub restart: u8,
    /// Messages that its mailbox takes; 0 for the usual number.
    pub mailbox: u16,
    /// Bytes of linear memory it may have.
    pub memory: u32,
    /// Milliseconds that it has to end when asked: 0 for none, [`SpawnOptions::WAIT`] for as long
    /// as it takes.
    pub shutdown_ms: u32,
    /// [`SpawnOptions::LINK`] or 0.
    pub flags: u32,
    /// Its name, UTF-8, padded with zeros.
    pub name: [u8; SpawnOptions::NAME_BYTES],
}

/// One capability that the new actor is given: the first in slot 1, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpawnGrant {
    /// The maker's capability, which must have the right to grant.
    pub handle: Handle,
    /// Which of its rights.
    pub rights: Rights,
}

impl SpawnOptions {
    /// Room for a name.
    pub const NAME_BYTES: usize = 32;

    /// Bytes of the encoded form: priority u8, restart u8, mailbox u16, memory u32, shutdown u32,
    /// flags u32, name.
    pub const BYTES: usize = 48;

    /// The actor that ends waits for its children.
    pub const WAIT: u32 = u32::MAX;

    /// Maker and child are linked from the beginning.
    pub const LINK: u32 = 1;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; SpawnOptions::BYTES] {
        let mut bytes = [0; SpawnOptions::BYTES];
        bytes[0] = self.priority;
        bytes[1] = self.restart;
        bytes[2..4].copy_from_slice(&self.mailbox.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.memory.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.shutdown_ms.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.flags.to_le_bytes());
        bytes[16..48].copy_from_slice(&self.name);
        bytes
    }

    /// The inverse of [`SpawnOptions::encode`].
    pub fn decode(bytes: &[u8; SpawnOptions::BYTES]) -> SpawnOptions {
        let mut name = [0; SpawnOptions::NAME_BYTES];
        name.copy_from_slice(&bytes[16..48]);
        SpawnOptions {
            priority: bytes[0],
            restart: bytes[1],
            mailbox: u16_at(bytes, 2),
            memory: u32_at(bytes, 4),
            shutdown_ms: u32_at(bytes, 8),
            flags: u32_at(bytes, 12),
            name,
        }
    }

    /// The name as text, if it is text.
    pub fn name(&self) -> Option<&str> {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(self.name.len());
        core::str::from_utf8(&self.name[..end]).ok()
    }
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

    /// The inverse of [`SpawnGrant::encode`]; `None` for a right that there is not.
    pub fn decode(bytes: &[u8; SpawnGrant::BYTES]) -> Option<SpawnGrant> {
        let rights = Rights::from_bits(u32_at(bytes, 8))?;
        Some(SpawnGrant { handle: Handle::from_word(u64_at(bytes, 0)), rights })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_survive_the_boundary() {
        let mut name = [0; SpawnOptions::NAME_BYTES];
        name[..4].copy_from_slice(b"echo");
        let options = SpawnOptions {
            priority: 3,
            restart: 1,
            mailbox: 300,
            memory: 1 << 20,
            shutdown_ms: 5000,
            flags: SpawnOptions::LINK,
            name,
        };
        assert_eq!(SpawnOptions::decode(&options.encode()), options);
        assert_eq!(options.name(), Some("echo"));
        let grant = SpawnGrant { handle: Handle::new(2, 7), rights: Rights::READ };
        assert_eq!(SpawnGrant::decode(&grant.encode()), Some(grant));
    }
}
