//! Rare operators: what handles references, and behind the prefix 0xFC what copies many bytes or
//! elements at once.

use crate::leb;
use crate::module::Module;
use crate::number;
use crate::store::Table;
use crate::store::charge;
use crate::store::cost_of_bytes;
use crate::store::cost_of_references;
use crate::trap::Trap;
use alloc::vec::Vec;

/// Why an operator was not done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Halt {
    Trap(Trap),
    /// It takes this much fuel.
    OutOfFuel(u64),
}

impl From<Trap> for Halt {
    fn from(trap: Trap) -> Halt {
        Halt::Trap(trap)
    }
}

impl From<u64> for Halt {
    fn from(required: u64) -> Halt {
        Halt::OutOfFuel(required)
    }
}

/// What these operators reach.
pub(crate) struct Reach<'a> {
    pub(crate) memory: &'a mut [u8],
    pub(crate) tables: &'a mut [Table],
    pub(crate) elements: &'a mut [Vec<u32>],
    pub(crate) is_data_dropped: &'a mut [bool],
    pub(crate) elements_max: usize,
    pub(crate) fuel: &'a mut u64,
}

/// Does the operator whose number lies at `at`, with `top` values on the stack. Returns where the next one lies and how many values
/// are on the stack then. If it is not done, nothing has changed.
pub(crate) fn operate(
    module: &Module<'_>,
    opcode: u8,
    reach: &mut Reach<'_>,
    stack: &mut [u64],
    top: usize,
    at: usize,
) -> Result<(usize, usize), Halt> {
    let code = module.bytes();
    if opcode != 0xFC {
        return refer(opcode, reach, stack, top, leb::unsigned(code, at)).map_err(Halt::Trap);
    }
    let (operator, at) = leb::unsigned(code, at);
    if operator < 8 {
        stack[top - 1] = number::saturate(operator, stack[top - 1]);
        return Ok((at, top));
    }
    let (first, at) = leb::unsigned(code, at);
    let first = first as usize;
    match operator {
        9 => {
            reach.is_data_dropped[first] = true;
            return Ok((at, top));
        }
        13 => {
            reach.elements[first] = Vec::new();
            return Ok((at, top));
        }
        16 => {
            stack[top] = reach.tables[first].elements.len() as u64;
            return Ok((at, top + 1));
        }
        11 => {
            reach.fill_memory(last_three(stack, top))?;
            return Ok((at, top - 3));
        }
        15 => {
            let (value, more) = (stack[top - 2] as u32, stack[top - 1] as u32);
            let most = reach.elements_max;
            let grown = reach.tables[first].grow(value, more, most, reach.fuel)?;
            stack[top - 2] = u64::from(grown.unwrap_or(u32::MAX));
            return Ok((at, top - 1));
        }
        17 => {
            reach.fill_table(first, last_three(stack, top))?;
            return Ok((at, top - 3));
        }
        _ => (),
    }
    let (second, at) = leb::unsigned(code, at);
    let three = last_three(stack, top);
    match operator {
        8 => reach.init_memory(module, first, three)?,
        10 => reach.copy_memory(three)?,
        12 => reach.init_table(first, second as usize, three)?,
        _ => reach.copy_table(first, second as usize, three)?,
    }
    Ok((at, top - 3))
}

/// Operators on single references. The number behind the opcode has been read.
fn refer(
    opcode: u8,
    reach: &mut Reach<'_>,
    stack: &mut [u64],
    top: usize,
    (number, next): (u32, usize),
) -> Result<(usize, usize), Trap> {
    let table = number as usize;
    match opcode {
        0x25 => {
            let index = stack[top - 1] as u32 as usize;
            let element = reach.tables[table].elements.get(index);
            stack[top - 1] = u64::from(*element.ok_or(Trap::TableOutOfBounds)?);
            Ok((next, top))
        }
        0x26 => {
            let index = stack[top - 2] as u32 as usize;
            let element = reach.tables[table].elements.get_mut(index);
            *element.ok_or(Trap::TableOutOfBounds)? = stack[top - 1] as u32;
            Ok((next, top - 2))
        }
        0xD2 => {
            stack[top] = u64::from(number) + 1;
            Ok((next, top + 1))
        }
        _ => {
            stack[top] = 0;
            Ok((next, top + 1))
        }
    }
}

