//! The protocol of a terminal, from both sides.
//!
//! | opcode | request | answer |
//! |---|---|---|
//! | [`READ`] | bytes wanted at most u32 | status = bytes, then the bytes |
//! | [`WRITE`] | bytes | status = bytes |
//! | [`GET_MODES`] | | status = [`Modes`] |
//! | [`SET_MODES`] | [`Modes`] u32 | status |
//! | [`GET_SIZE`] | | status, columns u16, rows u16 |
//! | [`SET_SIZE`] | columns u16, rows u16 | status |
//! | [`FOREGROUND`] | (an endpoint is passed along) | status |
//! | [`BACKGROUND`] | | status |
//! | [`OPEN`] | | status; a file as the capability |
//! | [`INTERRUPT`], [`RESIZED`] | (told to the foreground) | |
//!
//! A request comes with an endpoint to answer through, so that one can wait for the answer as for a
//! call, or do something else meanwhile. An answer has the opcode of its request; its status is an
//! i32: 0 or more, or the code of a [`Refusal`].
//!
//! [`READ`] is answered when there is something to read: with canonical input a line, which the
//! line feed ends, or nothing at all for the end of input; otherwise what has been typed. [`WRITE`]
//! is answered when all of the bytes have been taken, so that nobody writes more than the line can
//! take; the bytes of one request stay together.
//!
//! While somebody is in the foreground, others wait with their reads until it is theirs or free,
//! and nobody else changes the modes. Who becomes the foreground puts the one before behind itself.
//! When it goes back or dies, the one behind is in front again, with the modes it had; without one,
//! they are [`Modes::COOKED`]. What the interrupt key interrupts is the foreground: it is told so
//! through the endpoint it passed, past everything that waits to be read.
//!
//! The file that [`OPEN`] gives is the terminal in the file protocol ([`abi::file`]), as a file
//! server hands it out under a path: reading at any offset is [`READ`], writing [`WRITE`].

use abi::handle::Handle;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::capability;
use crate::capability::Owned;
use crate::endpoint::Endpoint;
use crate::endpoint::Inbox;
use crate::endpoint::Message;
use crate::payload::Reader;

/// Reads what was typed.
pub const READ: u32 = 0x5454_5901;
/// Shows bytes.
pub const WRITE: u32 = 0x5454_5902;
/// Which modes there are.
pub const GET_MODES: u32 = 0x5454_5903;
/// Changes the modes; takes the foreground.
pub const SET_MODES: u32 = 0x5454_5904;
/// How large the terminal is.
pub const GET_SIZE: u32 = 0x5454_5905;
/// Says how large the terminal is.
pub const SET_SIZE: u32 = 0x5454_5906;
/// Puts the asker in front.
pub const FOREGROUND: u32 = 0x5454_5907;
/// Puts who was behind the asker in front again.
pub const BACKGROUND: u32 = 0x5454_5908;
/// Gives the terminal as a file.
pub const OPEN: u32 = 0x5454_5909;
/// What goes on is to end.
pub const INTERRUPT: u32 = 0x5454_590a;
/// The terminal has another size. Payload: columns u16, rows u16.
pub const RESIZED: u32 = 0x5454_590b;

/// The name under which the first terminal is found.
pub const NAME: &str = "/dev/tty1";

/// Bytes that one answer to [`READ`] can have.
pub const READ_MAX: usize = crate::endpoint::PAYLOAD_MAX - 4;

/// How a terminal treats what is typed and shown, in the words of POSIX (General Terminal
/// Interface, chapter 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modes(u32);

impl Modes {
    /// None of them: bytes as they come and go.
    pub const RAW: Modes = Modes(0);
    /// ICANON: input is lines, which can be edited before they are read.
    pub const CANONICAL: Modes = Modes(1);
    /// ECHO: what is typed is shown.
    pub const ECHO: Modes = Modes(2);
    /// ISIG: Ctrl+C interrupts and is not read.
    pub const SIGNALS: Modes = Modes(4);
    /// ICRNL: a carriage return that is typed is a line feed.
    pub const RETURN_IS_NEWLINE: Modes = Modes(8);
    /// ONLCR: a line feed that is shown goes to the first column too.
    pub const NEWLINE_RETURNS: Modes = Modes(16);
    /// IXON: Ctrl+S stops what is shown, and Ctrl+Q lets it go on.
    pub const FLOW: Modes = Modes(32);
    /// What a terminal begins with: all of them.
    pub const COOKED: Modes = Modes(63);

    /// As a word.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The modes of a word; `None` if it has others.
    pub const fn from_bits(bits: u32) -> Option<Modes> {
        if bits & !Modes::COOKED.0 == 0 { Some(Modes(bits)) } else { None }
    }

    /// Whether all of these are set.
    pub const fn has(self, wanted: Modes) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Modes) -> Modes {
        Modes(self.0 | others.0)
    }

    /// These without those.
    #[must_use]
    pub const fn without(self, others: Modes) -> Modes {
        Modes(self.0 & !others.0)
    }
}

/// Columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Characters in a row.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    /// Bytes of the encoded form: columns u16, rows u16.
    pub const BYTES: usize = 4;

    /// The size that terminals have had since the VT100.
    pub const PLAIN: Size = Size { columns: 80, rows: 24 };

    /// The bytes that cross the boundary.
    pub fn encode(self) -> [u8; Size::BYTES] {
        let [a, b] = self.columns.to_le_bytes();
        let [c, d] = self.rows.to_le_bytes();
        [a, b, c, d]
    }

    /// The inverse of [`Size::encode`]; `None` for a terminal without room.
    pub fn decode(bytes: &[u8]) -> Option<Size> {
        let mut reader = Reader::new(bytes);
        let size = Size { columns: reader.u16()?, rows: reader.u16()? };
        (size.columns != 0 && size.rows != 0).then_some(size)
    }
}

