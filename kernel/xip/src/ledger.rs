//! Memory that checking a module takes, asked for before it is taken.
//!
//! What is asked for is never less than what is taken then: the validator's lists are counted with
//! ours, and grow by doubling as `Vec` does. Single small pieces are not asked for.

use wasmparser::FunctionBody;
use wasmparser::Operator;
use wasmparser::Payload;
use wasmparser::SectionLimited;

use crate::frame;
use crate::frame::Frame;
use crate::frame::Operand;
use crate::kind::Signature;
use crate::module::LoadError;
use crate::room::Room;
use crate::scan::Scan;
use crate::side::SideTable;

/// The most that one item of a section takes, in the validator and here: a few lists, a map, and
/// names and signatures that are copied, which are counted by the bytes of the section.
const ITEM_BYTES: usize = 512;
const BYTES_OF_A_BYTE: usize = 16;
/// The same for functions, of which there are many and of which little is kept.
const FUNCTION_BYTES: usize = 128;
/// The most locals that the validator counts.
const LOCALS_MAX: usize = 51_000;
/// A run of locals of the same type, and a local, in the validator.
const RUN_BYTES: usize = 16;
const LOCAL_BYTES: usize = 2;
/// A value on the validator's stack, and on ours.
const VALUE_BYTES: usize = 8 + size_of::<Operand>();
const BLOCK_BYTES: usize = size_of::<wasmparser::Frame>() + size_of::<Frame>();
/// A branch that does not know yet where it leads, in a list of four that is for its frame alone.
const PENDING_BYTES: usize = 6 * size_of::<frame::Ahead>();
/// Entries of the side table that an operator makes besides those of a branch's targets.
const ENTRIES: usize = 4;
/// A list's first length.
const FIRST: usize = 8;

/// What has been asked for so far.
pub(crate) struct Ledger<'a> {
    room: &'a mut Room<'a>,
    entries: List,
    long: List,
    /// The most parameters or results of a type.
    widest: usize,
    body: Body,
}

/// What is there for one body and goes with it.
struct Body {
    values: List,
    blocks: List,
    pending: List,
    saved: List,
    /// At least as many branches are pending.
    branches: usize,
}

/// A list that grows by doubling.
struct List {
    capacity: usize,
    /// Bytes of an element.
    bytes: usize,
}

impl List {
    const fn of(bytes: usize) -> List {
        List { capacity: 0, bytes }
    }

    /// Bytes that are taken when it gets so many elements; 0 if it has place for them.
    fn reach(&mut self, len: usize) -> usize {
        if len <= self.capacity {
            return 0;
        }
        self.capacity = len.max(2 * self.capacity).max(FIRST);
        self.capacity.saturating_mul(self.bytes)
    }
}

