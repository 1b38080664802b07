//! One message on the line: its bytes and their CRC-32, encoded so that zero bytes stand between
//! frames and nowhere else (Cheshire and Baker, "Consistent Overhead Byte Stuffing", 1999). Whoever
//! joins late, or hears noise or plain text between frames, is right again at the next zero.

use alloc::vec::Vec;
use core::fmt;
use crc::CRC_32_ISO_HDLC;
use crc::Crc;
use serde::Deserialize;
use serde::Serialize;

/// Bytes of the longest message.
pub const MESSAGE_MAX: usize = 4096;

const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
const CHECKSUM_BYTES: usize = 4;

/// Why there is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// It is longer than [`MESSAGE_MAX`].
    TooLong,
    /// It is no COBS, or the checksum is another.
    Damaged,
    /// It is whole, but no message of this version.
    Unknown,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FrameError::TooLong => "a frame is longer than any message",
            FrameError::Damaged => "a frame is damaged",
            FrameError::Unknown => "a message is of another version",
        })
    }
}

impl core::error::Error for FrameError {}

/// Makes frames, in memory that it keeps.
#[derive(Debug, Default)]
pub struct Sender {
    message: Vec<u8>,
    frame: Vec<u8>,
}

impl Sender {
    /// The frame of a message, with a zero byte on either side.
    ///
    /// # Errors
    /// When the message is too long.
    pub fn frame(&mut self, message: &impl Serialize) -> Result<&[u8], FrameError> {
        self.message.clear();
        let bytes = core::mem::take(&mut self.message);
        self.message = postcard::to_extend(message, bytes).map_err(|_| FrameError::Unknown)?;
        if MESSAGE_MAX < self.message.len() {
            return Err(FrameError::TooLong);
        }
        let checksum = CHECKSUM.checksum(&self.message);
        self.message.extend(checksum.to_le_bytes());
        self.frame.clear();
        self.frame.resize(2 + cobs::max_encoding_length(self.message.len()), 0);
        let len = cobs::encode(&self.message, &mut self.frame[1..]);
        self.frame.truncate(1 + len);
        self.frame.push(0);
        Ok(&self.frame)
    }
}

/// Finds frames among bytes.
#[derive(Debug, Default)]
pub struct Receiver {
    bytes: Vec<u8>,
    has_ended: bool,
}

/// What a zero byte ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// A message that [`decode`] reads.
    Message(&'a [u8]),
    /// Something else, such as text that a boot loader prints.
    Noise(&'a [u8], FrameError),
}

impl Receiver {
    /// Takes the next byte; says what it ended, if it ended something.
    pub fn push(&mut self, byte: u8) -> Option<Received<'_>> {
        if self.has_ended {
            self.has_ended = false;
            self.bytes.clear();
        }
        if byte != 0 {
            // Of noise without end the beginning is kept.
            if self.bytes.len() <= 2 + cobs::max_encoding_length(MESSAGE_MAX + CHECKSUM_BYTES) {
                self.bytes.push(byte);
            }
            return None;
        }
        if self.bytes.is_empty() {
            return None;
        }
        self.has_ended = true;
        let mut decoded = self.bytes.clone();
        let found = cobs::decode_in_place(&mut decoded).ok().and_then(|len| check(&decoded[..len]));
        let Some(len) = found else {
            return Some(Received::Noise(&self.bytes, FrameError::Damaged));
        };
        self.bytes = decoded;
        Some(Received::Message(&self.bytes[..len]))
    }

    /// What has come since the last frame.
    pub fn unfinished(&self) -> &[u8] {
        if self.has_ended { &[] } else { &self.bytes }
    }
}

/// Bytes of the message, if its checksum is right.
fn check(bytes: &[u8]) -> Option<usize> {
    let len = bytes.len().checked_sub(CHECKSUM_BYTES)?;
    let wanted = u32::from_le_bytes(bytes[len..].try_into().ok()?);
    (CHECKSUM.checksum(&bytes[..len]) == wanted).then_some(len)
}

/// Reads a message.
///
/// # Errors
/// When it is none of these.
pub fn decode<'a, T: Deserialize<'a>>(message: &'a [u8]) -> Result<T, FrameError> {
    let (value, rest) = postcard::take_from_bytes(message).map_err(|_| FrameError::Unknown)?;
    if rest.is_empty() { Ok(value) } else { Err(FrameError::Unknown) }
}

/// The checksum of frames, images and what is read from flash: CRC-32 as in Ethernet and zip.
pub fn checksum(bytes: &[u8]) -> u32 {
    CHECKSUM.checksum(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Reply;
    use proptest::prelude::*;

    fn received(bytes: &[u8]) -> Vec<Result<Vec<u8>, FrameError>> {
        let mut receiver = Receiver::default();
        let mut all = Vec::new();
        for byte in bytes {
            match receiver.push(*byte) {
                Some(Received::Message(message)) => all.push(Ok(message.to_vec())),
                Some(Received::Noise(_, error)) => all.push(Err(error)),
                None => (),
            }
        }
        all
    }

    #[test]
    fn a_message_that_is_too_long_is_refused() {
        let bytes = [7; MESSAGE_MAX];
        let frame = Sender::default().frame(&Reply::Serial(&bytes)).map(<[u8]>::to_vec);
        assert_eq!(frame, Err(FrameError::TooLong));
    }

    #[test]
    fn what_is_behind_a_message_is_no_message() {
        assert_eq!(decode::<u8>(&[1, 2]), Err(FrameError::Unknown));
    }

    proptest! {
        #[test]
        fn a_message_arrives_whatever_was_on_the_line_before(
            noise: Vec<u8>,
            bytes in prop::collection::vec(any::<u8>(), 0..2000),
        ) {
            let mut sender = Sender::default();
            let frame = sender.frame(&Reply::Serial(&bytes)).unwrap();
            let line = [&noise, frame].concat();
            let last = received(&line).pop().unwrap().unwrap();
            prop_assert_eq!(decode::<Reply<'_>>(&last), Ok(Reply::Serial(&bytes)));
        }

        #[test]
        fn a_flipped_bit_is_never_a_message(
            bytes in prop::collection::vec(any::<u8>(), 1..200),
            place: prop::sample::Index,
            bit in 0_u32..8,
        ) {
            let mut frame = Sender::default().frame(&Reply::Serial(&bytes)).unwrap().to_vec();
            let place = 1 + place.index(frame.len() - 2);
            frame[place] ^= 1 << bit;
            prop_assert!(received(&frame).iter().all(Result::is_err));
        }

        #[test]
        fn no_bytes_are_too_strange(bytes: Vec<u8>) {
            for message in received(&bytes).into_iter().flatten() {
                let _ = decode::<Reply<'_>>(&message);
            }
            let _ = decode::<Reply<'_>>(&bytes);
        }
    }
}
