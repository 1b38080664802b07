//! The board as its kernel meets it.

use esp_alloc::HEAP;
use firmware::hardware::Hardware;
use firmware::hardware::HeapInfo;
use kernel::device::Board;
use kernel::event::Event;
use kernel::manifest::EngineKind;
use kernel::time::Instant;
use kernel::trace::Capacity;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::flash::Partition;
use crate::panel::Panel;
use crate::pins::Pin;
use crate::pins::Pins;
use crate::serial::Line;

/// All devices of the board.
pub(crate) struct Chip {
    pub(crate) clock: Clock,
    pub(crate) line: Line,
    pub(crate) pins: Pins,
    pub(crate) panel: Option<Panel>,
    /// What the kernel has of the flash.
    pub(crate) home: Option<Partition>,
    pub(crate) entropy: Entropy,
    /// Whether unpredictable bytes were asked for and not told yet.
    pub(crate) is_asked: bool,
}

impl Chip {
    fn has_news(&self) -> bool {
        let is_flash_done = self.home.as_ref().is_some_and(Partition::has_news);
        is_flash_done || self.is_asked || self.pins.has_news() || self.line.has_news()
    }
}

impl Board for Chip {
    type Serial = Line;
    type Pin = Pin;
    type Framebuffer = Panel;
    type Flash = Partition;

    fn event(&mut self) -> Option<Event> {
        self.clock.feed();
        if self.home.as_mut().is_some_and(Partition::take_done) {
            return Some(Event::FlashDone);
        }
        if core::mem::take(&mut self.is_asked) {
            return Some(Event::Entropy(self.entropy.block()));
        }
        if let Some((pin, high)) = self.pins.change() {
            return Some(Event::Pin { pin, high });
        }
        self.line.read().map(Event::Serial)
    }

    fn serial(&mut self) -> &mut Line {
        &mut self.line
    }

    fn pin(&mut self, number: u8) -> Option<&mut Pin> {
        self.pins.pin(number)
    }

    fn request_entropy(&mut self) {
        self.is_asked = true;
    }

    fn framebuffer(&mut self) -> Option<&mut Panel> {
        self.panel.as_mut()
    }

    fn flash(&mut self) -> Option<&mut Partition> {
        self.home.as_mut()
    }
}

impl Hardware for Chip {
    const NAME: &'static str = "esp32c6";

    const TRACE: Option<Capacity> = Some(Capacity { records: 2048, bytes: 32 * 1024 });
    const ENGINE: Option<EngineKind> = Some(EngineKind::InPlace);

    fn heap(&self) -> Option<HeapInfo> {
        let stats = HEAP.stats();
        let free = stats.size - stats.current_usage;
        Some(HeapInfo { bytes: stats.size as u64, free: free as u64 })
    }

    fn now(&mut self) -> Instant {
        self.clock.now()
    }

    fn wait(&mut self, until: Option<Instant>) {
        if !self.has_news() {
            let Chip { clock, line, pins, .. } = self;
            clock.sleep(until, || pins.has_news() || line.has_news());
        }
    }
}
