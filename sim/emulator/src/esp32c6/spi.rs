//! The general-purpose SPI controller, with the processor filling its buffer (ESP32-C6 Technical
//! Reference Manual, chapter "SPI Controller"). What it sends arrives at once; nothing answers.

const COMMAND: u32 = 0x00;
const USER: u32 = 0x10;
const LENGTH: u32 = 0x1c;
const INTERRUPT_CLEAR: u32 = 0x38;
const INTERRUPT_RAW: u32 = 0x3c;
const BUFFER: u32 = 0x98;
const BUFFER_END: u32 = 0xd8;

/// Go. The bits of the register clear themselves.
const START: u32 = 1 << 24;
const SENDS: u32 = 1 << 27;
const LENGTH_MASK: u32 = (1 << 18) - 1;
const DONE: u32 = 1 << 12;

const REGISTERS: usize = 0x100 / 4;

/// Its registers.
#[derive(Clone, Debug)]
pub(super) struct Spi {
    words: [u32; REGISTERS],
}

impl Spi {
    pub(super) fn new() -> Spi {
        Spi { words: [0; REGISTERS] }
    }

    pub(super) fn read(&self, offset: u32) -> u32 {
        self.words.get((offset / 4) as usize).copied().unwrap_or(0)
    }

    /// Says what was sent.
    pub(super) fn write(&mut self, offset: u32, value: u32) -> Vec<u8> {
        match offset {
            COMMAND if value & START != 0 => return self.send(),
            COMMAND => (),
            INTERRUPT_CLEAR => self.words[(INTERRUPT_RAW / 4) as usize] &= !value,
            _ => {
                if let Some(word) = self.words.get_mut((offset / 4) as usize) {
                    *word = value;
                }
            }
        }
        Vec::new()
    }

    fn send(&mut self) -> Vec<u8> {
        let count = (self.read(LENGTH) & LENGTH_MASK) as usize / 8 + 1;
        let does_send = self.read(USER) & SENDS != 0;
        let buffer = &mut self.words[(BUFFER / 4) as usize..(BUFFER_END / 4) as usize];
        let bytes = buffer.iter().flat_map(|word| word.to_le_bytes()).take(count).collect();
        // Nobody drives the other wire.
        buffer.fill(0);
        self.words[(INTERRUPT_RAW / 4) as usize] |= DONE;
        if does_send { bytes } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_is_sent_as_far_as_its_length_says() {
        let mut spi = Spi::new();
        spi.write(USER, SENDS);
        spi.write(BUFFER, 0x4433_2211);
        spi.write(BUFFER + 4, 0x0000_0055);
        spi.write(LENGTH, 5 * 8 - 1);
        assert_eq!(spi.write(COMMAND, START), [0x11, 0x22, 0x33, 0x44, 0x55]);
        assert_eq!(spi.read(COMMAND), 0, "it is done");
        assert_eq!(spi.read(INTERRUPT_RAW), DONE);
    }

    #[test]
    fn a_transfer_that_only_reads_sends_nothing_and_hears_nothing() {
        let mut spi = Spi::new();
        spi.write(BUFFER, 0xff);
        assert_eq!(spi.write(COMMAND, START), []);
        assert_eq!(spi.read(BUFFER), 0);
    }
}
