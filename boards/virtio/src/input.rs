//! A keyboard, a mouse, a tablet (chapter 5.8). What happened is said in Linux' words
//! (`include/uapi/linux/input-event-codes.h`).

use alloc::boxed::Box;

use crate::memory::Memory;
use crate::queue::Piece;
use crate::queue::Queue;
use crate::transport;
use crate::transport::Transport;

const EVENT_BYTES: usize = 8;

/// Events that can wait for us.
const WAITING: u16 = 64;

// The device's configuration (chapter 5.8.4).
const SELECT: usize = 0;
const DETAIL: usize = 1;
const SIZE: usize = 2;
const MOST: usize = 12;
const OF_AXIS: u8 = 0x12;

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputEvent {
    /// `EV_KEY` and the like.
    pub kind: u16,
    /// Which one.
    pub code: u16,
    /// What of it.
    pub value: u32,
}

/// One such device.
#[derive(Debug)]
pub struct Input {
    device: Box<dyn Transport>,
    queue: Queue,
    memory: Memory,
    most: [u32; 2],
}

impl Input {
    /// The device behind this one.
    pub fn new(mut device: Box<dyn Transport>) -> Option<Input> {
        if !transport::agree(&mut *device) {
            return None;
        }
        let mut queue = Queue::new(&mut *device, 0, WAITING)?;
        let most = [0, 1].map(|axis| most(&mut *device, axis));
        transport::begin(&mut *device);
        let memory = Memory::new(EVENT_BYTES * usize::from(WAITING));
        for descriptor in 0..queue.size() {
            let address = memory.address(EVENT_BYTES * usize::from(descriptor));
            let piece = Piece { address, bytes: EVENT_BYTES as u32, is_written: true };
            queue.describe(descriptor, &[piece]);
            queue.give(descriptor);
        }
        queue.notify(&mut *device);
        Some(Input { device, queue, memory, most })
    }

    /// The largest value of the axes to the right and down; 0 if there is no such axis.
    pub fn most(&self) -> [u32; 2] {
        self.most
    }

    /// The next thing that happened, oldest first.
    pub fn event(&mut self) -> Option<InputEvent> {
        let answer = self.queue.take()?;
        let at = EVENT_BYTES * usize::from(answer.descriptor);
        let (head, value) = (self.memory.read(at), self.memory.read(at + 4));
        self.queue.give(answer.descriptor);
        self.queue.notify(&mut *self.device);
        self.device.acknowledge();
        Some(InputEvent { kind: head as u16, code: (head >> 16) as u16, value })
    }
}

fn most(device: &mut dyn Transport, axis: u8) -> u32 {
    device.write_byte(SELECT, OF_AXIS);
    device.write_byte(DETAIL, axis);
    if device.read_byte(SIZE) == 0 { 0 } else { device.read_word(MOST) }
}
