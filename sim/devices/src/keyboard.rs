//! The keyboard: what a text or the name of a key means in presses and releases on a US layout.

use abi::input::KeyEvent;
use abi::input::key;
use abi::input::modifier;

/// Usage ids of the letter A and the digit 1 (USB HID Usage Tables 1.5, page 0x07); the other
/// letters and digits up to 9 follow in order.
const KEY_A: u16 = 0x04;
const KEY_1: u16 = 0x1e;

/// Keys of the US layout that are neither letters nor digits up to 9: usage id, character,
/// character with shift.
const PUNCTUATION: [(u16, char, char); 12] = [
    (0x27, '0', ')'),
    (0x2d, '-', '_'),
    (0x2e, '=', '+'),
    (0x2f, '[', '{'),
    (0x30, ']', '}'),
    (0x31, '\\', '|'),
    (0x33, ';', ':'),
    (0x34, '\'', '"'),
    (0x35, '`', '~'),
    (0x36, ',', '<'),
    (0x37, '.', '>'),
    (0x38, '/', '?'),
];

/// What shift makes of the digits 1 to 9.
const SHIFTED_DIGITS: &str = "!@#$%^&*(";

/// Keys that one calls by name, with the character they type.
const NAMED: [(&str, u16, Option<char>); 28] = [
    ("Enter", key::ENTER, Some('\n')),
    ("Escape", key::ESCAPE, None),
    ("Backspace", key::BACKSPACE, None),
    ("Tab", key::TAB, Some('\t')),
    ("Space", key::SPACE, Some(' ')),
    ("Home", key::HOME, None),
    ("End", key::END, None),
    ("PageUp", key::PAGE_UP, None),
    ("PageDown", key::PAGE_DOWN, None),
    ("Delete", key::DELETE, None),
    ("Insert", 0x49, None),
    ("Left", key::LEFT, None),
    ("Right", key::RIGHT, None),
    ("Up", key::UP, None),
    ("Down", key::DOWN, None),
    ("Menu", 0x65, None),
    ("F1", 0x3a, None),
    ("F2", 0x3b, None),
    ("F3", 0x3c, None),
    ("F4", 0x3d, None),
    ("F5", 0x3e, None),
    ("F6", 0x3f, None),
    ("F7", 0x40, None),
    ("F8", 0x41, None),
    ("F9", 0x42, None),
    ("F10", 0x43, None),
    ("F11", 0x44, None),
    ("F12", 0x45, None),
];

/// Modifiers that one calls by name.
const MODIFIERS: [(&str, u8); 4] = [
    ("Ctrl", modifier::CONTROL),
    ("Control", modifier::CONTROL),
    ("Shift", modifier::SHIFT),
    ("Alt", modifier::ALT),
];

/// The names that [`chord`] knows, for a reader who mistyped one.
pub fn names() -> impl Iterator<Item = &'static str> {
    let modifiers = MODIFIERS.iter().map(|(name, _)| *name);
    NAMED.iter().map(|(name, ..)| *name).chain(modifiers)
}

/// A press and a release for each character. A character that the layout lacks is typed by key 0,
/// which is no key, and still carries its text.
pub fn typed(text: &str) -> Vec<KeyEvent> {
    text.chars().flat_map(|character| strike_of(character).events()).collect()
}

/// The usage id of the key that types a character; 0 if the layout has none.
pub fn key_of(character: char) -> u16 {
    strike_of(character).key
}

/// The chord that presses a key which types nothing, if it has a name.
pub fn name_of(event: &KeyEvent) -> Option<String> {
    let named = NAMED.iter().find(|(_, key, _)| *key == event.key);
    let typed = || ('a'..='z').chain('0'..='9').find(|typed| key_of(*typed) == event.key);
    let name = named.map(|(name, ..)| (*name).to_owned()).or_else(|| typed().map(String::from))?;
    let held = [("Ctrl", modifier::CONTROL), ("Shift", modifier::SHIFT), ("Alt", modifier::ALT)];
    let held = held.iter().filter(|(_, bit)| event.modifiers & bit != 0);
    Some(held.map(|(name, _)| format!("{name}+")).chain([name]).collect())
}

