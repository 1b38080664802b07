//! What is plugged in (PCI Local Bus Specification 3.0, chapters 3.2.2.3.2 and 6.1).

use alloc::boxed::Box;
use parts::plugged::Plugged;
use virtio::pci::Configuration;
use virtio::pci::Pci;

use crate::apic;
use crate::cpu;

const ADDRESS: u16 = 0xcf8;
const DATA: u16 = 0xcfc;

/// Buses that are looked at. Behind bridges there are more on PCs with many slots.
const BUSES: u32 = 256;

/// One function of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(u32);

impl Configuration for Place {
    fn read(self, register: u8) -> u32 {
        cpu::write_port_32(ADDRESS, self.0 | u32::from(register & 0xfc));
        cpu::read_port_32(DATA)
    }

    fn write(self, register: u8, value: u32) {
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

/// Finds the devices of virtual machines. They interrupt to wake whoever sleeps.
///
/// # Safety
/// Base addresses of what is plugged in are mapped to where they are, and nobody else drives it.
pub unsafe fn begin() -> Plugged {
    let mut plugged = Plugged::default();
    for place in places() {
        // SAFETY: the caller promises it.
        let device = unsafe { Pci::new(place, apic::message()) };
        if let Some(device) = device {
            plugged.plug(Box::new(device));
        }
    }
    plugged
}
