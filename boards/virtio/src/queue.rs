//! What is asked and what has been answered: a split virtqueue (chapter 2.7).

use core::sync::atomic::Ordering;
use core::sync::atomic::fence;

use crate::memory::Memory;
use crate::transport::QueuePlace;
use crate::transport::Transport;

// Flags of a descriptor.
const HAS_NEXT: u32 = 1;
const IS_WRITTEN: u32 = 2;

const DESCRIPTOR_BYTES: usize = 16;

/// How often to look for an answer. A device that takes longer has died.
const LOOKS: u64 = 1 << 32;

/// A piece of memory that a device reads or writes.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Where.
    pub address: u64,
    /// How many bytes.
    pub bytes: u32,
    /// Whether the device writes it.
    pub is_written: bool,
}

/// What a device has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The first descriptor of what was asked.
    pub descriptor: u16,
    /// How many bytes the device wrote.
    pub bytes: u32,
}

/// One queue of a device.
#[derive(Debug)]
pub struct Queue {
    number: u16,
    size: u16,
    memory: Memory,
    available: usize,
    used: usize,
    /// How much was ever asked, and how much of what was answered has been seen; they wrap around.
    asked: u16,
    seen: u16,
}

impl Queue {
    /// The device's queue of this number, with at most `size` descriptors, a power of two. `None`
    /// if the device has no such queue.
    pub fn new(device: &mut dyn Transport, number: u16, size: u16) -> Option<Queue> {
        let size = device.size_max(number).min(size);
        if size == 0 {
            return None;
        }
        let count = usize::from(size);
        let available = DESCRIPTOR_BYTES * count;
        let used = (available + 4 + 2 * count).next_multiple_of(4);
        let memory = Memory::new(used + 4 + 8 * count);
        device.set_queue(
            number,
            QueuePlace {
                size,
                descriptors: memory.address(0),
                available: memory.address(available),
                used: memory.address(used),
            },
        );
        Some(Queue { number, size, memory, available, used, asked: 0, seen: 0 })
    }

    /// How many descriptors it has.
    pub fn size(&self) -> u16 {
        self.size
    }

    /// Describes pieces that belong together, from this descriptor on.
    pub fn describe(&mut self, first: u16, pieces: &[Piece]) {
        for (index, piece) in pieces.iter().enumerate() {
            let number = usize::from(first) + index;
            assert!(number < usize::from(self.size), "what is asked fits into the queue");
            let at = DESCRIPTOR_BYTES * number;
            let has_next = index + 1 < pieces.len();
            let flags = if piece.is_written { IS_WRITTEN } else { 0 };
            let next = if has_next { HAS_NEXT | (number as u32 + 1) << 16 } else { 0 };
            self.memory.write(at, piece.address as u32);
            self.memory.write(at + 4, (piece.address >> 32) as u32);
            self.memory.write(at + 8, piece.bytes);
            self.memory.write(at + 12, flags | next);
        }
    }

    /// Gives the device what was described from this descriptor on. It looks when it is notified.
    pub fn give(&mut self, descriptor: u16) {
        let at = self.available + 4 + 2 * usize::from(self.asked % self.size);
        // Two entries share a word.
        let shift = 8 * (at as u32 % 4);
        let word = self.memory.read(at) & !(0xffff << shift);
        self.memory.write(at, word | u32::from(descriptor) << shift);
        self.asked = self.asked.wrapping_add(1);
        fence(Ordering::SeqCst);
        // The flags in front of the index are zero: the device interrupts.
        self.memory.write(self.available, u32::from(self.asked) << 16);
        fence(Ordering::SeqCst);
    }

    /// The oldest answer that has not been seen.
    pub fn take(&mut self) -> Option<Answer> {
        if !self.has_answer() {
            return None;
        }
        let at = self.used + 4 + 8 * usize::from(self.seen % self.size);
        self.seen = self.seen.wrapping_add(1);
        let answer =
            Answer { descriptor: self.memory.read(at) as u16, bytes: self.memory.read(at + 4) };
        // A device that names something else is broken.
        (answer.descriptor < self.size).then_some(answer)
    }

    /// Whether there is an answer that has not been seen.
    pub fn has_answer(&self) -> bool {
        let used = (self.memory.read(self.used) >> 16) as u16;
        fence(Ordering::SeqCst);
        used != self.seen
    }

    /// Asks one thing and waits for the answer: how many bytes the device wrote. `None` if it never
    /// comes.
    pub fn ask(&mut self, device: &mut dyn Transport, pieces: &[Piece]) -> Option<u32> {
        self.describe(0, pieces);
        self.give(0);
        device.notify(self.number);
        for _ in 0..LOOKS {
            if self.has_answer() {
                return self.take().map(|answer| answer.bytes);
            }
            core::hint::spin_loop();
        }
        None
    }

    /// Tells the device that there is something new.
    pub fn notify(&self, device: &mut dyn Transport) {
        device.notify(self.number);
    }
}
