//! The protocol of the screen service, from both sides.
//!
//! | opcode | payload |
//! |---|---|
//! | [`TEXT`] | x u16, y u16, colour u32, text: draws over what is there |
//! | [`FILL`] | x u16, y u16, width u16, height u16, colour u32 |
//! | [`FLUSH`] | nothing: the screen shows what has been drawn |
//! | [`OPEN`] | title; with an endpoint that the answer and the input go to |
//! | [`TEXT_ON`] | x u16, y u16, colour u32, background u32, text: draws whole cells |
//! | [`OPEN_SIZED`] | columns u16, rows u16, title; otherwise as [`OPEN`] |
//!
//! Opening makes a window, one for each client and badge of the capability that it asks through.
//! The answer, under [`OPEN`], is width u16, height u16, width of a cell u16, its height u16, all in
//! pixels; without a payload it says that there is no room for a window. Places are then those of
//! the window's picture, and everything is cut off at its edges; what is drawn is seen after the
//! next [`FLUSH`]. Who draws without a window draws on the desktop itself
//! and is seen at once.
//!
//! While the window has the focus, it is told of the keys by [`abi::message::KEY_EVENT`] and of the
//! pointer in its picture by [`abi::message::POINTER_EVENT`]. Nothing else is answered. Colours are
//! 0x00RRGGBB. How much of a picture is kept is bounded: what is drawn over something replaces it,
//! and what exceeds the bound is left out.

use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::endpoint;
use crate::endpoint::Endpoint;
use crate::endpoint::PAYLOAD_MAX;
use crate::payload::Reader;
use crate::payload::Writer;

/// Draws text over what is there.
pub const TEXT: u32 = 1;

/// Fills a rectangle.
pub const FILL: u32 = 2;

/// Shows what has been drawn.
pub const FLUSH: u32 = 3;

/// Opens a window.
pub const OPEN: u32 = 4;

/// Draws text on a background.
pub const TEXT_ON: u32 = 7;

/// Opens a window for a picture of so many characters, or as many as the screen has room for.
pub const OPEN_SIZED: u32 = 8;

/// How often a full mailbox is tried again before the service is given up.
pub(crate) const TRIES_MAX: u32 = 1000;

/// Bytes of text that one message can draw.
pub const TEXT_MAX: usize = PAYLOAD_MAX - 12;

/// A colour, 0x00RRGGBB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u32);

/// A place in a picture, in pixels from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
}

/// Some pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// Its upper left corner.
    pub origin: Point,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

/// What a client may count on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// Pixels across one character.
    pub cell_width: u16,
    /// Pixels down one character.
    pub cell_height: u16,
}

