//! One header block of an archive (POSIX.1-2024, pax, "ustar Interchange Format").

/// Bytes of a header and of everything's alignment.
pub(crate) const BLOCK: usize = 512;

/// A header block as it lies in the archive.
pub(crate) struct Header<'a>(&'a [u8; BLOCK]);

/// What kind of member follows a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file.
    File,
    /// Records about the next member (pax, `x`).
    Extended,
    /// The name of the next member (GNU, `L`).
    LongName,
    /// A link, device or directory: nothing follows its header.
    Empty,
    /// Something else, with contents to skip.
    Other,
}

impl<'a> Header<'a> {
    pub(crate) fn new(block: &'a [u8; BLOCK]) -> Header<'a> {
        Header(block)
    }

    /// Whether this is the block of zeros that ends an archive.
    pub(crate) fn is_end(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    /// Whether the block is what was written: its sum, with the field of the sum as spaces. Some
    /// old programs took the bytes as signed.
    pub(crate) fn is_intact(&self) -> bool {
        let others = || self.0[..148].iter().chain(&self.0[156..]);
        let unsigned: u64 = 8 * 32 + others().map(|byte| u64::from(*byte)).sum::<u64>();
        let signed: i64 = 8 * 32 + others().map(|byte| i64::from(byte.cast_signed())).sum::<i64>();
        let sum = number(&self.0[148..156]);
        sum.is_some_and(|sum| sum == unsigned || i64::try_from(sum) == Ok(signed))
    }

    /// Bytes of contents that the header speaks of.
    pub(crate) fn size(&self) -> Option<u64> {
        number(&self.0[124..136])
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.0[156] {
            b'0' | b'7' | 0 => Kind::File,
            b'x' => Kind::Extended,
            b'L' => Kind::LongName,
            b'1'..=b'6' => Kind::Empty,
            _ => Kind::Other,
        }
    }

    /// The two parts of the name: what comes before a `/`, empty if nothing does, and the rest.
    pub(crate) fn name(&self) -> (&'a [u8], &'a [u8]) {
        // GNU headers spell the magic otherwise and have something else in place of the prefix.
        let has_prefix = self.0[257..263] == *b"ustar\0";
        let prefix = if has_prefix { text(&self.0[345..500]) } else { &[] };
        (prefix, text(&self.0[0..100]))
    }
}

/// A field up to its first zero.
fn text(field: &[u8]) -> &[u8] {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    &field[..end]
}

/// A number: octal digits between spaces and zeros, or, when the highest bit is set, binary (GNU).
fn number(field: &[u8]) -> Option<u64> {
    let (first, rest) = field.split_first()?;
    if *first == 0x80 {
        let begin = rest.len().checked_sub(8)?;
        let (high, low) = rest.split_at(begin);
        let word = low.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        return high.iter().all(|byte| *byte == 0).then_some(word);
    }
    let digits = field.trim_ascii_start();
    let end = digits.iter().position(|byte| matches!(byte, b' ' | 0)).unwrap_or(digits.len());
    digits[..end].iter().try_fold(0u64, |number, digit| match digit {
        b'0'..=b'7' => number.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"00000000017\0"), Some(15));
        assert_eq!(number(b"     17 "), Some(15));
        assert_eq!(number(b"777777777777"), Some((1 << 36) - 1));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x01\0\0\0\0"), Some(1 << 32));
        assert_eq!(number(b"\x80\x01\0\0\0\0\0\0\0\0\0\0"), None);
        assert_eq!(number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(number(b"18"), None);
        assert_eq!(number(b"\0\0\0"), Some(0));
    }
}
