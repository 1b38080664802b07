//! Atomic operations (Unprivileged ISA, chapter "A" Extension).

use crate::bus::Alignment;
use crate::bus::load;
use crate::bus::store;
use crate::exception::Access;
use crate::exception::Exception;
use crate::exception::Trap;
use crate::exception::Width;
use crate::machine::Bus;
use crate::machine::Machine;

const LOAD_RESERVED: u32 = 0x02;
const STORE_CONDITIONAL: u32 = 0x03;

/// Does one of them: `first` is the address and `second` the operand. Gives what the destination
/// gets. Only RAM can be operated on.
#[inline(never)]
pub(crate) fn operate(
    machine: &mut dyn Machine,
    bus: &mut Bus,
    reservation: &mut Option<u32>,
    word: u32,
    first: u32,
    second: u32,
) -> Result<u32, Trap> {
    let operation = word >> 27;
    let address = first;
    if operation == LOAD_RESERVED {
        if !address.is_multiple_of(4) {
            return Err(Trap::new(Exception::LoadMisaligned, address));
        }
        if bus.memory.place(address, 4, Access::Read).is_none() {
            return Err(Trap::new(Exception::LoadAccess, address));
        }
        let value = load(machine, bus, Alignment::Natural, address, Width::Word)?;
        *reservation = Some(address);
        return Ok(value);
    }
    if !address.is_multiple_of(4) {
        return Err(Trap::new(Exception::StoreMisaligned, address));
    }
    if operation == STORE_CONDITIONAL && reservation.take() != Some(address) {
        return Ok(1);
    }
    let fault = Trap::new(Exception::StoreAccess, address);
    if bus.memory.place(address, 4, Access::Write).is_none() {
        return Err(fault);
    }
    if operation == STORE_CONDITIONAL {
        store(machine, bus, Alignment::Natural, address, Width::Word, second)?;
        return Ok(0);
    }
    // What cannot be written is not read either: the whole operation is a store.
    let who = bus.memory.privilege();
    if !bus.memory.protection().allows(address, 4, Access::Write, who) {
        return Err(fault);
    }
    let old = load(machine, bus, Alignment::Natural, address, Width::Word).map_err(|_| fault)?;
    let new = combine(operation, old, second);
    store(machine, bus, Alignment::Natural, address, Width::Word, new)?;
    Ok(old)
}

fn combine(operation: u32, old: u32, operand: u32) -> u32 {
    match operation {
        0x00 => old.wrapping_add(operand),
        0x01 => operand,
        0x04 => old ^ operand,
        0x08 => old | operand,
        0x0c => old & operand,
        0x10 => (old as i32).min(operand as i32) as u32,
        0x14 => (old as i32).max(operand as i32) as u32,
        0x18 => old.min(operand),
        // The decoder lets no other through.
        _ => old.max(operand),
    }
}
