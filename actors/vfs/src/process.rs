//! `/proc`: the process table as text.
//!
//! Every line of a file is as long as the others, so that any part of it can be made from the table
//! as it is now, without remembering what the reader saw before: a line is never torn, whatever
//! changes between two reads.
//!
//! | path | a line |
//! |---|---|
//! | `/proc/stat` | an actor: id, name, state, priority, queued, fuel, memory in bytes, restarts |
//! | `/proc/ACTOR/status` | one of these with its name in front |
//! | `/proc/ACTOR/caps` | a capability: slot, kind, rights, badge, object, id of whose it derives |
//!
//! Columns are separated by spaces. `ACTOR` is an id or the index of a place, which is an id's lower
//! half.

mod row;

use alloc::vec::Vec;
use sdk::Refusal;
use sdk::abi::held::HeldRecord;
use sdk::abi::process::ProcessRecord;
use sdk::process::HELD_BYTES_MAX;
use sdk::process::Processes;

use crate::process::row::Row;

/// Where the records come from.
pub(crate) trait Table {
    /// How many records there are now.
    fn count(&self) -> Result<u32, Refusal>;

    /// The record at this place, `None` behind the last one. Ids ascend by their lower halves.
    fn record(&self, index: u32) -> Result<Option<ProcessRecord>, Refusal>;

    /// What an actor holds, as [`HeldRecord`]s; answers how many.
    fn held(&self, id: u64, buffer: &mut [u8]) -> Result<usize, Refusal>;
}

impl Table for Processes {
    fn count(&self) -> Result<u32, Refusal> {
        Processes::count(*self)
    }

    fn record(&self, index: u32) -> Result<Option<ProcessRecord>, Refusal> {
        Processes::record(*self, index)
    }

    fn held(&self, id: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        Processes::held(*self, id, buffer)
    }
}

/// Bytes of a line of `/proc/stat`.
const ACTOR_LINE: usize = 20 + 1 + 32 + 1 + 8 + 1 + 2 + 1 + 5 + 1 + 20 + 1 + 10 + 1 + 10 + 1;

/// Bytes of a line of a status.
const STATUS_LINE: usize = 8 + 1 + 32 + 1;

/// Lines of a status.
const STATUS_LINES: u32 = 8;

/// Bytes of a line of what an actor holds.
const HELD_LINE: usize = 2 + 1 + 11 + 1 + 16 + 1 + 18 + 1 + 18 + 1 + 20 + 1;

/// How often an actor is looked for again, if others come and go meanwhile.
const ATTEMPTS: usize = 4;

/// Bytes of `/proc/stat`.
pub(crate) fn statistics_size(table: &impl Table) -> Result<u32, Refusal> {
    Ok(table.count()?.saturating_mul(ACTOR_LINE as u32))
}

/// Fills the buffer from `offset` on. Answers how many bytes there were, as do all that follow.
pub(crate) fn read_statistics(
    table: &impl Table,
    offset: u32,
    buffer: &mut [u8],
) -> Result<usize, Refusal> {
    read_lines(offset, buffer, |index, line: &mut Row<ACTOR_LINE>| {
        let Some(record) = table.record(index)? else { return Ok(false) };
        line.right(20, record.id);
        line.left(32, record.name());
        line.left(8, record.state.name());
        line.right(2, u64::from(record.priority));
        line.right(5, u64::from(record.queued));
        line.right(20, record.fuel);
        line.right(10, u64::from(record.memory));
        line.right(10, u64::from(record.restarts));
        Ok(true)
    })
}

/// The id that a component of a path speaks of, if that actor lives.
pub(crate) fn find(table: &impl Table, component: &str) -> Result<u64, Refusal> {
    let is_number = component.bytes().all(|byte| byte.is_ascii_digit());
    let number = component.parse::<u64>().ok().filter(|_| is_number).ok_or(Refusal::NotFound)?;
    let found = actor_in(table, number as u32)?.ok_or(Refusal::NotFound)?;
    // No id is a mere index: generations begin at 1.
    let is_it = found.id == number || number <= u64::from(u32::MAX);
    if is_it { Ok(found.id) } else { Err(Refusal::NotFound) }
}

/// Refuses an actor that is no more.
pub(crate) fn require_living(table: &impl Table, id: u64) -> Result<(), Refusal> {
    living(table, id).map(|_| ())
}

