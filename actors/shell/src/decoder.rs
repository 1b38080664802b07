//! From the bytes of a terminal to keys.
//!
//! A terminal sends UTF-8, control characters, and sequences that begin with an escape. They may
//! arrive in pieces of any size. What is none of these is passed over: no bytes are wrong, and none
//! takes memory.

use crate::control::Parser;
use crate::control::Part;
use crate::key::Key;

/// Bytes in, keys out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Decoder {
    parser: Parser,
    /// The beginning of a character, and how many bytes of it there are.
    character: [u8; 4],
    len: usize,
    /// Whether the last byte was a carriage return, so that a line feed behind it is the same key.
    is_return: bool,
}

impl Decoder {
    /// Takes the next byte; says which key it completes.
    pub(crate) fn feed(&mut self, byte: u8) -> Option<Key> {
        let was_return = core::mem::replace(&mut self.is_return, byte == b'\r');
        let len = core::mem::take(&mut self.len);
        match self.parser.feed(byte) {
            Part::Nothing => None,
            Part::Byte(byte) if len != 0 && byte & 0xc0 == 0x80 => self.go_on(len, byte),
            Part::Byte(byte) => self.ground(byte, was_return),
            Part::Keypad(last) => moved(last),
            Part::Sequence(last, [number, ..]) => control(last, number),
        }
    }

    /// A byte that continues nothing.
    fn ground(&mut self, byte: u8, was_return: bool) -> Option<Key> {
        match byte {
            b'\n' if was_return => None,
            0x01..0x20 => Key::from_control(byte | 0x60),
            0x20..0x7f => Some(Key::Text(char::from(byte))),
            0x7f => Some(Key::Backspace),
            0xc2..0xf5 => {
                self.character[0] = byte;
                self.len = 1;
                None
            }
            _ => None,
        }
    }

    fn go_on(&mut self, len: usize, byte: u8) -> Option<Key> {
        self.character[len] = byte;
        let len = len + 1;
        let wanted = match self.character[0] {
            0..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        };
        if len < wanted {
            self.len = len;
            return None;
        }
        // An encoding that is too long, or half of a pair, is no character.
        let character = core::str::from_utf8(&self.character[..len]).ok()?.chars().next()?;
        (!character.is_control()).then_some(Key::Text(character))
    }
}

/// The key whose sequence has this number first and ends so.
fn control(last: u8, number: u8) -> Option<Key> {
    match (last, number) {
        (b'~', 1 | 7) => Some(Key::Home),
        (b'~', 3) => Some(Key::Delete),
        (b'~', 4 | 8) => Some(Key::End),
        (b'~', 5) => Some(Key::PageUp),
        (b'~', 6) => Some(Key::PageDown),
        _ => moved(last),
    }
}

/// The key whose sequence ends so.
fn moved(last: u8) -> Option<Key> {
    match last {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'C' => Some(Key::Right),
        b'D' => Some(Key::Left),
        b'H' => Some(Key::Home),
        b'F' => Some(Key::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut decoder = Decoder::default();
        bytes.iter().filter_map(|byte| decoder.feed(*byte)).collect()
    }

    #[test]
    fn sequences_are_keys() {
        assert_eq!(keys(b"\x1b[A\x1b[B\x1b[C\x1b[D"), [Key::Up, Key::Down, Key::Right, Key::Left]);
        assert_eq!(keys(b"\x1bOH\x1bOF\x1b[1~\x1b[8~"), [Key::Home, Key::End, Key::Home, Key::End]);
        assert_eq!(keys(b"\x1b[3~\x1b[5~\x1b[6~"), [Key::Delete, Key::PageUp, Key::PageDown]);
        assert_eq!(keys(b"\x1b[1;5C\x1b[3;2~"), [Key::Right, Key::Delete], "with modifiers");
        assert_eq!(keys(b"\x7f\x08\t\x03\x15\x0c").len(), 6);
    }

    #[test]
    fn a_line_ends_once_however_it_ends() {
        assert_eq!(keys(b"\r\n"), [Key::Enter]);
        assert_eq!(keys(b"\n\r"), [Key::Enter, Key::Enter]);
        assert_eq!(keys(b"\r\r\n"), [Key::Enter, Key::Enter]);
        assert_eq!(keys(b"\ra\n"), [Key::Enter, Key::Text('a'), Key::Enter]);
        assert_eq!(keys(b"\x1b[1\r"), [Key::Enter], "a broken sequence swallows no line");
    }

    #[test]
    fn unknown_sequences_and_broken_characters_type_nothing() {
        assert_eq!(keys(b"\x1b[200~\x1b[?25h\x1b[99999999999A"), [Key::Up]);
        assert_eq!(keys(b"\xc3a\xff\x80\xe2\x82b"), [Key::Text('a'), Key::Text('b')]);
        assert_eq!(keys(b"\xed\xa0\x80\xc0\xafx"), [Key::Text('x')]);
        assert_eq!(keys(b"\x1bx\x1b\x1b[A"), [Key::Up]);
        assert_eq!(keys(&[0, 0xc2, 0x85]), [], "controls of the upper half type nothing");
    }

    proptest! {
        #[test]
        fn text_is_typed_as_it_is(text in "[^\\pC]*") {
            let typed: String = keys(text.as_bytes())
                .into_iter()
                .map(|key| if let Key::Text(character) = key { character } else { '\0' })
                .collect();
            prop_assert_eq!(typed, text);
        }

        #[test]
        fn no_bytes_are_wrong_and_a_line_can_always_be_ended(bytes: Vec<u8>) {
            let mut decoder = Decoder::default();
            for byte in &bytes {
                if let Some(Key::Text(character)) = decoder.feed(*byte) {
                    prop_assert!(!character.is_control());
                }
            }
            decoder.feed(b'x');
            prop_assert_eq!(decoder.feed(b'\r'), Some(Key::Enter));
        }
    }
}