fn last_three(stack: &[u64], top: usize) -> [usize; 3] {
    [top - 3, top - 2, top - 1].map(|place| stack[place] as u32 as usize)
}

/// The range that begins at `start`, if `all` has that many.
fn range(start: usize, count: usize, all: usize) -> Option<core::ops::Range<usize>> {
    let end = start.checked_add(count)?;
    (end <= all).then_some(start..end)
}

impl Reach<'_> {
    fn fill_memory(&mut self, [target, value, count]: [usize; 3]) -> Result<(), Halt> {
        let target = range(target, count, self.memory.len()).ok_or(Trap::MemoryOutOfBounds)?;
        charge(self.fuel, cost_of_bytes(count as u64))?;
        self.memory[target].fill(value as u8);
        Ok(())
    }

    fn copy_memory(&mut self, [target, source, count]: [usize; 3]) -> Result<(), Halt> {
        let all = self.memory.len();
        let source = range(source, count, all).ok_or(Trap::MemoryOutOfBounds)?;
        let target = range(target, count, all).ok_or(Trap::MemoryOutOfBounds)?;
        charge(self.fuel, cost_of_bytes(count as u64))?;
        self.memory.copy_within(source, target.start);
        Ok(())
    }

    fn init_memory(
        &mut self,
        module: &Module<'_>,
        segment: usize,
        [target, source, count]: [usize; 3],
    ) -> Result<(), Halt> {
        let (start, len) = module.data[segment];
        let len = if self.is_data_dropped[segment] { 0 } else { len as usize };
        let target = range(target, count, self.memory.len()).ok_or(Trap::MemoryOutOfBounds)?;
        let source = range(source, count, len).ok_or(Trap::MemoryOutOfBounds)?;
        charge(self.fuel, cost_of_bytes(count as u64))?;
        let bytes = &module.bytes()[start as usize..][source];
        self.memory[target].copy_from_slice(bytes);
        Ok(())
    }

    fn fill_table(&mut self, table: usize, [target, value, count]: [usize; 3]) -> Result<(), Halt> {
        let elements = &mut self.tables[table].elements;
        let target = range(target, count, elements.len()).ok_or(Trap::TableOutOfBounds)?;
        charge(self.fuel, cost_of_references(count as u64))?;
        elements[target].fill(value as u32);
        Ok(())
    }

    fn init_table(
        &mut self,
        segment: usize,
        table: usize,
        [target, source, count]: [usize; 3],
    ) -> Result<(), Halt> {
        let elements = &mut self.tables[table].elements;
        let segment = &self.elements[segment];
        let target = range(target, count, elements.len()).ok_or(Trap::TableOutOfBounds)?;
        let source = range(source, count, segment.len()).ok_or(Trap::TableOutOfBounds)?;
        charge(self.fuel, cost_of_references(count as u64))?;
        elements[target].copy_from_slice(&segment[source]);
        Ok(())
    }

    fn copy_table(
        &mut self,
        table: usize,
        other: usize,
        [target, source, count]: [usize; 3],
    ) -> Result<(), Halt> {
        let (to, from) = (self.tables[table].elements.len(), self.tables[other].elements.len());
        let target = range(target, count, to).ok_or(Trap::TableOutOfBounds)?;
        let source = range(source, count, from).ok_or(Trap::TableOutOfBounds)?;
        charge(self.fuel, cost_of_references(count as u64))?;
        if table == other {
            self.tables[table].elements.copy_within(source, target.start);
            return Ok(());
        }
        let [to, from] =
            self.tables.get_disjoint_mut([table, other]).expect("the tables are two, and there");
        to.elements[target].copy_from_slice(&from.elements[source]);
        Ok(())
    }
}
