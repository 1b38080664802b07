//! MD5 (RFC 1321), with which tables of partitions are checked. It is in the chip's ROM, and works
//! in memory of whoever calls it.

/// Bytes of its state in memory: four words, the number of bits, and a block that is not full.
pub(super) const STATE_BYTES: usize = 88;

const BLOCK: usize = 64;
const BEGIN: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// A digest that is being made.
#[derive(Clone, Debug)]
pub(super) struct Digest {
    words: [u32; 4],
    /// Bytes so far.
    len: u64,
    block: [u8; BLOCK],
}

/// The digest of these bytes.
pub(super) fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut digest = Digest::new();
    digest.update(bytes);
    digest.finish()
}

impl Digest {
    /// Of nothing yet.
    pub(super) fn new() -> Digest {
        Digest { words: BEGIN, len: 0, block: [0; BLOCK] }
    }

    /// As it lies in memory.
    pub(super) fn load(bytes: &[u8; STATE_BYTES]) -> Digest {
        let word =
            |index: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| bytes[index * 4 + byte]));
        let bits = u64::from(word(4)) | u64::from(word(5)) << 32;
        let mut block = [0; BLOCK];
        block.copy_from_slice(&bytes[STATE_BYTES - BLOCK..]);
        Digest { words: [0, 1, 2, 3].map(word), len: bits / 8, block }
    }

    /// To be laid into memory.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend((self.len * 8).to_le_bytes());
        bytes.extend(self.block);
        bytes
    }

    /// More bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let at = (self.len % BLOCK as u64) as usize;
            self.block[at] = *byte;
            self.len += 1;
            if at + 1 == BLOCK {
                self.mix();
            }
        }
    }

    /// What it comes to.
    pub(super) fn finish(mut self) -> [u8; 16] {
        let bits = self.len.wrapping_mul(8).to_le_bytes();
        self.update(&[0x80]);
        while self.len % BLOCK as u64 != BLOCK as u64 - 8 {
            self.update(&[0]);
        }
        self.update(&bits);
        let mut digest = [0; 16];
        for (place, word) in digest.chunks_exact_mut(4).zip(self.words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        digest
    }

    /// Takes a full block in.
    fn mix(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.words;
        for step in 0..64 {
            let (mixed, index) = match step / 16 {
                0 => (b & c | !b & d, step),
                1 => (d & b | !d & c, 5 * step + 1),
                2 => (b ^ c ^ d, 3 * step + 5),
                _ => (c ^ (b | !d), 7 * step),
            };
            let at = index % 16 * 4;
            let word = u32::from_le_bytes([0, 1, 2, 3].map(|byte| self.block[at + byte]));
            let sum = a.wrapping_add(mixed).wrapping_add(constant(step)).wrapping_add(word);
            let turned = sum.rotate_left(SHIFTS[step / 16][step % 4]);
            (a, d, c, b) = (d, c, b, b.wrapping_add(turned));
        }
        for (word, mixed) in self.words.iter_mut().zip([a, b, c, d]) {
            *word = word.wrapping_add(mixed);
        }
    }
}

/// The first 32 bits behind the point of the sine of `step + 1`, whatever its sign (section 3.4).
fn constant(step: usize) -> u32 {
    (((step + 1) as f64).sin().abs() * 4_294_967_296.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hexadecimal(bytes: &[u8]) -> String {
        digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_digests_of_the_standards_appendix_come_out() {
        assert_eq!(hexadecimal(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hexadecimal(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
        let digits = b"1234567890".repeat(8);
        assert_eq!(hexadecimal(&digits), "57edf4a22be3c955ac49da2e2107b67a");
    }

    #[test]
    fn a_digest_goes_on_from_memory() {
        let text = b"message digest".repeat(20);
        let mut first = Digest::new();
        first.update(&text[..100]);
        let mut second = Digest::load(&first.bytes().try_into().unwrap());
        second.update(&text[100..]);
        assert_eq!(second.finish(), digest(&text));
    }
}
