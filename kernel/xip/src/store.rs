//! What an instance owns besides its stack: memory, globals, tables and segments.

use alloc::vec::Vec;

use crate::host::Host;
use crate::kind::MemoryType;
use crate::module::Module;
use crate::trap::Trap;

/// Bytes that are copied for one unit of fuel.
const BYTES_PER_FUEL: u64 = 64;

/// Bytes of a reference, as wasmi counts them.
const REFERENCE_BYTES: u64 = 4;

/// A table of references: 0 is none, 1 the module's first function.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) elements: Vec<u32>,
    pub(crate) maximum: Option<u64>,
}

/// What an instance owns besides its stack.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) memory: Vec<u8>,
    /// Its memory's type, whose maximum is that of the memory it was given.
    pub(crate) memory_type: Option<MemoryType>,
    pub(crate) globals: Vec<u64>,
    pub(crate) tables: Vec<Table>,
    /// Passive segments of elements that have not been dropped; the others are empty.
    pub(crate) elements: Vec<Vec<u32>>,
    /// Which segments of data have been dropped.
    pub(crate) is_data_dropped: Vec<bool>,
    /// How large a table may grow; 0 once they keep their size.
    pub(crate) elements_max: usize,
    pub(crate) fuel: u64,
}

/// Takes fuel. An error says how much there should have been; then nothing is taken.
#[inline]
pub(crate) fn charge(fuel: &mut u64, cost: u64) -> Result<(), u64> {
    *fuel = fuel.checked_sub(cost).ok_or(cost)?;
    Ok(())
}

/// What copying costs.
pub(crate) fn cost_of_bytes(bytes: u64) -> u64 {
    bytes / BYTES_PER_FUEL
}

/// What copying references costs.
pub(crate) fn cost_of_references(references: u64) -> u64 {
    references * REFERENCE_BYTES / BYTES_PER_FUEL
}

/// Grows a memory by so many pages; `None` if it cannot. Returns the pages it had. An error says
/// how much fuel there should have been.
pub(crate) fn grow_memory<H: Host>(
    memory: &mut Vec<u8>,
    kind: MemoryType,
    pages: u32,
    fuel: &mut u64,
    host: &mut H,
) -> Result<Option<u32>, u64> {
    let before = (memory.len() >> kind.page_bits) as u64;
    if pages == 0 {
        return Ok(Some(before as u32));
    }
    let desired = before + u64::from(pages);
    if kind.pages_max() < desired {
        return Ok(None);
    }
    let Ok(bytes) = usize::try_from(desired << kind.page_bits) else { return Ok(None) };
    if !host.may_grow(memory.len(), bytes) {
        return Ok(None);
    }
    charge(fuel, cost_of_bytes(u64::from(pages) << kind.page_bits))?;
    if memory.try_reserve_exact(bytes - memory.len()).is_err() {
        return Ok(None);
    }
    memory.resize(bytes, 0);
    Ok(Some(before as u32))
}

impl Store {
    pub(crate) fn heap_bytes(&self) -> usize {
        let references = |all: &Vec<u32>| all.capacity() * size_of::<u32>();
        self.memory.capacity()
            + self.globals.capacity() * size_of::<u64>()
            + self.tables.capacity() * size_of::<Table>()
            + self.tables.iter().map(|table| references(&table.elements)).sum::<usize>()
            + self.elements.capacity() * size_of::<Vec<u32>>()
            + self.elements.iter().map(references).sum::<usize>()
            + self.is_data_dropped.capacity()
    }
}

impl Table {
    /// Grows it by so many elements, up to `most`; `None` if it cannot. Returns how many it had.
    /// An error says how much fuel there should have been.
    pub(crate) fn grow(
        &mut self,
        value: u32,
        more: u32,
        most: usize,
        fuel: &mut u64,
    ) -> Result<Option<u32>, u64> {
        let before = self.elements.len();
        if more == 0 {
            return Ok(Some(before as u32));
        }
        let desired = before as u64 + u64::from(more);
        if (most as u64) < desired || self.maximum.is_some_and(|maximum| maximum < desired) {
            return Ok(None);
        }
        charge(fuel, cost_of_references(u64::from(more)))?;
        if self.elements.try_reserve_exact(more as usize).is_err() {
            return Ok(None);
        }
        self.elements.resize(desired as usize, value);
        Ok(Some(before as u32))
    }
}

/// The function that an element of a table refers to, which must have this type.
#[inline]
pub(crate) fn callee(
    module: &Module<'_>,
    table: &Table,
    kind: u32,
    index: usize,
) -> Result<u32, Trap> {
    let element = table.elements.get(index).ok_or(Trap::TableOutOfBounds)?;
    let callee = element.checked_sub(1).ok_or(Trap::IndirectCallToNull)?;
    let found = module.types[usize::from(module.kind_of(callee))];
    if found.same_as == module.types[kind as usize].same_as {
        Ok(callee)
    } else {
        Err(Trap::BadSignature)
    }
}