/// A press and a release of a named key such as `Enter`, in any case.
///
/// # Errors
/// The name, when no key has it.
pub fn named(name: &str) -> Result<Vec<KeyEvent>, String> {
    strike_named(name).map(|strike| strike.events().to_vec()).ok_or_else(|| name.to_owned())
}

/// A press and a release of a key by name or character, with the modifiers before it:
/// `Enter`, `q`, `Ctrl+C`, `Ctrl+Shift+Left`, `Ctrl++`. Control and alt suppress the text.
///
/// # Errors
/// The part that names no key or modifier.
pub fn chord(chord: &str) -> Result<Vec<KeyEvent>, String> {
    let (held, last) = split(chord);
    let mut modifiers = 0;
    for name in held {
        let known = MODIFIERS.iter().find(|(modifier, _)| modifier.eq_ignore_ascii_case(name));
        let (_, bit) = known.ok_or_else(|| name.to_owned())?;
        modifiers |= bit;
    }
    let mut characters = last.chars();
    let mut strike = match (characters.next(), characters.next()) {
        // `Ctrl+C` means the key of that letter, not a shift that nobody wrote.
        (Some(letter), None) if modifiers != 0 && letter.is_ascii_alphabetic() => {
            strike_of(letter.to_ascii_lowercase())
        }
        (Some(character), None) => strike_of(character),
        _ => strike_named(last).ok_or_else(|| last.to_owned())?,
    };
    if modifiers & modifier::SHIFT != 0 {
        strike = strike.shifted();
    }
    strike.modifiers |= modifiers;
    if modifiers & (modifier::CONTROL | modifier::ALT) != 0 {
        strike.text = None;
    }
    Ok(strike.events().to_vec())
}

/// The modifiers and the key of a chord. The key may itself be the plus sign.
fn split(chord: &str) -> (Vec<&str>, &str) {
    let Some((held, last)) = chord.rsplit_once('+') else {
        return (Vec::new(), chord);
    };
    if !last.is_empty() {
        return (held.split('+').collect(), last);
    }
    match held.strip_suffix('+') {
        Some(held) => (held.split('+').collect(), "+"),
        None if held.is_empty() => (Vec::new(), "+"),
        None => (held.split('+').collect(), ""),
    }
}

/// One key struck once.
#[derive(Clone, Copy)]
struct Strike {
    key: u16,
    modifiers: u8,
    text: Option<char>,
}

impl Strike {
    fn plain(key: u16, text: char) -> Strike {
        Strike { key, modifiers: 0, text: Some(text) }
    }

    fn with_shift(key: u16, text: char) -> Strike {
        Strike { key, modifiers: modifier::SHIFT, text: Some(text) }
    }

    /// The same key with shift held as well.
    fn shifted(self) -> Strike {
        let text = self.text.map(|character| shifted(character).unwrap_or(character));
        Strike { modifiers: self.modifiers | modifier::SHIFT, text, ..self }
    }

    fn events(self) -> [KeyEvent; 2] {
        let Strike { key, modifiers, text } = self;
        let press = KeyEvent { key, pressed: true, modifiers, text };
        [press, KeyEvent { pressed: false, text: None, ..press }]
    }
}

/// How a US keyboard types this character.
fn strike_of(character: char) -> Strike {
    if character.is_ascii_lowercase() {
        return Strike::plain(KEY_A + u16::from(character as u8 - b'a'), character);
    }
    if character.is_ascii_uppercase() {
        return Strike::with_shift(KEY_A + u16::from(character as u8 - b'A'), character);
    }
    if ('1'..='9').contains(&character) {
        return Strike::plain(KEY_1 + u16::from(character as u8 - b'1'), character);
    }
    if let Some(index) = SHIFTED_DIGITS.find(character) {
        return Strike::with_shift(KEY_1 + index as u16, character);
    }
    for (key, plain, shifted) in PUNCTUATION {
        if character == plain {
            return Strike::plain(key, character);
        }
        if character == shifted {
            return Strike::with_shift(key, character);
        }
    }
    match character {
        ' ' => Strike::plain(key::SPACE, character),
        '\n' | '\r' => Strike::plain(key::ENTER, character),
        '\t' => Strike::plain(key::TAB, character),
        '\u{8}' | '\u{7f}' => Strike { key: key::BACKSPACE, modifiers: 0, text: None },
        _ => Strike::plain(0, character),
    }
}

