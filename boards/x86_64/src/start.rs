//! From what was found to the end.

use core::fmt;
use core::panic::PanicInfo;
use firmware::run::run;
use parts::screen::MemoryScreen;

use crate::HEAP;
use crate::apic;
use crate::clock::Clock;
use crate::cpu;
use crate::interrupt;
use crate::machine::Machine;
use crate::pci;
use crate::ps2;
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

/// Gives the heap this memory.
///
/// # Safety
/// It is there, and nobody else's for ever.
pub unsafe fn give_memory((first, bytes): (usize, usize)) {
    // SAFETY: the caller promises it.
    let is_enough = unsafe { HEAP.take(first as *mut u8, bytes) };
    assert!(is_enough, "{bytes} bytes at {first:#x} are no heap");
}

/// Runs what is in the image.
///
/// # Safety
/// It is called once, by the only processor that runs, and the heap has memory.
pub unsafe fn start(image: &'static [u8], screen: Option<MemoryScreen>) -> ! {
    cpu::disable_interrupts();
    serial::begin();
    // SAFETY: it is called once.
    unsafe { interrupt::begin() };
    apic::begin();
    let clock = Clock::begin();
    ps2::begin();
    // SAFETY: firmware has mapped what it has found, and is gone.
    let plugged = unsafe { pci::begin() };
    let machine = Machine::new(clock, screen, plugged);
    cpu::enable_interrupts();
    run(image, machine);
    end(Code::Ended)
}

/// Ends QEMU, or sleeps for ever.
pub fn end(code: Code) -> ! {
    cpu::write_port_32(EXIT, code as u32);
    cpu::stop()
}

/// The serial line for last words.
pub struct Report;

impl fmt::Write for Report {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        serial::LINE.send(text.as_bytes());
        Ok(())
    }
}

#[panic_handler]
fn panic(panic: &PanicInfo<'_>) -> ! {
    cpu::disable_interrupts();
    // Nobody could be told of a line that fails.
    let _ = fmt::write(&mut Report, format_args!("\r\n{panic}\r\n"));
    end(Code::Panicked)
}
