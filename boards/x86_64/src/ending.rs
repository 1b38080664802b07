//! The end: a code for QEMU, and last words on the serial line.

use core::fmt::Write;
use core::panic::PanicInfo;

use crate::cpu;
use crate::serial;

/// Where QEMU's `isa-debug-exit` is, if it is there.
const EXIT: u16 = 0xf4;

/// How it ended. QEMU's exit code is twice this and one.
#[derive(Clone, Copy, Debug)]
pub enum Code {
    /// The population ended.
    Ended = 0x10,
    /// It was our own bug.
    Panicked = 0x11,
}

/// Ends QEMU, or sleeps for ever.
pub fn end(code: Code) -> ! {
    cpu::write_port_32(EXIT, code as u32);
    cpu::stop()
}

#[panic_handler]
fn panic(panic: &PanicInfo<'_>) -> ! {
    cpu::disable_interrupts();
    // Nobody could be told of a line that fails.
    let _ = write!(&serial::LINE, "\r\n{panic}\r\n");
    end(Code::Panicked)
}
