//! The firmware of QEMU's machine `virt` with 32 bits (QEMU, "'virt' Generic Virtual Platform").
//! Started by `qemu-system-riscv32 -machine virt -bios none -kernel`.
//!
//! | module | noun |
//! |---|---|
//! | [`device`] | where everything is |
//! | [`serial`] | the serial line |
//! | [`clock`] | time since power-on |
//! | [`interrupt`] | what an interrupt does |
//! | [`machine`] | what of it is soldered in |
#![no_std]
#![no_main]

extern crate alloc;

mod device;
mod serial;
mod clock;
mod interrupt;
mod machine;

use core::fmt::Write;
use core::panic::PanicInfo;
use firmware::run::run;
use parts::heap::Heap;

use crate::machine::Machine;
use crate::machine::Virt;

// SAFETY: there is one thread, and no interrupt below allocates.
#[global_allocator]
static HEAP: Heap = unsafe { Heap::new() };

#[riscv_rt::entry]
fn main() -> ! {
    for (first, bytes) in device::HEAPS {
        // SAFETY: memory is there, and the linker (`memory.x`) and the image have none of it.
        let is_enough = unsafe { HEAP.take(first as *mut u8, bytes) };
        assert!(is_enough, "{bytes} bytes at {first:#x} are no heap");
    }
    serial::begin();
    let machine = Machine::new(Virt, None, device::plugged());
    interrupt::begin();
    run(device::image(), machine);
    device::end(device::Code::Ended)
}

#[panic_handler]
fn panic(panic: &PanicInfo<'_>) -> ! {
    riscv::interrupt::disable();
    // Nobody could be told of a line that fails.
    let _ = write!(&serial::LINE, "\r\n{panic}\r\n");
    device::end(device::Code::Panicked)
}
