//! A device that is plugged in (chapter 4.1; capabilities and MSI-X are of the PCI Local Bus
//! Specification 3.0, chapters 6.7 and 6.8.2).

use crate::register::Window;
use crate::transport::QueuePlace;
use crate::transport::Transport;

const VENDOR: u32 = 0x1af4;

/// Devices of version 1 are numbered from here by what they are.
const FIRST: u32 = 0x1040;

/// Those that can also be of the time before have these numbers.
const TRANSITIONAL: [(u32, u32); 3] = [(0x1001, 2), (0x1003, 3), (0x1005, 4)];

// Registers of the configuration.
const NAME: u8 = 0x00;
const COMMAND: u8 = 0x04;
const BASES: u8 = 0x10;
const CAPABILITIES: u8 = 0x34;
const HAS_CAPABILITIES: u32 = 1 << 20;
/// It answers at its memory and may reach ours; interrupts come as messages.
const IS_MASTER: u32 = 0x0406;

const OURS: u8 = 0x09;
const MSI_X: u8 = 0x11;
const IS_ENABLED: u32 = 1 << 31;

/// Capabilities that a device can have at most, so that no ring of them holds us up.
const CAPABILITIES_MAX: usize = 48;

// Registers of the device (chapter 4.1.4.3).
const OFFERED_WORD: usize = 0x00;
const OFFERED: usize = 0x04;
const ACCEPTED_WORD: usize = 0x08;
const ACCEPTED: usize = 0x0c;
const STATUS: usize = 0x14;
const QUEUE: usize = 0x16;
const QUEUE_SIZE: usize = 0x18;
const QUEUE_MESSAGE: usize = 0x1a;
const QUEUE_ENABLE: usize = 0x1c;
const QUEUE_NOTIFY: usize = 0x1e;
const DESCRIPTORS: usize = 0x20;
const AVAILABLE: usize = 0x28;
const USED: usize = 0x30;

/// The configuration of a function.
pub trait Configuration: Copy {
    /// Reads the word at a register.
    fn read(self, register: u8) -> u32;

    /// Writes the word at a register.
    fn write(self, register: u8, value: u32);
}

/// What a device writes, and where, to interrupt.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Where.
    pub address: u64,
    /// What.
    pub data: u32,
}

/// The way to a device that is plugged in.
#[derive(Debug)]
pub struct Pci {
    kind: u32,
    common: Window,
    notify: Window,
    /// Bytes from one queue's notification to the next one's.
    notify_step: usize,
    own: Window,
}

impl Pci {
    /// The device at this place, whose queues interrupt by this message. `None` if it is none of
    /// virtio, or from before version 1.
    ///
    /// # Safety
    /// Base addresses are set and mapped to where they are, and no other driver has the device.
    pub unsafe fn new(place: impl Configuration, message: Message) -> Option<Pci> {
        let kind = kind(place)?;
        place.write(COMMAND, place.read(COMMAND) | IS_MASTER);
        let (mut common, mut notify, mut own) = (None, None, None);
        for capability in capabilities(place) {
            let head = place.read(capability);
            if head as u8 == MSI_X {
                // SAFETY: the caller promises it.
                unsafe { set_message(place, capability, message) };
            }
            if head as u8 != OURS {
                continue;
            }
            // SAFETY: the caller promises it.
            let window = unsafe { window(place, place.read(capability + 4) as u8) };
            let window = window.map(|first| first.at(place.read(capability + 8) as usize));
            match head >> 24 {
                1 => common = common.or(window),
                2 => {
                    let step = place.read(capability + 16) as usize;
                    notify = notify.or(window.map(|window| (window, step)));
                }
                4 => own = own.or(window),
                _ => (),
            }
        }
        let (common, (notify, notify_step)) = (common?, notify?);
        Some(Pci { kind, common, notify, notify_step, own: own.unwrap_or(common) })
    }
}

