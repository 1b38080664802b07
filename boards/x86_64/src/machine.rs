//! All of a PC, as the kernel meets it.

use alloc::collections::VecDeque;
use firmware::hardware::Hardware;
use firmware::hardware::HeapInfo;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;
use kernel::time::Duration;
use kernel::time::Instant;
use parts::card;
use parts::card::Card;
use parts::desk::Desk;
use parts::disk::DiskFlash;
use parts::line::Line;
use parts::plugged::Plugged;
use parts::screen::MemoryScreen;
use parts::screen::Screen;
use virtio::block::Block;

use crate::clock::Clock;
use crate::cpu;
use crate::memory::HEAP;
use crate::ps2;
use crate::serial;
use crate::serial::Ports;

/// The longest sleep. Devices interrupt; whatever does not is found within this time.
const LOOK: Duration = Duration::from_millis(50);

/// A PC.
#[derive(Debug)]
pub struct Machine {
    clock: Clock,
    line: Line<Ports>,
    screen: Option<Screen>,
    card: Card,
    desk: Desk,
    plugged: Plugged,
    /// What happened and has not been said yet.
    events: VecDeque<Event>,
}

impl Machine {
    /// A PC whose interrupts work.
    pub fn new(clock: Clock, screen: Option<MemoryScreen>, mut plugged: Plugged) -> Machine {
        let console = plugged.console.take();
        let gpu = plugged.gpu.take().map(Screen::Gpu);
        let screen = screen.map(Screen::Memory).or(gpu);
        let info = screen.as_ref().map(Screen::info);
        let (width, height) = info.map_or((1, 1), |info| (info.width, info.height));
        Machine {
            clock,
            line: Line::new(&serial::LINE, console),
            screen,
            card: Card::default(),
            desk: Desk::new(width, height),
            plugged,
            events: VecDeque::new(),
        }
    }

    /// Asks devices what they have seen.
    fn look(&mut self) {
        while let Some(byte) = ps2::KEYBOARD.take() {
            self.events.extend(self.desk.scan(byte));
        }
        while let Some(byte) = ps2::MOUSE.take() {
            self.events.extend(self.desk.move_mouse(byte));
        }
        self.plugged.look(&mut self.desk, &mut self.events);
    }

    fn has_event(&mut self) -> bool {
        if self.events.is_empty() {
            self.look();
        }
        !self.events.is_empty() || self.line.has_received()
    }
}

impl Board for Machine {
    type Serial = Line<Ports>;
    type Pin = card::Line;
    type Framebuffer = Screen;
    type Flash = DiskFlash<Block>;

    fn event(&mut self) -> Option<Event> {
        if let Some(byte) = self.line.take() {
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
        let bytes = self.plugged.random().or_else(cpu::random);
        self.events.extend(bytes.map(Event::Entropy));
    }

    fn framebuffer(&mut self) -> Option<&mut Screen> {
        self.screen.as_mut()
    }

    fn flash(&mut self) -> Option<&mut DiskFlash<Block>> {
        self.plugged.flash.as_mut()
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

    fn heap(&self) -> Option<HeapInfo> {
        let (bytes, free) = HEAP.count();
        Some(HeapInfo { bytes: bytes as u64, free: free as u64 })
    }

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
