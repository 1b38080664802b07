//! What is plugged in (PCI Local Bus Specification 3.0, chapters 3.2.2.3.2 and 6.1).

use alloc::collections::VecDeque;
use embedded_storage::nor_flash::NorFlashErrorKind;
use kernel::event::Event;
use parts::disk::Disk;
use parts::disk::DiskFlash;
use parts::keyboard::Keyboard;
use parts::pointer::Pointer;

use crate::cpu;

const ADDRESS: u16 = 0xcf8;
const DATA: u16 = 0xcfc;

/// Buses that are looked at. Behind bridges there are more on PCs with many slots.
const BUSES: u32 = 256;

/// One function of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(u32);

impl Place {
    /// Reads a register of its configuration.
    pub fn read(self, register: u8) -> u32 {
        cpu::write_port_32(ADDRESS, self.0 | u32::from(register & 0xfc));
        cpu::read_port_32(DATA)
    }

    /// Writes a register of its configuration.
    pub fn write(self, register: u8, value: u32) {
        cpu::write_port_32(ADDRESS, self.0 | u32::from(register & 0xfc));
        cpu::write_port_32(DATA, value);
    }
}

/// Every place where something is.
pub fn places() -> impl Iterator<Item = Place> {
    let devices = (0..BUSES * 32).map(|device| Place(1 << 31 | device << 11));
    let is_there = |place: &Place| place.read(0) & 0xffff != 0xffff;
    devices.filter(is_there).flat_map(move |place| {
        let has_functions = place.read(0x0c) >> 23 & 1 != 0;
        let count = if has_functions { 8 } else { 1 };
        (0..count).map(move |function| Place(place.0 | function << 8)).filter(is_there)
    })
}

pub type Flash = DiskFlash<NoDisk>;
#[derive(Debug)]
pub enum NoDisk {}
impl Disk for NoDisk {
    fn bytes(&self) -> u64 {
        0
    }
    fn read(&mut self, _: u64, _: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        Err(NorFlashErrorKind::Other)
    }
    fn write(&mut self, _: u64, _: &[u8]) -> Result<(), NorFlashErrorKind> {
        Err(NorFlashErrorKind::Other)
    }
}
#[derive(Debug)]
pub struct Devices {
    pub flash: Option<Flash>,
}
impl Devices {
    pub fn look(&mut self, _: &mut Keyboard, _: &mut Pointer, _: &mut VecDeque<Event>) {}
    pub fn random(&mut self) -> Option<[u8; 32]> {
        None
    }
}
pub fn begin() -> Devices {
    Devices { flash: None }
}
