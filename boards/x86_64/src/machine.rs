//! All of a PC, as the kernel meets it.

use alloc::collections::VecDeque;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;
use kernel::time::Duration;
use kernel::time::Instant;
use parts::card;
use parts::card::Card;
use parts::keyboard::Keyboard;
use parts::mouse::Mouse;
use parts::pointer::Pointer;
use parts::screen::MemoryScreen;
use parts::uart::Line;

use firmware::hardware::Hardware;

use crate::clock::Clock;
use crate::cpu;
use crate::pci::Devices;
use crate::pci::Flash;
use crate::ps2;
use crate::serial;
use crate::serial::Ports;

/// How often devices are looked at that do not interrupt: the tablet of virtual machines.
const LOOK: Duration = Duration::from_millis(5);

/// A PC.
#[derive(Debug)]
pub struct Machine {
    clock: Clock,
    line: Line<Ports>,
    screen: Option<MemoryScreen>,
    card: Card,
    keyboard: Keyboard,
    mouse: Mouse,
    pointer: Pointer,
    devices: Devices,
    /// What happened and has not been said yet.
    events: VecDeque<Event>,
}

impl Machine {
    /// A PC whose interrupts work.
    pub fn new(clock: Clock, screen: Option<MemoryScreen>, devices: Devices) -> Machine {
        let info = screen.as_ref().map(MemoryScreen::info);
        let (width, height) = info.map_or((1, 1), |info| (info.width as u16, info.height as u16));
        Machine {
            clock,
            line: Line(&serial::LINE),
            screen,
            card: Card::default(),
            keyboard: Keyboard::default(),
            mouse: Mouse::default(),
            pointer: Pointer::new(width, height),
            devices,
            events: VecDeque::new(),
        }
    }

    /// Asks devices what they have seen.
    fn look(&mut self) {
        while let Some(byte) = ps2::KEYBOARD.take() {
            self.events.extend(self.keyboard.scan(byte).map(Event::Key));
        }
        while let Some(byte) = ps2::MOUSE.take() {
            if let Some(motion) = self.mouse.hear(byte) {
                self.pointer.go(motion.right, motion.down);
                self.pointer.set_buttons(motion.buttons);
                self.events.push_back(Event::Pointer(self.pointer.event()));
            }
        }
        self.devices.look(&mut self.keyboard, &mut self.pointer, &mut self.events);
    }

    fn has_event(&mut self) -> bool {
        if self.events.is_empty() {
            self.look();
        }
        !self.events.is_empty() || self.line.0.has_received()
    }
}

impl Board for Machine {
    type Serial = Line<Ports>;
    type Pin = card::Line;
    type Framebuffer = MemoryScreen;
    type Flash = Flash;

    fn event(&mut self) -> Option<Event> {
        if let Some(byte) = self.line.0.take() {
            return Some(Event::Serial(byte));
        }
        self.look();
        self.events.pop_front()
    }

    fn serial(&mut self) -> &mut Line<Ports> {
        &mut self.line
    }

    fn pin(&mut self, number: u8) -> Option<&mut card::Line> {
        self.card.line(number)
    }

    fn request_entropy(&mut self) {
        // Where there is none, whoever wants some waits: anything else would be a lie.
        let bytes = self.devices.random().or_else(cpu::random);
        self.events.extend(bytes.map(Event::Entropy));
    }

    fn framebuffer(&mut self) -> Option<&mut MemoryScreen> {
        self.screen.as_mut()
    }

    fn flash(&mut self) -> Option<&mut Flash> {
        self.devices.flash.as_mut()
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

impl Hardware for Machine {
    const NAME: &'static str = "x86_64";

    fn now(&mut self) -> Instant {
        self.clock.now()
    }

    fn wait(&mut self, until: Option<Instant>) {
        let until = until.unwrap_or(Instant::LAST);
        loop {
            // What comes from here on wakes the processor.
            cpu::disable_interrupts();
            let now = self.clock.now();
            if self.has_event() || until <= now {
                break;
            }
            self.clock.set_alarm(until.since(now).min(LOOK));
            cpu::sleep();
        }
        cpu::enable_interrupts();
    }
}
