//! What comes in by message becomes what is on the screen.
//!
//! A frame is painted when nothing more waits to be served, so that one frame shows all that has
//! happened: a pointer that moves faster than frames are painted costs no more for it.

use alloc::vec::Vec;
use core::time::Duration;
use sdk::Refusal;
use sdk::abi::input::KeyEvent;
use sdk::abi::input::PointerEvent;
use sdk::abi::input::key;
use sdk::abi::input::modifier;
use sdk::abi::message::EXIT_NOTICE;
use sdk::abi::message::KEY_EVENT;
use sdk::abi::message::POINTER_EVENT;
use sdk::capability::Owned;
use sdk::endpoint::Endpoint;
use sdk::endpoint::KERNEL;
use sdk::endpoint::Message;
use sdk::grant::Grants;
use sdk::memory::Memory;
use sdk::payload::Reader;
use sdk::screen::Screen;
use sdk::ui::OPEN;
use sdk::ui::Request;

use crate::band::Band;
use crate::band::Style;
use crate::band::Target;
use crate::bar::Sources;
use crate::desk::Desk;
use crate::focus::Focus;
use crate::font::Font;
use crate::font::FontError;
use crate::pointer::Pointer;
use crate::window::Key;

const SCREEN: Screen = Screen::slot(1);
const FONT: Memory = Memory::slot(2);

/// Messages that are served before those that wait for a picture see one.
const MESSAGES_PER_FRAME: u32 = 16;

/// How often the bar looks at the machine.
const TICK: Duration = Duration::from_secs(1);

impl Target for Screen {
    fn write(&mut self, offset: u32, pixels: &[u8]) -> Result<(), Refusal> {
        Screen::write(*self, offset, pixels)
    }

    fn flush(&mut self) -> Result<(), Refusal> {
        Screen::flush(*self)
    }
}

/// All that there is.
pub(crate) struct Server {
    desk: Desk,
    band: Band<Screen>,
    pointer: Pointer,
    focus: Focus,
    sources: Sources,
    /// When the bar looks at the machine again.
    tick: Duration,
    /// Messages served since something changed that the screen does not show yet.
    unseen: Option<u32>,
}

impl Server {
    /// Looks at screen and font; the log says why there is no server.
    pub(crate) fn start() -> Option<Server> {
        let layout = SCREEN.layout();
        let layout = layout.map_err(|refusal| sdk::log!("no screen in slot 1: {refusal}")).ok()?;
        let font = read_font();
        let font = font.map_err(|refusal| sdk::log!("no font in slot 2: {refusal}")).ok()?;
        let font = font.map_err(|error| sdk::log!("the font is refused: {error}")).ok()?;
        sdk::log!(
            "screen {}x{}, font {}x{} with {} glyphs",
            layout.width,
            layout.height,
            font.width,
            font.height,
            font.glyph_count()
        );
        let grants = Grants::new();
        let sources = Sources { clock: grants.clock(), processes: grants.processes() };
        let band = Band::new(SCREEN, layout);
        let band = band.map_err(|_| sdk::log!("no memory for a row of the screen")).ok()?;
        let Some(mut desk) = Desk::new(font, band.screen()) else {
            sdk::log!("no memory for the desk");
            return None;
        };
        desk.set_status(sources.status(&desk.theme));
        let (pointer, focus) = (Pointer::new(), Focus::default());
        Some(Server { desk, band, pointer, focus, sources, tick: TICK, unseen: Some(0) })
    }

    /// How long it may wait for the next message; `None` if as long as it takes.
    pub(crate) fn patience(&self) -> Option<Duration> {
        let now = self.sources.clock?.now().ok()?;
        match self.unseen {
            Some(_) => Some(Duration::ZERO),
            None => Some(self.tick.saturating_sub(now)),
        }
    }

    /// Does what a message asks for. The error is why not.
    pub(crate) fn serve(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        let served = match message.sender() {
            KERNEL => self.hear(message),
            _ => self.answer(message),
        };
        let shown = match self.unseen {
            // Without a clock it cannot be known whether more waits.
            Some(count) if count == MESSAGES_PER_FRAME || self.sources.clock.is_none() => {
                self.show()
            }
            Some(count) => {
                self.unseen = Some(count + 1);
                Ok(())
            }
            None => Ok(()),
        };
        served.and(shown)
    }

    /// Nothing waits to be served.
    pub(crate) fn rest(&mut self) -> Result<(), Refusal> {
        let now = self.sources.clock.and_then(|clock| clock.now().ok()).unwrap_or_default();
        if self.tick <= now {
            self.tick = Duration::from_secs(now.as_secs()) + TICK;
            self.desk.set_status(self.sources.status(&self.desk.theme));
        }
        self.show()
    }

