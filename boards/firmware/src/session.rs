//! A conversation with the host: it asks, the board does and tells.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;
use kernel::Kernel;
use kernel::Next;
use kernel::device::Framebuffer;
use kernel::device::flash_shape;
use kernel::event::Event;
use kernel::time::Instant;
use kernel::trace::What;
use protocol::frame::Received;
use protocol::frame::Receiver;
use protocol::frame::decode;
use protocol::image::Image;
use protocol::image::ImageError;
use protocol::message::BoardInfo;
use protocol::message::PIECE;
use protocol::message::Pace;
use protocol::message::Reply;
use protocol::message::Request;
use protocol::message::VERSION;

use crate::driven::Driven;
use crate::hardware::Hardware;

/// One side of the conversation.
pub struct Session<H> {
    image: Result<Image, ImageError>,
    driven: Driven<H>,
    kernel: Option<Kernel>,
    now: Instant,
    receiver: Receiver,
    /// A record's text in one piece.
    text: Vec<u8>,
}

impl<H: Hardware> Session<H> {
    /// A board that waits to be spoken to.
    pub fn new(image: Result<Image, ImageError>, hardware: H) -> Session<H> {
        Session {
            image,
            driven: Driven::new(hardware),
            kernel: None,
            now: Instant::ZERO,
            receiver: Receiver::default(),
            text: Vec::new(),
        }
    }

    /// The board itself.
    pub fn hardware(&mut self) -> &mut H {
        self.driven.hardware()
    }

    /// Hears the next byte of the host; does what a request asks that ends with it. Noise is not
    /// answered: whoever asked asks again.
    pub fn hear(&mut self, byte: u8) {
        let Some(Received::Message(message)) = self.receiver.push(byte) else { return };
        match decode(message) {
            Ok(request) => self.answer(request),
            Err(error) => self.driven.tell(&Reply::Failed(&error.to_string())),
        }
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Hello => self.introduce(),
            Request::Boot { flash } => self.boot(flash),
            Request::Poll { now, until, pace, room, events } => {
                self.poll(now, until, pace, room, events);
            }
            Request::Processes => self.tell_processes(),
            Request::Authority => self.tell_authority(),
            Request::ReadFlash { at, len } => self.tell_flash(at, len),
            Request::EraseFlash { at } => {
                let end = at.saturating_add(<H::Flash as NorFlash>::ERASE_SIZE as u32);
                let erased = self.hardware().flash().map(|flash| flash.erase(at, end));
                self.tell_done(erased.is_some_and(|erased| erased.is_ok()));
            }
            Request::ProgramFlash { at, bytes } => {
                let programmed = self.hardware().flash().map(|flash| flash.write(at, &bytes));
                self.tell_done(programmed.is_some_and(|programmed| programmed.is_ok()));
            }
            Request::Heap => self.tell_heap(),
        }
    }

    fn introduce(&mut self) {
        let hardware = self.driven.hardware();
        let info = BoardInfo {
            version: VERSION,
            name: H::NAME.to_string(),
            image: self.image.as_ref().map_or(0, |image| image.checksum),
            screen: hardware.framebuffer().map(|screen| screen.info()),
            flash: flash_shape(hardware),
        };
        self.driven.tell(&Reply::Board(info));
    }

    fn boot(&mut self, flash: u32) {
        // What the last kernel had is free before the next one is made.
        self.kernel = None;
        self.now = Instant::ZERO;
        let image = match &self.image {
            Ok(image) => image,
            Err(error) => return self.driven.tell(&Reply::Failed(&error.to_string())),
        };
        let shape = flash_shape(self.driven.hardware());
        if shape.map_or(0, |shape| shape.size) < flash {
            let text = format!("the board has less than {flash} bytes of flash");
            return self.driven.tell(&Reply::Failed(&text));
        }
        self.driven.lend(flash);
        let manifest = H::fit(&image.content.manifest);
        match Kernel::boot(&manifest, &mut self.driven) {
            Ok(kernel) => {
                self.kernel = Some(kernel);
                self.driven.tell(&Reply::Done);
            }
            Err(error) => self.driven.tell(&Reply::Failed(&error.to_string())),
        }
    }

    fn poll(&mut self, now: Instant, until: Instant, pace: Pace, room: u32, events: Vec<Event>) {
        let Session { kernel: Some(kernel), driven, text, .. } = self else {
            return self.tell_asleep();
        };
        if now < self.now {
            return driven.tell(&Reply::Failed("time never goes back"));
        }
        let mut at = now;
        let mut doings = doings(kernel);
        driven.prepare(events, room);
        let (next, used) = loop {
            let before = kernel.fuel();
            let next = kernel.poll(at, driven);
            let has_effects = driven.has_acted();
            let mut is_preempted = false;
            let mut records = 0;
            kernel.drain_trace(|record, head, tail| {
                text.clear();
                text.extend(head);
                text.extend(tail);
                driven.tell(&Reply::Record(*record, text));
                is_preempted = record.what == What::Preempt;
                records += 1;
            });
            let used = kernel.fuel() - before;
            let free = at.saturating_add_nanos(pace.nanos(used));
            let doings_before = core::mem::replace(&mut doings, self::doings(kernel));
            let nothing_came = records == 1 && is_preempted && !has_effects;
            let goes_on = next == Next::Now && nothing_came && doings == doings_before;
            if !goes_on || until <= free {
                break (next, used);
            }
            at = free;
            driven.prepare_another(at);
        };
        self.now = at;
        let (fuel, lost) = (kernel.fuel(), kernel.trace_lost());
        self.driven.tell(&Reply::Polled { at, next, fuel, used, lost });
    }

    fn tell_processes(&mut self) {
        let Some(kernel) = &self.kernel else { return self.tell_asleep() };
        for process in kernel.processes() {
            self.driven.tell(&Reply::Process(process));
        }
        self.driven.tell(&Reply::Done);
    }

    fn tell_authority(&mut self) {
        let Some(kernel) = &self.kernel else { return self.tell_asleep() };
        for held in kernel.authority() {
            self.driven.tell(&Reply::Held(held));
        }
        self.driven.tell(&Reply::Done);
    }

    fn tell_flash(&mut self, at: u32, len: u32) {
        let mut bytes = [0; PIECE];
        let mut at = at;
        let end = at.saturating_add(len);
        while at < end {
            let piece = &mut bytes[..PIECE.min((end - at) as usize)];
            let read = self.driven.hardware().flash().map(|flash| flash.read(at, piece));
            let Some(Ok(())) = read else {
                return self.driven.tell(&Reply::Failed("there is no such flash"));
            };
            self.driven.tell(&Reply::Flash(piece));
            at += piece.len() as u32;
        }
        self.driven.tell(&Reply::Done);
    }

    fn tell_heap(&mut self) {
        let heap = self.hardware().heap();
        let unknown = Reply::Failed("the board does not count its memory");
        self.driven.tell(&heap.map_or(unknown, Reply::Heap));
    }

    fn tell_done(&mut self, is_done: bool) {
        let failed = Reply::Failed("its flash does not do that");
        self.driven.tell(if is_done { &Reply::Done } else { &failed });
    }

    fn tell_asleep(&mut self) {
        self.driven.tell(&Reply::Failed("nothing has booted"));
    }
}

/// What a host sees of actors without being told: how many do what.
fn doings(kernel: &Kernel) -> [usize; 5] {
    let mut counts = [0; 5];
    for process in kernel.processes() {
        counts[process.state as usize] += 1;
    }
    counts
}