/// Bytes of the status of an actor.
pub(crate) fn status_size(table: &impl Table, id: u64) -> Result<u32, Refusal> {
    living(table, id).map(|_| STATUS_LINES * STATUS_LINE as u32)
}

/// Reads the status of an actor.
pub(crate) fn read_status(
    table: &impl Table,
    id: u64,
    offset: u32,
    buffer: &mut [u8],
) -> Result<usize, Refusal> {
    let record = living(table, id)?;
    read_lines(offset, buffer, |index, line: &mut Row<STATUS_LINE>| {
        match index {
            0 => line.field("id", record.id),
            1 => line.text_field("name", record.name()),
            2 => line.text_field("state", record.state.name()),
            3 => line.field("priority", u64::from(record.priority)),
            4 => line.field("queued", u64::from(record.queued)),
            5 => line.field("fuel", record.fuel),
            6 => line.field("memory", u64::from(record.memory)),
            7 => line.field("restarts", u64::from(record.restarts)),
            _ => return Ok(false),
        }
        Ok(true)
    })
}

/// Bytes of the list of what an actor holds.
pub(crate) fn held_size(table: &impl Table, id: u64) -> Result<u32, Refusal> {
    let records = held(table, id)?;
    Ok((records.len() / HeldRecord::BYTES * HELD_LINE) as u32)
}

/// Reads the list of what an actor holds.
pub(crate) fn read_held(
    table: &impl Table,
    id: u64,
    offset: u32,
    buffer: &mut [u8],
) -> Result<usize, Refusal> {
    let records = held(table, id)?;
    let (records, _) = records.as_chunks();
    read_lines(offset, buffer, |index, line: &mut Row<HELD_LINE>| {
        let Some(record) = records.get(index as usize) else { return Ok(false) };
        let record = HeldRecord::decode(record).ok_or(Refusal::NotAvailable)?;
        line.right(2, u64::from(record.handle.slot()));
        line.left(11, record.kind.name());
        line.display(16, &record.rights);
        line.hexadecimal(record.badge);
        line.hexadecimal(record.object);
        line.right(20, record.from);
        Ok(true)
    })
}

/// The records of what an actor holds.
fn held(table: &impl Table, id: u64) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(HELD_BYTES_MAX).map_err(|_| Refusal::NoRoom)?;
    bytes.resize(HELD_BYTES_MAX, 0);
    let count = table.held(id, &mut bytes)?;
    bytes.truncate(count.saturating_mul(HeldRecord::BYTES));
    Ok(bytes)
}

/// The record of this very actor.
fn living(table: &impl Table, id: u64) -> Result<ProcessRecord, Refusal> {
    actor_in(table, id as u32)?.filter(|record| record.id == id).ok_or(Refusal::Dead)
}

/// Who lives in this place. If the table changed while it was looked at, it is looked at again.
fn actor_in(table: &impl Table, place: u32) -> Result<Option<ProcessRecord>, Refusal> {
    for _ in 0..ATTEMPTS {
        let count = table.count()?;
        let found = search(table, place, count)?;
        if found.is_some() || table.count()? == count {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Halves the table until the record is found.
fn search(table: &impl Table, place: u32, count: u32) -> Result<Option<ProcessRecord>, Refusal> {
    let (mut begin, mut end) = (0, count);
    while begin < end {
        let middle = begin + (end - begin) / 2;
        let Some(record) = table.record(middle)? else {
            end = middle;
            continue;
        };
        let found = record.id as u32;
        if found == place {
            return Ok(Some(record));
        }
        if found < place {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    Ok(None)
}

/// Fills the buffer from `offset` on with lines of one length, until there is none left.
fn read_lines<const N: usize>(
    offset: u32,
    buffer: &mut [u8],
    mut write: impl FnMut(u32, &mut Row<N>) -> Result<bool, Refusal>,
) -> Result<usize, Refusal> {
    let mut index = offset / N as u32;
    let mut skipped = offset as usize % N;
    let mut done = 0;
    while done < buffer.len() {
        let mut row = Row::new();
        if !write(index, &mut row)? {
            break;
        }
        let line = &row.line()[skipped..];
        let len = line.len().min(buffer.len() - done);
        buffer[done..done + len].copy_from_slice(&line[..len]);
        done += len;
        skipped = 0;
        index = index.saturating_add(1);
    }
    Ok(done)
}

#[cfg(test)]
pub(crate) mod tests;