fn kind(place: impl Configuration) -> Option<u32> {
    let name = place.read(NAME);
    if name & 0xffff != VENDOR {
        return None;
    }
    let device = name >> 16;
    let transitional = TRANSITIONAL.iter().find(|(number, _)| *number == device);
    transitional.map(|(_, kind)| *kind).or_else(|| device.checked_sub(FIRST))
}

fn capabilities(place: impl Configuration) -> impl Iterator<Item = u8> {
    let has_some = place.read(COMMAND) & HAS_CAPABILITIES != 0;
    let first = has_some.then(|| place.read(CAPABILITIES) as u8 & !3);
    let next = move |capability: &u8| Some((place.read(*capability) >> 8) as u8 & !3);
    core::iter::successors(first, next).take_while(|at| *at != 0).take(CAPABILITIES_MAX)
}

/// The memory behind a base address, unless that is ports.
///
/// # Safety
/// It is set and mapped to where it is.
unsafe fn window(place: impl Configuration, base: u8) -> Option<Window> {
    let register = BASES + 4 * (base & 7);
    let low = place.read(register);
    if low & 1 != 0 {
        return None;
    }
    let is_wide = low >> 1 & 3 == 2;
    let high = if is_wide { u64::from(place.read(register + 4)) } else { 0 };
    let first = usize::try_from(high << 32 | u64::from(low & !0xf)).ok()?;
    // SAFETY: the caller promises it.
    (first != 0).then(|| unsafe { Window::new(first) })
}

/// Lets the first of a device's interrupts be this message.
///
/// # Safety
/// The device's base addresses are set and mapped to where they are.
unsafe fn set_message(place: impl Configuration, capability: u8, message: Message) {
    let table = place.read(capability + 4);
    // SAFETY: the caller promises it.
    let Some(window) = (unsafe { window(place, table as u8 & 7) }) else { return };
    let entry = window.at((table & !7) as usize);
    entry.write_64(0, message.address);
    entry.write_32(8, message.data);
    entry.write_32(12, 0);
    place.write(capability, place.read(capability) | IS_ENABLED);
}

impl Transport for Pci {
    fn kind(&self) -> u32 {
        self.kind
    }

    fn status(&self) -> u8 {
        self.common.read_8(STATUS)
    }

    fn set_status(&mut self, status: u8) {
        self.common.write_8(STATUS, status);
        // A reset is over when the device says so.
        while status == 0 && self.status() != 0 {
            core::hint::spin_loop();
        }
    }

    fn offered(&mut self, word: u32) -> u32 {
        self.common.write_32(OFFERED_WORD, word);
        self.common.read_32(OFFERED)
    }

    fn accept(&mut self, word: u32, features: u32) {
        self.common.write_32(ACCEPTED_WORD, word);
        self.common.write_32(ACCEPTED, features);
    }

    fn size_max(&mut self, queue: u16) -> u16 {
        self.common.write_16(QUEUE, queue);
        self.common.read_16(QUEUE_SIZE)
    }

    fn set_queue(&mut self, queue: u16, place: QueuePlace) {
        self.common.write_16(QUEUE, queue);
        self.common.write_16(QUEUE_SIZE, place.size);
        self.common.write_16(QUEUE_MESSAGE, 0);
        self.common.write_64(DESCRIPTORS, place.descriptors);
        self.common.write_64(AVAILABLE, place.available);
        self.common.write_64(USED, place.used);
        self.common.write_16(QUEUE_ENABLE, 1);
    }

    fn notify(&mut self, queue: u16) {
        self.common.write_16(QUEUE, queue);
        let offset = usize::from(self.common.read_16(QUEUE_NOTIFY)) * self.notify_step;
        self.notify.write_16(offset, queue);
    }

    fn acknowledge(&mut self) {
        // A message needs none.
    }

    fn read_byte(&self, offset: usize) -> u8 {
        self.own.read_8(offset)
    }

    fn write_byte(&mut self, offset: usize, value: u8) {
        self.own.write_8(offset, value);
    }

    fn read_word(&self, offset: usize) -> u32 {
        self.own.read_32(offset)
    }
}