/// The status of an answer and what stands behind it.
pub fn status<'a>(message: &Message<'a>) -> Result<(u32, &'a [u8]), Refusal> {
    let mut reader = Reader::new(message.payload());
    let status = reader.u32().ok_or(Refusal::NotAvailable)?.cast_signed();
    match u32::try_from(status) {
        Ok(status) => Ok((status, reader.rest())),
        Err(_) => Err(Refusal::from_code(i64::from(status)).unwrap_or(Refusal::NotAvailable)),
    }
}

/// A terminal, as its clients have it.
///
/// ```no_run
/// use sdk::endpoint::Endpoint;
/// use sdk::endpoint::Inbox;
/// use sdk::tty::Modes;
/// use sdk::tty::Terminal;
///
/// let terminal = Terminal::new(Endpoint::slot(1));
/// let mut inbox = Inbox::new();
/// let asked = terminal.write(&mut inbox, b"what is your name? ");
/// if let Ok(line) = asked.and_then(|()| terminal.read(&mut inbox, 255)) {
///     sdk::log!("{} bytes of name", line.len());
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal(Endpoint);

impl Terminal {
    /// The terminal that this endpoint serves.
    pub const fn new(endpoint: Endpoint) -> Terminal {
        Terminal(endpoint)
    }

    /// Its endpoint.
    pub const fn endpoint(self) -> Endpoint {
        self.0
    }

    /// Waits for something to read. With canonical input nothing is the end of input.
    pub fn read(self, inbox: &mut Inbox, max: u32) -> Result<&[u8], Refusal> {
        let message = inbox.call(self.0, READ, &max.to_le_bytes())?;
        status(&message).map(|(_, bytes)| bytes)
    }

    /// Asks for something to read. The answer comes through `reply`, which goes along with the
    /// right to send.
    pub fn ask_read(self, reply: Handle, max: u32) -> Result<(), Refusal> {
        self.0.send_with(READ, &max.to_le_bytes(), reply, Rights::WRITE)
    }

    /// Shows bytes, as many as there are, and waits until the terminal has taken them.
    pub fn write(self, inbox: &mut Inbox, bytes: &[u8]) -> Result<(), Refusal> {
        for piece in bytes.chunks(crate::endpoint::PAYLOAD_MAX) {
            status(&inbox.call(self.0, WRITE, piece)?)?;
        }
        Ok(())
    }

    /// Which modes there are.
    pub fn modes(self, inbox: &mut Inbox) -> Result<Modes, Refusal> {
        let (bits, _) = status(&inbox.call(self.0, GET_MODES, &[])?)?;
        Modes::from_bits(bits).ok_or(Refusal::NotAvailable)
    }

    /// Changes the modes; [`Refusal::NoRight`] for who is not in the foreground.
    pub fn set_modes(self, inbox: &mut Inbox, modes: Modes) -> Result<(), Refusal> {
        status(&inbox.call(self.0, SET_MODES, &modes.bits().to_le_bytes())?).map(|_| ())
    }

    /// How large it is.
    pub fn size(self, inbox: &mut Inbox) -> Result<Size, Refusal> {
        let (_, rest) = status(&inbox.call(self.0, GET_SIZE, &[])?)?;
        Size::decode(rest).ok_or(Refusal::NotAvailable)
    }

    /// Says how large it is; the foreground is told.
    pub fn set_size(self, inbox: &mut Inbox, size: Size) -> Result<(), Refusal> {
        status(&inbox.call(self.0, SET_SIZE, &size.encode())?).map(|_| ())
    }

    /// Asks to be the foreground. The answer and every interrupt come through `address`, which goes
    /// along with the right to send; when its owner dies, the terminal knows.
    pub fn ask_foreground(self, address: Handle) -> Result<(), Refusal> {
        self.0.send_with(FOREGROUND, &[], address, Rights::WRITE)
    }

    /// Puts who was behind this actor in front again.
    pub fn leave_foreground(self, inbox: &mut Inbox) -> Result<(), Refusal> {
        status(&inbox.call(self.0, BACKGROUND, &[])?).map(|_| ())
    }

    /// The terminal as a file, to be passed on. For a file server that hands it out under a path.
    pub fn open(self, inbox: &mut Inbox) -> Result<Owned, Refusal> {
        let mut message = inbox.call(self.0, OPEN, &[])?;
        status(&message)?;
        let file = message.take_capability().ok_or(Refusal::NotAvailable)?;
        match capability::info(file.handle())?.kind {
            ObjectKind::File => Ok(file),
            _ => Err(Refusal::WrongObject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_bits_and_no_others() {
        for bits in 0..=Modes::COOKED.bits() {
            assert_eq!(Modes::from_bits(bits).map(Modes::bits), Some(bits));
        }
        assert_eq!(Modes::from_bits(Modes::COOKED.bits() + 1), None);
        let quiet = Modes::COOKED.without(Modes::ECHO);
        assert!(quiet.has(Modes::CANONICAL.and(Modes::SIGNALS)) && !quiet.has(Modes::ECHO));
    }

    #[test]
    fn a_size_survives_the_boundary_unless_it_is_empty() {
        let size = Size { columns: 132, rows: 50 };
        assert_eq!(Size::decode(&size.encode()), Some(size));
        assert_eq!(Size::decode(&Size { columns: 0, rows: 1 }.encode()), None);
        assert_eq!(Size::decode(&[80, 0, 24]), None);
    }
}
