//! The pointer: what it shows, moves and points to.

use sdk::abi::input::PointerEvent;

use crate::area::Area;
use crate::cursor;
use crate::desk::Desk;
use crate::desk::Part;

/// The button that acts, which is also what a touch presses.
const PRIMARY: u8 = 1;

/// What the primary button holds while it is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Nothing,
    /// The window of this serial number, at so much right of and below its corner.
    Frame {
        serial: u32,
        right: i32,
        down: i32,
    },
    /// The picture of the window with the focus.
    Client,
}

/// Where it is and what it does.
#[derive(Debug)]
pub(crate) struct Pointer {
    at: PointerEvent,
    held: Held,
    /// A mouse moves without a button, a finger does not: only the one needs an arrow.
    is_mouse: bool,
    /// Where the arrow was painted last.
    painted: Option<(i32, i32)>,
}

impl Pointer {
    pub(crate) fn new() -> Pointer {
        let at = PointerEvent { x: 0, y: 0, buttons: 0 };
        Pointer { at, held: Held::Nothing, is_mouse: false, painted: None }
    }

    /// Something has happened to it. Returns what the client with the focus is told, in the
    /// coordinates of its picture.
    pub(crate) fn happen(&mut self, event: PointerEvent, desk: &mut Desk) -> Option<PointerEvent> {
        let was_down = self.at.buttons & PRIMARY != 0;
        let is_down = event.buttons & PRIMARY != 0;
        self.is_mouse |= self.at.buttons == 0 && event.buttons == 0;
        self.at = event;
        let (x, y) = self.place();
        if is_down && !was_down {
            self.held = hold(x, y, desk);
        }
        let told = match self.held {
            Held::Frame { .. } => None,
            Held::Client => desk.focused().map(|window| window.client),
            Held::Nothing => {
                let client = desk.focused().map(|window| window.client);
                let is_free = matches!(desk.part_at(x, y), Part::Client(_));
                client.filter(|client| is_free && client.has(x, y))
            }
        };
        if !is_down {
            self.drag(desk);
            self.held = Held::Nothing;
        }
        told.map(|client| within(client, event))
    }

    /// Moves what it holds to where it is now. However often it has moved meanwhile, this is done
    /// once for a frame.
    pub(crate) fn drag(&self, desk: &mut Desk) {
        if let Held::Frame { serial, right, down } = self.held {
            let (x, y) = self.place();
            desk.move_to(serial, x - right, y - down);
        }
    }

    /// Where the arrow is to be painted in the frame that comes next.
    pub(crate) fn arrow(&mut self, desk: &mut Desk) -> Option<(i32, i32)> {
        let now = self.is_mouse.then_some(self.place());
        if now != self.painted {
            for (x, y) in self.painted.into_iter().chain(now) {
                desk.spoil_area(cursor::area(x, y));
            }
            self.painted = now;
        }
        now
    }

    fn place(&self) -> (i32, i32) {
        (self.at.x.into(), self.at.y.into())
    }
}

/// Takes hold of what is at a place, and raises the window that it belongs to.
fn hold(x: i32, y: i32, desk: &mut Desk) -> Held {
    match desk.part_at(x, y) {
        Part::Title(index) => {
            let window = desk.window(index);
            let frame = window.frame(&desk.theme);
            let serial = window.serial;
            desk.raise(index);
            Held::Frame { serial, right: x - frame.left, down: y - frame.top }
        }
        Part::Client(index) => {
            desk.raise(index);
            Held::Client
        }
        Part::Tab(index) => {
            desk.raise(index);
            Held::Nothing
        }
        Part::Nothing => Held::Nothing,
    }
}

/// The same in the coordinates of a picture, at its nearest pixel.
fn within(client: Area, event: PointerEvent) -> PointerEvent {
    let nearest = |at: u16, begin: i32, end: i32| {
        let inside = (i32::from(at) - begin).min(end - begin - 1).max(0);
        u16::try_from(inside).unwrap_or(u16::MAX)
    };
    PointerEvent {
        x: nearest(event.x, client.left, client.right),
        y: nearest(event.y, client.top, client.bottom),
        buttons: event.buttons,
    }
}