impl Body {
    const EMPTY: Body = Body {
        values: List::of(VALUE_BYTES),
        blocks: List::of(BLOCK_BYTES),
        pending: List::of(PENDING_BYTES),
        saved: List::of(size_of::<Operand>()),
        branches: 0,
    };
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(room: &'a mut Room<'a>) -> Ledger<'a> {
        let (entry, branch) = SideTable::BYTES;
        let (entries, long) = (List::of(entry), List::of(branch));
        Ledger { room, entries, long, widest: 1, body: Body::EMPTY }
    }

    /// Asks for so many bytes in one piece.
    fn ask(&mut self, wanted: usize) -> Result<(), LoadError> {
        let has = wanted == 0 || (self.room)(wanted);
        if has { Ok(()) } else { Err(LoadError::NoRoom { wanted }) }
    }

    /// Asks for what a section takes, however many items it says that it has: the validator believes
    /// it.
    pub(crate) fn section(&mut self, payload: &Payload<'_>) -> Result<(), LoadError> {
        let wanted = match payload {
            Payload::TypeSection(section) => most(section, ITEM_BYTES, BYTES_OF_A_BYTE),
            Payload::ImportSection(section) => most(section, ITEM_BYTES, BYTES_OF_A_BYTE),
            Payload::FunctionSection(section) => most(section, FUNCTION_BYTES, BYTES_OF_A_BYTE),
            Payload::TableSection(section) => most(section, ITEM_BYTES, BYTES_OF_A_BYTE),
            Payload::MemorySection(section) => most(section, ITEM_BYTES, BYTES_OF_A_BYTE),
            Payload::TagSection(section) => most(section, ITEM_BYTES, BYTES_OF_A_BYTE),
            Payload::GlobalSection(section) => most(section, ITEM_BYTES, BYTES_OF_A_BYTE),
            Payload::ExportSection(section) => most(section, ITEM_BYTES, BYTES_OF_A_BYTE),
            Payload::ElementSection(section) => most(section, ITEM_BYTES, BYTES_OF_A_BYTE),
            // Nothing of what data consists of is kept.
            Payload::DataSection(section) => most(section, FUNCTION_BYTES, 0),
            _ => 0,
        };
        self.ask(wanted)
    }

    /// Takes notice of the types.
    pub(crate) fn types(&mut self, types: &[Signature]) {
        let wide = |kind: &Signature| usize::from(kind.parameters.max(kind.results));
        self.widest = types.iter().map(wide).max().unwrap_or(0).max(1);
    }

    /// Asks for what the locals of a body take, and begins to count for it.
    pub(crate) fn body(&mut self, body: &FunctionBody<'_>) -> Result<(), LoadError> {
        self.body = Body::EMPTY;
        let locals = body.get_locals_reader()?;
        let runs = (locals.get_count() as usize).min(body.range().len());
        let mut count = self.widest;
        for run in locals {
            count = count.saturating_add(run?.0 as usize);
        }
        self.ask(runs * RUN_BYTES + count.min(LOCALS_MAX) * LOCAL_BYTES)
    }

    /// Asks for what reading an operator takes: those that handle exceptions have lists of their own,
    /// which are read before they are refused.
    pub(crate) fn opcode(&mut self, code: u8, left: usize) -> Result<(), LoadError> {
        match code {
            0x1F | 0xE3 | 0xE4 => self.ask(left.saturating_mul(BYTES_OF_A_BYTE)),
            _ => Ok(()),
        }
    }

    /// Asks for what an operator takes on the two stacks, whose heights are the validator's, and on the
    /// same stacks and lists of the scan.
    pub(crate) fn operator(
        &mut self,
        operator: &Operator<'_>,
        (values, blocks): (u32, u32),
        scan: &Scan<'_>,
    ) -> Result<(), LoadError> {
        let (height, frames, side) = scan.so_far();
        let values = height.max(values as usize);
        let blocks = frames.len().max(blocks as usize);
        let targets = match operator {
            Operator::Br { .. } | Operator::BrIf { .. } => 1,
            Operator::If { .. } | Operator::Else => 1,
            Operator::BrTable { targets } => targets.len() as usize + 1,
            _ => 0,
        };
        let body = &mut self.body;
        body.branches += targets;
        if body.pending.capacity < body.branches {
            let pending = frames.iter().map(|frame| frame.ahead.len()).sum::<usize>();
            body.branches = pending + targets;
        }
        // Values come and go in the same operator.
        let mut wanted = body.values.reach(values + 2 * self.widest + 2);
        wanted += body.blocks.reach(blocks + 1);
        wanted += body.pending.reach(body.branches);
        if matches!(operator, Operator::If { .. }) {
            let saved = frames.iter().map(|frame| frame.parameters_of_else.len()).sum::<usize>();
            wanted += body.saved.reach(saved + self.widest);
        }
        let (entries, long) = side.lens();
        wanted += self.entries.reach(entries + targets + ENTRIES);
        wanted += self.long.reach(long + self.body.branches);
        self.ask(wanted)
    }
}

/// The most that a section takes, for so much an item and so much a byte.
fn most<T>(section: &SectionLimited<'_, T>, item: usize, byte: usize) -> usize {
    let items = (section.count() as usize).saturating_mul(item);
    items.saturating_add(section.range().len().saturating_mul(byte))
}
