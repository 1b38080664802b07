//! All of the machine, as the kernel meets it.

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
use parts::screen::Screen;
use virtio::block::Block;

use crate::HEAP;
use crate::clock;
use crate::serial;
use crate::serial::Bytes;

/// The longest sleep. Devices interrupt; whatever does not is found within this time.
const LOOK: Duration = Duration::from_millis(50);

/// The machine.
#[derive(Debug)]
pub(crate) struct Machine {
    line: Line<Bytes>,
    screen: Option<Screen>,
    card: Card,
    desk: Desk,
    plugged: Plugged,
    /// What happened and has not been said yet.
    events: VecDeque<Event>,
}

impl Machine {
    /// The machine with what was found in it.
    pub(crate) fn new(mut plugged: Plugged) -> Machine {
        let console = plugged.console.take();
        let screen = plugged.gpu.take().map(Screen::Gpu);
        let info = screen.as_ref().map(Screen::info);
        let (width, height) = info.map_or((1, 1), |info| (info.width, info.height));
        Machine {
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
    type Serial = Line<Bytes>;
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

    fn serial(&mut self) -> &mut Line<Bytes> {
        &mut self.line
    }

    fn pin(&mut self, number: u8) -> Option<&mut card::Line> {
        self.card.line(number)
    }

    fn request_entropy(&mut self) {
        // Where there is none, whoever wants some waits: anything else would be a lie.
        let bytes = self.plugged.random();
        self.events.extend(bytes.map(Event::Entropy));
    }

    fn framebuffer(&mut self) -> Option<&mut Screen> {
        self.screen.as_mut()
    }

    fn flash(&mut self) -> Option<&mut DiskFlash<Block>> {
        self.plugged.flash.as_mut()
    }
}

impl Hardware for Machine {
    const NAME: &'static str = "qemu_riscv32";

    fn heap(&self) -> Option<HeapInfo> {
        let (bytes, free) = HEAP.count();
        Some(HeapInfo { bytes: bytes as u64, free: free as u64 })
    }

    fn now(&mut self) -> Instant {
        clock::now()
    }

    fn wait(&mut self, until: Option<Instant>) {
        let until = until.unwrap_or(Instant::LAST);
        loop {
            // What comes from here on wakes the processor, and is seen to when it may interrupt.
            riscv::interrupt::disable();
            let now = clock::now();
            if self.has_event() || until <= now {
                break;
            }
            clock::set_alarm(until.min(now + LOOK));
            riscv::asm::wfi();
            // SAFETY: whoever sees to them is there.
            unsafe { riscv::interrupt::enable() };
        }
        // SAFETY: whoever sees to them is there.
        unsafe { riscv::interrupt::enable() };
    }
}
