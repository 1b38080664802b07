//! Where the keys of the terminal come from: each byte of the line is a message, but a shared
//! terminal is asked for what was typed, and so keeps what is typed ahead.

use sdk::Handle;
use sdk::Refusal;
use sdk::abi::message::SERIAL_EVENT;
use sdk::endpoint;
use sdk::endpoint::KERNEL;
use sdk::endpoint::Message;
use sdk::tty;

use crate::decoder::Decoder;
use crate::key::Key;

/// Bytes that are asked for at once: fewer than keys are kept.
const BYTES_MAX: u32 = 32;

/// How often a terminal that has too much to do is asked again.
const TRIES: usize = 64;

/// Bytes in, keys out.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    decoder: Decoder,
    /// The terminal that is to be asked, and where it answers.
    source: Option<(tty::Terminal, Handle)>,
    /// Whether it has been asked and has not answered.
    is_asked: bool,
}

impl Typed {
    /// From now on keys come from this terminal, through this address.
    pub(crate) fn share(&mut self, terminal: tty::Terminal, address: Handle) {
        self.source = Some((terminal, address));
    }

    /// From now on no keys come.
    pub(crate) fn end(&mut self) {
        self.source = None;
    }

    /// Asks for what is typed, if that must be asked for. Whether the terminal has ended is told by
    /// its notice.
    pub(crate) fn ask(&mut self) {
        let Some((terminal, address)) = self.source.filter(|_| !self.is_asked) else { return };
        let mut asked = terminal.ask_read(address, BYTES_MAX);
        for _ in 0..TRIES {
            if asked != Err(Refusal::Full) {
                break;
            }
            endpoint::pass_turn();
            asked = terminal.ask_read(address, BYTES_MAX);
        }
        self.is_asked = asked.is_ok();
    }

    /// Tells the keys in what the kernel says of the line, or in what the terminal says.
    pub(crate) fn keys(&mut self, message: &Message<'_>, each: &mut dyn FnMut(Key)) {
        let bytes = match message.opcode() {
            SERIAL_EVENT if message.sender() == KERNEL => message.payload(),
            tty::INTERRUPT => return each(Key::Interrupt),
            tty::READ => {
                self.is_asked = false;
                tty::status(message).map_or(&[][..], |(_, bytes)| bytes)
            }
            _ => return,
        };
        for byte in bytes {
            if let Some(key) = self.decoder.feed(*byte) {
                each(key);
            }
        }
    }
}
