//! The checksum of commits: CRC-32 with the reflected polynomial 0x04c11db7, not inverted at the
//! end.
//!
//! One table of 256 words and eight bytes a turn: where this is interpreted, that is nine
//! instructions a byte for 1 KiB of constants. `crc32fast` and its like have no such form without
//! the final inversion, and larger tables.

/// What every checksum starts with.
pub(crate) const START: u32 = 0xffff_ffff;

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut word = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            word = (word >> 1) ^ (0xedb8_8320 * (word & 1));
            bit += 1;
        }
        table[byte] = word;
        byte += 1;
    }
    table
}

/// The checksum of what `crc` is the checksum of, followed by these bytes.
pub(crate) fn crc(mut crc: u32, bytes: &[u8]) -> u32 {
    let (octets, rest) = bytes.as_chunks::<8>();
    for octet in octets {
        for byte in octet {
            crc = step(crc, *byte);
        }
    }
    for byte in rest {
        crc = step(crc, *byte);
    }
    crc
}

#[inline(always)]
fn step(crc: u32, byte: u8) -> u32 {
    (crc >> 8) ^ TABLE[usize::from(crc as u8 ^ byte)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_is_the_one_of_the_format() {
        // The check value of CRC-32/JAMCRC.
        assert_eq!(crc(START, b"123456789"), 0x340b_c6d9);
    }

    #[test]
    fn crc_of_two_parts_is_the_crc_of_the_whole() {
        let bytes: [u8; 100] = core::array::from_fn(|index| (index * 37) as u8);
        for middle in 0..bytes.len() {
            let (front, back) = bytes.split_at(middle);
            assert_eq!(crc(crc(START, front), back), crc(START, &bytes));
        }
    }
}