impl Geometry {
    /// Writes the answer to [`OPEN`].
    pub fn encode(&self) -> [u8; 8] {
        let mut bytes = [0; 8];
        let words = [self.width, self.height, self.cell_width, self.cell_height];
        for (place, word) in bytes.chunks_exact_mut(2).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// Reads the answer to [`OPEN`]; `None` if it is none, or if a cell has no extent.
    pub fn decode(payload: &[u8]) -> Option<Geometry> {
        let mut reader = Reader::new(payload);
        let geometry = Geometry {
            width: reader.u16()?,
            height: reader.u16()?,
            cell_width: reader.u16()?,
            cell_height: reader.u16()?,
        };
        (geometry.cell_width != 0 && geometry.cell_height != 0).then_some(geometry)
    }
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// Draw text over what is there.
    Text(Point, Colour, &'a str),
    /// Draw text on a background.
    TextOn(Point, Colour, Colour, &'a str),
    /// Fill a rectangle.
    Fill(Rectangle, Colour),
    /// Show what has been drawn.
    Flush,
    /// Open a window with this title.
    Open(&'a str),
    /// Open a window for so many columns and rows, with this title.
    OpenSized(u16, u16, &'a str),
}

impl<'a> Request<'a> {
    /// Reads a request; `None` if it is none.
    pub fn decode(opcode: u32, payload: &'a [u8]) -> Option<Request<'a>> {
        let mut reader = Reader::new(payload);
        match opcode {
            TEXT => {
                let (at, colour) = (point(&mut reader)?, Colour(reader.u32()?));
                Some(Request::Text(at, colour, reader.text()?))
            }
            TEXT_ON => {
                let (at, colour) = (point(&mut reader)?, Colour(reader.u32()?));
                let background = Colour(reader.u32()?);
                Some(Request::TextOn(at, colour, background, reader.text()?))
            }
            FILL => {
                let origin = point(&mut reader)?;
                let (width, height) = (reader.u16()?, reader.u16()?);
                let colour = Colour(reader.u32()?);
                Some(Request::Fill(Rectangle { origin, width, height }, colour))
            }
            FLUSH => Some(Request::Flush),
            OPEN => Some(Request::Open(reader.text()?)),
            OPEN_SIZED => {
                let (columns, rows) = (reader.u16()?, reader.u16()?);
                Some(Request::OpenSized(columns, rows, reader.text()?))
            }
            _ => None,
        }
    }

    /// Its opcode and payload; `None` if its text is longer than a message.
    pub fn encode(&self) -> Option<(u32, Writer)> {
        let mut payload = Writer::new();
        let opcode = match *self {
            Request::Text(at, colour, text) => {
                write_point(&mut payload, at)?;
                payload.u32(colour.0)?;
                payload.bytes(text.as_bytes())?;
                TEXT
            }
            Request::TextOn(at, colour, background, text) => {
                write_point(&mut payload, at)?;
                payload.u32(colour.0)?;
                payload.u32(background.0)?;
                payload.bytes(text.as_bytes())?;
                TEXT_ON
            }
            Request::Fill(rectangle, colour) => {
                write_point(&mut payload, rectangle.origin)?;
                payload.u16(rectangle.width)?;
                payload.u16(rectangle.height)?;
                payload.u32(colour.0)?;
                FILL
            }
            Request::Flush => FLUSH,
            Request::Open(title) => {
                payload.bytes(title.as_bytes())?;
                OPEN
            }
            Request::OpenSized(columns, rows, title) => {
                payload.u16(columns)?;
                payload.u16(rows)?;
                payload.bytes(title.as_bytes())?;
                OPEN_SIZED
            }
        };
        Some((opcode, payload))
    }

    /// Asks the service.
    pub fn send(&self, service: Endpoint) -> Result<(), Refusal> {
        let (opcode, payload) = self.encode().ok_or(Refusal::TooLong)?;
        service.send(opcode, payload.payload())
    }
}

/// Opens a window; where the service has too much to do, others run meanwhile. The geometry and the
/// input come through `reply`, which goes along with the right to send.
pub fn ask_open(service: Endpoint, reply: Handle, title: &str) -> Result<(), Refusal> {
    ask(service, reply, Request::Open(title))
}

/// Opens a window for so many columns and rows.
pub fn ask_open_sized(
    service: Endpoint,
    reply: Handle,
    (columns, rows): (u16, u16),
    title: &str,
) -> Result<(), Refusal> {
    ask(service, reply, Request::OpenSized(columns, rows, title))
}

// Not inlined: the payload would stay on the stack of a caller that goes on for long.
#[inline(never)]
fn ask(service: Endpoint, reply: Handle, request: Request<'_>) -> Result<(), Refusal> {
    let (opcode, payload) = request.encode().ok_or(Refusal::TooLong)?;
    for _ in 0..TRIES_MAX {
        match service.send_with(opcode, payload.payload(), reply, Rights::WRITE) {
            Err(Refusal::Full) => endpoint::pass_turn(),
            other => return other,
        }
    }
    Err(Refusal::Full)
}

fn point(reader: &mut Reader<'_>) -> Option<Point> {
    Some(Point { x: reader.u16()?, y: reader.u16()? })
}

fn write_point(payload: &mut Writer, at: Point) -> Option<()> {
    payload.u16(at.x)?;
    payload.u16(at.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_survive_the_boundary() {
        let at = Point { x: 10, y: 20 };
        let (ink, paper) = (Colour(0x00aa_bbcc), Colour(0x0001_0203));
        let requests = [
            Request::Text(at, ink, "hé"),
            Request::TextOn(at, ink, paper, ""),
            Request::Fill(Rectangle { origin: at, width: 3, height: 4 }, ink),
            Request::Flush,
            Request::Open("shell"),
            Request::OpenSized(40, 12, "clock"),
        ];
        for request in requests {
            let (opcode, payload) = request.encode().unwrap();
            assert_eq!(Request::decode(opcode, payload.payload()), Some(request));
        }
    }

    #[test]
    fn the_seed_layout_of_text_is_kept() {
        let request = Request::Text(Point { x: 10, y: 10 }, Colour(0xff_ffff), "Hi");
        let (opcode, payload) = request.encode().unwrap();
        assert_eq!(opcode, 1);
        assert_eq!(payload.payload(), [10, 0, 10, 0, 0xff, 0xff, 0xff, 0, b'H', b'i']);
    }

    #[test]
    fn garbage_is_no_request() {
        assert_eq!(Request::decode(TEXT, &[1, 2, 3]), None);
        assert_eq!(Request::decode(TEXT, &[0, 0, 0, 0, 0, 0, 0, 0, 0xff]), None);
        assert_eq!(Request::decode(FILL, &[0; 11]), None);
        assert_eq!(Request::decode(99, &[0; 32]), None);
    }

    #[test]
    fn geometry_survives_the_boundary_unless_a_cell_is_flat() {
        let geometry = Geometry { width: 320, height: 240, cell_width: 6, cell_height: 12 };
        assert_eq!(Geometry::decode(&geometry.encode()), Some(geometry));
        assert_eq!(Geometry::decode(&Geometry { cell_width: 0, ..geometry }.encode()), None);
    }
}
