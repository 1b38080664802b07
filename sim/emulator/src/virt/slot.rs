//! A place for a device of virtio with nothing in it (VIRTIO 1.2, chapter 4.2.2): whoever looks for
//! one finds that there is none, as on QEMU's machine.

use crate::exception::Width;
use crate::machine::Refused;

const MAGIC: u32 = 0x00;
const VERSION: u32 = 0x04;

/// "virt", little-endian.
const MAGIC_VALUE: u32 = 0x7472_6976;

/// The version that is not the legacy one.
const VERSION_VALUE: u32 = 2;

/// What is there: a place, and device 0, which is none. Registers are words.
pub(super) fn read(offset: u32, width: Width) -> Result<u32, Refused> {
    if width != Width::Word {
        return Err(Refused);
    }
    Ok(match offset {
        MAGIC => MAGIC_VALUE,
        VERSION => VERSION_VALUE,
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_there_and_has_no_device() {
        let word = |offset| read(offset, Width::Word);
        assert_eq!([word(0), word(4), word(8)], [Ok(0x7472_6976), Ok(2), Ok(0)]);
        assert_eq!(read(0, Width::Byte), Err(Refused));
    }
}
