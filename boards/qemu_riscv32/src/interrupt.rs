//! What an interrupt does. It only fetches bytes, or wakes whoever sleeps: the kernel is not
//! interrupted by anything that it could see (RISC-V, "Platform-Level Interrupt Controller
//! Specification").

use kernel::time::Instant;
use riscv::interrupt::Interrupt;
use riscv::register::mie;

use crate::clock;
use crate::device;
use crate::device::PLUG_COUNT;
use crate::serial;

/// The serial line's interrupt. Those of virtio begin with 1.
const SERIAL: u32 = 10;

// Registers of the controller, for machine mode of the first processor.
const ENABLE: usize = 0x2000;
const THRESHOLD: usize = 0x20_0000;
const CLAIM: usize = 0x20_0004;

/// Lets them come.
pub(crate) fn begin() {
    let plic = device::plic();
    let plugs = 1..=PLUG_COUNT as u32;
    let mut enabled = 0;
    for source in plugs.chain([SERIAL]) {
        plic.write_32(4 * source as usize, 1);
        enabled |= 1 << source;
    }
    plic.write_32(ENABLE, enabled);
    plic.write_32(THRESHOLD, 0);
    clock::set_alarm(Instant::LAST);
    // SAFETY: whoever sees to them is below.
    unsafe {
        mie::set_mext();
        mie::set_mtimer();
        riscv::interrupt::enable();
    }
}

#[riscv_rt::core_interrupt(Interrupt::MachineTimer)]
fn on_alarm() {
    clock::set_alarm(Instant::LAST);
}

#[riscv_rt::core_interrupt(Interrupt::MachineExternal)]
fn on_device() {
    let plic = device::plic();
    loop {
        match plic.read_32(CLAIM) {
            0 => return,
            SERIAL => {
                serial::LINE.receive();
                plic.write_32(CLAIM, SERIAL);
            }
            source => {
                device::acknowledge(source as usize - 1);
                plic.write_32(CLAIM, source);
            }
        }
    }
}

/// An exception is the end.
#[unsafe(export_name = "ExceptionHandler")]
extern "C" fn on_exception() -> ! {
    let (cause, at) = (riscv::register::mcause::read().code(), riscv::register::mepc::read());
    let value = riscv::register::mtval::read();
    panic!("exception {cause} at {at:#x}, value {value:#x}");
}