fn strike_named(name: &str) -> Option<Strike> {
    let known = NAMED.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some(Strike { key: known.1, modifiers: 0, text: known.2 })
}

/// What the key of this character types with shift; `None` where shift makes no difference.
fn shifted(character: char) -> Option<char> {
    if character.is_ascii_lowercase() {
        return Some(character.to_ascii_uppercase());
    }
    if let Some(digit @ 1..) = character.to_digit(10) {
        return SHIFTED_DIGITS.chars().nth(digit as usize - 1);
    }
    PUNCTUATION.iter().find(|(_, plain, _)| *plain == character).map(|(.., shifted)| *shifted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_typed_ascii_character_comes_back_as_text_from_a_real_key() {
        for character in (' '..='~').chain(['\n', '\t']) {
            let events = typed(&character.to_string());
            let [press, release] = events[..] else { panic!("a press and a release") };
            assert!(press.pressed && !release.pressed);
            assert_eq!((press.text, release.text), (Some(character), None));
            assert_eq!((press.key, press.modifiers), (release.key, release.modifiers));
            assert_ne!(press.key, 0, "{character:?} has a key");
        }
    }

    #[test]
    fn no_two_ascii_characters_share_key_and_modifiers() {
        let strikes: std::collections::BTreeSet<_> =
            typed(&(' '..='~').collect::<String>()).iter().map(|e| (e.key, e.modifiers)).collect();
        assert_eq!(strikes.len(), (' '..='~').count());
    }

    #[test]
    fn control_and_a_letter_is_that_key_without_text() {
        let press = chord("Ctrl+C").unwrap()[0];
        let control = modifier::CONTROL;
        assert_eq!(press, KeyEvent { key: 6, pressed: true, modifiers: control, text: None });
        assert_eq!(chord("control+c").unwrap()[0], press);
    }

    #[test]
    fn shift_types_what_is_printed_above() {
        assert_eq!(chord("Shift+1").unwrap(), chord("!").unwrap());
        assert_eq!(chord("Shift+0").unwrap(), chord(")").unwrap());
        assert_eq!(chord("Shift+a").unwrap(), chord("A").unwrap());
        assert_eq!(chord("Shift+Enter").unwrap()[0].text, Some('\n'));
    }

    #[test]
    fn the_plus_sign_is_a_key_too() {
        assert_eq!(chord("+").unwrap()[0].text, Some('+'));
        let zoom = chord("Ctrl++").unwrap()[0];
        assert_eq!((zoom.key, zoom.modifiers), (0x2e, modifier::CONTROL | modifier::SHIFT));
    }

    #[test]
    fn a_name_in_any_case_is_its_key() {
        assert_eq!(named("enter").unwrap()[0].key, key::ENTER);
        assert_eq!(chord("PageUp").unwrap()[0].key, key::PAGE_UP);
    }

    #[test]
    fn the_unknown_part_of_a_chord_is_told() {
        assert_eq!(chord("Ctrl+Entr"), Err(String::from("Entr")));
        assert_eq!(chord("Hyper+x"), Err(String::from("Hyper")));
        assert_eq!(chord("Ctrl+"), Err(String::new()));
        assert!(names().any(|name| name == "Enter"));
    }

    #[test]
    fn a_character_without_a_key_still_carries_its_text() {
        let press = typed("é")[0];
        assert_eq!((press.key, press.text), (0, Some('é')));
    }

    proptest! {
        #[test]
        fn any_text_is_accepted(text: String) {
            prop_assert_eq!(typed(&text).len(), 2 * text.chars().count());
            let _ = chord(&text);
        }
    }
}
