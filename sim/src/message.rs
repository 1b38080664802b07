//! Messages that were sent, as a scenario looks for them. There are many, so they are kept close
//! together.

use std::rc::Rc;

/// A message that an actor sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageSeen<'a> {
    /// The board's index.
    pub board: usize,
    /// Who sent it.
    pub from: &'a str,
    /// Whose mailbox it went to.
    pub to: &'a str,
    /// What it is about.
    pub opcode: u32,
    /// The start of its payload.
    pub payload: &'a [u8],
}

/// All of them, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Messages {
    heads: Vec<Head>,
    /// Their payloads, one behind the other.
    payloads: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Head {
    board: usize,
    from: Rc<str>,
    to: Rc<str>,
    opcode: u32,
    /// Where its payload begins; it ends where the next one's does.
    start: usize,
}

impl Messages {
    /// Adds one.
    pub fn push(
        &mut self,
        board: usize,
        (from, to): (Rc<str>, Rc<str>),
        opcode: u32,
        payload: &[u8],
    ) {
        self.heads.push(Head { board, from, to, opcode, start: self.payloads.len() });
        self.payloads.extend_from_slice(payload);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// All but the first so many.
    pub fn since(&self, first: usize) -> impl Iterator<Item = MessageSeen<'_>> {
        let heads = self.heads[first..].iter().enumerate();
        heads.map(move |(index, head)| {
            let end = self.heads.get(first + index + 1);
            let end = end.map_or(self.payloads.len(), |next| next.start);
            MessageSeen {
                board: head.board,
                from: &head.from,
                to: &head.to,
                opcode: head.opcode,
                payload: &self.payloads[head.start..end],
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_its_own_payload_wherever_one_begins_to_look() {
        let mut messages = Messages::default();
        for (opcode, payload) in [(1, "ab"), (2, ""), (3, "cde")] {
            messages.push(0, ("a".into(), "b".into()), opcode, payload.as_bytes());
        }
        let seen = |first| -> Vec<(u32, &[u8])> {
            messages.since(first).map(|message| (message.opcode, message.payload)).collect()
        };
        assert_eq!(seen(0), [(1, &b"ab"[..]), (2, b""), (3, b"cde")]);
        assert_eq!(seen(2), [(3, &b"cde"[..])]);
        assert_eq!(seen(3), []);
        assert_eq!((messages.len(), messages.is_empty()), (3, false));
    }
}
