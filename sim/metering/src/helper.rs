//! Functions that are added to a module: they take the fuel that depends on what happens.

use std::collections::BTreeMap;

use wasm_encoder::BlockType;
use wasm_encoder::Function;
use wasm_encoder::InstructionSink;
use wasm_encoder::ValType;

use crate::interface::index;
use crate::shape::Shape;

/// By how many bits a number of bytes is shifted to be their price.
const BYTES_PER_FUEL_BITS: i64 = 6;

/// The same for references, which are of four bytes.
const REFERENCES_PER_FUEL_BITS: i64 = 4;

/// A function that is added if it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Helper {
    /// `(cost i64)`: the fuel has just become negative by this cost.
    Spent,
    /// `(cost i64)`: takes fuel.
    Pay,
    MemoryGrow,
    MemoryFill,
    MemoryCopy,
    MemoryInit(u32),
    TableGrow(u32),
    TableFill(u32),
    TableCopy {
        target: u32,
        source: u32,
    },
    TableInit {
        segment: u32,
        table: u32,
    },
}

/// A segment whose size must be known when the module runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Segment {
    Data(u32),
    Elements(u32),
}

/// What has been added so far.
pub(crate) struct Helpers {
    /// The index of the next function.
    next_function: u32,
    /// The index of the next global.
    next_global: u32,
    /// The global that is the fuel.
    pub(crate) fuel: u32,
    known: BTreeMap<Helper, u32>,
    order: Vec<Helper>,
    segments: BTreeMap<Segment, u32>,
    segment_order: Vec<Segment>,
}

impl Helpers {
    /// Nothing yet; functions and globals are added from these indices on.
    pub(crate) fn new(fuel: u32, next_function: u32, next_global: u32) -> Helpers {
        Helpers {
            next_function,
            next_global,
            fuel,
            known: BTreeMap::new(),
            order: Vec::new(),
            segments: BTreeMap::new(),
            segment_order: Vec::new(),
        }
    }

    /// The index of a helper, which is added if it is new.
    pub(crate) fn function(&mut self, helper: Helper) -> u32 {
        if let Some(known) = self.known.get(&helper) {
            return *known;
        }
        let index = self.next_function;
        self.next_function += 1;
        self.known.insert(helper, index);
        self.order.push(helper);
        index
    }

    /// The global that says how long a segment is.
    pub(crate) fn segment(&mut self, segment: Segment) -> u32 {
        if let Some(known) = self.segments.get(&segment) {
            return *known;
        }
        let index = self.next_global;
        self.next_global += 1;
        self.segments.insert(segment, index);
        self.segment_order.push(segment);
        index
    }

    /// The helper that was added as the `place`th.
    pub(crate) fn at(&self, place: usize) -> Option<Helper> {
        self.order.get(place).copied()
    }

