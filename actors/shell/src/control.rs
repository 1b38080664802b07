//! Control sequences, as a VT100 has them: what terminals send for keys, and what programs send to
//! move a cursor, to erase and to colour (ECMA-48, chapter 5.4).
//!
//! They may arrive in pieces of any size. A sequence that is broken off by a control character is
//! over, so that none swallows a line.

const ESCAPE: u8 = 0x1b;

/// How many numbers of a sequence are looked at.
const NUMBERS: usize = 4;

/// What came before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing that goes on.
    #[default]
    Ground,
    /// An escape.
    Escape,
    /// The start of a sequence, up to the number of this place.
    Sequence(usize),
    /// The start of a key of the application keypad.
    Keypad,
}

/// What a byte completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Nothing yet, or something that nobody needs.
    Nothing,
    /// This byte, which belongs to no sequence.
    Byte(u8),
    /// A key of the application keypad.
    Keypad(u8),
    /// A sequence that ends so, with its first numbers; 0 where there is none.
    Sequence(u8, [u8; NUMBERS]),
}

/// Bytes in, parts out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parser {
    state: State,
    numbers: [u8; NUMBERS],
}

impl Parser {
    /// Whether the next byte may be taken as it is, unless it is an escape.
    pub(crate) fn is_at_ground(&self) -> bool {
        self.state == State::Ground
    }

    /// Takes the next byte.
    pub(crate) fn feed(&mut self, byte: u8) -> Part {
        let before = core::mem::take(&mut self.state);
        if byte == ESCAPE {
            self.state = State::Escape;
            return Part::Nothing;
        }
        if byte < b' ' {
            return Part::Byte(byte);
        }
        match before {
            State::Ground => return Part::Byte(byte),
            State::Escape if byte == b'[' => {
                self.numbers = [0; NUMBERS];
                self.state = State::Sequence(0);
            }
            State::Escape if byte == b'O' => self.state = State::Keypad,
            State::Escape => (),
            State::Keypad => return Part::Keypad(byte),
            State::Sequence(place) => return self.go_on(place, byte),
        }
        Part::Nothing
    }

    fn go_on(&mut self, place: usize, byte: u8) -> Part {
        self.state = State::Sequence(place);
        match byte {
            b'0'..=b'9' => {
                if let Some(number) = self.numbers.get_mut(place) {
                    *number = number.saturating_mul(10).saturating_add(byte - b'0');
                }
            }
            b';' => self.state = State::Sequence(place + 1),
            // Other parameters and intermediate bytes are no concern of anybody here.
            b' '..0x40 => (),
            _ => {
                self.state = State::Ground;
                return Part::Sequence(byte, self.numbers);
            }
        }
        Part::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(bytes: &[u8]) -> Vec<Part> {
        let mut parser = Parser::default();
        let parts = bytes.iter().map(|byte| parser.feed(*byte));
        parts.filter(|part| *part != Part::Nothing).collect()
    }

    #[test]
    fn sequences_have_numbers_and_an_end() {
        assert_eq!(parts(b"\x1b[A"), [Part::Sequence(b'A', [0; 4])]);
        assert_eq!(parts(b"\x1b[1;31m"), [Part::Sequence(b'm', [1, 31, 0, 0])]);
        assert_eq!(parts(b"\x1b[1;2;3;4;5;999m"), [Part::Sequence(b'm', [1, 2, 3, 4])]);
        assert_eq!(
            parts(b"\x1b[?25h\x1bOH"),
            [Part::Sequence(b'h', [25, 0, 0, 0]), Part::Keypad(b'H')]
        );
    }

    #[test]
    fn a_broken_sequence_swallows_no_control_character() {
        assert_eq!(parts(b"\x1b[1\r"), [Part::Byte(b'\r')]);
        assert_eq!(parts(b"\x1b\n\x1bxy"), [Part::Byte(b'\n'), Part::Byte(b'y')]);
        assert_eq!(parts(b"\x1b[3\x1b[4m"), [Part::Sequence(b'm', [4, 0, 0, 0])]);
    }
}
