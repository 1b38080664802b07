//! From what was found to the end.

use firmware::run::run;
use parts::screen::MemoryScreen;

use crate::apic;
use crate::clock::Clock;
use crate::cpu;
use crate::ending::Code;
use crate::ending::end;
use crate::interrupt;
use crate::machine::Machine;
use crate::machine::Pc;
use crate::memory::HEAP;
use crate::pci;
use crate::ps2;
use crate::serial;

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
    let machine = Machine::new(Pc { clock }, screen, plugged);
    cpu::enable_interrupts();
    run(image, machine);
    end(Code::Ended)
}
