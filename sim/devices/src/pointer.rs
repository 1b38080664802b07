//! The pointer: a mouse or a finger. It never leaves the screen.

use abi::input::PointerEvent;

/// Bit of the primary button, which is also what a touch presses.
pub const PRIMARY: u8 = 1;

/// Where the pointer is and which buttons are down.
#[derive(Clone, Debug)]
pub struct Pointer {
    width: u16,
    height: u16,
    state: PointerEvent,
}

impl Pointer {
    /// A pointer in the top left corner of a screen of this size, no button down.
    pub fn new(width: u16, height: u16) -> Pointer {
        Pointer { width, height, state: PointerEvent { x: 0, y: 0, buttons: 0 } }
    }

    /// A finger goes down here.
    pub fn press(&mut self, x: u16, y: u16) -> PointerEvent {
        self.place(x, y, self.state.buttons | PRIMARY)
    }

    /// The finger, or the mouse, moves here; buttons stay as they are.
    pub fn move_to(&mut self, x: u16, y: u16) -> PointerEvent {
        self.place(x, y, self.state.buttons)
    }

    /// The finger goes up here.
    pub fn release(&mut self, x: u16, y: u16) -> PointerEvent {
        self.place(x, y, self.state.buttons & !PRIMARY)
    }

    /// A finger goes down and up again here. The caller decides how long it stays.
    pub fn touch(&mut self, x: u16, y: u16) -> [PointerEvent; 2] {
        [self.press(x, y), self.release(x, y)]
    }

    /// Follows a mouse that reports its whole state; `None` when nothing changed.
    pub fn follow(&mut self, x: u16, y: u16, buttons: u8) -> Option<PointerEvent> {
        let before = self.state;
        Some(self.place(x, y, buttons)).filter(|after| *after != before)
    }

    fn place(&mut self, x: u16, y: u16, buttons: u8) -> PointerEvent {
        self.state =
            PointerEvent { x: clipped(x, self.width), y: clipped(y, self.height), buttons };
        self.state
    }
}

/// The nearest coordinate on the screen.
fn clipped(coordinate: u16, size: u16) -> u16 {
    coordinate.min(size.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_presses_and_releases_in_place() {
        let mut pointer = Pointer::new(320, 240);
        let [down, up] = pointer.touch(10, 20);
        assert_eq!(down, PointerEvent { x: 10, y: 20, buttons: PRIMARY });
        assert_eq!(up, PointerEvent { x: 10, y: 20, buttons: 0 });
    }

    #[test]
    fn a_drag_keeps_the_button_down() {
        let mut pointer = Pointer::new(320, 240);
        pointer.press(1, 1);
        assert_eq!(pointer.move_to(5, 5).buttons, PRIMARY);
        assert_eq!(pointer.release(6, 6).buttons, 0);
    }

    #[test]
    fn a_mouse_at_rest_is_no_event() {
        let mut pointer = Pointer::new(320, 240);
        assert!(pointer.follow(7, 7, 2).is_some());
        assert_eq!(pointer.follow(7, 7, 2), None);
    }

    proptest! {
        #[test]
        fn the_pointer_never_leaves_the_screen(x: u16, y: u16) {
            let event = Pointer::new(320, 240).move_to(x, y);
            prop_assert!(event.x < 320 && event.y < 240);
        }
    }
}
