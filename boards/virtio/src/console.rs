//! A serial line without a baud rate (chapter 5.3), its first port alone.

use alloc::boxed::Box;

use crate::memory::Memory;
use crate::queue::Piece;
use crate::queue::Queue;
use crate::transport;
use crate::transport::Transport;

/// Bytes of a piece of what is heard, how many such pieces there are, and bytes that are sent at
/// once.
const HEARD_BYTES: usize = 1024;
const HEARD: u16 = 8;
const SENT_BYTES: usize = 8192;

/// The line.
#[derive(Debug)]
pub struct Console {
    device: Box<dyn Transport>,
    receiver: Queue,
    transmitter: Queue,
    heard: Memory,
    sent: Memory,
    /// What is being taken: its descriptor, the next byte and how many there are.
    piece: Option<(u16, usize, usize)>,
}

impl Console {
    /// The line behind this device.
    pub fn new(mut device: Box<dyn Transport>) -> Option<Console> {
        if !transport::agree(&mut *device) {
            return None;
        }
        let mut receiver = Queue::new(&mut *device, 0, HEARD)?;
        let transmitter = Queue::new(&mut *device, 1, 1)?;
        transport::begin(&mut *device);
        let heard = Memory::new(HEARD_BYTES * usize::from(HEARD));
        for descriptor in 0..receiver.size() {
            let address = heard.address(HEARD_BYTES * usize::from(descriptor));
            let piece = Piece { address, bytes: HEARD_BYTES as u32, is_written: true };
            receiver.describe(descriptor, &[piece]);
            receiver.give(descriptor);
        }
        receiver.notify(&mut *device);
        let sent = Memory::new(SENT_BYTES);
        Some(Console { device, receiver, transmitter, heard, sent, piece: None })
    }

    /// Whether there is a byte to take.
    pub fn has_received(&self) -> bool {
        self.piece.is_some() || self.receiver.has_answer()
    }

    /// The oldest byte that was received.
    pub fn take(&mut self) -> Option<u8> {
        let (descriptor, at, end) = match self.piece {
            Some(piece) => piece,
            None => {
                self.device.acknowledge();
                let answer = self.receiver.take()?;
                (answer.descriptor, 0, (answer.bytes as usize).min(HEARD_BYTES))
            }
        };
        let place = HEARD_BYTES * usize::from(descriptor) + at;
        let byte = (at < end).then(|| self.heard.read(place).to_le_bytes()[place % 4]);
        self.piece = (at + 1 < end).then_some((descriptor, at + 1, end));
        if self.piece.is_none() {
            self.receiver.give(descriptor);
            self.receiver.notify(&mut *self.device);
        }
        byte
    }

    /// Sends bytes; whoever sends waits.
    pub fn send(&mut self, bytes: &[u8]) {
        for some in bytes.chunks(SENT_BYTES) {
            self.sent.store(0, some);
            let address = self.sent.address(0);
            let piece = Piece { address, bytes: some.len() as u32, is_written: false };
            // A line that has died takes no bytes, and nobody could be told.
            let _ = self.transmitter.ask(&mut *self.device, &[piece]);
            self.device.acknowledge();
        }
    }
}
