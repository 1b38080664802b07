//! The serial line: an NS16550 whose bytes leave at once (National Semiconductor, PC16550D data
//! sheet, section 8).

use std::collections::VecDeque;

const DATA: u32 = 0;
const INTERRUPT_ENABLE: u32 = 1;
const INTERRUPT_IDENTITY: u32 = 2;
const LINE_CONTROL: u32 = 3;
const MODEM_CONTROL: u32 = 4;
const LINE_STATUS: u32 = 5;
const MODEM_STATUS: u32 = 6;
const SCRATCH: u32 = 7;

const DIVISOR_LATCH: u8 = 1 << 7;
const ENABLE_RECEIVED: u8 = 1;
const ENABLE_EMPTY: u8 = 1 << 1;
const HAS_DATA: u8 = 1;
/// The transmitter's register and the transmitter itself are empty.
const IS_EMPTY: u8 = 1 << 5 | 1 << 6;
const NO_INTERRUPT: u8 = 1;
const IDENTITY_EMPTY: u8 = 2;
const IDENTITY_RECEIVED: u8 = 4;
const HAS_FIFO: u8 = 0xc0;
const FIFO_ENABLE: u8 = 1;
const FIFO_CLEAR_RECEIVED: u8 = 1 << 1;

/// Its registers and what waits on both sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Uart {
    sent: Vec<u8>,
    received: VecDeque<u8>,
    enabled: u8,
    line_control: u8,
    modem_control: u8,
    scratch: u8,
    divisor: [u8; 2],
    fifo: u8,
    /// Told until the identity is read.
    is_empty_pending: bool,
}

impl Uart {
    pub(super) fn read(&mut self, offset: u32) -> Result<u32, crate::machine::Refused> {
        Ok(u32::from(match offset {
            DATA if self.is_latched() => self.divisor[0],
            DATA => self.received.pop_front().unwrap_or(0),
            INTERRUPT_ENABLE if self.is_latched() => self.divisor[1],
            INTERRUPT_ENABLE => self.enabled,
            INTERRUPT_IDENTITY => self.identify(),
            LINE_CONTROL => self.line_control,
            MODEM_CONTROL => self.modem_control,
            LINE_STATUS => IS_EMPTY | if self.received.is_empty() { 0 } else { HAS_DATA },
            // Clear to send, data set ready, carrier.
            MODEM_STATUS => 0xb0,
            SCRATCH => self.scratch,
            _ => 0,
        }))
    }

    pub(super) fn write(&mut self, offset: u32, value: u32) {
        let value = value as u8;
        match offset {
            DATA if self.is_latched() => self.divisor[0] = value,
            DATA => {
                self.sent.push(value);
                self.is_empty_pending = true;
            }
            INTERRUPT_ENABLE if self.is_latched() => self.divisor[1] = value,
            INTERRUPT_ENABLE => {
                let is_new = self.enabled & ENABLE_EMPTY == 0 && value & ENABLE_EMPTY != 0;
                self.is_empty_pending |= is_new;
                self.enabled = value & 0xf;
            }
            INTERRUPT_IDENTITY => {
                self.fifo = if value & FIFO_ENABLE == 0 { 0 } else { HAS_FIFO };
                if value & FIFO_CLEAR_RECEIVED != 0 {
                    self.received.clear();
                }
            }
            LINE_CONTROL => self.line_control = value,
            MODEM_CONTROL => self.modem_control = value,
            SCRATCH => self.scratch = value,
            _ => (),
        }
    }

    pub(super) fn is_interrupting(&self) -> bool {
        self.is_received_due() || self.is_empty_due()
    }

    pub(super) fn receive(&mut self, bytes: &[u8]) {
        self.received.extend(bytes);
    }

    pub(super) fn take_sent(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.sent)
    }

    fn is_latched(&self) -> bool {
        self.line_control & DIVISOR_LATCH != 0
    }

    fn is_received_due(&self) -> bool {
        self.enabled & ENABLE_RECEIVED != 0 && !self.received.is_empty()
    }

    fn is_empty_due(&self) -> bool {
        self.enabled & ENABLE_EMPTY != 0 && self.is_empty_pending
    }

    fn identify(&mut self) -> u8 {
        let cause = if self.is_received_due() {
            IDENTITY_RECEIVED
        } else if self.is_empty_due() {
            self.is_empty_pending = false;
            IDENTITY_EMPTY
        } else {
            NO_INTERRUPT
        };
        cause | self.fifo
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_leave_at_once_and_arrive_in_order() {
        let mut uart = Uart::default();
        uart.write(DATA, u32::from(b'a'));
        uart.write(DATA, u32::from(b'b'));
        assert_eq!(uart.take_sent(), b"ab");
        uart.receive(b"xy");
        assert_eq!(uart.read(LINE_STATUS), Ok(0x61));
        assert_eq!(uart.read(DATA), Ok(u32::from(b'x')));
        assert_eq!(uart.read(DATA), Ok(u32::from(b'y')));
        assert_eq!(uart.read(LINE_STATUS), Ok(0x60));
    }

    #[test]
    fn the_divisor_hides_data_and_interrupts() {
        let mut uart = Uart::default();
        uart.write(LINE_CONTROL, u32::from(DIVISOR_LATCH));
        uart.write(DATA, 12);
        uart.write(LINE_CONTROL, 3);
        assert!(uart.take_sent().is_empty());
        assert_eq!(uart.read(INTERRUPT_ENABLE), Ok(0));
    }

    #[test]
    fn an_interrupt_names_its_cause_and_an_empty_transmitter_tells_once() {
        let mut uart = Uart::default();
        assert!(!uart.is_interrupting());
        uart.write(INTERRUPT_ENABLE, 3);
        uart.receive(b"x");
        assert_eq!(uart.read(INTERRUPT_IDENTITY), Ok(4));
        assert_eq!(uart.read(DATA), Ok(u32::from(b'x')));
        assert_eq!(uart.read(INTERRUPT_IDENTITY), Ok(2));
        assert_eq!(uart.read(INTERRUPT_IDENTITY), Ok(1));
        assert!(!uart.is_interrupting());
    }
}
