//! The serial line.

use parts::uart::Registers;
use parts::uart::Uart;

use crate::device;

/// 115200 baud: the chip's clock of 3.6864 MHz divided by 32.
const DIVISOR: u16 = 2;

/// The chip's registers, which are memory.
#[derive(Debug)]
pub(crate) struct Bytes;

impl Registers for Bytes {
    fn read(&self, register: u8) -> u8 {
        device::uart().read_8(register.into())
    }

    fn write(&self, register: u8, value: u8) {
        device::uart().write_8(register.into(), value);
    }
}

/// The line.
pub(crate) static LINE: Uart<Bytes> = Uart::new(Bytes);

/// Opens it.
pub(crate) fn begin() {
    LINE.begin(DIVISOR);
}
