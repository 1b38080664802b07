//! A device whose registers are at a known place (chapter 4.2).

use crate::register::Window;
use crate::transport::QueuePlace;
use crate::transport::Transport;

const MAGIC: u32 = u32::from_le_bytes(*b"virt");
const VERSION: u32 = 2;

// Registers (chapter 4.2.2).
const MAGIC_AT: usize = 0x00;
const VERSION_AT: usize = 0x04;
const KIND: usize = 0x08;
const OFFERED: usize = 0x10;
const OFFERED_WORD: usize = 0x14;
const ACCEPTED: usize = 0x20;
const ACCEPTED_WORD: usize = 0x24;
const QUEUE: usize = 0x30;
const QUEUE_SIZE_MAX: usize = 0x34;
const QUEUE_SIZE: usize = 0x38;
const QUEUE_READY: usize = 0x44;
const NOTIFY: usize = 0x50;
const INTERRUPT: usize = 0x60;
const INTERRUPT_SEEN: usize = 0x64;
const STATUS: usize = 0x70;
const DESCRIPTORS: usize = 0x80;
const AVAILABLE: usize = 0x90;
const USED: usize = 0xa0;
const CONFIGURATION: usize = 0x100;

/// The way to such a device.
#[derive(Debug)]
pub struct Mmio(Window);

impl Mmio {
    /// The device whose registers these are. `None` where there is none, or one from before
    /// version 1.
    pub fn new(registers: Window) -> Option<Mmio> {
        let is_there = registers.read_32(MAGIC_AT) == MAGIC
            && registers.read_32(VERSION_AT) == VERSION
            && registers.read_32(KIND) != 0;
        is_there.then_some(Mmio(registers))
    }
}

impl Transport for Mmio {
    fn kind(&self) -> u32 {
        self.0.read_32(KIND)
    }

    fn status(&self) -> u8 {
        self.0.read_32(STATUS) as u8
    }

    fn set_status(&mut self, status: u8) {
        self.0.write_32(STATUS, status.into());
    }

    fn offered(&mut self, word: u32) -> u32 {
        self.0.write_32(OFFERED_WORD, word);
        self.0.read_32(OFFERED)
    }

    fn accept(&mut self, word: u32, features: u32) {
        self.0.write_32(ACCEPTED_WORD, word);
        self.0.write_32(ACCEPTED, features);
    }

    fn size_max(&mut self, queue: u16) -> u16 {
        self.0.write_32(QUEUE, queue.into());
        self.0.read_32(QUEUE_SIZE_MAX) as u16
    }

    fn set_queue(&mut self, queue: u16, place: QueuePlace) {
        self.0.write_32(QUEUE, queue.into());
        self.0.write_32(QUEUE_SIZE, place.size.into());
        self.0.write_64(DESCRIPTORS, place.descriptors);
        self.0.write_64(AVAILABLE, place.available);
        self.0.write_64(USED, place.used);
        self.0.write_32(QUEUE_READY, 1);
    }

    fn notify(&mut self, queue: u16) {
        self.0.write_32(NOTIFY, queue.into());
    }

    fn acknowledge(&mut self) {
        self.0.write_32(INTERRUPT_SEEN, self.0.read_32(INTERRUPT));
    }

    fn read_byte(&self, offset: usize) -> u8 {
        self.0.read_8(CONFIGURATION + offset)
    }

    fn write_byte(&mut self, offset: usize, value: u8) {
        self.0.write_8(CONFIGURATION + offset, value);
    }

    fn read_word(&self, offset: usize) -> u32 {
        self.0.read_32(CONFIGURATION + offset)
    }
}
