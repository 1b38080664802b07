//! Keys and what they type: a US layout, as the simulator's keyboard has it.
//!
//! PS/2 keyboards say which key by scan code set 1 (IBM, "Personal System/2 Hardware Interface
//! Technical Reference", 1988, "Keyboard and Auxiliary Device Controller"), virtio ones by Linux'
//! event codes, which are the same numbers for all but the keys with the prefix 0xE0.

use abi::input::KeyEvent;
use abi::input::key;
use abi::input::modifier;

/// Usage ids of the keys 0x01 to 0x58 of scan code set 1; 0 is no key.
const USAGES: [u8; 0x58] = [
    0x29, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2d, 0x2e, 0x2a, 0x2b, 0x14,
    0x1a, 0x08, 0x15, 0x17, 0x1c, 0x18, 0x0c, 0x12, 0x13, 0x2f, 0x30, 0x28, 0xe0, 0x04, 0x16, 0x07,
    0x09, 0x0a, 0x0b, 0x0d, 0x0e, 0x0f, 0x33, 0x34, 0x35, 0xe1, 0x31, 0x1d, 0x1b, 0x06, 0x19, 0x05,
    0x11, 0x10, 0x36, 0x37, 0x38, 0xe5, 0x55, 0xe2, 0x2c, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
    0x40, 0x41, 0x42, 0x43, 0x53, 0x47, 0x5f, 0x60, 0x61, 0x56, 0x5c, 0x5d, 0x5e, 0x57, 0x59, 0x5a,
    0x5b, 0x62, 0x63, 0x00, 0x00, 0x64, 0x44, 0x45,
];

/// Other keys: behind the prefix 0xE0 of scan code set 1, among Linux' event codes, usage id.
const OTHERS: [(u8, u16, u16); 15] = [
    (0x1c, 96, 0x58),
    (0x1d, 97, 0xe4),
    (0x35, 98, 0x54),
    (0x38, 100, 0xe6),
    (0x47, 102, key::HOME),
    (0x48, 103, key::UP),
    (0x49, 104, key::PAGE_UP),
    (0x4b, 105, key::LEFT),
    (0x4d, 106, key::RIGHT),
    (0x4f, 107, key::END),
    (0x50, 108, key::DOWN),
    (0x51, 109, key::PAGE_DOWN),
    (0x52, 110, 0x49),
    (0x53, 111, key::DELETE),
    (0x5d, 127, 0x65),
];

/// Usage ids of modifiers, and their bits. A modifier alone is no event.
const MODIFIERS: [(u16, u8); 6] = [
    (0xe0, modifier::CONTROL),
    (0xe4, modifier::CONTROL),
    (0xe1, modifier::SHIFT),
    (0xe5, modifier::SHIFT),
    (0xe2, modifier::ALT),
    (0xe6, modifier::ALT),
];

/// What the keys from 0x1e on type: digits, then Enter and the like, then punctuation.
const PLAIN: &[u8; 27] = b"1234567890\n\0\0\t -=[]\\\0;'`,./";
const SHIFTED: &[u8; 27] = b"!@#$%^&*()\n\0\0\t _+{}|\0:\"~<>?";

/// The keyboard: which modifiers are held, and what was begun to be said.
#[derive(Clone, Debug, Default)]
pub struct Keyboard {
    /// Bit n is the n-th of [`MODIFIERS`].
    held: u8,
    has_prefix: bool,
}

impl Keyboard {
    /// A byte of scan code set 1 arrived.
    pub fn scan(&mut self, byte: u8) -> Option<KeyEvent> {
        let has_prefix = core::mem::replace(&mut self.has_prefix, byte == 0xe0);
        let (code, is_down) = (byte & 0x7f, byte & 0x80 == 0);
        let usage = if has_prefix {
            OTHERS.iter().find(|(scanned, ..)| *scanned == code).map(|other| other.2)
        } else {
            usage(u16::from(code))
        };
        self.turn(usage?, is_down)
    }

    /// A key, by Linux' event code, went down or up.
    pub fn press(&mut self, code: u16, is_down: bool) -> Option<KeyEvent> {
        let other = OTHERS.iter().find(|(_, linux, _)| *linux == code).map(|other| other.2);
        self.turn(other.or_else(|| usage(code))?, is_down)
    }

