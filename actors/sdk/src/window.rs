//! A window of the screen service, as its client has it.
//!
//! ```no_run
//! use sdk::endpoint::Endpoint;
//! use sdk::endpoint::Inbox;
//! use sdk::palette;
//! use sdk::ui::Point;
//! use sdk::window::Event;
//! use sdk::window::Window;
//!
//! fn greet() -> Result<(), sdk::Refusal> {
//!     let mut inbox = Inbox::new();
//!     let window = Window::open(Endpoint::slot(1), None, &mut inbox, (20, 3), "greeting")?;
//!     let mut presses = 0;
//!     loop {
//!         window.fill(window.picture(), palette::GROUND)?;
//!         let text = if presses % 2 == 0 { "Hello." } else { "Ouch." };
//!         window.text(Point { x: 8, y: 8 }, palette::TEXT, palette::GROUND, text)?;
//!         window.show()?;
//!         match window.event(&inbox.receive()?) {
//!             Some(Event::Pointer(event)) if event.buttons != 0 => presses += 1,
//!             Some(Event::Closed) => return Ok(()),
//!             _ => (),
//!         }
//!     }
//! }
//! ```

use abi::handle::Handle;
use abi::input::KeyEvent;
use abi::input::PointerEvent;
use abi::message::KEY_EVENT;
use abi::message::POINTER_EVENT;
use abi::refusal::Refusal;
use abi::rights::Rights;
use core::time::Duration;

use crate::capability;
use crate::clock::Clock;
use crate::endpoint;
use crate::endpoint::Endpoint;
use crate::endpoint::Inbox;
use crate::endpoint::Message;
use crate::ui;
use crate::ui::Colour;
use crate::ui::Geometry;
use crate::ui::Point;
use crate::ui::Rectangle;
use crate::ui::Request;
use crate::ui::TEXT_MAX;
use crate::ui::TRIES_MAX;

/// Under which badge the service answers to a window that was opened by [`Window::open`].
const BADGE: u64 = 0x7769_6e64_6f77;

/// How long to wait for a full mailbox each time, if there is a clock.
const PAUSE: Duration = Duration::from_millis(1);

/// A window.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    service: Endpoint,
    clock: Option<Clock>,
    geometry: Geometry,
}

/// What happens to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key went down or up while it had the focus.
    Key(KeyEvent),
    /// The pointer did something in its picture, in whose pixels it is told.
    Pointer(PointerEvent),
    /// The client shall end: the screen service has ended, and the window with it, or a supervisor
    /// asks for it.
    Closed,
}

impl Window {
    /// The window of a client that opened it by itself, with the geometry that was the answer. With
    /// a clock it waits for a service that has too much to do, otherwise it lets others run.
    pub fn new(service: Endpoint, clock: Option<Clock>, geometry: Geometry) -> Window {
        Window { service, clock, geometry }
    }

    /// Opens a window for so many columns and rows, or as many as there is room for, and waits until
    /// it is there. Messages that come meanwhile are lost.
    pub fn open(
        service: Endpoint,
        clock: Option<Clock>,
        inbox: &mut Inbox,
        cells: (u16, u16),
        title: &str,
    ) -> Result<Window, Refusal> {
        let rights = Rights::WRITE | Rights::GRANT;
        let reply = capability::mint(Handle::OWN_ENDPOINT, rights, BADGE)?;
        ui::ask_open_sized(service, reply, cells, title)?;
        loop {
            let message = inbox.receive()?;
            if message.badge() == BADGE && message.opcode() == ui::OPEN {
                let geometry = Geometry::decode(message.payload()).ok_or(Refusal::NoRoom)?;
                return Ok(Window::new(service, clock, geometry));
            }
            if message.exit_notice().is_some() {
                return Err(Refusal::Dead);
            }
        }
    }

    /// Its size and that of a character.
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// All of its picture.
    pub fn picture(&self) -> Rectangle {
        let Geometry { width, height, .. } = self.geometry;
        Rectangle { origin: Point { x: 0, y: 0 }, width, height }
    }

    /// What a message to a client that opened by [`Window::open`] says about its window; `None` if
    /// it is about something else.
    pub fn event(&self, message: &Message<'_>) -> Option<Event> {
        if message.exit_notice().is_some() || message.is_shutdown() {
            return Some(Event::Closed);
        }
        let payload = message.payload().first_chunk().filter(|_| message.badge() == BADGE)?;
        match message.opcode() {
            KEY_EVENT => Some(Event::Key(KeyEvent::decode(payload))),
            POINTER_EVENT => Some(Event::Pointer(PointerEvent::decode(payload))),
            _ => None,
        }
    }

    /// Fills a rectangle.
    pub fn fill(&self, rectangle: Rectangle, colour: Colour) -> Result<(), Refusal> {
        self.ask(Request::Fill(rectangle, colour))
    }

    /// Writes a line on a background, in as many requests as it needs. Returns its characters.
    pub fn text(&self, at: Point, ink: Colour, paper: Colour, text: &str) -> Result<u16, Refusal> {
        let mut count = 0;
        let mut rest = text;
        while !rest.is_empty() {
            let (part, later) = rest.split_at(rest.floor_char_boundary(TEXT_MAX.min(rest.len())));
            let right = self.geometry.cell_width.saturating_mul(count);
            let at = Point { x: at.x.saturating_add(right), ..at };
            self.ask(Request::TextOn(at, ink, paper, part))?;
            count = count.saturating_add(part.chars().count() as u16);
            rest = later;
        }
        Ok(count)
    }

    /// Shows what has been drawn.
    pub fn show(&self) -> Result<(), Refusal> {
        self.ask(Request::Flush)
    }

    /// Asks for something, and waits if the service has too much to do. Not inlined: the payload
    /// would take the stack of every caller.
    #[inline(never)]
    fn ask(&self, request: Request<'_>) -> Result<(), Refusal> {
        for _ in 0..TRIES_MAX {
            match request.send(self.service) {
                Err(Refusal::Full) => match self.clock {
                    Some(clock) => clock.sleep(PAUSE)?,
                    None => endpoint::pass_turn(),
                },
                other => return other,
            }
        }
        Err(Refusal::Full)
    }
}
