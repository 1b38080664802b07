//! How an actor's end is told to those who knew it.

use crate::word::u32_at;
use crate::word::u64_at;

/// Why an actor ended, as others are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum ExitKind {
    /// It returned, or called exit with 0. Seed 001: `EXIT_NORMAL`.
    Normal = 0,
    /// Its supervisor or the holder of its child capability ended it. Seed 001: `EXIT_KILLED`.
    Killed = 1,
    /// It called exit with another code, or faulted.
    Abnormal = 2,
    /// An actor that it was linked to ended abnormally.
    Linked = 3,
}

impl ExitKind {
    /// The kind with this code.
    pub const fn from_code(code: u32) -> Option<ExitKind> {
        match code {
            0 => Some(ExitKind::Normal),
            1 => Some(ExitKind::Killed),
            2 => Some(ExitKind::Abnormal),
            3 => Some(ExitKind::Linked),
            _ => None,
        }
    }

    /// Its name in scenarios and traces.
    pub const fn name(self) -> &'static str {
        match self {
            ExitKind::Normal => "normal",
            ExitKind::Killed => "killed",
            ExitKind::Abnormal => "abnormal",
            ExitKind::Linked => "linked",
        }
    }
}

/// The payload of [`crate::message::EXIT_NOTICE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitNotice {
    /// Who ended.
    pub id: u64,
    /// Why.
    pub kind: ExitKind,
    /// The code it exited with; -1 for a fault; otherwise 0.
    pub code: i32,
}

impl ExitNotice {
    /// Bytes of the encoded form: id u64, kind u32, code i32.
    pub const BYTES: usize = 16;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; ExitNotice::BYTES] {
        let mut bytes = [0; ExitNotice::BYTES];
        bytes[0..8].copy_from_slice(&self.id.to_le_bytes());
        bytes[8..12].copy_from_slice(&(self.kind as u32).to_le_bytes());
        bytes[12..16].copy_from_slice(&self.code.to_le_bytes());
        bytes
    }

    /// The inverse of [`ExitNotice::encode`]; `None` for an unknown kind.
    pub fn decode(bytes: &[u8; ExitNotice::BYTES]) -> Option<ExitNotice> {
        let code = u32_at(bytes, 12).cast_signed();
        Some(ExitNotice {
            id: u64_at(bytes, 0),
            kind: ExitKind::from_code(u32_at(bytes, 8))?,
            code,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_survives_the_boundary() {
        let notice = ExitNotice { id: 0x1_0000_0002, kind: ExitKind::Abnormal, code: -1 };
        assert_eq!(ExitNotice::decode(&notice.encode()), Some(notice));
    }
}
