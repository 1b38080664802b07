//! Keys and pointers as they cross from the outside to an actor.

/// One key going down or up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeyEvent {
    /// Which key: its usage id on page 0x07 of the USB HID Usage Tables 1.5, chapter 10.
    pub key: u16,
    /// Whether it went down.
    pub pressed: bool,
    /// The modifiers held, as bits of [`modifier`].
    pub modifiers: u8,
    /// The character that the press types, if any.
    pub text: Option<char>,
}

/// Bits of [`KeyEvent::modifiers`].
pub mod modifier {
    /// Either shift key.
    pub const SHIFT: u8 = 1;
    /// Either control key.
    pub const CONTROL: u8 = 2;
    /// Either alt key.
    pub const ALT: u8 = 4;
}

/// Keys that have a name rather than a character (USB HID Usage Tables 1.5, page 0x07).
pub mod key {
    /// Return.
    pub const ENTER: u16 = 0x28;
    /// Escape.
    pub const ESCAPE: u16 = 0x29;
    /// Delete to the left.
    pub const BACKSPACE: u16 = 0x2a;
    /// Tabulator.
    pub const TAB: u16 = 0x2b;
    /// Space bar.
    pub const SPACE: u16 = 0x2c;
    /// Home.
    pub const HOME: u16 = 0x4a;
    /// Page up.
    pub const PAGE_UP: u16 = 0x4b;
    /// Delete to the right.
    pub const DELETE: u16 = 0x4c;
    /// End.
    pub const END: u16 = 0x4d;
    /// Page down.
    pub const PAGE_DOWN: u16 = 0x4e;
    /// Right arrow.
    pub const RIGHT: u16 = 0x4f;
    /// Left arrow.
    pub const LEFT: u16 = 0x50;
    /// Down arrow.
    pub const DOWN: u16 = 0x51;
    /// Up arrow.
    pub const UP: u16 = 0x52;
}

impl KeyEvent {
    /// Bytes of the encoded form: key u16, pressed u8, modifiers u8, character u32 (0: none).
    pub const BYTES: usize = 8;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; KeyEvent::BYTES] {
        let mut bytes = [0; KeyEvent::BYTES];
        bytes[0..2].copy_from_slice(&self.key.to_le_bytes());
        bytes[2] = u8::from(self.pressed);
        bytes[3] = self.modifiers;
        bytes[4..8].copy_from_slice(&self.text.map_or(0, u32::from).to_le_bytes());
        bytes
    }

    /// The inverse of [`KeyEvent::encode`]; a word that is no character reads as none.
    pub fn decode(bytes: &[u8; KeyEvent::BYTES]) -> KeyEvent {
        let text = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        KeyEvent {
            key: u16::from_le_bytes([bytes[0], bytes[1]]),
            pressed: bytes[2] != 0,
            modifiers: bytes[3],
            text: char::from_u32(text).filter(|c| *c != '\0'),
        }
    }
}

/// Where the pointer is and which of its buttons are down. A touch is button 1 while it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PointerEvent {
    /// Pixels from the left edge.
    pub x: u16,
    /// Pixels from the top edge.
    pub y: u16,
    /// Bit 0: primary button or touch; bit 1: secondary; bit 2: middle.
    pub buttons: u8,
}

impl PointerEvent {
    /// Bytes of the encoded form: x u16, y u16, buttons u8, three of padding.
    pub const BYTES: usize = 8;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; PointerEvent::BYTES] {
        let mut bytes = [0; PointerEvent::BYTES];
        bytes[0..2].copy_from_slice(&self.x.to_le_bytes());
        bytes[2..4].copy_from_slice(&self.y.to_le_bytes());
        bytes[4] = self.buttons;
        bytes
    }

    /// The inverse of [`PointerEvent::encode`].
    pub fn decode(bytes: &[u8; PointerEvent::BYTES]) -> PointerEvent {
        PointerEvent {
            x: u16::from_le_bytes([bytes[0], bytes[1]]),
            y: u16::from_le_bytes([bytes[2], bytes[3]]),
            buttons: bytes[4],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_survives_the_boundary() {
        let press =
            KeyEvent { key: 4, pressed: true, modifiers: modifier::SHIFT, text: Some('Ä') };
        assert_eq!(KeyEvent::decode(&press.encode()), press);
        let touch = PointerEvent { x: 319, y: 239, buttons: 1 };
        assert_eq!(PointerEvent::decode(&touch.encode()), touch);
    }
}
