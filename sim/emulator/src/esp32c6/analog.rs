//! The registers of the analog parts, which are reached over a small bus of their own (ESP32-C6:
//! `I2C_ANA_MST`, as esp-hal uses it).

use std::collections::BTreeMap;

const CONTROL: u32 = 0x00;
const CONTROL_END: u32 = 0x08;
const CONFIGURATION: u32 = 0x18;

/// In a control register: a slave, its register, and what is written or was read.
const PLACE: u32 = 0xffff;
const DATA_SHIFT: u32 = 16;
const DATA: u32 = 0xff << DATA_SHIFT;
const IS_WRITE: u32 = 1 << 24;

/// The clock of 480 MHz runs as it should.
const CALIBRATED: u32 = 1 << 24;

/// The bus, which is never busy.
#[derive(Clone, Debug, Default)]
pub(super) struct Analog {
    control: [u32; 2],
    /// By slave and register.
    registers: BTreeMap<u32, u32>,
}

impl Analog {
    /// A register; `plain` is what was written to it.
    pub(super) fn read(&self, offset: u32, plain: u32) -> u32 {
        match offset {
            CONTROL..CONTROL_END => self.control[(offset / 4) as usize],
            CONFIGURATION => plain | CALIBRATED,
            _ => plain,
        }
    }

    pub(super) fn write(&mut self, offset: u32, value: u32) {
        if offset < CONTROL_END {
            let place = value & PLACE;
            if value & IS_WRITE != 0 {
                self.registers.insert(place, value & DATA);
            }
            let data = self.registers.get(&place).copied().unwrap_or(0);
            self.control[(offset / 4) as usize] = place | data;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_of_a_slave_is_read_back() {
        let mut analog = Analog::default();
        analog.write(0, 0x66 | 3 << 8 | 0x55 << DATA_SHIFT | IS_WRITE);
        analog.write(4, 0x66 | 4 << 8);
        assert_eq!(analog.read(4, 0) & DATA, 0);
        analog.write(0, 0x66 | 3 << 8);
        assert_eq!(analog.read(0, 0) & DATA, 0x55 << DATA_SHIFT);
    }
}
