//! A disk (chapter 5.2). Without the feature of flushing, what is written is on the disk when it has
//! answered (chapter 5.2.6.2).

use alloc::boxed::Box;

use crate::memory::Memory;
use crate::queue::Piece;
use crate::queue::Queue;
use crate::transport;
use crate::transport::Transport;

/// Bytes of a block.
pub const BLOCK_BYTES: usize = 512;

/// Bytes that are read or written at once.
pub const REQUEST_MAX: usize = 4096;

const READ: u32 = 0;
const WRITE: u32 = 1;
const IS_DONE: u32 = 0;

/// Where the head, the status and the data of a request are.
const HEAD: usize = 0;
const STATUS: usize = 16;
const DATA: usize = 64;

/// The disk cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// A disk.
#[derive(Debug)]
pub struct Block {
    device: Box<dyn Transport>,
    queue: Queue,
    memory: Memory,
    blocks: u64,
}

impl Block {
    /// The disk behind this device.
    pub fn new(mut device: Box<dyn Transport>) -> Option<Block> {
        if !transport::agree(&mut *device) {
            return None;
        }
        let queue = Queue::new(&mut *device, 0, 4)?;
        transport::begin(&mut *device);
        let blocks = u64::from(device.read_word(4)) << 32 | u64::from(device.read_word(0));
        Some(Block { device, queue, memory: Memory::new(DATA + REQUEST_MAX), blocks })
    }

    /// How many blocks it has.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Reads whole blocks, at most [`REQUEST_MAX`] bytes.
    ///
    /// # Errors
    /// When the disk cannot.
    pub fn read(&mut self, block: u64, bytes: &mut [u8]) -> Result<(), Refused> {
        self.request(READ, block, bytes.len())?;
        self.memory.load(DATA, bytes);
        Ok(())
    }

    /// Writes whole blocks, at most [`REQUEST_MAX`] bytes.
    ///
    /// # Errors
    /// When the disk cannot.
    pub fn write(&mut self, block: u64, bytes: &[u8]) -> Result<(), Refused> {
        assert!(bytes.len() <= REQUEST_MAX, "it fits into the memory of requests");
        self.memory.store(DATA, bytes);
        self.request(WRITE, block, bytes.len())
    }

    fn request(&mut self, kind: u32, block: u64, bytes: usize) -> Result<(), Refused> {
        assert!(bytes <= REQUEST_MAX && bytes % BLOCK_BYTES == 0, "whole blocks, and few");
        let head = [kind, 0, block as u32, (block >> 32) as u32];
        for (index, word) in head.into_iter().enumerate() {
            self.memory.write(HEAD + 4 * index, word);
        }
        self.memory.write(STATUS, !IS_DONE);
        let address = |offset| self.memory.address(offset);
        let data = bytes as u32;
        let pieces = [
            Piece { address: address(HEAD), bytes: 16, is_written: false },
            Piece { address: address(DATA), bytes: data, is_written: kind == READ },
            Piece { address: address(STATUS), bytes: 1, is_written: true },
        ];
        self.queue.ask(&mut *self.device, &pieces).ok_or(Refused)?;
        self.device.acknowledge();
        let is_done = self.memory.read(STATUS) & 0xff == IS_DONE;
        is_done.then_some(()).ok_or(Refused)
    }
}
