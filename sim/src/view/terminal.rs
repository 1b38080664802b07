//! A key as a terminal sends it: UTF-8, control characters, and the sequences of an xterm (ECMA-48,
//! section 5.4).

use abi::input::KeyEvent;
use abi::input::key;
use abi::input::modifier;

/// What a terminal sends for a key, if anything: nothing when it is released.
pub(crate) fn sent(event: &KeyEvent) -> Vec<u8> {
    if !event.pressed {
        return Vec::new();
    }
    let fixed: Option<&[u8]> = match event.key {
        key::ENTER => Some(b"\r"),
        key::ESCAPE => Some(b"\x1b"),
        key::BACKSPACE => Some(b"\x7f"),
        key::TAB => Some(b"\t"),
        key::UP => Some(b"\x1b[A"),
        key::DOWN => Some(b"\x1b[B"),
        key::RIGHT => Some(b"\x1b[C"),
        key::LEFT => Some(b"\x1b[D"),
        key::HOME => Some(b"\x1b[H"),
        key::END => Some(b"\x1b[F"),
        key::DELETE => Some(b"\x1b[3~"),
        key::PAGE_UP => Some(b"\x1b[5~"),
        key::PAGE_DOWN => Some(b"\x1b[6~"),
        _ => None,
    };
    if let Some(bytes) = fixed {
        return bytes.to_vec();
    }
    if event.modifiers & modifier::CONTROL != 0 {
        return control(event.key).into_iter().collect();
    }
    let text = event.text.filter(|character| !character.is_control());
    text.map(|character| character.to_string().into_bytes()).unwrap_or_default()
}

/// What Ctrl makes of a letter. Its usage ids are in the order of the alphabet, from `a` on (HID
/// Usage Tables, chapter "Keyboard/Keypad Page").
fn control(usage: u16) -> Option<u8> {
    const A: u16 = 0x04;
    let place = usage.checked_sub(A).filter(|place| *place < 26)?;
    Some(place as u8 + 1)
}

#[cfg(test)]
mod tests {
    use devices::keyboard;

    use super::*;

    fn sent_by(events: Vec<KeyEvent>) -> Vec<u8> {
        events.iter().flat_map(sent).collect()
    }

    #[test]
    fn what_is_typed_is_sent_once_and_enter_is_a_carriage_return() {
        assert_eq!(sent_by(keyboard::typed("cat Motd.txt\n")), b"cat Motd.txt\r");
        assert_eq!(sent_by(keyboard::typed("ä")), "ä".as_bytes());
    }

    #[test]
    fn keys_without_a_character_are_sequences() {
        let sequences: [(&str, &[u8]); 4] =
            [("Up", b"\x1b[A"), ("Left", b"\x1b[D"), ("Home", b"\x1b[H"), ("Delete", b"\x1b[3~")];
        for (name, bytes) in sequences {
            assert_eq!(sent_by(keyboard::chord(name).unwrap()), bytes, "{name}");
        }
        assert_eq!(sent_by(keyboard::chord("Backspace").unwrap()), b"\x7f");
    }

    #[test]
    fn a_letter_with_control_is_its_place_in_the_alphabet() {
        assert_eq!(sent_by(keyboard::chord("Ctrl+c").unwrap()), b"\x03");
        assert_eq!(sent_by(keyboard::chord("Ctrl+u").unwrap()), b"\x15");
    }
}
