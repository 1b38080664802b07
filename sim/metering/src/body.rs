//! The pass over one function's body.

use wasm_encoder::BlockType;
use wasm_encoder::Function;
use wasm_encoder::Instruction;
use wasm_encoder::ValType;
use wasm_encoder::reencode::Reencode;
use wasmparser::FunctionBody;
use wasmparser::Operator;
use xip::FunctionTariff;
use xip::Place;

use crate::helper::Helper;
use crate::helper::Helpers;
use crate::helper::Segment;
use crate::helper::charge;
use crate::interface::index;
use crate::renumber::Renumber;
use crate::stack::FULL;
use crate::stack::ONE_CALL;
use crate::stack::Site;
use crate::stack::values;

/// What a body is rewritten with.
pub(crate) struct Rewrite<'a> {
    pub(crate) renumber: &'a mut Renumber,
    pub(crate) helpers: &'a mut Helpers,
    /// The global that counts what is on the stack, if that is counted.
    pub(crate) stack: Option<u32>,
    pub(crate) tariff: &'a FunctionTariff,
    pub(crate) sites: &'a [Site],
}

/// A body that is being written.
struct Draft<'a, 'b> {
    rewrite: &'a mut Rewrite<'b>,
    function: Function,
    /// A local of 64 bits that nobody else uses.
    spare: u32,
    /// How many charges have been looked at.
    charged: usize,
    /// How many places that call have been passed.
    called: usize,
    /// What is charged in the arms to come of the frames that are open; only `if` has one.
    otherwise: Vec<Option<u64>>,
}

/// Writes a body anew.
pub(crate) fn rewrite(
    rewrite: &mut Rewrite<'_>,
    body: &FunctionBody<'_>,
) -> Result<Function, wasm_encoder::reencode::Error> {
    let mut locals = Vec::new();
    for pair in body.get_locals_reader()? {
        let (count, kind) = pair?;
        locals.push((count, rewrite.renumber.val_type(kind)?));
    }
    locals.push((1, ValType::I64));
    let spare = rewrite.tariff.locals as u32;
    let function = Function::new(locals);
    let mut draft =
        Draft { rewrite, function, spare, charged: 0, called: 0, otherwise: vec![None] };
    draft.begin();
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset()?;
        draft.operator(at, operator)?;
    }
    Ok(draft.function)
}

impl Draft<'_, '_> {
    fn begin(&mut self) {
        if let Some(stack) = self.rewrite.stack {
            let needed = values(self.rewrite.tariff) as i64;
            let mut code = self.function.instructions();
            code.global_get(stack).i64_const(needed).i64_add().i64_const(FULL).i64_and();
            code.i64_const(0).i64_ne().if_(BlockType::Empty);
            code.call(index::OVERFLOW).unreachable().end();
        }
        self.charge(self.rewrite.tariff.entry);
    }

    fn operator(
        &mut self,
        at: usize,
        operator: Operator<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error> {
        match operator {
            Operator::Else => {
                let passing = self.take(at, Place::Passing);
                self.charge(passing);
                self.function.instruction(&Instruction::Else);
                let otherwise = self.otherwise.last_mut().and_then(Option::take);
                self.charge(otherwise.unwrap_or(0));
                return Ok(());
            }
            Operator::End => {
                if let Some(Some(otherwise)) = self.otherwise.pop()
                    && otherwise != 0
                {
                    self.function.instruction(&Instruction::Else);
                    self.charge(otherwise);
                }
                self.function.instruction(&Instruction::End);
                return Ok(());
            }
            _ => (),
        }
        let frame = match operator {
            Operator::Loop { .. } => Some((self.take(at, Place::Head), None)),
            Operator::If { .. } => {
                let then = self.take(at, Place::Then);
                Some((then, Some(self.take(at, Place::Otherwise))))
            }
            Operator::Block { .. } => Some((0, None)),
            _ => None,
        };
        if let Some(helper) = helper(&operator) {
            let helper = self.rewrite.helpers.function(helper);
            self.function.instruction(&Instruction::Call(helper));
            return Ok(());
        }
        let segment = match operator {
            Operator::DataDrop { data_index } => Some(Segment::Data(data_index)),
            Operator::ElemDrop { elem_index } => Some(Segment::Elements(elem_index)),
            _ => None,
        };
        let counted = self.count(at);
        self.add_to_stack(counted);
        let instruction = self.rewrite.renumber.instruction(operator)?;
        self.function.instruction(&instruction);
        self.add_to_stack(counted.map(|count| -count));
        if let Some((cost, otherwise)) = frame {
            self.charge(cost);
            self.otherwise.push(otherwise);
        }
        if let Some(len) = segment.map(|segment| self.rewrite.helpers.segment(segment)) {
            self.function.instructions().i32_const(0).global_set(len);
        }
        Ok(())
    }

    /// What the operator at this place adds to the stack while it calls.
    fn count(&mut self, at: usize) -> Option<i64> {
        let site = self.rewrite.sites.get(self.called).filter(|site| site.at == at)?;
        self.called += 1;
        (!site.is_last).then(|| ONE_CALL + site.offset.cast_signed())
    }

    fn add_to_stack(&mut self, count: Option<i64>) {
        if let (Some(stack), Some(count)) = (self.rewrite.stack, count) {
            let mut code = self.function.instructions();
            code.global_get(stack).i64_const(count).i64_add().global_set(stack);
        }
    }

    /// The charge at this place, if it is the next one.
    fn take(&mut self, at: usize, place: Place) -> u64 {
        let next = self.rewrite.tariff.charges.get(self.charged);
        match next.filter(|charge| charge.at == at && charge.place == place) {
            Some(charge) => {
                self.charged += 1;
                charge.cost
            }
            None => 0,
        }
    }

    fn charge(&mut self, cost: u64) {
        if cost == 0 {
            return;
        }
        let spent = self.rewrite.helpers.function(Helper::Spent);
        let fuel = self.rewrite.helpers.fuel;
        charge(&mut self.function.instructions(), fuel, spent, self.spare, cost);
    }
}

/// What does an operator in its place.
fn helper(operator: &Operator<'_>) -> Option<Helper> {
    Some(match operator {
        Operator::MemoryGrow { .. } => Helper::MemoryGrow,
        Operator::MemoryFill { .. } => Helper::MemoryFill,
        Operator::MemoryCopy { .. } => Helper::MemoryCopy,
        Operator::MemoryInit { data_index, .. } => Helper::MemoryInit(*data_index),
        Operator::TableGrow { table } => Helper::TableGrow(*table),
        Operator::TableFill { table } => Helper::TableFill(*table),
        Operator::TableCopy { dst_table, src_table } => {
            Helper::TableCopy { target: *dst_table, source: *src_table }
        }
        Operator::TableInit { elem_index, table } => {
            Helper::TableInit { segment: *elem_index, table: *table }
        }
        _ => return None,
    })
}
