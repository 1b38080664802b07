//! A screen (chapter 5.7). The device copies what was drawn when it is told to.

use alloc::boxed::Box;
use alloc::vec;

use crate::memory::Memory;
use crate::queue::Piece;
use crate::queue::Queue;
use crate::transport;
use crate::transport::Transport;

// Commands, and the answer that all of ours want (chapter 5.7.6.7).
const CREATE: u32 = 0x0101;
const SHOW: u32 = 0x0103;
const FLUSH: u32 = 0x0104;
const COPY: u32 = 0x0105;
const ATTACH: u32 = 0x0106;
const IS_DONE: u32 = 0x1100;

/// `VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM`.
const FORMAT: u32 = 2;

/// What we call our one picture.
const PICTURE: u32 = 1;

const HEAD_BYTES: usize = 24;
const ANSWER: usize = 128;

/// Bytes of a pixel: blue, green, red, unused.
const PIXEL_BYTES: usize = 4;

/// A screen.
#[derive(Debug)]
pub struct Gpu {
    device: Box<dyn Transport>,
    queue: Queue,
    memory: Memory,
    pixels: &'static mut [u8],
    width: u32,
    height: u32,
    /// Rows that were drawn and are not shown: the first, and the one behind the last.
    drawn: (u32, u32),
}

impl Gpu {
    /// The screen behind this device, of this many pixels whatever it would like.
    pub fn new(mut device: Box<dyn Transport>, width: u32, height: u32) -> Option<Gpu> {
        if !transport::agree(&mut *device) {
            return None;
        }
        let queue = Queue::new(&mut *device, 0, 2)?;
        transport::begin(&mut *device);
        let bytes = width as usize * height as usize * PIXEL_BYTES;
        let pixels = vec![0; bytes].leak();
        let place = pixels.as_ptr() as usize as u64;
        let memory = Memory::new(2 * ANSWER);
        let drawn = (0, height);
        let mut gpu = Gpu { device, queue, memory, pixels, width, height, drawn };
        gpu.ask(CREATE, &[PICTURE, FORMAT, width, height])?;
        gpu.ask(ATTACH, &[PICTURE, 1, place as u32, (place >> 32) as u32, bytes as u32, 0])?;
        gpu.ask(SHOW, &[0, 0, width, height, 0, PICTURE])?;
        gpu.flush();
        Some(gpu)
    }

    /// Pixels across and down.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Draws bytes from this one on.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) {
        self.pixels[offset..offset + bytes.len()].copy_from_slice(bytes);
        let row = self.width as usize * PIXEL_BYTES;
        let (first, end) = (offset / row, (offset + bytes.len()).div_ceil(row));
        self.drawn = (self.drawn.0.min(first as u32), self.drawn.1.max(end as u32));
    }

    /// Shows what was drawn.
    pub fn flush(&mut self) {
        let (first, end) = core::mem::replace(&mut self.drawn, (u32::MAX, 0));
        if end <= first {
            return;
        }
        let (width, rows) = (self.width, end - first);
        let offset = first * width * PIXEL_BYTES as u32;
        // A screen that has died shows nothing more, and nobody could be told.
        let _ = self
            .ask(COPY, &[0, first, width, rows, offset, 0, PICTURE, 0])
            .and_then(|()| self.ask(FLUSH, &[0, first, width, rows, PICTURE, 0]));
    }

    fn ask(&mut self, command: u32, words: &[u32]) -> Option<()> {
        let head = [command, 0, 0, 0, 0, 0];
        for (index, word) in head.iter().chain(words).enumerate() {
            self.memory.write(4 * index, *word);
        }
        let address = |offset| self.memory.address(offset);
        let bytes = (HEAD_BYTES + 4 * words.len()) as u32;
        let pieces = [
            Piece { address: address(0), bytes, is_written: false },
            Piece { address: address(ANSWER), bytes: HEAD_BYTES as u32, is_written: true },
        ];
        self.queue.ask(&mut *self.device, &pieces)?;
        self.device.acknowledge();
        (self.memory.read(ANSWER) == IS_DONE).then_some(())
    }
}
