//! The shape of a framebuffer.

use crate::word::u32_at;

/// How one pixel lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u32)]
pub enum PixelFormat {
    /// Four bytes: blue, green, red, unused.
    Bgra8888 = 1,
    /// Two bytes, little-endian: five bits of red on top, six of green, five of blue.
    Rgb565 = 2,
}

impl PixelFormat {
    /// The format with this code.
    pub const fn from_code(code: u32) -> Option<PixelFormat> {
        match code {
            1 => Some(PixelFormat::Bgra8888),
            2 => Some(PixelFormat::Rgb565),
            _ => None,
        }
    }

    /// Bytes of one pixel.
    pub const fn bytes(self) -> usize {
        match self {
            PixelFormat::Bgra8888 => 4,
            PixelFormat::Rgb565 => 2,
        }
    }
}

/// Size and layout of a framebuffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FramebufferInfo {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Bytes from one row to the next.
    pub stride: u32,
    /// How one pixel lies in memory.
    pub format: PixelFormat,
}

impl FramebufferInfo {
    /// Bytes of the encoded form: width, height, stride and format, each u32.
    pub const BYTES: usize = 16;

    /// Bytes of the whole framebuffer.
    pub const fn size(&self) -> usize {
        self.stride as usize * self.height as usize
    }

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; FramebufferInfo::BYTES] {
        let mut bytes = [0; FramebufferInfo::BYTES];
        bytes[0..4].copy_from_slice(&self.width.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.height.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.stride.to_le_bytes());
        bytes[12..16].copy_from_slice(&(self.format as u32).to_le_bytes());
        bytes
    }

    /// The inverse of [`FramebufferInfo::encode`]; `None` for an unknown format.
    pub fn decode(bytes: &[u8; FramebufferInfo::BYTES]) -> Option<FramebufferInfo> {
        let format = PixelFormat::from_code(u32_at(bytes, 12))?;
        Some(FramebufferInfo {
            width: u32_at(bytes, 0),
            height: u32_at(bytes, 4),
            stride: u32_at(bytes, 8),
            format,
        })
    }
}
