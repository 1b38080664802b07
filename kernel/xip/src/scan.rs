//! The pass over a function's body that makes its part of the side table.
//!
//! It follows wasmi 2.0.0's translator in all that its fuel depends on. There a charge stands at
//! the entry of a function, at the head of a loop and at the start of both arms of an `if`. It is 1
//! and the cost of every operator whose innermost such place it is, reachable or not. What lies
//! in unreachable code makes no charge of its own, and what is unreachable depends on what the
//! translator knows: it folds constants, so a condition that is one decides at once.

use alloc::vec::Vec;
use wasmparser::BlockType;
use wasmparser::BrTable;
use wasmparser::Operator;

use crate::charge::cost;
use crate::charge::place;
use crate::frame::Ahead;
use crate::frame::Arms;
use crate::frame::Frame;
use crate::frame::Kind;
use crate::frame::Operand;
use crate::kind::Signature;
use crate::number;
use crate::register::Before;
use crate::register::RegisterWatch;
use crate::side::Branch;
use crate::side::Place;
use crate::side::SideTable;
use crate::surroundings::Surroundings;

/// One body being read.
pub(crate) struct Scan<'a> {
    surroundings: &'a Surroundings<'a>,
    side: &'a mut SideTable,
    stack: Vec<Operand>,
    frames: Vec<Frame>,
    is_reachable: bool,
    charge: usize,
    height_max: usize,
    /// Where the body ends.
    end: usize,
    register: RegisterWatch,
}

