//! What a board lends to the kernel. Boards decide nothing: each method is one device noun, on the
//! ecosystem's own trait where it has one.

use abi::flash::FlashInfo;
use abi::graphics::FramebufferInfo;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;

use crate::event::Event;
use crate::limits::FLASH_PAGE;

/// The devices of one board, as the kernel meets them during one [`crate::Kernel::poll`].
pub trait Board {
    /// The serial line that the log goes to.
    type Serial: embedded_io::Write + embedded_io::WriteReady;
    /// One digital output.
    type Pin: embedded_hal::digital::OutputPin;
    /// The screen.
    type Framebuffer: Framebuffer;
    /// The flash. `READ_SIZE` is 1.
    type Flash: NorFlash;

    /// The next thing that happened, oldest first.
    fn event(&mut self) -> Option<Event>;

    /// The serial line.
    fn serial(&mut self) -> &mut Self::Serial;

    /// The output at this number of the chip, if the board has it.
    fn pin(&mut self, number: u8) -> Option<&mut Self::Pin>;

    /// Asks for an [`Event::Entropy`]; asked only while an actor holds entropy.
    fn request_entropy(&mut self);

    /// The screen, if the board has one.
    fn framebuffer(&mut self) -> Option<&mut Self::Framebuffer>;

    /// The flash, if the board has one. The kernel erases one sector or programs at most a page
    /// ([`crate::limits::FLASH_PAGE`]) at a time, and nothing else before the board has sent
    /// [`Event::FlashDone`]. Drivers that come back when the chip is done send it at once.
    fn flash(&mut self) -> Option<&mut Self::Flash>;

    /// Reads an x86 I/O port of 1, 2 or 4 bytes; `None` if the board has no such port.
    fn port_read(&mut self, _port: u16, _bytes: u8) -> Option<u32> {
        None
    }

    /// Writes an x86 I/O port of 1, 2 or 4 bytes; `None` if the board has no such port.
    fn port_write(&mut self, _port: u16, _bytes: u8, _value: u32) -> Option<()> {
        None
    }
}

/// The shape of a board's flash.
pub fn flash_shape<B: Board>(board: &mut B) -> Option<FlashInfo> {
    const { assert!(<B::Flash as ReadNorFlash>::READ_SIZE == 1) };
    let size = u32::try_from(board.flash()?.capacity()).ok()?;
    Some(FlashInfo {
        size,
        // Both are constants of a chip, far below 32 bits.
        sector: <B::Flash as NorFlash>::ERASE_SIZE as u32,
        page: FLASH_PAGE,
        word: <B::Flash as NorFlash>::WRITE_SIZE as u32,
    })
}

/// A screen that takes pixels in its own format.
pub trait Framebuffer {
    /// Its size and layout; constant for the life of the board.
    fn info(&self) -> FramebufferInfo;

    /// Stores `bytes` at byte `offset`. The kernel has checked that the range lies inside
    /// [`FramebufferInfo::size`]; runs may span rows.
    fn write(&mut self, offset: usize, bytes: &[u8]);

    /// Shows what has been written since the last flush.
    fn flush(&mut self);
}
