//! What a board boots: the first population with its modules and regions, as it lies in flash or in
//! memory. Modules are run and regions are read where they lie.
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | `orrery\0`, and [`VERSION`] as a byte |
//! | 8..12 | bytes of the content, little-endian |
//! | 12..16 | CRC-32 of the content |
//! | 16.. | the content: [`Content`] as postcard |

use alloc::vec::Vec;
use core::fmt;
use kernel::manifest::Manifest;
use serde::Deserialize;
use serde::Serialize;

use crate::frame::checksum;
use crate::message::VERSION;

const MAGIC: [u8; 7] = *b"orrery\0";

/// Bytes in front of the content.
pub const HEADER_BYTES: usize = 16;

/// What a board boots.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Content {
    /// Who turns the handle of its kernel.
    pub drive: Drive,
    /// The first population.
    pub manifest: Manifest,
}

/// Who turns the handle of a board's kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Drive {
    /// The board, by its own clock.
    Board,
    /// A host at the other end of the serial line, which says what time it is.
    Host,
}

/// An image that has been read.
#[derive(Clone, Debug)]
pub struct Image {
    /// What is in it.
    pub content: Content,
    /// Which one it is.
    pub checksum: u32,
}

/// Why bytes are no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// They do not begin like one.
    NoImage,
    /// It is of this version, and the firmware of another.
    OtherVersion(u8),
    /// It is longer than what was found.
    Truncated {
        /// Bytes it says it has.
        wanted: usize,
        /// Bytes there are.
        found: usize,
    },
    /// Its checksum is another.
    Damaged,
    /// It is whole, but means nothing.
    Unknown,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageError::NoImage => f.write_str("there is no image: `orrery flash` brings one"),
            ImageError::OtherVersion(found) => {
                write!(f, "the image is of version {found}, the firmware of version {VERSION}")
            }
            ImageError::Truncated { wanted, found } => {
                write!(f, "the image has {wanted} bytes, but only {found} are there")
            }
            ImageError::Damaged => f.write_str("the image is damaged: its checksum is another"),
            ImageError::Unknown => f.write_str("the image is whole, but means nothing"),
        }
    }
}

impl core::error::Error for ImageError {}

/// Writes an image. `None` if an actor's code cannot be written down.
pub fn write(content: &Content) -> Option<Vec<u8>> {
    let header = [0; HEADER_BYTES].to_vec();
    let mut bytes = postcard::to_extend(content, header).ok()?;
    let (header, content) = bytes.split_at_mut(HEADER_BYTES);
    header[..7].copy_from_slice(&MAGIC);
    header[7] = VERSION as u8;
    header[8..12].copy_from_slice(&u32::try_from(content.len()).ok()?.to_le_bytes());
    header[12..].copy_from_slice(&checksum(content).to_le_bytes());
    Some(bytes)
}

/// The checksum in the header of an image that [`write`] has written.
pub fn checksum_of(image: &[u8]) -> Option<u32> {
    let bytes = image.get(12..HEADER_BYTES)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// Reads the image at the beginning of these bytes; what is behind it does not matter.
///
/// # Errors
/// When there is none, or it is damaged.
pub fn read(bytes: &'static [u8]) -> Result<Image, ImageError> {
    let Some((header, rest)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Err(ImageError::NoImage);
    };
    if header[..7] != MAGIC {
        return Err(ImageError::NoImage);
    }
    if u32::from(header[7]) != VERSION {
        return Err(ImageError::OtherVersion(header[7]));
    }
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| header[at + byte]));
    let wanted = word(8) as usize;
    let truncated = ImageError::Truncated { wanted, found: rest.len() };
    let content = rest.get(..wanted).ok_or(truncated)?;
    let checksum = checksum(content);
    if checksum != word(12) {
        return Err(ImageError::Damaged);
    }
    let content = postcard::from_bytes(content).map_err(|_| ImageError::Unknown)?;
    Ok(Image { content, checksum })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::Cow;
    use alloc::boxed::Box;
    use alloc::string::ToString;
    use alloc::vec;
    use kernel::manifest::EngineKind;
    use kernel::manifest::Region;
    use kernel::trace::Capacity;
    use proptest::prelude::*;

    fn image() -> Vec<u8> {
        let region = Region { name: "ramdisk".to_string(), bytes: Cow::Borrowed(b"a tar") };
        let manifest = Manifest {
            identity: "pc".to_string(),
            places: 4,
            supervisors: vec![],
            actors: vec![],
            regions: vec![region],
            arena: 1 << 20,
            trace: Capacity::one_poll(4),
            engine: EngineKind::Wasmi,
        };
        write(&Content { drive: Drive::Host, manifest }).unwrap()
    }

    #[test]
    fn what_is_written_is_read_and_its_bytes_stay_where_they_lie() {
        let bytes: &'static [u8] = Box::leak(image().into_boxed_slice());
        let image = read(bytes).unwrap();
        assert_eq!(image.content.drive, Drive::Host);
        assert_eq!(image.content.manifest.identity, "pc");
        let Cow::Borrowed(region) = &image.content.manifest.regions[0].bytes else {
            panic!("a region is not copied");
        };
        assert!(bytes.as_ptr_range().contains(&region.as_ptr()));
        assert_eq!(*region, b"a tar");
    }

    #[test]
    fn each_way_to_be_no_image_has_its_own_words() {
        let error = |bytes: Vec<u8>| read(Box::leak(bytes.into_boxed_slice())).unwrap_err();
        let with = |at: usize, byte: u8| {
            let mut bytes = image();
            bytes[at] ^= byte;
            error(bytes)
        };
        let len = image().len();
        assert_eq!(error(vec![]), ImageError::NoImage);
        assert_eq!(error(vec![0xff; 64]), ImageError::NoImage);
        assert_eq!(with(7, 0x80), ImageError::OtherVersion(VERSION as u8 | 0x80));
        assert_eq!(with(20, 1), ImageError::Damaged);
        assert_eq!(
            error(image()[..len - 1].to_vec()),
            ImageError::Truncated { wanted: len - 16, found: len - 17 }
        );
    }

    proptest! {
        #[test]
        fn content_that_means_nothing_is_refused(content: Vec<u8>) {
            let mut bytes = image()[..HEADER_BYTES].to_vec();
            bytes[8..12].copy_from_slice(&(content.len() as u32).to_le_bytes());
            bytes[12..16].copy_from_slice(&checksum(&content).to_le_bytes());
            bytes.extend(&content);
            let _ = read(Box::leak(bytes.into_boxed_slice()));
        }
    }
}
