//! A serial line behind a 16550 (Texas Instruments, "PC16550D Universal Asynchronous Receiver
//! Transmitter With FIFOs", 1995, table 8-1). Bytes that arrive wait in a ring, so that none is
//! lost while the kernel works.

use core::fmt;

use crate::ring::Ring;

/// Bytes that the chip sends on its own.
const FIFO_BYTES: usize = 16;

/// Bytes that wait for the kernel. A line that is faster is held up, or loses some.
const WAITING: usize = 8192;

// Registers, and their bits.
const DATA: u8 = 0;
const INTERRUPTS: u8 = 1;
const FIFO: u8 = 2;
const LINE: u8 = 3;
const MODEM: u8 = 4;
const STATUS: u8 = 5;
const DIVISOR_ACCESS: u8 = 0x80;
const EIGHT_BITS: u8 = 0x03;
const FIFO_CLEARED: u8 = 0x07;
const ON_BYTE: u8 = 0x01;
/// Ready to send and to receive; on a PC the third lets interrupts through.
const READY: u8 = 0x0b;
const HAS_BYTE: u8 = 0x01;
const IS_SENT: u8 = 0x20;

/// How the registers are reached.
pub trait Registers {
    /// Reads a register.
    fn read(&self, register: u8) -> u8;

    /// Writes a register.
    fn write(&self, register: u8, value: u8);
}

/// The chip, and what it has received.
#[derive(Debug)]
pub struct Uart<R> {
    registers: R,
    received: Ring<WAITING>,
}

impl<R: Registers> Uart<R> {
    /// A chip that nobody has spoken to.
    pub const fn new(registers: R) -> Uart<R> {
        Uart { registers, received: Ring::new() }
    }

    /// Sets the line to 8 bits, no parity and the chip's clock divided by 16 and this.
    pub fn begin(&self, divisor: u16) {
        let [low, high] = divisor.to_le_bytes();
        self.registers.write(INTERRUPTS, 0);
        self.registers.write(LINE, DIVISOR_ACCESS);
        self.registers.write(DATA, low);
        self.registers.write(INTERRUPTS, high);
        self.registers.write(LINE, EIGHT_BITS);
        self.registers.write(FIFO, FIFO_CLEARED);
        self.registers.write(MODEM, READY);
        self.registers.write(INTERRUPTS, ON_BYTE);
    }

    /// Takes what the chip has received. Called by its interrupt, and by nobody else meanwhile.
    pub fn receive(&self) {
        while self.registers.read(STATUS) & HAS_BYTE != 0 {
            if self.received.is_full() {
                // The chip holds the line up, or drops. It is heard again when there is room.
                self.registers.write(INTERRUPTS, 0);
                return;
            }
            self.received.put(self.registers.read(DATA));
        }
    }

    /// The oldest byte that was received.
    pub fn take(&self) -> Option<u8> {
        let was_full = self.received.is_full();
        let byte = self.received.take();
        if was_full {
            self.registers.write(INTERRUPTS, ON_BYTE);
        }
        byte
    }

    /// Whether there is a byte to take.
    pub fn has_received(&self) -> bool {
        !self.received.is_empty()
    }

    /// Sends bytes; whoever sends waits.
    pub fn send(&self, bytes: &[u8]) {
        for some in bytes.chunks(FIFO_BYTES) {
            while self.registers.read(STATUS) & IS_SENT == 0 {
                core::hint::spin_loop();
            }
            for byte in some {
                self.registers.write(DATA, *byte);
            }
        }
    }
}

/// Words for whoever listens.
impl<R: Registers> fmt::Write for &Uart<R> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.send(text.as_bytes());
        Ok(())
    }
}
