//! What a key means, wherever it was pressed.

use sdk::abi::input::KeyEvent;
use sdk::abi::input::key;
use sdk::abi::input::modifier;

/// The keys A and Z (USB HID Usage Tables 1.5, page 0x07); the letters between them follow in order.
const KEY_A: u16 = 0x04;
const KEY_Z: u16 = 0x1d;

/// A key that does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// It types this character, which is no control character.
    Text(char),
    /// The line is done.
    Enter,
    /// The word is to be completed.
    Tab,
    /// The character before the cursor goes.
    Backspace,
    /// The character at the cursor goes.
    Delete,
    Left,
    Right,
    Home,
    End,
    /// The line before.
    Up,
    /// The line behind.
    Down,
    PageUp,
    PageDown,
    /// Whatever is going on is to end.
    Interrupt,
    /// The line goes.
    EraseLine,
    /// The word before the cursor goes.
    EraseWord,
    /// The screen is to be empty.
    Clear,
}

impl Key {
    /// What a key of a keyboard means when it goes down.
    pub(crate) fn from_event(event: &KeyEvent) -> Option<Key> {
        let named = match event.key {
            key::ENTER => Key::Enter,
            key::TAB => Key::Tab,
            key::BACKSPACE => Key::Backspace,
            key::DELETE => Key::Delete,
            key::LEFT => Key::Left,
            key::RIGHT => Key::Right,
            key::HOME => Key::Home,
            key::END => Key::End,
            key::UP => Key::Up,
            key::DOWN => Key::Down,
            key::PAGE_UP => Key::PageUp,
            key::PAGE_DOWN => Key::PageDown,
            key::ESCAPE => Key::EraseLine,
            KEY_A..=KEY_Z if event.modifiers & modifier::CONTROL != 0 => {
                return Key::from_control(b'a' + (event.key - KEY_A) as u8);
            }
            _ if event.modifiers & modifier::CONTROL != 0 => return None,
            _ => return event.text.filter(|character| !character.is_control()).map(Key::Text),
        };
        Some(named)
    }

    /// What a small letter means together with the control key, as terminals and editors have it.
    pub(crate) fn from_control(letter: u8) -> Option<Key> {
        let key = match letter {
            b'a' => Key::Home,
            b'b' => Key::Left,
            b'c' => Key::Interrupt,
            b'd' => Key::Delete,
            b'e' => Key::End,
            b'f' => Key::Right,
            b'h' => Key::Backspace,
            b'i' => Key::Tab,
            b'j' | b'm' => Key::Enter,
            b'l' => Key::Clear,
            b'n' => Key::Down,
            b'p' => Key::Up,
            b'u' => Key::EraseLine,
            b'w' => Key::EraseWord,
            _ => return None,
        };
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(key: u16, modifiers: u8, text: Option<char>) -> Option<Key> {
        Key::from_event(&KeyEvent { key, pressed: true, modifiers, text })
    }

    #[test]
    fn a_key_types_its_character_unless_it_has_a_name_or_control_is_held() {
        assert_eq!(pressed(0x06, 0, Some('c')), Some(Key::Text('c')));
        assert_eq!(pressed(0x06, modifier::CONTROL, Some('c')), Some(Key::Interrupt));
        assert_eq!(pressed(0x1d, modifier::CONTROL, Some('z')), None);
        assert_eq!(pressed(0x2f, modifier::CONTROL, Some('[')), None);
        assert_eq!(pressed(key::ENTER, 0, Some('\n')), Some(Key::Enter));
        assert_eq!(pressed(0, 0, Some('é')), Some(Key::Text('é')));
        assert_eq!(pressed(0, 0, Some('\u{7}')), None);
        assert_eq!(pressed(0x3a, 0, None), None);
    }
}
