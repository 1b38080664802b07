//! Numbers of variable length (LEB128), read from code that has been validated.

/// An unsigned number of at most 32 bits and where the next byte is.
#[inline]
pub(crate) fn unsigned(code: &[u8], at: usize) -> (u32, usize) {
    let byte = code[at];
    if byte < 0x80 {
        return (u32::from(byte), at + 1);
    }
    let next = code[at + 1];
    if next < 0x80 {
        return (u32::from(byte & 0x7F) | u32::from(next) << 7, at + 2);
    }
    long_unsigned(code, at)
}

#[cold]
fn long_unsigned(code: &[u8], mut at: usize) -> (u32, usize) {
    let mut value = 0;
    let mut shift = 0;
    loop {
        let byte = code[at];
        at += 1;
        value |= u32::from(byte & 0x7F) << shift;
        shift += 7;
        if byte < 0x80 {
            return (value, at);
        }
    }
}

/// A signed number of at most 64 bits and where the next byte is.
#[inline]
pub(crate) fn signed(code: &[u8], at: usize) -> (i64, usize) {
    let byte = code[at];
    if byte < 0x80 {
        return (i64::from((byte << 1).cast_signed() >> 1), at + 1);
    }
    long_signed(code, at)
}

fn long_signed(code: &[u8], mut at: usize) -> (i64, usize) {
    let mut value = 0;
    let mut shift = 0;
    loop {
        let byte = code[at];
        at += 1;
        value |= i64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte < 0x80 {
            // The sign is the highest bit that there is.
            let unused = 64 - u32::min(shift, 64);
            return (value << unused >> unused, at);
        }
    }
}

/// Where the byte behind a number is.
#[inline]
pub(crate) fn skip(code: &[u8], mut at: usize) -> usize {
    while 0x80 <= code[at] {
        at += 1;
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_standard_writes_them() {
        assert_eq!(unsigned(&[0], 0), (0, 1));
        assert_eq!(unsigned(&[0x7F], 0), (127, 1));
        assert_eq!(unsigned(&[0xE5, 0x8E, 0x26], 0), (624485, 3));
        assert_eq!(unsigned(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], 0), (u32::MAX, 5));
        assert_eq!(signed(&[0x7F], 0), (-1, 1));
        assert_eq!(signed(&[0x3F], 0), (63, 1));
        assert_eq!(signed(&[0x40], 0), (-64, 1));
        assert_eq!(signed(&[0xC0, 0xBB, 0x78], 0), (-123456, 3));
        let least = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F];
        assert_eq!(signed(&least, 0), (i64::MIN, 10));
        assert_eq!(skip(&[0x80, 0x80, 0x01], 0), 3);
    }
}
