//! Contents that prove themselves.
//!
//! A file is a row of records. Each has a version that no other record ever has, names the version
//! of the one before it, and goes on with bytes that follow from its version. So bytes of two
//! versions of a file do not fit together, wherever one ends and the other begins.

use alloc::vec::Vec;

/// Bytes before the pattern: magic, version, previous version, length of the pattern and checksum.
pub(crate) const HEADER_BYTES: usize = 20;

const MAGIC: u32 = u32::from_le_bytes(*b"chrn");

/// What the contents of a file are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) version: u32,
    /// Bytes of its pattern.
    pub(crate) len: u32,
}

/// What is wrong with contents, and at which byte the record begins in which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) at: usize,
    pub(crate) what: &'static str,
}

impl Record {
    /// Bytes of it in a file.
    pub(crate) fn size(self) -> u32 {
        HEADER_BYTES as u32 + self.len
    }

    /// Its header, as it stands behind the record of version `previous`, 0 for none.
    pub(crate) fn header(self, previous: u32) -> [u8; HEADER_BYTES] {
        let mut sum = Sum::new(self, previous);
        (0..self.len.div_ceil(4)).for_each(|index| sum.add(pattern(self.version, index)));
        let words = [MAGIC, self.version, previous, self.len, sum.0];
        let mut bytes = [0; HEADER_BYTES];
        for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// Adds it to what is to be written.
    pub(crate) fn write(self, previous: u32, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.header(previous));
        let end = bytes.len() + self.len as usize;
        for index in 0..self.len.div_ceil(4) {
            bytes.extend_from_slice(&pattern(self.version, index).to_le_bytes());
        }
        bytes.truncate(end);
    }
}

/// What contents are made of.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Record>, Flaw> {
    let mut records = Vec::new();
    let (mut at, mut previous) = (0, 0);
    while at < bytes.len() {
        let record = first(&bytes[at..], previous).map_err(|what| Flaw { at, what })?;
        at += record.size() as usize;
        previous = record.version;
        records.push(record);
    }
    Ok(records)
}

/// The record that these bytes begin with.
fn first(bytes: &[u8], previous: u32) -> Result<Record, &'static str> {
    let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>().ok_or("half a header")?;
    let word =
        |index: usize| u32::from_le_bytes(core::array::from_fn(|byte| header[4 * index + byte]));
    if word(0) != MAGIC {
        return Err("no header");
    }
    let record = Record { version: word(1), len: word(3) };
    if word(2) != previous {
        return Err("a record behind one that it does not follow");
    }
    let body = rest.get(..record.len as usize).ok_or("half a record")?;
    let mut sum = Sum::new(record, previous);
    for (index, chunk) in body.chunks(4).enumerate() {
        let wanted = pattern(record.version, index as u32);
        if *chunk != wanted.to_le_bytes()[..chunk.len()] {
            return Err("bytes of another version");
        }
        sum.add(wanted);
    }
    if sum.0 == word(4) { Ok(record) } else { Err("a wrong checksum") }
}

/// The word at this place of the pattern of a version.
fn pattern(version: u32, index: u32) -> u32 {
    let word = version.wrapping_mul(0x9e37_79b1) ^ index.wrapping_mul(0x85eb_ca6b);
    (word ^ word >> 15).wrapping_mul(0x2c1b_3c6d)
}

/// A checksum over words.
struct Sum(u32);

impl Sum {
    fn new(record: Record, previous: u32) -> Sum {
        let mut sum = Sum(MAGIC);
        [record.version, previous, record.len].into_iter().for_each(|word| sum.add(word));
        sum
    }

    fn add(&mut self, word: u32) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x27d4_eb2f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(records: &[(u32, u32)]) -> Vec<u8> {
        let (mut bytes, mut previous) = (Vec::new(), 0);
        for &(version, len) in records {
            Record { version, len }.write(previous, &mut bytes);
            previous = version;
        }
        bytes
    }

    #[test]
    fn what_was_written_proves_itself() {
        let records = read(&file(&[(4, 0), (9, 7), (12, 300)])).unwrap();
        let told: Vec<(u32, u32)> = records.iter().map(|it| (it.version, it.len)).collect();
        assert_eq!(told, [(4, 0), (9, 7), (12, 300)]);
        assert_eq!(read(&[]), Ok(Vec::new()));
    }

    #[test]
    fn a_record_in_the_middle_is_replaced_with_the_header_behind_it() {
        let mut bytes = file(&[(1, 30), (2, 50), (3, 40)]);
        let mut middle = Vec::new();
        Record { version: 4, len: 50 }.write(1, &mut middle);
        middle.extend_from_slice(&Record { version: 3, len: 40 }.header(4));
        let mut half = bytes.clone();
        bytes[50..50 + middle.len()].copy_from_slice(&middle);
        assert_eq!(read(&bytes).map(|records| records.len()), Ok(3));
        half[50..120].copy_from_slice(&middle[..70]);
        let what = "a record behind one that it does not follow";
        assert_eq!(read(&half), Err(Flaw { at: 120, what }));
    }

    proptest! {
        #[test]
        fn no_mixture_of_two_versions_passes(
            old in proptest::collection::vec(0u32..200, 1..4),
            new in proptest::collection::vec(0u32..200, 1..4),
            cut in 0usize..800,
        ) {
            let old: Vec<(u32, u32)> = (1..).zip(old).collect();
            let new: Vec<(u32, u32)> = (11..).zip(new).collect();
            let (old, new) = (file(&old), file(&new));
            let cut = cut % new.len();
            prop_assume!(0 < cut && cut < old.len());
            let mixed: Vec<u8> = new[..cut].iter().chain(&old[cut..]).copied().collect();
            prop_assert!(mixed == old || mixed == new || read(&mixed).is_err());
        }

        #[test]
        fn no_byte_can_be_another(len in 0u32..100, at in 0usize..500, by in 1u8..) {
            let mut bytes = file(&[(3, len), (4, 20)]);
            let at = at % bytes.len();
            bytes[at] ^= by;
            prop_assert!(read(&bytes).is_err());
        }

        #[test]
        fn no_bytes_are_too_strange(bytes: Vec<u8>, huge: u32) {
            prop_assert!(bytes.is_empty() || read(&bytes).is_err());
            let mut header = Record { version: 1, len: 0 }.header(0);
            header[12..16].copy_from_slice(&huge.to_le_bytes());
            prop_assert_eq!(read(&header).is_ok(), huge == 0);
        }
    }
}
