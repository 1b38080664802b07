//! The integer registers: x0 is always 0, and names are those of the calling convention.

/// What the calling convention calls x0 to x31 (RISC-V ABIs Specification, chapter 1).
pub const NAMES: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4",
    "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4",
    "t5", "t6",
];

/// Where a decoded instruction writes that writes to x0.
pub(crate) const NOWHERE: u8 = 32;

/// The return address.
pub const RA: usize = 1;
/// The stack pointer.
pub const SP: usize = 2;
/// The first argument and the result.
pub const A0: usize = 10;

/// x0 to x31, and one more that takes what is written to x0. The array is as long as a byte can
/// count, so that no index needs a check.
#[derive(Clone)]
pub struct Registers {
    pub(crate) words: [u32; 256],
}

impl Default for Registers {
    fn default() -> Registers {
        Registers { words: [0; 256] }
    }
}

impl Registers {
    /// What a register holds.
    ///
    /// # Panics
    /// When there is no such register.
    pub fn get(&self, register: usize) -> u32 {
        assert!(register < NAMES.len(), "there are 32 registers");
        self.words[register]
    }

    /// Writes a register; x0 stays 0.
    ///
    /// # Panics
    /// When there is no such register.
    pub fn set(&mut self, register: usize, value: u32) {
        assert!(register < NAMES.len(), "there are 32 registers");
        if register != 0 {
            self.words[register] = value;
        }
    }

    /// All of them, x0 first.
    pub fn all(&self) -> [u32; 32] {
        std::array::from_fn(|register| self.words[register])
    }
}