impl<'a> Scan<'a> {
    /// Starts with a body whose last byte lies before `end`.
    pub(crate) fn new(
        surroundings: &'a Surroundings<'a>,
        side: &'a mut SideTable,
        signature: Signature,
        end: usize,
    ) -> Scan<'a> {
        let charge = side.push_cost(1);
        let body = Frame {
            kind: Kind::Block,
            parameters: 0,
            results: usize::from(signature.results),
            height: 0,
            is_branched_to: false,
            charge,
            ahead: Vec::new(),
            parameters_of_else: Vec::new(),
        };
        Scan {
            surroundings,
            side,
            stack: Vec::new(),
            frames: alloc::vec![body],
            is_reachable: true,
            charge,
            height_max: 0,
            end,
            register: RegisterWatch::default(),
        }
    }

    /// The opcode that makes wasmi 2.0.0 go wrong, if there is one.
    pub(crate) fn refused(&self) -> Option<usize> {
        self.register.refused()
    }

    /// The most values that are on its stack at once, without parameters and locals.
    pub(crate) fn height_max(&self) -> usize {
        self.height_max
    }

    /// How many values are on its stack, its frames and the side table so far.
    pub(crate) fn so_far(&self) -> (usize, &[Frame], &SideTable) {
        (self.stack.len(), &self.frames, self.side)
    }

    /// Takes the next operator, which is valid and whose opcode lies at `at`.
    pub(crate) fn operator(&mut self, at: usize, operator: &Operator<'_>) {
        let height = self.stack.len();
        let known = |depth| height.checked_sub(depth).and_then(|place| self.stack[place]);
        let two = [known(2), known(1)];
        let was_reachable = self.is_reachable;
        self.side.add_cost(self.charge, cost(operator));
        self.step(at, operator);
        if was_reachable {
            let pushed = self.stack.last().is_some_and(Option::is_none);
            let after = pushed.then(|| self.stack.len() - 1);
            let code = self.surroundings.code[at];
            self.register.follow(code, at, operator, Before { height, two }, after);
        }
    }

    fn step(&mut self, at: usize, operator: &Operator<'_>) {
        match operator {
            Operator::Block { blockty } => return self.block(*blockty),
            Operator::Loop { blockty } => return self.begin_loop(at, *blockty),
            Operator::If { blockty } => return self.begin_if(at, *blockty),
            Operator::Else => return self.begin_else(at),
            Operator::End => return self.finish(at),
            _ if !self.is_reachable => return,
            _ => (),
        }
        match operator {
            Operator::Nop | Operator::DataDrop { .. } | Operator::ElemDrop { .. } => (),
            Operator::Unreachable | Operator::Return => self.is_reachable = false,
            Operator::Br { relative_depth } => {
                self.branch(at, *relative_depth, true);
                self.is_reachable = false;
            }
            Operator::BrIf { relative_depth } => self.branch_if(at, *relative_depth),
            Operator::BrTable { targets } => self.branch_table(at, targets),
            Operator::Call { function_index } => self.call(*function_index),
            Operator::CallIndirect { type_index, .. } => {
                self.pop_many(1);
                self.call_type(*type_index);
            }
            Operator::ReturnCall { function_index } => {
                self.call(*function_index);
                self.is_reachable = false;
            }
            Operator::ReturnCallIndirect { type_index, .. } => {
                self.pop_many(1);
                self.call_type(*type_index);
                self.is_reachable = false;
            }
            Operator::Drop | Operator::GlobalSet { .. } | Operator::LocalSet { .. } => {
                self.pop_many(1);
            }
            Operator::Select | Operator::TypedSelect { .. } => self.select(),
            // A local that is set to a constant leaves the constant on the stack.
            Operator::LocalTee { .. } => (),
            Operator::GlobalGet { global_index } => {
                self.push(self.surroundings.globals[*global_index as usize]);
            }
            Operator::I32Const { value } => self.push(Some(u64::from(value.cast_unsigned()))),
            Operator::I64Const { value } => self.push(Some(value.cast_unsigned())),
            Operator::F32Const { value } => self.push(Some(u64::from(value.bits()))),
            Operator::F64Const { value } => self.push(Some(value.bits())),
            Operator::RefNull { .. } => self.push(Some(0)),
            Operator::RefIsNull => self.is_null(),
            Operator::LocalGet { .. }
            | Operator::RefFunc { .. }
            | Operator::MemorySize { .. }
            | Operator::TableSize { .. } => self.push(None),
            Operator::MemoryGrow { .. } | Operator::TableGet { .. } => self.replace(1),
            Operator::TableGrow { .. } => self.replace(2),
            Operator::TableSet { .. } => self.pop_many(2),
            Operator::MemoryInit { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. }
            | Operator::TableInit { .. }
            | Operator::TableCopy { .. }
            | Operator::TableFill { .. } => self.pop_many(3),
            _ => self.by_opcode(at, operator),
        }
    }

    /// The operators whose opcodes say what they take: access to memory and arithmetic.
    fn by_opcode(&mut self, at: usize, operator: &Operator<'_>) {
        let code = self.surroundings.code[at];
        match code {
            0x28..=0x3E => {
                let values = if code < 0x36 { 0 } else { 1 };
                self.pop_many(values);
                let address = self.pop();
                if address.is_some_and(|address| self.is_outside(address, operator)) {
                    self.is_reachable = false;
                } else if values == 0 {
                    self.push(None);
                }
            }
            // What is left behind the prefix converts floats.
            0xFC => {
                let index = u32::from(self.surroundings.code[at + 1]);
                let operand = self.pop();
                self.push(operand.map(|value| number::saturate(index, value)));
            }
            _ if number::is_unary(code) => self.unary(code),
            _ => self.binary(code),
        }
    }

    fn unary(&mut self, code: u8) {
        // These two are translated as comparisons with a zero that is pushed for it.
        if matches!(code, 0x45 | 0x50) {
            self.push(None);
            self.pop_many(1);
        }
        match self.pop().map(|value| number::unary(code, value)) {
            Some(Ok(result)) => self.push(Some(result)),
            Some(Err(_)) => self.is_reachable = false,
            None => self.push(None),
        }
    }

    fn binary(&mut self, code: u8) {
        let right = self.pop();
        let left = self.pop();
        let is_division = matches!(code, 0x6D..=0x70 | 0x7F..=0x82);
        match (left, right) {
            (Some(left), Some(right)) => match number::binary(code, left, right) {
                Ok(result) => self.push(Some(result)),
                Err(_) => self.is_reachable = false,
            },
            (_, Some(0)) if is_division => self.is_reachable = false,
            _ => self.push(None),
        }
    }

    fn is_null(&mut self) {
        let operand = self.pop();
        if operand.is_none() {
            // It is translated as a comparison with a zero that is pushed for it.
            self.push(None);
            self.push(None);
            self.pop_many(2);
        }
        self.push(operand.map(|value| u64::from(value == 0)));
    }

    fn select(&mut self) {
        self.pop_many(1);
        let (right, left) = (self.pop(), self.pop());
        self.push(left.filter(|_| left == right));
    }

    fn call(&mut self, function: u32) {
        self.call_type(u32::from((self.surroundings.function)(function)));
    }

    fn call_type(&mut self, kind: u32) {
        let signature = self.surroundings.types[kind as usize];
        self.pop_many(usize::from(signature.parameters));
        self.push_unknown(usize::from(signature.results));
    }

    fn block(&mut self, kind: BlockType) {
        if !self.is_reachable {
            return self.push_frame(Kind::Dead, kind, self.charge);
        }
        self.push_frame(Kind::Block, kind, self.charge);
    }

    fn begin_loop(&mut self, at: usize, kind: BlockType) {
        if !self.is_reachable {
            return self.push_frame(Kind::Dead, kind, self.charge);
        }
        let entry = self.side.push_charge(at, Place::Head, 1);
        self.push_frame(Kind::Loop { code: at, entry }, kind, entry);
        let frame = self.frame();
        let (height, parameters) = (frame.height, frame.parameters);
        self.stack.truncate(height);
        self.push_unknown(parameters);
    }

    fn begin_if(&mut self, at: usize, kind: BlockType) {
        if !self.is_reachable {
            return self.push_frame(Kind::Dead, kind, self.charge);
        }
        let arms = match self.pop() {
            None => Arms::Both,
            Some(condition) if condition as u32 == 0 => Arms::OnlyElse,
            Some(_) => Arms::OnlyThen,
        };
        let entry = self.side.push_branch();
        let then = self.side.push_charge(at, Place::Then, u32::from(arms == Arms::Both));
        self.side.push_charge(at, Place::Otherwise, 0);
        let charge = if arms == Arms::Both { then } else { self.charge };
        self.push_frame(Kind::If { arms, entry }, kind, charge);
        let count = self.frame().parameters;
        let parameters = self.stack[self.stack.len() - count..].to_vec();
        let from = at + 1;
        let frame = self.frame();
        frame.parameters_of_else = parameters;
        frame.ahead.push(Ahead { entry, from, dropped: 0 });
        self.is_reachable = arms != Arms::OnlyElse;
    }

    fn begin_else(&mut self, at: usize) {
        let mut frame = self.frames.pop().expect("an `else` stands in an `if`");
        let Kind::If { arms, entry } = frame.kind else {
            frame.kind = Kind::DeadElse;
            return self.frames.push(frame);
        };
        let is_then_end_reachable = self.is_reachable;
        // The branch around this arm, and what wasmi charges who comes by: it leaves out the branch
        // if it knows the condition, but not the charge.
        let around = self.side.push_branch();
        let passing = self.side.push_charge(at, Place::Passing, 0);
        let charge = if arms == Arms::OnlyThen { passing } else { entry + 2 };
        self.side.add_cost(charge, 1);
        let first = frame.ahead.remove(0);
        self.aim(&first, at + 1, self.side.len(), frame.parameters);
        frame.ahead.push(Ahead { entry: around, from: at + 1, dropped: 0 });
        if arms == Arms::Both {
            frame.is_branched_to |= is_then_end_reachable;
            self.stack.truncate(frame.height);
            self.stack.append(&mut frame.parameters_of_else);
        }
        self.is_reachable = arms != Arms::OnlyThen;
        self.charge = charge;
        frame.charge = charge;
        frame.kind = Kind::Else { arms, is_then_end_reachable };
        self.frames.push(frame);
    }

    fn finish(&mut self, at: usize) {
        let frame = self.frames.pop().expect("an `end` stands in a frame");
        if let (Some(outer), false) =
            (self.frames.last(), matches!(frame.kind, Kind::Block | Kind::Dead | Kind::DeadElse))
        {
            self.charge = outer.charge;
        }
        self.aim_all(&frame, at);
        match frame.kind {
            Kind::Dead | Kind::DeadElse | Kind::Loop { .. } => (),
            Kind::Block => self.join(&frame, self.is_reachable),
            Kind::If { arms: Arms::Both, entry } => {
                // The arm that is not there is charged if it has something to hand on.
                if 0 < frame.results {
                    self.side.add_cost(entry + 2, 1);
                }
                self.give_results(&frame);
                self.is_reachable = true;
            }
            Kind::If { arms, .. } => {
                self.join(&frame, arms == Arms::OnlyElse || self.is_reachable);
            }
            Kind::Else { arms: Arms::Both, is_then_end_reachable } => {
                self.is_reachable |= is_then_end_reachable || frame.is_branched_to;
                self.give_results(&frame);
            }
            Kind::Else { arms: Arms::OnlyThen, is_then_end_reachable } => {
                self.join(&frame, is_then_end_reachable);
            }
            Kind::Else { .. } => self.join(&frame, self.is_reachable),
        }
    }

    /// The end of a frame that is reached from within or by branches, which make its results
    /// unknown.
    fn join(&mut self, frame: &Frame, is_end_reachable: bool) {
        if frame.is_branched_to {
            self.give_results(frame);
        }
        self.is_reachable = is_end_reachable || frame.is_branched_to;
    }

    fn give_results(&mut self, frame: &Frame) {
        self.stack.truncate(frame.height);
        self.push_unknown(frame.results);
    }

    /// Tells the branches that lead to the end of a frame where it is.
    fn aim_all(&mut self, frame: &Frame, at: usize) {
        let mut target = at;
        // The end of the body must be executed, all others do nothing.
        while target + 1 < self.end && self.surroundings.code[target] == 0x0B {
            target += 1;
        }
        for ahead in &frame.ahead {
            self.aim(ahead, target, self.side.len(), frame.results);
        }
    }

    fn aim(&mut self, ahead: &Ahead, target: usize, entry: usize, kept: usize) {
        let branch = Branch {
            code: (target - ahead.from) as i32,
            entries: (entry - ahead.entry) as i32,
            kept: kept as u32,
            dropped: ahead.dropped as u32,
        };
        self.side.set_branch(ahead.entry, branch);
    }

    fn branch_if(&mut self, at: usize, depth: u32) {
        let condition = self.pop();
        self.branch(at, depth, condition.is_none_or(|condition| condition as u32 != 0));
        if condition.is_some_and(|condition| condition as u32 != 0) {
            self.is_reachable = false;
        }
    }

    fn branch_table(&mut self, at: usize, targets: &BrTable<'_>) {
        let index = self.pop();
        let depths = targets.targets().map(|depth| depth.expect("the code is valid"));
        let chosen = index.map(|index| u64::min(index & u64::from(u32::MAX), targets.len().into()));
        for (number, depth) in depths.chain([targets.default()]).enumerate() {
            let is_known = chosen.is_none_or(|chosen| chosen == number as u64);
            self.branch(at, depth, is_known);
        }
        self.is_reachable = false;
    }

    /// Adds the entry of a branch. It counts as one if the translator does not know better.
    fn branch(&mut self, at: usize, depth: u32, counts: bool) {
        let index = self.frames.len() - 1 - depth as usize;
        let height = self.stack.len();
        let entry = self.side.push_branch();
        let frame = &mut self.frames[index];
        frame.is_branched_to |= counts;
        let from = at + 1;
        if let Kind::Loop { code, entry: head } = frame.kind {
            let branch = Branch {
                code: code as i32 - from as i32,
                entries: head as i32 - entry as i32,
                kept: frame.parameters as u32,
                dropped: (height - frame.parameters - frame.height) as u32,
            };
            return self.side.set_branch(entry, branch);
        }
        let dropped = height - frame.results - frame.height;
        frame.ahead.push(Ahead { entry, from, dropped });
    }

    /// Whether a constant address alone tells that the access traps.
    fn is_outside(&self, address: u64, operator: &Operator<'_>) -> bool {
        let (Some(place), Some(memory)) = (place(operator), self.surroundings.memory) else {
            return false;
        };
        let first = (address & u64::from(u32::MAX)) + place.offset;
        let size = memory.limits.maximum.map(|pages| u128::from(pages) << memory.page_bits);
        size.is_some_and(|size| size < u128::from(first)) || u64::from(u32::MAX) < first
    }

    fn push_frame(&mut self, kind: Kind, block: BlockType, charge: usize) {
        let (parameters, results) = match block {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let signature = self.surroundings.types[index as usize];
                (usize::from(signature.parameters), usize::from(signature.results))
            }
        };
        // What lies on the stack in unreachable code is not known, nor asked for.
        let height = self.stack.len().saturating_sub(parameters);
        self.charge = charge;
        self.frames.push(Frame {
            kind,
            parameters,
            results,
            height,
            is_branched_to: false,
            charge,
            ahead: Vec::new(),
            parameters_of_else: Vec::new(),
        });
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("operators stand in a frame")
    }

    fn push(&mut self, operand: Operand) {
        self.stack.push(operand);
        self.height_max = self.height_max.max(self.stack.len());
    }

    fn push_unknown(&mut self, count: usize) {
        for _ in 0..count {
            self.push(None);
        }
    }

    fn pop(&mut self) -> Operand {
        self.stack.pop().expect("valid code takes what there is")
    }

    fn pop_many(&mut self, count: usize) {
        self.stack.truncate(self.stack.len() - count);
    }

    fn replace(&mut self, count: usize) {
        self.pop_many(count);
        self.push(None);
    }
}
