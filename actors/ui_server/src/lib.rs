//! Ui server: draws for others and hands them the keys and the pointer.
//!
//! It is given, in slot 1, the framebuffer, in slot 2, memory with a PSF2 font, then keyboard,
//! pointer and a log, where there are. It does what [`sdk::ui`] says, on any resolution and pixel
//! format. Nobody can make it fail: what is no request is left out and said so in the log, though
//! not every time, and everything is cut off at the edges of the screen.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod font;
mod canvas;
mod focus;

use alloc::vec::Vec;
use sdk::Refusal;
use sdk::abi::message::EXIT_NOTICE;
use sdk::abi::message::KEY_EVENT;
use sdk::abi::message::POINTER_EVENT;
use sdk::endpoint::Inbox;
use sdk::endpoint::KERNEL;
use sdk::endpoint::Message;
use sdk::log::Sparse;
use sdk::memory::Memory;
use sdk::payload::Reader;
use sdk::screen::Screen;
use sdk::ui::Geometry;
use sdk::ui::OPEN;
use sdk::ui::Request;

use crate::canvas::Canvas;
use crate::canvas::Target;
use crate::focus::Focus;
use crate::font::Font;
use crate::font::FontError;

const SCREEN: Screen = Screen::slot(1);
const FONT: Memory = Memory::slot(2);

sdk::heap!(24 * 1024);
sdk::entry!(main);

fn main() {
    let Some(mut server) = Server::start() else {
        sdk::entry::exit(1);
    };
    let mut inbox = Inbox::new();
    let mut complaints = Sparse::default();
    loop {
        let mut message = match inbox.receive() {
            Ok(message) => message,
            Err(refusal) => {
                sdk::log!("cannot receive: {refusal}");
                sdk::entry::exit(1);
            }
        };
        if let Err(refusal) = server.serve(&mut message)
            && let Some(count) = complaints.count()
        {
            let (opcode, sender) = (message.opcode(), message.sender());
            sdk::log!("opcode {opcode} of {sender:#x} left out: {refusal} (complaint {count})");
        }
    }
}

impl Target for Screen {
    fn write(&mut self, offset: u32, pixels: &[u8]) -> Result<(), Refusal> {
        Screen::write(*self, offset, pixels)
    }
}

struct Server {
    geometry: Geometry,
    canvas: Canvas<Screen>,
    focus: Focus,
}

impl Server {
    /// Looks at screen and font; the log says why there is no server.
    fn start() -> Option<Server> {
        let layout = SCREEN.layout();
        let layout = layout.map_err(|refusal| sdk::log!("no screen in slot 1: {refusal}")).ok()?;
        let font = read_font();
        let font = font.map_err(|refusal| sdk::log!("no font in slot 2: {refusal}")).ok()?;
        let font = font.map_err(|error| sdk::log!("the font is refused: {error}")).ok()?;
        let pixels = |count: u32| u16::try_from(count).unwrap_or(u16::MAX);
        let geometry = Geometry {
            width: pixels(layout.width),
            height: pixels(layout.height),
            cell_width: pixels(font.width),
            cell_height: pixels(font.height),
        };
        sdk::log!(
            "screen {}x{}, font {}x{} with {} glyphs",
            layout.width,
            layout.height,
            font.width,
            font.height,
            font.glyph_count()
        );
        let canvas = Canvas::new(SCREEN, layout, font);
        let canvas = canvas.map_err(|_| sdk::log!("no memory for a row of the screen")).ok()?;
        Some(Server { geometry, canvas, focus: Focus::default() })
    }

    /// Does what a message asks for. The error is why not.
    fn serve(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        if message.sender() == KERNEL {
            return self.hear(message);
        }
        let request = Request::decode(message.opcode(), message.payload());
        match request.ok_or(Refusal::OutOfRange)? {
            Request::Text(at, ink, text) => self.canvas.text(at, ink, text)?,
            Request::TextOn(at, ink, paper, text) => self.canvas.text_on(at, ink, paper, text)?,
            Request::Fill(rectangle, colour) => self.canvas.fill(rectangle, colour)?,
            Request::Flush => SCREEN.flush()?,
            Request::Open(_) => self.open(message)?,
        }
        self.focus.retry()
    }

    /// Takes in what the kernel says.
    fn hear(&mut self, message: &Message<'_>) -> Result<(), Refusal> {
        match message.opcode() {
            KEY_EVENT | POINTER_EVENT => self.focus.hand_on(message.opcode(), message.payload()),
            EXIT_NOTICE => {
                let dead = Reader::new(message.payload()).u64();
                self.focus.bereave(dead.ok_or(Refusal::BufferTooSmall)?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        message.reply(OPEN, &self.geometry.encode())?;
        let client = message.take_capability().ok_or(Refusal::NoCapability)?;
        self.focus.give(message.sender(), client);
        Ok(())
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
