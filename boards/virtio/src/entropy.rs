//! Unpredictable bytes (chapter 5.4).

use alloc::boxed::Box;

use crate::memory::Memory;
use crate::queue::Piece;
use crate::queue::Queue;
use crate::transport;
use crate::transport::Transport;

/// Bytes that are asked for at once.
const BYTES: usize = 32;

/// A source of them.
#[derive(Debug)]
pub struct Entropy {
    device: Box<dyn Transport>,
    queue: Queue,
    memory: Memory,
}

impl Entropy {
    /// The source behind this device.
    pub fn new(mut device: Box<dyn Transport>) -> Option<Entropy> {
        if !transport::agree(&mut *device) {
            return None;
        }
        let queue = Queue::new(&mut *device, 0, 1)?;
        transport::begin(&mut *device);
        Some(Entropy { device, queue, memory: Memory::new(BYTES) })
    }

    /// Some bytes. `None` if the source has died.
    pub fn bytes(&mut self) -> Option<[u8; BYTES]> {
        let mut bytes = [0; BYTES];
        let mut count = 0;
        while count < BYTES {
            let wanted = (BYTES - count) as u32;
            let piece = Piece { address: self.memory.address(0), bytes: wanted, is_written: true };
            let given = self.queue.ask(&mut *self.device, &[piece])?.min(wanted) as usize;
            self.device.acknowledge();
            if given == 0 {
                return None;
            }
            self.memory.load(0, &mut bytes[count..count + given]);
            count += given;
        }
        Some(bytes)
    }
}
