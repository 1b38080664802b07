//! Interrupts: the local APIC of the processor with its timer, and the I/O APIC that old PC devices
//! are wired to (Intel, "64 and IA-32 Architectures Software Developer's Manual", volume 3, chapter
//! 11 "APIC"; Intel, "82093AA I/O Advanced Programmable Interrupt Controller", 1996).

use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering;

use virtio::pci::Message;

use crate::cpu;

const LOCAL: usize = 0xfee0_0000;
const IO: usize = 0xfec0_0000;

// Registers of the local APIC, and their bits.
const ID: usize = 0x20;
const TASK_PRIORITY: usize = 0x80;
const END: usize = 0xb0;
const SPURIOUS: usize = 0xf0;
const TIMER: usize = 0x320;
const TIMER_COUNT: usize = 0x380;
const TIMER_LEFT: usize = 0x390;
const TIMER_DIVISOR: usize = 0x3e0;
const IS_ENABLED: u32 = 1 << 8;
/// By 16. The fastest bus of today takes half a minute for 2^32 of that.
const BY_16: u32 = 3;

/// `IA32_APIC_BASE`, its bit that says that registers are no memory, and where they are then.
const BASE: u32 = 0x1b;
const IS_X2: u64 = 1 << 10;
const X2: u32 = 0x800;

/// The vectors that devices have.
pub mod vector {
    /// The timer.
    pub const TIMER: u8 = 0x20;
    /// The keyboard.
    pub const KEYBOARD: u8 = 0x21;
    /// The serial line.
    pub const SERIAL: u8 = 0x24;
    /// The mouse.
    pub const MOUSE: u8 = 0x2c;
    /// Whatever is plugged in.
    pub const PLUGGED: u8 = 0x30;
    /// Nobody, by mistake.
    pub const SPURIOUS: u8 = 0xff;
}

/// Lines of the I/O APIC where PCs have had these devices since 1984, and their vectors.
const WIRES: [(u32, u8); 3] = [(1, vector::KEYBOARD), (4, vector::SERIAL), (12, vector::MOUSE)];

static HAS_X2: AtomicBool = AtomicBool::new(false);

fn read(register: usize) -> u32 {
    // SAFETY: every processor with 64 bits has a local APIC, here or there.
    unsafe {
        if HAS_X2.load(Ordering::Relaxed) {
            return cpu::read_model_register(X2 + (register >> 4) as u32) as u32;
        }
        cpu::read_device(LOCAL + register)
    }
}

fn write(register: usize, value: u32) {
    // SAFETY: as above; none of its registers touches memory.
    unsafe {
        if HAS_X2.load(Ordering::Relaxed) {
            return cpu::write_model_register(X2 + (register >> 4) as u32, u64::from(value));
        }
        cpu::write_device(LOCAL + register, value);
    }
}

/// Silences what firmware left, and wires the devices.
pub fn begin() {
    // SAFETY: every processor with 64 bits has this register.
    let base = unsafe { cpu::read_model_register(BASE) };
    HAS_X2.store(base & IS_X2 != 0, Ordering::Relaxed);
    // The two controllers from before there were APICs stay silent.
    cpu::write_port(0x21, 0xff);
    cpu::write_port(0xa1, 0xff);
    write(TASK_PRIORITY, 0);
    write(SPURIOUS, IS_ENABLED | u32::from(vector::SPURIOUS));
    write(TIMER_DIVISOR, BY_16);
    write(TIMER, u32::from(vector::TIMER));
    for (line, vector) in WIRES {
        wire(0x10 + 2 * line, u32::from(vector));
        wire(0x11 + 2 * line, id() << 24);
    }
}

/// Who this processor is.
fn id() -> u32 {
    if HAS_X2.load(Ordering::Relaxed) { read(ID) } else { read(ID) >> 24 }
}

/// What a device that is plugged in writes to interrupt this processor (volume 3, chapter 11.11).
pub fn message() -> Message {
    let address = LOCAL as u64 | u64::from(id() & 0xff) << 12;
    Message { address, data: u32::from(vector::PLUGGED) }
}

fn wire(register: u32, value: u32) {
    // SAFETY: PCs have an I/O APIC here.
    unsafe {
        cpu::write_device(IO, register);
        cpu::write_device(IO + 0x10, value);
    }
}

/// The interrupt that came has been seen to.
pub fn end() {
    write(END, 0);
}

/// Interrupts after this many of the timer's ticks; 0 is never.
pub fn set_timer(ticks: u32) {
    write(TIMER_COUNT, ticks);
}

/// The timer's ticks that are left.
pub fn timer_left() -> u32 {
    read(TIMER_LEFT)
}
