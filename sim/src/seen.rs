//! What actors say and how they end, as a scenario looks for it.

use std::rc::Rc;

use abi::exit::ExitKind;
use kernel::trace::Record;
use kernel::trace::What;

use crate::cast::Cast;

/// Something that an actor said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// A line in the log.
    Log {
        /// Who logged it.
        actor: Rc<str>,
        /// The line.
        text: String,
    },
    /// A message.
    Message {
        /// Who sent it.
        from: Rc<str>,
        /// Whose mailbox it went to.
        to: Rc<str>,
        /// What it is about.
        opcode: u32,
        /// The start of its payload.
        payload: &'a [u8],
    },
    /// Nothing more: its life ended.
    Exit {
        /// Whose.
        actor: Rc<str>,
        /// How.
        kind: ExitKind,
    },
}

impl<'a> Seen<'a> {
    /// What a record and its text are to a scenario, if they are anything.
    pub fn of(cast: &Cast, record: &Record, text: &'a [u8]) -> Option<Seen<'a>> {
        let actor = record.actor?;
        match record.what {
            What::Log => Some(Seen::Log {
                actor: cast.name(actor),
                text: String::from_utf8_lossy(text).into_owned(),
            }),
            What::Send { to, opcode, .. } => Some(Seen::Message {
                from: cast.name(actor),
                to: cast.name(to),
                opcode,
                payload: text,
            }),
            What::Exit(reason) => Some(Seen::Exit { actor: cast.name(actor), kind: reason.kind() }),
            _ => None,
        }
    }
}
