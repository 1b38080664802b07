//! Keyboard and mouse as PCs have had them since 1987 (IBM, "Personal System/2 Hardware Interface
//! Technical Reference", 1988, "Keyboard and Auxiliary Device Controller").

use parts::ring::Ring;

use crate::cpu;

const DATA: u16 = 0x60;
const STATUS: u16 = 0x64;
const COMMAND: u16 = 0x64;

const HAS_BYTE: u8 = 0x01;
const IS_BUSY: u8 = 0x02;
const IS_OF_MOUSE: u8 = 0x20;

// Commands to the controller, and to what hangs on it.
const SET_MODE: u8 = 0x60;
const ENABLE_MOUSE: u8 = 0xa8;
const ENABLE_KEYBOARD: u8 = 0xae;
const TO_MOUSE: u8 = 0xd4;
const SPEAK: u8 = 0xf4;
/// Both interrupt, and scan codes are translated to set 1.
const MODE: u8 = 0x47;

/// How long to wait for a controller that may not be there.
const TRIES: usize = 100_000;

/// What the keyboard has said.
pub static KEYBOARD: Ring<256> = Ring::new();

/// What the mouse has said.
pub static MOUSE: Ring<1024> = Ring::new();

/// Lets both speak. A PC without them answers nothing, which is no harm.
pub fn begin() {
    drain();
    command(ENABLE_KEYBOARD);
    command(ENABLE_MOUSE);
    command(SET_MODE);
    tell(MODE);
    tell(SPEAK);
    command(TO_MOUSE);
    tell(SPEAK);
    // Each says that it has understood, which is no key.
    for _ in 0..TRIES {
        drain();
    }
}

fn drain() {
    // Ports where nothing is read as ones for ever.
    for _ in 0..16 {
        if cpu::read_port(STATUS) & HAS_BYTE == 0 {
            return;
        }
        cpu::read_port(DATA);
    }
}

fn command(byte: u8) {
    give(COMMAND, byte);
}

fn tell(byte: u8) {
    give(DATA, byte);
}

fn give(port: u16, byte: u8) {
    for _ in 0..TRIES {
        if cpu::read_port(STATUS) & IS_BUSY == 0 {
            break;
        }
    }
    cpu::write_port(port, byte);
}

/// Takes what the controller has. Called by its interrupts.
pub fn receive() {
    for _ in 0..16 {
        let status = cpu::read_port(STATUS);
        if status & HAS_BYTE == 0 {
            return;
        }
        let byte = cpu::read_port(DATA);
        let ring_has_room = match status & IS_OF_MOUSE != 0 {
            true => MOUSE.put(byte),
            false => KEYBOARD.put(byte),
        };
        // A person is slower than the kernel; what nobody takes is lost.
        let _ = ring_has_room;
    }
}