    /// Shows what has changed.
    fn show(&mut self) -> Result<(), Refusal> {
        self.unseen = None;
        self.pointer.drag(&mut self.desk);
        let arrow = self.pointer.arrow(&mut self.desk);
        self.desk.repaint(&mut self.band, arrow)
    }

    /// Does what a client asks for.
    fn answer(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        let key = Key { client: message.sender(), badge: message.badge() };
        let request = Request::decode(message.opcode(), message.payload());
        let list = self.desk.list(key);
        match request.ok_or(Refusal::OutOfRange)? {
            Request::Text(at, ink, text) => list.text(at, Style { ink, paper: None }, text)?,
            Request::TextOn(at, ink, paper, text) => {
                list.text(at, Style { ink, paper: Some(paper) }, text)?;
            }
            Request::Fill(rectangle, colour) => list.fill(rectangle, colour)?,
            Request::Flush => {
                self.desk.finish(key);
                self.change();
            }
            Request::Open(title) => self.open(message, key, None, title)?,
            Request::OpenSized(columns, rows, title) => {
                self.open(message, key, Some((columns, rows)), title)?;
            }
        }
        if !self.desk.has_window(key) {
            // Those who know of no windows need not know of frames.
            self.desk.finish(key);
            self.change();
        }
        match self.desk.focused() {
            Some(window) => self.focus.retry(window.endpoint.handle()),
            None => Ok(()),
        }
    }

    fn open(
        &mut self,
        message: &mut Message<'_>,
        key: Key,
        cells: Option<(u16, u16)>,
        title: &str,
    ) -> Result<(), Refusal> {
        let reply = message.capability().ok_or(Refusal::NoCapability)?;
        match self.desk.open(key, reply, cells, title) {
            Ok(geometry) => {
                // The window has it from now on, also if its client cannot be told.
                message.take_capability().map(Owned::keep);
                let told = Endpoint::new(reply).send(OPEN, &geometry.encode());
                self.change_focus();
                told
            }
            Err(refusal) => {
                // An answer without a geometry says no.
                message.reply(OPEN, &[])?;
                Err(refusal)
            }
        }
    }

    /// Takes in what the kernel says.
    fn hear(&mut self, message: &Message<'_>) -> Result<(), Refusal> {
        match message.opcode() {
            KEY_EVENT => {
                let payload = message.payload().first_chunk().ok_or(Refusal::BufferTooSmall)?;
                self.press(KeyEvent::decode(payload))
            }
            POINTER_EVENT => {
                let payload = message.payload().first_chunk().ok_or(Refusal::BufferTooSmall)?;
                self.point(PointerEvent::decode(payload))
            }
            EXIT_NOTICE => {
                let dead = Reader::new(message.payload()).u64();
                self.desk.remove(dead.ok_or(Refusal::BufferTooSmall)?);
                self.desk.set_status(self.sources.status(&self.desk.theme));
                self.change_focus();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Hands a key on. Alt and the tabulator give the focus to another window.
    fn press(&mut self, event: KeyEvent) -> Result<(), Refusal> {
        if event.key == key::TAB && event.modifiers & modifier::ALT != 0 {
            if event.pressed {
                self.desk.raise_lowest();
                self.change_focus();
            }
            return Ok(());
        }
        self.hand_on(KEY_EVENT, event.encode())
    }

    fn point(&mut self, event: PointerEvent) -> Result<(), Refusal> {
        let told = self.pointer.happen(event, &mut self.desk);
        self.change_focus();
        match told {
            Some(event) => self.hand_on(POINTER_EVENT, event.encode()),
            None => Ok(()),
        }
    }

    fn hand_on(&mut self, opcode: u32, payload: [u8; KeyEvent::BYTES]) -> Result<(), Refusal> {
        let window = self.desk.focused().ok_or(Refusal::NoCapability)?;
        self.focus.hand_on(window.endpoint.handle(), opcode, payload)
    }

    fn change_focus(&mut self) {
        self.focus.give(self.desk.focused().map(|window| window.serial));
        self.change();
    }

    /// The screen may have to look different.
    fn change(&mut self) {
        self.unseen = self.unseen.or(Some(0));
    }
}

/// Reads the font into memory of its own.
fn read_font() -> Result<Result<Font, FontError>, Refusal> {
    let size = usize::try_from(FONT.size()?).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        return Ok(Err(FontError::NoMemory));
    }
    bytes.resize(size, 0);
    FONT.read(0, &mut bytes)?;
    Ok(Font::parse(bytes))
}
