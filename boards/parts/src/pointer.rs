//! Where the pointer is, from a mouse that says how far it went or a tablet that says where it is.

use abi::input::PointerEvent;

/// The pointer on a screen.
#[derive(Clone, Copy, Debug)]
pub struct Pointer {
    width: u16,
    height: u16,
    now: PointerEvent,
}

impl Pointer {
    /// In the middle of a screen of this size in pixels.
    pub const fn new(width: u16, height: u16) -> Pointer {
        Pointer { width, height, now: PointerEvent { x: width / 2, y: height / 2, buttons: 0 } }
    }

    /// A mouse moved by this many pixels to the right and down.
    pub fn go(&mut self, right: i16, down: i16) {
        let within = |place: u16, by: i16, size: u16| {
            (i32::from(place) + i32::from(by)).clamp(0, i32::from(size) - 1) as u16
        };
        self.now.x = within(self.now.x, right, self.width);
        self.now.y = within(self.now.y, down, self.height);
    }

    /// A tablet says how far right it is, out of `most`.
    pub fn set_x(&mut self, at: u32, most: u32) {
        self.now.x = scaled(at, most, self.width);
    }

    /// A tablet says how far down it is, out of `most`.
    pub fn set_y(&mut self, at: u32, most: u32) {
        self.now.y = scaled(at, most, self.height);
    }

    /// Bits of all buttons.
    pub fn set_buttons(&mut self, buttons: u8) {
        self.now.buttons = buttons;
    }

    /// A button, by its bit, went down or up.
    pub fn set_button(&mut self, bit: u8, is_down: bool) {
        self.now.buttons = self.now.buttons & !bit | if is_down { bit } else { 0 };
    }

    /// Where it is.
    pub fn event(&self) -> PointerEvent {
        self.now
    }
}

fn scaled(at: u32, most: u32, size: u16) -> u16 {
    let pixels = u64::from(at) * u64::from(size) / (u64::from(most) + 1);
    pixels.min(u64::from(size) - 1) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_never_leaves_the_screen() {
        let mut pointer = Pointer::new(1280, 800);
        pointer.go(-30_000, 30_000);
        assert_eq!(pointer.event(), PointerEvent { x: 0, y: 799, buttons: 0 });
        pointer.set_x(0x7fff, 0x7fff);
        pointer.set_y(u32::MAX, 0x7fff);
        pointer.set_button(4, true);
        assert_eq!(pointer.event(), PointerEvent { x: 1279, y: 799, buttons: 4 });
    }

    #[test]
    fn a_tablet_reaches_every_pixel() {
        let mut pointer = Pointer::new(1280, 800);
        let reached = (0..=0x7fff).map(|at| {
            pointer.set_x(at, 0x7fff);
            pointer.event().x
        });
        assert!(reached.collect::<std::collections::BTreeSet<_>>().into_iter().eq(0..1280));
    }
}