    /// The segments whose size is known, in the order of their globals.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segment_order
    }

    /// Its parameters and result.
    pub(crate) fn signature(helper: Helper, shape: &Shape<'_>) -> (Vec<ValType>, Option<ValType>) {
        let reference = |table: u32| reference(shape, table);
        match helper {
            Helper::Spent | Helper::Pay => (vec![ValType::I64], None),
            Helper::MemoryGrow => (vec![ValType::I32], Some(ValType::I32)),
            Helper::TableGrow(table) => (vec![reference(table), ValType::I32], Some(ValType::I32)),
            Helper::TableFill(table) => (vec![ValType::I32, reference(table), ValType::I32], None),
            _ => (vec![ValType::I32; 3], None),
        }
    }

    /// Its body. It may need further helpers.
    pub(crate) fn body(&mut self, helper: Helper, shape: &Shape<'_>) -> Function {
        let mut function = Function::new([]);
        let mut code = function.instructions();
        match helper {
            Helper::Spent => spent(&mut code, self.fuel),
            Helper::Pay => {
                let spent = self.function(Helper::Spent);
                pay(&mut code, self.fuel, spent);
            }
            Helper::MemoryGrow => self.grow_memory(&mut code, shape),
            Helper::MemoryFill => {
                memory_has(&mut code, shape, 0);
                self.pay_if(&mut code, BYTES_PER_FUEL_BITS);
                last_three(&mut code).memory_fill(0);
            }
            Helper::MemoryCopy => {
                memory_has(&mut code, shape, 0);
                memory_has(&mut code, shape, 1);
                code.i32_and();
                self.pay_if(&mut code, BYTES_PER_FUEL_BITS);
                last_three(&mut code).memory_copy(0, 0);
            }
            Helper::MemoryInit(segment) => {
                let len = self.segment(Segment::Data(segment));
                memory_has(&mut code, shape, 0);
                segment_has(&mut code, len);
                code.i32_and();
                self.pay_if(&mut code, BYTES_PER_FUEL_BITS);
                last_three(&mut code).memory_init(0, segment);
            }
            Helper::TableGrow(table) => self.grow_table(&mut code, shape, table),
            Helper::TableFill(table) => {
                table_has(&mut code, table, 0);
                self.pay_if(&mut code, REFERENCES_PER_FUEL_BITS);
                last_three(&mut code).table_fill(table);
            }
            Helper::TableCopy { target, source } => {
                table_has(&mut code, target, 0);
                table_has(&mut code, source, 1);
                code.i32_and();
                self.pay_if(&mut code, REFERENCES_PER_FUEL_BITS);
                last_three(&mut code).table_copy(target, source);
            }
            Helper::TableInit { segment, table } => {
                let len = self.segment(Segment::Elements(segment));
                table_has(&mut code, table, 0);
                segment_has(&mut code, len);
                code.i32_and();
                self.pay_if(&mut code, REFERENCES_PER_FUEL_BITS);
                last_three(&mut code).table_init(table, segment);
            }
        }
        code.end();
        function
    }

    /// Takes the price of the count that is the last parameter if what lies on the stack is true. If
    /// not, the operator that follows traps.
    fn pay_if(&mut self, code: &mut InstructionSink<'_>, bits: i64) {
        let pay = self.function(Helper::Pay);
        code.if_(BlockType::Empty).local_get(2).i64_extend_i32_u();
        code.i64_const(bits).i64_shr_u().call(pay).end();
    }

    /// Growing by nothing costs nothing, and so does a refusal.
    fn grow_memory(&mut self, code: &mut InstructionSink<'_>, shape: &Shape<'_>) {
        let (pay, bits) = (self.function(Helper::Pay), i64::from(shape.page_bits()));
        let maximum = shape.memory.and_then(|memory| memory.maximum).unwrap_or(u64::MAX);
        let maximum = maximum.min(1 << (32 - bits));
        code.local_get(0).i32_eqz().if_(BlockType::Empty).memory_size(0).return_().end();
        let desired = |code: &mut InstructionSink<'_>| {
            code.memory_size(0).i64_extend_i32_u().local_get(0).i64_extend_i32_u().i64_add();
        };
        code.i64_const(maximum.cast_signed());
        desired(code);
        refuse_if(code.i64_lt_u());
        desired(code);
        code.i64_const(bits).i64_shl().call(index::MAY_GROW);
        refuse_if(code.i32_eqz());
        code.local_get(0).i64_extend_i32_u().i64_const(bits).i64_shl();
        code.i64_const(BYTES_PER_FUEL_BITS).i64_shr_u().call(pay);
        code.local_get(0).memory_grow(0);
    }

    fn grow_table(&mut self, code: &mut InstructionSink<'_>, shape: &Shape<'_>, table: u32) {
        let pay = self.function(Helper::Pay);
        let maximum = shape.tables[table as usize].maximum.unwrap_or(u64::MAX >> 1);
        code.local_get(1).i32_eqz().if_(BlockType::Empty).table_size(table).return_().end();
        let desired = |code: &mut InstructionSink<'_>| {
            code.table_size(table).i64_extend_i32_u().local_get(1).i64_extend_i32_u().i64_add();
        };
        code.i64_const(maximum.cast_signed());
        desired(code);
        refuse_if(code.i64_lt_u());
        desired(code);
        code.call(index::MAY_GROW_TABLE);
        refuse_if(code.i32_eqz());
        code.local_get(1).i64_extend_i32_u();
        code.i64_const(REFERENCES_PER_FUEL_BITS).i64_shr_u().call(pay);
        code.local_get(0).local_get(1).table_grow(table);
    }
}

/// Takes a cost that the code knows. Nothing is left on the stack; `spare` is a local of 64 bits.
pub(crate) fn charge(code: &mut InstructionSink<'_>, fuel: u32, spent: u32, spare: u32, cost: u64) {
    let cost = cost.cast_signed();
    code.global_get(fuel).i64_const(cost).i64_sub().local_tee(spare).global_set(fuel);
    code.local_get(spare).i64_const(0).i64_lt_s().if_(BlockType::Empty);
    code.i64_const(cost).call(spent).end();
}

/// Gives the cost back and asks for as much.
fn spent(code: &mut InstructionSink<'_>, fuel: u32) {
    code.local_get(0);
    code.global_get(fuel).local_get(0).i64_add();
    code.call(index::REFUEL).local_get(0).i64_sub().global_set(fuel);
}

fn pay(code: &mut InstructionSink<'_>, fuel: u32, spent: u32) {
    code.global_get(fuel).local_get(0).i64_sub().global_set(fuel);
    code.global_get(fuel).i64_const(0).i64_lt_s().if_(BlockType::Empty);
    code.local_get(0).call(spent).end();
}

fn refuse_if(code: &mut InstructionSink<'_>) {
    code.if_(BlockType::Empty).i32_const(-1).return_().end();
}

fn last_three<'a, 'b>(code: &'a mut InstructionSink<'b>) -> &'a mut InstructionSink<'b> {
    code.local_get(0).local_get(1).local_get(2)
}

/// Whether the memory has what the last parameter says, from this one on.
fn memory_has(code: &mut InstructionSink<'_>, shape: &Shape<'_>, parameter: u32) {
    end_of(code, parameter);
    code.memory_size(0).i64_extend_i32_u().i64_const(shape.page_bits().into()).i64_shl();
    code.i64_le_u();
}

fn table_has(code: &mut InstructionSink<'_>, table: u32, parameter: u32) {
    end_of(code, parameter);
    code.table_size(table).i64_extend_i32_u().i64_le_u();
}

fn segment_has(code: &mut InstructionSink<'_>, len: u32) {
    end_of(code, 1);
    code.global_get(len).i64_extend_i32_u().i64_le_u();
}

fn end_of(code: &mut InstructionSink<'_>, parameter: u32) {
    code.local_get(parameter).i64_extend_i32_u().local_get(2).i64_extend_i32_u().i64_add();
}

/// The kind of reference that a table holds.
fn reference(shape: &Shape<'_>, table: u32) -> ValType {
    match shape.tables[table as usize].element_type {
        wasmparser::RefType::EXTERNREF => ValType::EXTERNREF,
        _ => ValType::FUNCREF,
    }
}
