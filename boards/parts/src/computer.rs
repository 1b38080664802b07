//! A computer with a screen, a keyboard and whatever else is plugged into it, as the kernel meets
//! it. What computers do not have in common is their [`Chipset`].

use alloc::collections::VecDeque;
use firmware::hardware::Hardware;
use firmware::hardware::HeapInfo;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;
use kernel::time::Duration;
use kernel::time::Instant;
use virtio::block::Block;

use crate::card;
use crate::card::Card;
use crate::desk::Desk;
use crate::disk::DiskFlash;
use crate::heap::Heap;
use crate::line::Line;
use crate::plugged::Plugged;
use crate::screen::MemoryScreen;
use crate::screen::Screen;
use crate::uart::Registers;
use crate::uart::Uart;

/// The longest sleep. Devices interrupt; whatever does not is found within this time.
const LOOK: Duration = Duration::from_millis(50);

/// What is soldered in: the clock, and what only this kind of computer has.
pub trait Chipset {
    /// What the board is called: its folder below `boards/`.
    const NAME: &'static str;

    /// The registers of its 16550.
    type Registers: Registers + 'static;

    /// Its 16550.
    fn uart(&self) -> &'static Uart<Self::Registers>;

    /// The memory that is given out.
    fn heap(&self) -> &'static Heap;

    /// Time since power came on.
    fn now(&self) -> Instant;

    /// Lets no interrupt come, so that what comes from here on ends the next sleep.
    fn hold_interrupts(&self);

    /// Lets interrupts come again.
    fn release_interrupts(&self);

    /// Sleeps until an interrupt comes, which it lets come, or until this instant.
    fn sleep(&self, until: Instant);

    /// Asks input devices of its own what they have seen.
    fn look(&mut self, _desk: &mut Desk, _events: &mut VecDeque<Event>) {}

    /// Bytes that nobody could have foretold, if it makes such.
    fn random(&mut self) -> Option<[u8; 32]> {
        None
    }

    /// Reads a port of 1, 2 or 4 bytes, if it has ports.
    fn port_read(&mut self, _port: u16, _bytes: u8) -> Option<u32> {
        None
    }

    /// Writes one.
    fn port_write(&mut self, _port: u16, _bytes: u8, _value: u32) -> Option<()> {
        None
    }
}

/// A computer.
#[derive(Debug)]
pub struct Computer<C: Chipset> {
    chipset: C,
    line: Line<C::Registers>,
    screen: Option<Screen>,
    card: Card,
    desk: Desk,
    plugged: Plugged,
    /// What happened and has not been said yet.
    events: VecDeque<Event>,
}

impl<C: Chipset> Computer<C> {
    /// A computer whose interrupts work, with what was found in it.
    pub fn new(chipset: C, screen: Option<MemoryScreen>, mut plugged: Plugged) -> Computer<C> {
        let console = plugged.console.take();
        let gpu = plugged.gpu.take().map(Screen::Gpu);
        let screen = screen.map(Screen::Memory).or(gpu);
        let info = screen.as_ref().map(Screen::info);
        let (width, height) = info.map_or((1, 1), |info| (info.width, info.height));
        Computer {
            line: Line::new(chipset.uart(), console),
            chipset,
            screen,
            card: Card::default(),
            desk: Desk::new(width, height),
            plugged,
            events: VecDeque::new(),
        }
    }

    /// Asks devices what they have seen.
    fn look(&mut self) {
        self.chipset.look(&mut self.desk, &mut self.events);
        self.plugged.look(&mut self.desk, &mut self.events);
    }

    fn has_event(&mut self) -> bool {
        if self.events.is_empty() {
            self.look();
        }
        !self.events.is_empty() || self.line.has_received()
    }
}

impl<C: Chipset> Board for Computer<C> {
    type Serial = Line<C::Registers>;
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

    fn serial(&mut self) -> &mut Line<C::Registers> {
        &mut self.line
    }

    fn pin(&mut self, number: u8) -> Option<&mut card::Line> {
        self.card.line(number)
    }

    fn request_entropy(&mut self) {
        // Where there is none, whoever wants some waits: anything else would be a lie.
        let bytes = self.plugged.random().or_else(|| self.chipset.random());
        self.events.extend(bytes.map(Event::Entropy));
    }

    fn framebuffer(&mut self) -> Option<&mut Screen> {
        self.screen.as_mut()
    }

    fn flash(&mut self) -> Option<&mut DiskFlash<Block>> {
        self.plugged.flash.as_mut()
    }

    fn port_read(&mut self, port: u16, bytes: u8) -> Option<u32> {
        self.chipset.port_read(port, bytes)
    }

    fn port_write(&mut self, port: u16, bytes: u8, value: u32) -> Option<()> {
        self.chipset.port_write(port, bytes, value)
    }
}

impl<C: Chipset> Hardware for Computer<C> {
    const NAME: &'static str = C::NAME;

    fn heap(&self) -> Option<HeapInfo> {
        let (bytes, free) = self.chipset.heap().count();
        Some(HeapInfo { bytes: bytes as u64, free: free as u64 })
    }

    fn now(&mut self) -> Instant {
        self.chipset.now()
    }

    fn wait(&mut self, until: Option<Instant>) {
        let until = until.unwrap_or(Instant::LAST);
        loop {
            self.chipset.hold_interrupts();
            let now = self.chipset.now();
            if self.has_event() || until <= now {
                break;
            }
            self.chipset.sleep(until.min(now + LOOK));
        }
        self.chipset.release_interrupts();
    }
}
