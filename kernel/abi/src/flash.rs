//! The shape of flash memory, as whoever holds a range of it has to know.

use crate::word::u32_at;

/// Units of a range of NOR flash. Erasing sets all bits of a sector; programming clears bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FlashInfo {
    /// Bytes of the range.
    pub size: u32,
    /// Bytes that are erased at once, and their alignment.
    pub sector: u32,
    /// Bytes that one call programs at most; it may not cross a multiple of them.
    pub page: u32,
    /// Bytes that are programmed at least, and their alignment.
    pub word: u32,
}

impl FlashInfo {
    /// Bytes of the encoded form: size, sector, page, word, each u32.
    pub const BYTES: usize = 16;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; FlashInfo::BYTES] {
        let mut bytes = [0; FlashInfo::BYTES];
        let words = [self.size, self.sector, self.page, self.word];
        for (at, word) in bytes.chunks_exact_mut(4).zip(words) {
            at.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// The inverse of [`FlashInfo::encode`].
    pub fn decode(bytes: &[u8; FlashInfo::BYTES]) -> FlashInfo {
        FlashInfo {
            size: u32_at(bytes, 0),
            sector: u32_at(bytes, 4),
            page: u32_at(bytes, 8),
            word: u32_at(bytes, 12),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_survives_the_boundary() {
        let info = FlashInfo { size: 1 << 20, sector: 4096, page: 256, word: 4 };
        assert_eq!(FlashInfo::decode(&info.encode()), info);
    }
}
