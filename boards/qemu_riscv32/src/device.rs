//! Where everything is (QEMU, `hw/riscv/virt.c`, `virt_memmap`). The only file with unsafe code
//! beside the heap's.

use alloc::boxed::Box;
use parts::plugged::Plugged;
use virtio::mmio::Mmio;
use virtio::register::Window;

/// Where the image is: 64 MiB above the beginning of memory. QEMU puts it there by
/// `-device loader,file=IMAGE,addr=0x84000000,force-raw=on`.
pub(crate) const IMAGE: usize = 0x8400_0000;

/// Bytes that an image may have.
pub(crate) const IMAGE_MAX: usize = 32 << 20;

/// Memory that is given out: first byte and bytes, between the firmware and the image, and behind
/// that up to where QEMU puts its device tree when there are 128 MiB.
pub(crate) const HEAPS: [(usize, usize); 2] =
    [(0x8040_0000, IMAGE - 0x8040_0000), (IMAGE + IMAGE_MAX, 0x87e0_0000 - IMAGE - IMAGE_MAX)];

/// Who ends QEMU: SiFive's test device.
const TEST: usize = 0x0010_0000;

/// The core-local interruptor, for its timer.
const CLINT: usize = 0x0200_0000;

/// The platform-level interrupt controller.
const PLIC: usize = 0x0c00_0000;

/// The 16550.
const UART: usize = 0x1000_0000;

/// The first of eight places for devices of virtio, and bytes from one to the next.
const PLUGS: usize = 0x1000_1000;
const PLUG_BYTES: usize = 0x1000;

/// How many there are. Their interrupts are the first of the controller.
pub(crate) const PLUG_COUNT: usize = 8;

/// Their registers of what interrupted, and of what has been seen to.
const PLUG_INTERRUPT: usize = 0x60;
const PLUG_SEEN: usize = 0x64;

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Code {
    /// The population ended. QEMU's exit code is 0.
    Ended = 0x5555,
    /// It was our own bug. QEMU's exit code is 1.
    Panicked = 0x1_3333,
}

const fn window(first: usize) -> Window {
    // SAFETY: the machine has registers at all places above.
    unsafe { Window::new(first) }
}

/// Registers of the serial line.
pub(crate) const fn uart() -> Window {
    window(UART)
}

/// Registers of the timer.
pub(crate) const fn clint() -> Window {
    window(CLINT)
}

/// Registers of the interrupt controller.
pub(crate) const fn plic() -> Window {
    window(PLIC)
}

/// Tells a device of virtio that its interrupt has been seen to.
pub(crate) fn acknowledge(plug: usize) {
    let registers = window(PLUGS + plug * PLUG_BYTES);
    registers.write_32(PLUG_SEEN, registers.read_32(PLUG_INTERRUPT));
}

/// Finds the devices of virtio.
pub(crate) fn plugged() -> Plugged {
    let mut plugged = Plugged::default();
    for plug in 0..PLUG_COUNT {
        if let Some(device) = Mmio::new(window(PLUGS + plug * PLUG_BYTES)) {
            plugged.plug(Box::new(device));
        }
    }
    plugged
}

/// What is to be booted, and what is behind it.
pub(crate) fn image() -> &'static [u8] {
    // SAFETY: memory is there, and nobody writes it: the heap has other places.
    unsafe { core::slice::from_raw_parts(IMAGE as *const u8, IMAGE_MAX) }
}

/// Ends QEMU.
pub(crate) fn end(code: Code) -> ! {
    window(TEST).write_32(0, code as u32);
    loop {
        riscv::asm::wfi();
    }
}
