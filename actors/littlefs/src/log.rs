//! A metadata block as bytes: a revision, then commits of tags with what follows them.

use alloc::vec::Vec;

use crate::crc::START;
use crate::crc::crc;
use crate::tag::CRC;
use crate::tag::FORWARD_CRC;
use crate::tag::LENGTH_MAX;
use crate::tag::NO_ID;
use crate::tag::Tag;
use crate::tag::quad;
use crate::tag::word;

/// Room at the end of a block that only a checksum may take.
pub(crate) const CRC_SIZE: usize = 8;
/// A checksum that also says what is behind it.
const FORWARD_SIZE: usize = 20;

/// The used part of a block, and what the next tag is laid over.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) bytes: Vec<u8>,
    pub(crate) base: Tag,
}

/// What a block turned out to hold.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Where the last whole commit ends.
    pub(crate) end: usize,
    pub(crate) base: Tag,
    /// Whether nothing but unwritten bytes follows, so that the next commit may.
    pub(crate) is_erased: bool,
    /// The last commit's checksum, as a number that differs from disk to disk.
    pub(crate) digest: u32,
}

impl Log {
    /// A log of this revision without a commit.
    pub(crate) fn new(revision: u32, capacity: usize) -> Log {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.extend_from_slice(&revision.to_le_bytes());
        Log { bytes, base: Tag::FIRST }
    }

    /// Puts a tag and its data behind the last; says where the data begins.
    pub(crate) fn push(&mut self, tag: Tag, data: &[u8]) -> usize {
        debug_assert_eq!(tag.size(), data.len());
        self.bytes.reserve_exact(4 + data.len());
        self.bytes.extend_from_slice(&self.base.before(tag));
        self.base = tag;
        let start = self.bytes.len();
        self.bytes.extend_from_slice(data);
        start
    }

    /// Ends the commit that began at `start`, in a block of this size on a flash with words of that
    /// size. Where another commit may follow, it says so by the checksum of erased bytes.
    ///
    /// Gives back where the last checksum ends. Behind it is padding, which nobody reads.
    pub(crate) fn close(&mut self, start: usize, block: usize, unit: usize) -> usize {
        let end = (self.bytes.len() + FORWARD_SIZE).min(block).next_multiple_of(unit);
        let (mut start, mut checked) = (start, self.bytes.len());
        while self.bytes.len() < end {
            let data = self.bytes.len() + 4;
            let mut next = (end - data).min(LENGTH_MAX as usize) + data;
            if next < end {
                // The words are longer than a tag can say: a commit of nothing but padding.
                next = next.min(end - FORWARD_SIZE);
            }
            if end <= next && next + unit <= block {
                let mut forward = [0; 8];
                forward[..4].copy_from_slice(&(unit as u32).to_le_bytes());
                forward[4..].copy_from_slice(&erased_crc(unit).to_le_bytes());
                self.push(Tag::new(FORWARD_CRC, NO_ID, 8), &forward);
            }
            let length = next - self.bytes.len() - 4;
            let tag = Tag::new(CRC, NO_ID, length as u16);
            self.bytes.extend_from_slice(&self.base.before(tag));
            let sum = crc(START, &self.bytes[start..]);
            self.bytes.extend_from_slice(&sum.to_le_bytes());
            checked = self.bytes.len();
            self.bytes.resize(next, 0xff);
            self.base = tag;
            start = next;
        }
        checked
    }
}

/// The checksum of so many erased bytes.
fn erased_crc(count: usize) -> u32 {
    (0..count).fold(START, |sum, _| crc(sum, &[0xff]))
}

/// Finds the whole commits of a block; `None` if there is none.
pub(crate) fn scan(bytes: &[u8], unit: usize) -> Option<Scan> {
    let mut found: Option<Scan> = None;
    let (mut forward, mut behind) = (None, None);
    let (mut base, mut at, mut start) = (Tag::FIRST, 4, 0);
    while let Some(stored) = quad(bytes, at) {
        let tag = base.next(stored);
        if !tag.is_valid() {
            break;
        }
        let data = at + 4;
        let next = data + tag.size();
        if bytes.len() < next {
            break;
        }
        if tag.is_crc() {
            let sum = crc(START, &bytes[start..data]);
            if tag.size() < 4 || word(bytes, data) != Some(sum) {
                break;
            }
            behind = forward.take();
            found = Some(Scan { end: next, base: tag.base(), is_erased: false, digest: sum });
            start = next;
        } else if tag.kind() == FORWARD_CRC {
            forward = word(bytes, data).zip(word(bytes, data + 4));
        }
        base = tag.base();
        at = next;
    }
    let mut found = found?;
    if let Some((size, sum)) = behind {
        let is_aligned = found.end.is_multiple_of(unit) && found.base.is_valid();
        found.is_erased = is_aligned && is_unwritten(&bytes[found.end..], size as usize, sum);
    }
    Some(found)
}

/// Whether a commit may be programmed over these bytes. They must be erased, all of them: the
/// checksum of the first few alone would not see a commit that was cut where it had not begun.
fn is_unwritten(rest: &[u8], size: usize, sum: u32) -> bool {
    !rest.is_empty() && size <= rest.len() && is_erased(rest) && crc(START, &rest[..size]) == sum
}

/// Whether these bytes are as erasing leaves them.
pub(crate) fn is_erased(bytes: &[u8]) -> bool {
    let (octets, rest) = bytes.as_chunks::<8>();
    octets.iter().all(|octet| u64::from_le_bytes(*octet) == u64::MAX)
        && rest.iter().all(|byte| *byte == 0xff)
}
