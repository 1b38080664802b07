//! Devices of a virtual machine that were found.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use embedded_storage::nor_flash::NorFlashErrorKind;
use kernel::event::Event;
use virtio::block::Block;
use virtio::block::Refused;
use virtio::console::Console;
use virtio::entropy::Entropy;
use virtio::gpu::Gpu;
use virtio::input::Input;
use virtio::transport::Transport;
use virtio::transport::kind;

use crate::desk::Desk;
use crate::disk::Disk;
use crate::disk::DiskFlash;

/// Pixels of a screen that leaves it to us.
const SCREEN: (u32, u32) = (1280, 800);

/// The first device of each kind, and all that keys and pointers come from.
#[derive(Debug, Default)]
pub struct Plugged {
    /// The disk that is used as flash.
    pub flash: Option<DiskFlash<Block>>,
    /// The serial line, until somebody takes it.
    pub console: Option<Console>,
    /// The screen, until somebody takes it.
    pub gpu: Option<Gpu>,
    entropy: Option<Entropy>,
    inputs: Vec<Input>,
}

impl Plugged {
    /// A device was found. What we know nothing of, or is broken, is left alone.
    pub fn plug(&mut self, device: Box<dyn Transport>) {
        match device.kind() {
            kind::BLOCK if self.flash.is_none() => {
                self.flash = Block::new(device).and_then(DiskFlash::new);
            }
            kind::CONSOLE if self.console.is_none() => self.console = Console::new(device),
            kind::GPU if self.gpu.is_none() => self.gpu = Gpu::new(device, SCREEN.0, SCREEN.1),
            kind::ENTROPY if self.entropy.is_none() => self.entropy = Entropy::new(device),
            kind::INPUT => self.inputs.extend(Input::new(device)),
            _ => (),
        }
    }

    /// Asks devices what they have seen.
    pub fn look(&mut self, desk: &mut Desk, events: &mut VecDeque<Event>) {
        for input in &mut self.inputs {
            let most = input.most();
            while let Some(said) = input.event() {
                events.extend(desk.hear(said.kind, said.code, said.value, most));
            }
        }
        if self.flash.as_mut().is_some_and(DiskFlash::take_done) {
            events.push_back(Event::FlashDone);
        }
    }

    /// Bytes that nobody could have foretold, if there is a source of such.
    pub fn random(&mut self) -> Option<[u8; 32]> {
        self.entropy.as_mut()?.bytes()
    }
}

impl Disk for Block {
    fn bytes(&self) -> u64 {
        self.blocks() * virtio::block::BLOCK_BYTES as u64
    }

    fn read(&mut self, block: u64, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        Block::read(self, block, bytes).map_err(|Refused| NorFlashErrorKind::Other)
    }

    fn write(&mut self, block: u64, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        Block::write(self, block, bytes).map_err(|Refused| NorFlashErrorKind::Other)
    }
}
