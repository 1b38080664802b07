//! The display adapter of QEMU (`-vga std`), which Bochs has too (QEMU, "QEMU Standard VGA",
//! `docs/specs/standard-vga.rst`). Firmware that has set up a screen makes it unnecessary.

use parts::screen::MemoryScreen;
use parts::screen::Order;
use virtio::pci::Configuration;

use crate::cpu;
use crate::pci;

const WIDTH: u16 = 1280;
const HEIGHT: u16 = 800;

/// Vendor and device.
const NAME: u32 = 0x1111_1234;

/// Where the adapter's memory is: the first base address.
const MEMORY: u8 = 0x10;

// The ports that choose a register and reach it, and the registers.
const INDEX: u16 = 0x1ce;
const DATA: u16 = 0x1cf;
const ACROSS: u16 = 1;
const DOWN: u16 = 2;
const BITS: u16 = 3;
const ENABLE: u16 = 4;
/// On, and memory in one piece.
const IS_ON: u16 = 0x41;

/// The screen, if this is such a computer.
pub fn begin() -> Option<MemoryScreen> {
    let place = pci::places().find(|place| place.read(0) == NAME)?;
    for (register, value) in [(ENABLE, 0), (ACROSS, WIDTH), (DOWN, HEIGHT), (BITS, 32)] {
        set(register, value);
    }
    set(ENABLE, IS_ON);
    let bytes = usize::from(WIDTH) * usize::from(HEIGHT) * 4;
    let first = (place.read(MEMORY) & !0xf) as usize;
    // SAFETY: the adapter's memory is there and larger than this, and nobody else draws.
    let memory = unsafe { core::slice::from_raw_parts_mut(first as *mut u8, bytes) };
    let size = (u32::from(WIDTH), u32::from(HEIGHT));
    MemoryScreen::new(size, 4 * size.0, Order::BlueFirst, memory)
}

fn set(register: u16, value: u16) {
    cpu::write_port_16(INDEX, register);
    cpu::write_port_16(DATA, value);
}
