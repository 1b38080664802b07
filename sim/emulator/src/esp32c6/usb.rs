//! The USB serial port, with a computer at the other end that takes everything at once (ESP32-C6
//! Technical Reference Manual, chapter "USB Serial/JTAG Controller").

use std::collections::VecDeque;

const DATA: u32 = 0x00;
const STATUS: u32 = 0x04;
const INTERRUPT_RAW: u32 = 0x08;
const INTERRUPT_STATUS: u32 = 0x0c;
const INTERRUPT_ENABLE: u32 = 0x10;
const INTERRUPT_CLEAR: u32 = 0x14;

/// There is room for what is written.
const HAS_ROOM: u32 = 1 << 1;
const HAS_DATA: u32 = 1 << 2;

/// A computer that is there says so a thousand times a second.
const FRAME_SEEN: u32 = 1 << 1;
const PACKET_RECEIVED: u32 = 1 << 2;
const ALL_SENT: u32 = 1 << 3;

/// Bytes of a packet.
const PACKET: usize = 64;

/// Its registers and what waits on both sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Usb {
    sent: Vec<u8>,
    /// The packet that the program reads.
    received: VecDeque<u8>,
    /// What the computer has yet to send.
    waiting: VecDeque<u8>,
    raw: u32,
    enabled: u32,
}

impl Usb {
    pub(super) fn read(&mut self, offset: u32) -> u32 {
        match offset {
            DATA => {
                let byte = self.received.pop_front();
                self.fill();
                byte.map_or(0, u32::from)
            }
            STATUS => HAS_ROOM | if self.received.is_empty() { 0 } else { HAS_DATA },
            INTERRUPT_RAW => self.raw | FRAME_SEEN,
            INTERRUPT_STATUS => (self.raw | FRAME_SEEN) & self.enabled,
            INTERRUPT_ENABLE => self.enabled,
            _ => 0,
        }
    }

    pub(super) fn write(&mut self, offset: u32, value: u32) {
        match offset {
            DATA => {
                self.sent.push(value as u8);
                self.raw |= ALL_SENT;
            }
            INTERRUPT_ENABLE => self.enabled = value,
            INTERRUPT_CLEAR => self.raw &= !value,
            _ => (),
        }
    }

    pub(super) fn is_interrupting(&self) -> bool {
        (self.raw | FRAME_SEEN) & self.enabled != 0
    }

    /// The computer sends.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
        self.fill();
    }

    /// The ROM prints.
    pub(super) fn print(&mut self, bytes: &[u8]) {
        self.sent.extend(bytes);
    }

    /// What the program has sent since the last time.
    pub(super) fn take_sent(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.sent)
    }

    /// Whether the program has sent something that nobody took yet.
    pub(super) fn has_sent(&self) -> bool {
        !self.sent.is_empty()
    }

    /// The next packet comes when the last one has been read.
    fn fill(&mut self) {
        if self.received.is_empty() && !self.waiting.is_empty() {
            let len = self.waiting.len().min(PACKET);
            self.received.extend(self.waiting.drain(..len));
            self.raw |= PACKET_RECEIVED;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(usb: &mut Usb) -> Vec<u8> {
        let mut bytes = Vec::new();
        while usb.read(STATUS) & HAS_DATA != 0 {
            bytes.push(usb.read(DATA) as u8);
        }
        bytes
    }

    #[test]
    fn bytes_leave_and_arrive_in_order() {
        let mut usb = Usb::default();
        usb.write(DATA, u32::from(b'a'));
        usb.write(DATA, u32::from(b'b'));
        assert_eq!(usb.take_sent(), b"ab");
        assert!(!usb.has_sent());
        let long: Vec<u8> = (0..200).collect();
        usb.receive(&long);
        assert_eq!(read_all(&mut usb), long);
    }

    #[test]
    fn each_packet_interrupts_until_it_is_acknowledged() {
        let mut usb = Usb::default();
        usb.write(INTERRUPT_ENABLE, PACKET_RECEIVED);
        assert!(!usb.is_interrupting());
        usb.receive(&[7; PACKET + 1]);
        assert!(usb.is_interrupting());
        usb.write(INTERRUPT_CLEAR, PACKET_RECEIVED);
        assert!(!usb.is_interrupting());
        for _ in 0..PACKET {
            usb.read(DATA);
        }
        assert!(usb.is_interrupting(), "the next packet has come");
    }
}
