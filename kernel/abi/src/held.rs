//! One capability of an actor, as the process table shows it.

use crate::handle::Handle;
use crate::object::ObjectKind;
use crate::rights::Rights;
use crate::word::u32_at;
use crate::word::u64_at;

/// A capability that an actor holds, and from whom it has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldRecord {
    /// What its holder calls it.
    pub handle: Handle,
    /// What it names.
    pub kind: ObjectKind,
    /// What its holder may do with it.
    pub rights: Rights,
    /// The badge that receivers see when it is used to send, 0 if none.
    pub badge: u64,
    /// Which of its kind: an actor's id, a set of pins, the number of a region; 0 if there is but
    /// one.
    pub object: u64,
    /// Id of the actor from whose capability it was derived, 0 for the kernel.
    pub from: u64,
}

impl HeldRecord {
    /// Bytes of the encoded form: handle u64, kind u32, rights u32, badge u64, object u64,
    /// from u64.
    pub const BYTES: usize = 40;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; HeldRecord::BYTES] {
        let mut bytes = [0; HeldRecord::BYTES];
        bytes[0..8].copy_from_slice(&self.handle.word().to_le_bytes());
        bytes[8..12].copy_from_slice(&(self.kind as u32).to_le_bytes());
        bytes[12..16].copy_from_slice(&self.rights.bits().to_le_bytes());
        bytes[16..24].copy_from_slice(&self.badge.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.object.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.from.to_le_bytes());
        bytes
    }

    /// The inverse of [`HeldRecord::encode`]; `None` for an unknown kind or right.
    pub fn decode(bytes: &[u8; HeldRecord::BYTES]) -> Option<HeldRecord> {
        Some(HeldRecord {
            handle: Handle::from_word(u64_at(bytes, 0)),
            kind: ObjectKind::from_code(u32_at(bytes, 8))?,
            rights: Rights::from_bits(u32_at(bytes, 12))?,
            badge: u64_at(bytes, 16),
            object: u64_at(bytes, 24),
            from: u64_at(bytes, 32),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_the_boundary() {
        let record = HeldRecord {
            handle: Handle::new(3, 9),
            kind: ObjectKind::Pins,
            rights: Rights::READ,
            badge: 7,
            object: 1 << 63,
            from: 0x1_0000_0002,
        };
        assert_eq!(HeldRecord::decode(&record.encode()), Some(record));
        assert_eq!(HeldRecord::decode(&[0; HeldRecord::BYTES]), None, "there is no kind 0");
    }
}
