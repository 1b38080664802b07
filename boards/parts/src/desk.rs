//! What stands on the desk: keyboard and pointer, however they are connected.

use abi::input::PointerEvent;
use kernel::event::Event;

use crate::keyboard::Keyboard;
use crate::mouse::Mouse;
use crate::pointer::Pointer;

// Linux' words for what an input device says (`include/uapi/linux/input-event-codes.h`).
const REPORT: u16 = 0;
const KEY: u16 = 1;
const RELATIVE: u16 = 2;
const ABSOLUTE: u16 = 3;
const ACROSS: u16 = 0;
const DOWN: u16 = 1;
const BUTTONS: [(u16, u8); 4] = [(0x110, 1), (0x111, 2), (0x112, 4), (0x14a, 1)];

/// Keyboard and pointer.
#[derive(Clone, Debug)]
pub struct Desk {
    keyboard: Keyboard,
    mouse: Mouse,
    pointer: Pointer,
    /// Where the pointer was said to be last.
    said: PointerEvent,
}

impl Desk {
    /// In front of a screen of this many pixels.
    pub fn new(width: u32, height: u32) -> Desk {
        // No screen of ours is larger than 65535 pixels.
        let pointer = Pointer::new(width.max(1) as u16, height.max(1) as u16);
        let said = pointer.event();
        Desk { keyboard: Keyboard::default(), mouse: Mouse::default(), pointer, said }
    }

    /// A PS/2 keyboard said this byte.
    pub fn scan(&mut self, byte: u8) -> Option<Event> {
        self.keyboard.scan(byte).map(Event::Key)
    }

    /// A PS/2 mouse said this byte.
    pub fn move_mouse(&mut self, byte: u8) -> Option<Event> {
        let motion = self.mouse.hear(byte)?;
        self.pointer.go(motion.right, motion.down);
        self.pointer.set_buttons(motion.buttons);
        self.point()
    }

    /// A device said this in Linux' words; `most` is how far its axes to the right and down reach.
    pub fn hear(&mut self, kind: u16, code: u16, value: u32, most: [u32; 2]) -> Option<Event> {
        match (kind, code) {
            (REPORT, _) => return self.point(),
            (KEY, _) => {
                let button = BUTTONS.iter().find(|(button, _)| *button == code);
                let Some((_, bit)) = button else {
                    return self.keyboard.press(code, value != 0).map(Event::Key);
                };
                self.pointer.set_button(*bit, value != 0);
            }
            (RELATIVE, ACROSS) => self.pointer.go(value as i16, 0),
            (RELATIVE, DOWN) => self.pointer.go(0, value as i16),
            (ABSOLUTE, ACROSS) => self.pointer.set_x(value, most[0]),
            (ABSOLUTE, DOWN) => self.pointer.set_y(value, most[1]),
            _ => (),
        }
        None
    }

    /// Where the pointer is, if that is new.
    fn point(&mut self) -> Option<Event> {
        let now = self.pointer.event();
        let is_new = now != self.said;
        self.said = now;
        is_new.then_some(Event::Pointer(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_tablet_is_one_event_for_each_report_that_says_something_new() {
        let mut desk = Desk::new(1280, 800);
        let most = [0x7fff; 2];
        let said = [(3, 0, 0x4000), (3, 1, 0), (1, 0x110, 1), (0, 0, 0), (0, 0, 0)];
        let events: Vec<_> = said
            .iter()
            .filter_map(|(kind, code, value)| desk.hear(*kind, *code, *value, most))
            .collect();
        assert_eq!(events, [Event::Pointer(PointerEvent { x: 640, y: 0, buttons: 1 })]);
    }

    #[test]
    fn keys_are_told_at_once() {
        let mut desk = Desk::new(1280, 800);
        let Some(Event::Key(key)) = desk.hear(1, 30, 1, [0; 2]) else { panic!("a key") };
        assert_eq!((key.text, key.pressed), (Some('a'), true));
    }

    #[test]
    fn a_mouse_moves_the_same_pointer() {
        let mut desk = Desk::new(1280, 800);
        let events: Vec<_> =
            [0x28, 4, 0xff].into_iter().filter_map(|byte| desk.move_mouse(byte)).collect();
        assert_eq!(events, [Event::Pointer(PointerEvent { x: 644, y: 401, buttons: 0 })]);
    }
}
