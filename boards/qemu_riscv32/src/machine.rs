//! What of the machine is soldered in.

use kernel::time::Instant;
use parts::computer::Chipset;
use parts::computer::Computer;
use parts::heap::Heap;
use parts::uart::Uart;

use crate::HEAP;
use crate::clock;
use crate::serial;
use crate::serial::Bytes;

/// The machine.
pub(crate) type Machine = Computer<Virt>;

/// Its chipset.
#[derive(Debug)]
pub(crate) struct Virt;

impl Chipset for Virt {
    const NAME: &'static str = "qemu_riscv32";

    type Registers = Bytes;

    fn uart(&self) -> &'static Uart<Bytes> {
        &serial::LINE
    }

    fn heap(&self) -> &'static Heap {
        &HEAP
    }

    fn now(&self) -> Instant {
        clock::now()
    }

    fn hold_interrupts(&self) {
        riscv::interrupt::disable();
    }

    fn release_interrupts(&self) {
        // SAFETY: whoever sees to them is there.
        unsafe { riscv::interrupt::enable() };
    }

    fn sleep(&self, until: Instant) {
        clock::set_alarm(until);
        // One that is held ends it too, and is seen to when it may come.
        riscv::asm::wfi();
        self.release_interrupts();
    }
}
