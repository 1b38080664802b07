//! The first serial line of a PC, COM1.

use parts::uart::Registers;
use parts::uart::Uart;

use crate::cpu;

const COM1: u16 = 0x3f8;

/// 115200 baud: the chip's clock of 1.8432 MHz divided by 16.
const DIVISOR: u16 = 1;

/// The chip's registers, which are ports.
#[derive(Debug)]
pub struct Ports;

impl Registers for Ports {
    fn read(&self, register: u8) -> u8 {
        cpu::read_port(COM1 + u16::from(register))
    }

    fn write(&self, register: u8, value: u8) {
        cpu::write_port(COM1 + u16::from(register), value);
    }
}

/// The line.
pub static LINE: Uart<Ports> = Uart::new(Ports);

/// Opens it.
pub fn begin() {
    LINE.begin(DIVISOR);
}
