//! A window to a device's registers. The only file that reaches memory which is not Rust's.

/// Registers from an address on.
#[derive(Clone, Copy, Debug)]
pub struct Window(usize);

impl Window {
    /// The registers from here on.
    ///
    /// # Safety
    /// They are there for ever, as many as are used, and what a device does when they are read or
    /// written touches no memory but what it was lent.
    pub const unsafe fn new(first: usize) -> Window {
        Window(first)
    }

    /// The registers that begin so many bytes later.
    pub const fn at(self, offset: usize) -> Window {
        Window(self.0 + offset)
    }

    /// Reads one byte.
    pub fn read_8(self, offset: usize) -> u8 {
        // SAFETY: whoever made the window knew that registers are there.
        unsafe { ((self.0 + offset) as *const u8).read_volatile() }
    }

    /// Writes one byte.
    pub fn write_8(self, offset: usize, value: u8) {
        // SAFETY: whoever made the window knew that registers are there.
        unsafe { ((self.0 + offset) as *mut u8).write_volatile(value) }
    }

    /// Reads two bytes.
    pub fn read_16(self, offset: usize) -> u16 {
        // SAFETY: whoever made the window knew that registers are there.
        unsafe { ((self.0 + offset) as *const u16).read_volatile() }
    }

    /// Writes two bytes.
    pub fn write_16(self, offset: usize, value: u16) {
        // SAFETY: whoever made the window knew that registers are there.
        unsafe { ((self.0 + offset) as *mut u16).write_volatile(value) }
    }

    /// Reads four bytes.
    pub fn read_32(self, offset: usize) -> u32 {
        // SAFETY: whoever made the window knew that registers are there.
        unsafe { ((self.0 + offset) as *const u32).read_volatile() }
    }

    /// Writes four bytes.
    pub fn write_32(self, offset: usize, value: u32) {
        // SAFETY: whoever made the window knew that registers are there.
        unsafe { ((self.0 + offset) as *mut u32).write_volatile(value) }
    }

    /// Writes eight bytes as two times four, the low ones first.
    pub fn write_64(self, offset: usize, value: u64) {
        self.write_32(offset, value as u32);
        self.write_32(offset + 4, (value >> 32) as u32);
    }
}
