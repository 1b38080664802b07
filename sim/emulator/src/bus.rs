//! The long way of loads and stores: protection, devices, read-only memory, addresses that are no
//! multiple of the size, watched words.

use crate::exception::Access;
use crate::exception::Exception;
use crate::exception::Privilege;
use crate::exception::Trap;
use crate::exception::Width;
use crate::machine::Bus;
use crate::machine::Machine;
use crate::memory::Kind;
use crate::memory::Memory;
use crate::memory::Seen;

/// What becomes of loads and stores whose address is no multiple of their size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// RAM and ROM do them, as the ESP32-C6 and QEMU do; devices refuse them.
    Any,
    /// They trap.
    Natural,
}

/// A load; the value is not extended.
#[cold]
#[inline(never)]
pub(crate) fn load(
    machine: &mut dyn Machine,
    bus: &mut Bus,
    alignment: Alignment,
    address: u32,
    width: Width,
) -> Result<u32, Trap> {
    let bytes = width.bytes();
    if !address.is_multiple_of(bytes) {
        return load_misaligned(bus, alignment, address, width);
    }
    if let Some(place) = bus.memory.near(address, Access::Read) {
        return Ok(bus.memory.read_store(place, bytes as usize));
    }
    let fault = Trap::new(Exception::LoadAccess, address);
    let who = bus.memory.privilege();
    if !bus.memory.protection().allows(address, bytes, Access::Read, who) {
        return Err(fault);
    }
    if let Some(place) = bus.memory.place(address, bytes, Access::Read) {
        let value = bus.memory.read_store(place, bytes as usize);
        bus.memory.fill(address, Access::Read);
        bus.memory.record(Seen { address, bytes, value, is_write: false, is_device: false });
        return Ok(value);
    }
    match bus.memory.find(address) {
        Some((Kind::Device, _, follow)) if bytes <= follow => {
            let value = machine.read(address, width, bus).map_err(|_| fault)?;
            bus.memory.record(Seen { address, bytes, value, is_write: false, is_device: true });
            Ok(value)
        }
        _ => Err(fault),
    }
}

fn load_misaligned(
    bus: &mut Bus,
    alignment: Alignment,
    address: u32,
    width: Width,
) -> Result<u32, Trap> {
    if alignment == Alignment::Natural {
        return Err(Trap::new(Exception::LoadMisaligned, address));
    }
    let bytes = width.bytes();
    let mut value = 0;
    // A misaligned access is several accesses, each of which is checked.
    for offset in 0..bytes {
        let at = address.wrapping_add(offset);
        let place = byte(bus, at, Access::Read).ok_or(Trap::new(Exception::LoadAccess, at))?;
        value |= bus.memory.read_store(place, 1) << (offset * 8);
    }
    bus.memory.record(Seen { address, bytes, value, is_write: false, is_device: false });
    Ok(value)
}

/// Where one byte lies in RAM or ROM, if it may be used so.
fn byte(bus: &Bus, address: u32, access: Access) -> Option<usize> {
    let is_allowed = bus.memory.protection().allows(address, 1, access, bus.memory.privilege());
    bus.memory.place(address, 1, access).filter(|_| is_allowed)
}

/// A store of the low bytes of a value.
#[cold]
#[inline(never)]
pub(crate) fn store(
    machine: &mut dyn Machine,
    bus: &mut Bus,
    alignment: Alignment,
    address: u32,
    width: Width,
    value: u32,
) -> Result<(), Trap> {
    let bytes = width.bytes();
    if !address.is_multiple_of(bytes) {
        return store_misaligned(machine, bus, alignment, address, width, value);
    }
    if let Some(place) = bus.memory.near(address, Access::Write) {
        bus.memory.write_near(place, &value.to_le_bytes()[..bytes as usize]);
        return Ok(());
    }
    let fault = Trap::new(Exception::StoreAccess, address);
    let who = bus.memory.privilege();
    if !bus.memory.protection().allows(address, bytes, Access::Write, who) {
        return Err(fault);
    }
    if let Some(place) = bus.memory.place(address, bytes, Access::Write) {
        bus.memory.write_store(place, &value.to_le_bytes()[..bytes as usize]);
        bus.memory.fill(address, Access::Write);
        bus.memory.record(Seen { address, bytes, value, is_write: true, is_device: false });
        if bus.memory.is_watched(address, bytes) {
            machine.stored(address, bus);
        }
        return Ok(());
    }
    match bus.memory.find(address) {
        Some((Kind::Device, _, follow)) if bytes <= follow => {
            bus.memory.record(Seen { address, bytes, value, is_write: true, is_device: true });
            machine.write(address, width, value, bus).map_err(|_| fault)
        }
        _ => Err(fault),
    }
}

fn store_misaligned(
    machine: &mut dyn Machine,
    bus: &mut Bus,
    alignment: Alignment,
    address: u32,
    width: Width,
    value: u32,
) -> Result<(), Trap> {
    if alignment == Alignment::Natural {
        return Err(Trap::new(Exception::StoreMisaligned, address));
    }
    let bytes = width.bytes();
    let mut places = [0; 4];
    // Nothing is written unless all of it can be.
    for (offset, place) in (0..bytes).zip(&mut places) {
        let at = address.wrapping_add(offset);
        let found = byte(bus, at, Access::Write);
        *place = found.ok_or(Trap::new(Exception::StoreAccess, at))?;
    }
    for (place, byte) in places.iter().zip(value.to_le_bytes()).take(bytes as usize) {
        bus.memory.write_store(*place, &[byte]);
    }
    bus.memory.record(Seen { address, bytes, value, is_write: true, is_device: false });
    if bus.memory.is_watched(address, bytes) {
        machine.stored(address, bus);
    }
    Ok(())
}

/// Two bytes of an instruction, and where they lie in the store.
pub(crate) fn fetch(memory: &Memory, address: u32, who: Privilege) -> Option<(u16, usize)> {
    if !memory.protection().allows(address, 2, Access::Execute, who) {
        return None;
    }
    let place = memory.place(address, 2, Access::Execute)?;
    Some((memory.read_store(place, 2) as u16, place))
}
