//! A mouse that speaks as PS/2 ones do: three bytes for each motion (IBM, "Personal System/2
//! Hardware Interface Technical Reference", 1988, "Auxiliary Device").

const ALWAYS: u8 = 0x08;
const IS_LEFT: u8 = 0x10;
const IS_DOWN: u8 = 0x20;
const TOO_FAR: u8 = 0xc0;

/// How far it went, and its buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Motion {
    /// Pixels to the right.
    pub right: i16,
    /// Pixels down.
    pub down: i16,
    /// Bit 0: primary button; bit 1: secondary; bit 2: middle.
    pub buttons: u8,
}

/// The mouse, and what it has begun to say.
#[derive(Clone, Debug, Default)]
pub struct Mouse {
    bytes: [u8; 2],
    count: usize,
}

impl Mouse {
    /// A byte arrived.
    pub fn hear(&mut self, byte: u8) -> Option<Motion> {
        if self.count == 0 && byte & ALWAYS == 0 {
            // A byte was lost, so this is no first one.
            return None;
        }
        if self.count < 2 {
            self.bytes[self.count] = byte;
            self.count += 1;
            return None;
        }
        self.count = 0;
        let [first, across] = self.bytes;
        let far = |byte: u8, sign: u8| match (first & TOO_FAR, first & sign) {
            (0, 0) => i16::from(byte),
            (0, _) => i16::from(byte) - 256,
            _ => 0,
        };
        let (right, up) = (far(across, IS_LEFT), far(byte, IS_DOWN));
        Some(Motion { right, down: -up, buttons: first & 7 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motion_is_three_bytes_and_up_is_positive() {
        let mut mouse = Mouse::default();
        let heard = [0x29, 5, 0xfe].map(|byte| mouse.hear(byte));
        assert_eq!(heard, [None, None, Some(Motion { right: 5, down: 2, buttons: 1 })]);
        let heard = [0x1a, 0xff, 3].map(|byte| mouse.hear(byte));
        assert_eq!(heard[2], Some(Motion { right: -1, down: -3, buttons: 2 }));
    }

    #[test]
    fn a_lost_byte_costs_no_more_than_what_is_begun() {
        let mut mouse = Mouse::default();
        assert_eq!(mouse.hear(0x02), None);
        let heard = [0x08, 1, 1].map(|byte| mouse.hear(byte));
        assert_eq!(heard[2], Some(Motion { right: 1, down: -1, buttons: 0 }));
    }
}