    fn turn(&mut self, key: u16, is_down: bool) -> Option<KeyEvent> {
        if let Some(index) = MODIFIERS.iter().position(|(usage, _)| *usage == key) {
            let bit = 1 << index;
            self.held = self.held & !bit | if is_down { bit } else { 0 };
            return None;
        }
        let modifiers = self.modifiers();
        let is_typed = is_down && modifiers & (modifier::CONTROL | modifier::ALT) == 0;
        let text = typed(key, modifiers & modifier::SHIFT != 0).filter(|_| is_typed);
        Some(KeyEvent { key, pressed: is_down, modifiers, text })
    }

    fn modifiers(&self) -> u8 {
        let held = MODIFIERS.iter().enumerate().filter(|(index, _)| self.held >> index & 1 != 0);
        held.fold(0, |bits, (_, (_, bit))| bits | bit)
    }
}

fn usage(code: u16) -> Option<u16> {
    let usage = *USAGES.get(usize::from(code).checked_sub(1)?)?;
    (usage != 0).then_some(u16::from(usage))
}

fn typed(key: u16, is_shifted: bool) -> Option<char> {
    let (letter, other) = (key.checked_sub(0x04)?, key.checked_sub(0x1e));
    let first = if is_shifted { b'A' } else { b'a' };
    let byte = match other {
        None => first + letter as u8,
        Some(other) => {
            let table = if is_shifted { SHIFTED } else { PLAIN };
            *table.get(usize::from(other))?
        }
    };
    (byte != 0).then_some(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use devices::keyboard;
    use std::vec::Vec;

    /// The code that types a character, and whether with shift.
    fn code_of(event: &KeyEvent) -> u8 {
        let at = USAGES.iter().position(|usage| u16::from(*usage) == event.key);
        at.expect("every key of the layout has a code") as u8 + 1
    }

    #[test]
    fn every_character_is_typed_as_on_the_keyboard_of_the_simulator() {
        const SHIFT: u8 = 0x2a;
        for character in (' '..='~').chain(['\n', '\t']) {
            let wanted = keyboard::typed(std::format!("{character}").as_str());
            let mut ours = Keyboard::default();
            let code = code_of(&wanted[0]);
            let is_shifted = wanted[0].modifiers & modifier::SHIFT != 0;
            let held: &[u8] = if is_shifted { &[SHIFT] } else { &[] };
            let bytes = held.iter().copied().chain([code, code | 0x80]);
            let events: Vec<_> = bytes.filter_map(|byte| ours.scan(byte)).collect();
            assert_eq!(events, wanted, "{character:?}");
            let mut ours = Keyboard::default();
            let codes = held.iter().map(|code| (*code, true)).chain([(code, true), (code, false)]);
            let events: Vec<_> =
                codes.filter_map(|(code, is_down)| ours.press(code.into(), is_down)).collect();
            assert_eq!(events, wanted, "{character:?}");
        }
    }

    #[test]
    fn named_keys_are_those_of_the_simulator() {
        for (name, codes) in [
            ("Left", [0xe0, 0x4b]),
            ("Up", [0xe0, 0x48]),
            ("PageDown", [0xe0, 0x51]),
            ("Delete", [0xe0, 0x53]),
            ("Menu", [0xe0, 0x5d]),
            ("F1", [0, 0x3b]),
            ("F11", [0, 0x57]),
            ("Escape", [0, 0x01]),
            ("Backspace", [0, 0x0e]),
        ] {
            let mut ours = Keyboard::default();
            let event = codes.into_iter().filter_map(|byte| ours.scan(byte)).next();
            assert_eq!(event, Some(keyboard::named(name).unwrap()[0]), "{name}");
        }
    }

    #[test]
    fn control_and_alt_suppress_the_text_until_both_of_a_kind_are_up() {
        let mut ours = Keyboard::default();
        assert_eq!(ours.scan(0x1d), None);
        assert_eq!(ours.scan(0x2e), Some(keyboard::chord("Ctrl+c").unwrap()[0]));
        for byte in [0xe0, 0x1d, 0x9d] {
            assert_eq!(ours.scan(byte), None);
        }
        assert_eq!(ours.scan(0x2e).unwrap().modifiers, modifier::CONTROL);
        for byte in [0xe0, 0x9d] {
            assert_eq!(ours.scan(byte), None);
        }
        assert_eq!(ours.scan(0x2e).unwrap().text, Some('c'));
    }

    #[test]
    fn no_bytes_are_too_strange() {
        let mut ours = Keyboard::default();
        for byte in (0..=255).chain((0..=255).flat_map(|byte| [0xe0, byte])) {
            let _ = ours.scan(byte);
        }
        for code in 0..=u16::MAX {
            let _ = ours.press(code, true);
        }
    }
}
