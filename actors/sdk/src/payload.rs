//! Payloads, word by word: little-endian, without padding.

use crate::endpoint::PAYLOAD_MAX;

/// A payload in the making. What does not fit is refused as a whole.
#[derive(Clone, Debug)]
pub struct Writer {
    bytes: [u8; PAYLOAD_MAX],
    len: usize,
}

impl Default for Writer {
    fn default() -> Writer {
        Writer { bytes: [0; PAYLOAD_MAX], len: 0 }
    }
}

impl Writer {
    /// An empty payload.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// Adds bytes; `None` if they do not fit, and then nothing was added.
    #[must_use]
    pub fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.len.checked_add(bytes.len())?;
        self.bytes.get_mut(self.len..end)?.copy_from_slice(bytes);
        self.len = end;
        Some(())
    }

    /// Adds a word of 16 bits.
    #[must_use]
    pub fn u16(&mut self, word: u16) -> Option<()> {
        self.bytes(&word.to_le_bytes())
    }

    /// Adds a word of 32 bits.
    #[must_use]
    pub fn u32(&mut self, word: u32) -> Option<()> {
        self.bytes(&word.to_le_bytes())
    }

    /// Puts a word over what was written at `at`, if there is something.
    pub fn replace_u32(&mut self, at: usize, word: u32) {
        if at + 4 <= self.len {
            self.bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
        }
    }

    /// How many bytes still fit.
    pub fn room(&self) -> usize {
        PAYLOAD_MAX - self.len
    }

    /// What has been written.
    pub fn payload(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// A payload being read. Whatever is not there reads as `None`.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the start.
    pub fn new(payload: &'a [u8]) -> Reader<'a> {
        Reader(payload)
    }

    /// The next bytes.
    pub fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    /// The next word of 16 bits.
    pub fn u16(&mut self) -> Option<u16> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_le_bytes(*bytes))
    }

    /// The next word of 32 bits.
    pub fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    /// The next word of 64 bits.
    pub fn u64(&mut self) -> Option<u64> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*bytes))
    }

    /// Everything that is left.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Everything that is left, if it is text.
    pub fn text(self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::new();
        assert_eq!(writer.u16(7), Some(()));
        assert_eq!(writer.u32(9), Some(()));
        assert_eq!(writer.bytes("é".as_bytes()), Some(()));
        let mut reader = Reader::new(writer.payload());
        assert_eq!((reader.u16(), reader.u32(), reader.text()), (Some(7), Some(9), Some("é")));
    }

    #[test]
    fn what_does_not_fit_is_not_begun() {
        let mut writer = Writer::new();
        assert_eq!(writer.bytes(&[1; PAYLOAD_MAX - 3]), Some(()));
        assert_eq!(writer.u32(5), None);
        assert_eq!((writer.room(), writer.u16(5)), (3, Some(())));
        assert_eq!(Reader::new(&[1]).u16(), None);
    }
}
