//! How a device is found, woken and asked what it is (chapters 2.1, 2.2 and 3.1).

use core::fmt;

/// What a device is (chapter 5).
pub mod kind {
    /// A disk.
    pub const BLOCK: u32 = 2;
    /// A serial line.
    pub const CONSOLE: u32 = 3;
    /// Unpredictable bytes.
    pub const ENTROPY: u32 = 4;
    /// A screen.
    pub const GPU: u32 = 16;
    /// A keyboard, a mouse, a tablet.
    pub const INPUT: u32 = 18;
}

// Bits of the device's status.
const ACKNOWLEDGE: u8 = 1;
const DRIVER: u8 = 2;
const DRIVER_OK: u8 = 4;
const FEATURES_OK: u8 = 8;

/// `VIRTIO_F_VERSION_1`, as bit of the second word of features. We want nothing else of any device.
const VERSION_1: u32 = 1;

/// Where the parts of a queue are.
#[derive(Clone, Copy, Debug)]
pub struct QueuePlace {
    /// How many descriptors it has.
    pub size: u16,
    /// The descriptors.
    pub descriptors: u64,
    /// What the driver has asked.
    pub available: u64,
    /// What the device has answered.
    pub used: u64,
}

/// The way to one device.
pub trait Transport: fmt::Debug {
    /// What it is.
    fn kind(&self) -> u32;

    /// Its status.
    fn status(&self) -> u8;

    /// Sets its status; 0 resets it.
    fn set_status(&mut self, status: u8);

    /// A word of the features that it offers.
    fn offered(&mut self, word: u32) -> u32;

    /// Accepts a word of features.
    fn accept(&mut self, word: u32, features: u32);

    /// The most descriptors that this queue may have; 0 if there is no such queue.
    fn size_max(&mut self, queue: u16) -> u16;

    /// Says where a queue is.
    fn set_queue(&mut self, queue: u16, place: QueuePlace);

    /// There is something new in a queue.
    fn notify(&mut self, queue: u16);

    /// The device's interrupt has been seen to.
    fn acknowledge(&mut self);

    /// Reads a byte of the device's own configuration.
    fn read_byte(&self, offset: usize) -> u8;

    /// Writes a byte of the device's own configuration.
    fn write_byte(&mut self, offset: usize, value: u8);

    /// Reads a word of the device's own configuration.
    fn read_word(&self, offset: usize) -> u32;
}

/// Resets a device and agrees with it; then its queues are set. Whether it is one of version 1.
pub fn agree(device: &mut dyn Transport) -> bool {
    device.set_status(0);
    device.set_status(ACKNOWLEDGE);
    device.set_status(ACKNOWLEDGE | DRIVER);
    if device.offered(1) & VERSION_1 == 0 {
        return false;
    }
    device.accept(0, 0);
    device.accept(1, VERSION_1);
    device.set_status(ACKNOWLEDGE | DRIVER | FEATURES_OK);
    device.status() & FEATURES_OK != 0
}

/// Lets a device work whose queues are set.
pub fn begin(device: &mut dyn Transport) {
    device.set_status(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}
