//! The pixels of the screen.

use abi::graphics::FramebufferInfo;
use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::raw;

/// A capability to the framebuffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen(Handle);

impl Screen {
    /// The screen of this name.
    pub const fn new(handle: Handle) -> Screen {
        Screen(handle)
    }

    /// The screen that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Screen {
        Screen(Handle::new(0, slot))
    }

    /// Its size and layout.
    pub fn layout(self) -> Result<FramebufferInfo, Refusal> {
        let mut bytes = [0; FramebufferInfo::BYTES];
        raw::screen_layout(self.0, &mut bytes)?;
        FramebufferInfo::decode(&bytes).ok_or(Refusal::NotAvailable)
    }

    /// Writes pixels, in the screen's own format, from this byte on.
    pub fn write(self, offset: u32, pixels: &[u8]) -> Result<(), Refusal> {
        raw::write(self.0, offset, pixels).map(|_| ())
    }

    /// Shows what has been drawn. Call it once for each finished picture.
    pub fn flush(self) -> Result<(), Refusal> {
        raw::screen_flush(self.0)
    }
}
