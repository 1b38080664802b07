//! A screen: memory, as firmware and display adapters lend it, or a device that copies.

use abi::graphics::FramebufferInfo;
use abi::graphics::PixelFormat;
use kernel::device::Framebuffer;
use virtio::gpu::Gpu;

/// How the colours of a pixel lie in the screen's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Blue first, as the kernel's pixels have it.
    BlueFirst,
    /// Red first.
    RedFirst,
}

/// The screen.
#[derive(Debug)]
pub struct MemoryScreen {
    info: FramebufferInfo,
    memory: &'static mut [u8],
    order: Order,
}

impl MemoryScreen {
    /// A screen of this many pixels, whose rows begin `stride` bytes after each other. `None` if
    /// the memory is too small for it.
    pub fn new(
        (width, height): (u32, u32),
        stride: u32,
        order: Order,
        memory: &'static mut [u8],
    ) -> Option<MemoryScreen> {
        let info = FramebufferInfo { width, height, stride, format: PixelFormat::Bgra8888 };
        let memory = memory.get_mut(..info.size())?;
        memory.fill(0);
        Some(MemoryScreen { info, memory, order })
    }
}

impl Framebuffer for MemoryScreen {
    fn info(&self) -> FramebufferInfo {
        self.info
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let target = &mut self.memory[offset..offset + bytes.len()];
        if self.order == Order::BlueFirst {
            target.copy_from_slice(bytes);
            return;
        }
        // A run may begin inside a pixel.
        for (index, byte) in bytes.iter().enumerate() {
            let at = offset + index;
            self.memory[at - at % 4 + [2, 1, 0, 3][at % 4]] = *byte;
        }
    }

    fn flush(&mut self) {}
}

/// A screen of one kind or the other.
#[derive(Debug)]
pub enum Screen {
    /// One that is memory.
    Memory(MemoryScreen),
    /// One that is told what was drawn.
    Gpu(Gpu),
}

impl Framebuffer for Screen {
    fn info(&self) -> FramebufferInfo {
        match self {
            Screen::Memory(screen) => screen.info(),
            Screen::Gpu(gpu) => {
                let (width, height) = gpu.size();
                let format = PixelFormat::Bgra8888;
                FramebufferInfo { width, height, stride: width * format.bytes() as u32, format }
            }
        }
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        match self {
            Screen::Memory(screen) => screen.write(offset, bytes),
            Screen::Gpu(gpu) => gpu.write(offset, bytes),
        }
    }

    fn flush(&mut self) {
        match self {
            Screen::Memory(screen) => screen.flush(),
            Screen::Gpu(gpu) => gpu.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn a_run_that_begins_inside_a_pixel_keeps_its_colours() {
        let memory = vec![0; 8].leak();
        let mut screen = MemoryScreen::new((2, 1), 8, Order::RedFirst, memory).unwrap();
        screen.write(1, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(screen.memory, [2, 1, 0, 3, 6, 5, 4, 0]);
    }

    #[test]
    fn a_screen_larger_than_its_memory_is_none() {
        let memory = vec![0; 7].leak();
        assert!(MemoryScreen::new((2, 1), 8, Order::BlueFirst, memory).is_none());
    }
}
