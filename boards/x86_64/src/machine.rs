//! What of a PC is soldered in.

use alloc::collections::VecDeque;
use kernel::event::Event;
use kernel::time::Instant;
use parts::computer::Chipset;
use parts::computer::Computer;
use parts::desk::Desk;
use parts::heap::Heap;
use parts::uart::Uart;

use crate::clock::Clock;
use crate::cpu;
use crate::memory::HEAP;
use crate::ps2;
use crate::serial;
use crate::serial::Ports;

/// A PC.
pub type Machine = Computer<Pc>;

/// Its chipset, whose interrupts work.
#[derive(Debug)]
pub struct Pc {
    /// Its clock, which runs.
    pub clock: Clock,
}

impl Chipset for Pc {
    const NAME: &'static str = "x86_64";

    type Registers = Ports;

    fn uart(&self) -> &'static Uart<Ports> {
        &serial::LINE
    }

    fn heap(&self) -> &'static Heap {
        &HEAP
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn hold_interrupts(&self) {
        cpu::disable_interrupts();
    }

    fn release_interrupts(&self) {
        cpu::enable_interrupts();
    }

    fn sleep(&self, until: Instant) {
        self.clock.set_alarm(until.since(self.clock.now()));
        cpu::sleep();
    }

    fn look(&mut self, desk: &mut Desk, events: &mut VecDeque<Event>) {
        while let Some(byte) = ps2::KEYBOARD.take() {
            events.extend(desk.scan(byte));
        }
        while let Some(byte) = ps2::MOUSE.take() {
            events.extend(desk.move_mouse(byte));
        }
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        cpu::random()
    }

    fn port_read(&mut self, port: u16, bytes: u8) -> Option<u32> {
        match bytes {
            1 => Some(cpu::read_port(port).into()),
            2 => Some(cpu::read_port_16(port).into()),
            4 => Some(cpu::read_port_32(port)),
            _ => None,
        }
    }

    fn port_write(&mut self, port: u16, bytes: u8, value: u32) -> Option<()> {
        match bytes {
            1 => cpu::write_port(port, value as u8),
            2 => cpu::write_port_16(port, value as u16),
            4 => cpu::write_port_32(port, value),
            _ => return None,
        }
        Some(())
    }
}
