//! What each kind of operation does. A function for each ends by calling the next operation's, so
//! that the host predicts each step by itself; whatever cannot be done with registers and memory
//! alone ends the run as a [`Pause`].
//!
//! The host's compiler makes jumps of these calls when it optimises. Where it does not, they grow
//! the stack, which is why a run's budget is small.

use crate::arithmetic::divide;
use crate::arithmetic::divide_unsigned;
use crate::arithmetic::multiply_high;
use crate::arithmetic::multiply_high_mixed;
use crate::arithmetic::multiply_high_unsigned;
use crate::arithmetic::remainder;
use crate::arithmetic::remainder_unsigned;
use crate::fuse::must_chain;
use crate::instruction::Kind;
use crate::instruction::Operation;
use crate::jump::jump_place;
use crate::run::Code;
use crate::run::Core;
use crate::run::Pause;

/// Executes the first of these operations, which go on to the end of all, and what follows. Gives
/// what is left of the budget. All arguments are registers of the host.
type Handler = for<'r, 'a> fn(&'r mut Core, &'r Code<'a>, &'a [Operation], u64) -> u64;

/// How an operation went.
enum Step {
    /// The next one follows; what was computed.
    Next(Option<u32>),
    /// A branch is taken.
    Taken,
    /// A jump leads there.
    Away(u32),
    /// A jump leads there, and the return address stands behind it.
    Call(u32),
    /// A block has ended.
    Ended,
    /// It has not been done yet, and can only be done slowly.
    Slow,
}

/// Enters the first block of these operations, unless it does not fit into the budget. Whether it
/// does is asked once for each block, so that single instructions are not counted one by one.
#[inline(always)]
pub(crate) fn enter<'a>(
    core: &mut Core,
    code: &Code<'a>,
    operations: &'a [Operation],
    budget: u64,
) -> u64 {
    let [header, ..] = operations else { return astray(core, code, operations, budget) };
    let count = header.count();
    if budget < count {
        return core.stop(Pause::Budget(code.place(operations)), budget);
    }
    core.recent.push(header.constant);
    go_on(core, code, operations, budget - count)
}

/// Goes on behind the first of these operations.
#[inline(always)]
pub(crate) fn go_on<'a>(
    core: &mut Core,
    code: &Code<'a>,
    operations: &'a [Operation],
    budget: u64,
) -> u64 {
    let [done, rest @ ..] = operations else { return astray(core, code, operations, budget) };
    HANDLERS[done.then as usize](core, code, rest, budget)
}

/// Never comes to pass: a block has its end.
#[cold]
#[inline(never)]
fn astray<'a>(core: &mut Core, _: &Code<'a>, _: &'a [Operation], budget: u64) -> u64 {
    core.stop(Pause::Astray, budget)
}

/// Enters the block behind this way out of one.
#[inline(always)]
fn branch(core: &mut Core, code: &Code, link: u32, budget: u64) -> u64 {
    let Some(way) = code.links.get(link as usize) else { return astray(core, code, &[], budget) };
    let budget = budget + way.unexecuted();
    match code.operations.get(way.place as usize..) {
        Some(block) => enter(core, code, block, budget),
        None => core.stop(Pause::Taken(link), budget),
    }
}

/// Enters the block at an address.
#[inline(always)]
fn jump(core: &mut Core, code: &Code, target: u32, budget: u64) -> u64 {
    let jump = &code.jumps[jump_place(target)];
    if jump.key == target | code.user_bit
        && let Some(block) = code.operations.get(jump.block as usize..)
    {
        return enter(core, code, block, budget);
    }
    core.stop(Pause::Jump(target), budget)
}

/// One operation, and what follows.
#[inline(always)]
fn single<'a>(
    kind: Kind,
    given: Option<u32>,
    core: &mut Core,
    code: &Code<'a>,
    operations: &'a [Operation],
    budget: u64,
) -> u64 {
    let [i, rest @ ..] = operations else { return astray(core, code, operations, budget) };
    match step(kind, i, given, core) {
        Step::Next(_) => go_on(core, code, operations, budget),
        Step::Taken => branch(core, code, i.constant, budget),
        Step::Away(target) => jump(core, code, target, budget),
        Step::Call(target) => {
            let [behind, ..] = rest else { return astray(core, code, rest, budget) };
            core.registers.words[i.destination as usize] = behind.constant;
            jump(core, code, target, budget)
        }
        Step::Ended => match code.operations.get(i.constant as usize..) {
            Some(block) => enter(core, code, block, budget),
            None => core.stop(Pause::Behind(code.place(operations)), budget),
        },
        Step::Slow => core.stop(Pause::Slow(code.place(operations), kind), budget),
    }
}

/// Two operations, the first of which can only be followed by the second or be slow.
#[inline(always)]
fn pair<'a>(
    [first, second]: [Kind; 2],
    is_chain: bool,
    core: &mut Core,
    code: &Code<'a>,
    operations: &'a [Operation],
    budget: u64,
) -> u64 {
    let [i, rest @ ..] = operations else { return astray(core, code, operations, budget) };
    match step(first, i, None, core) {
        Step::Next(value) => {
            // What is in a register of the host is there sooner than what comes from memory.
            let given = value.filter(|_| is_chain);
            single(second, given, core, code, rest, budget)
        }
        _ => core.stop(Pause::Slow(code.place(operations), first), budget),
    }
}

/// Does what can be done quickly. The kind is known to the compiler, which keeps only what belongs
/// to it.
#[inline(always)]
fn step(kind: Kind, i: &Operation, given: Option<u32>, core: &mut Core) -> Step {
    let Core { registers, memory, .. } = core;
    let first = given.unwrap_or(registers.words[i.first as usize]);
    let second = registers.words[i.second as usize];
    let address = first.wrapping_add(i.constant);
    let value = match kind {
        Kind::Nothing => return Step::Next(None),
        Kind::LoadByte => memory.quick_read(address).map(|[byte]| byte as i8 as u32),
        Kind::LoadHalf => memory.quick_read(address).map(|half| i16::from_le_bytes(half) as u32),
        Kind::LoadWord => memory.quick_read(address).map(u32::from_le_bytes),
        Kind::LoadByteUnsigned => memory.quick_read(address).map(|[byte]| u32::from(byte)),
        Kind::LoadHalfUnsigned => {
            memory.quick_read(address).map(|half| u32::from(u16::from_le_bytes(half)))
        }
        Kind::StoreByte | Kind::StoreHalf | Kind::StoreWord => {
            let is_done = match kind {
                Kind::StoreByte => memory.quick_write(address, (second as u8).to_le_bytes()),
                Kind::StoreHalf => memory.quick_write(address, (second as u16).to_le_bytes()),
                _ => memory.quick_write(address, second.to_le_bytes()),
            };
            return if is_done { Step::Next(None) } else { Step::Slow };
        }
        Kind::BranchEqual
        | Kind::BranchUnequal
        | Kind::BranchLess
        | Kind::BranchNotLess
        | Kind::BranchBelow
        | Kind::BranchNotBelow => {
            return if is_taken(kind, first, second) { Step::Taken } else { Step::Next(None) };
        }
        Kind::JumpRegister => return Step::Away(address & !1),
        Kind::CallRegister => return Step::Call(address & !1),
        Kind::GoOn => return Step::Ended,
        Kind::Atomic | Kind::System => return Step::Slow,
        _ => Some(compute(kind, first, second, i.constant)),
    };
    match value {
        Some(value) => {
            registers.words[i.destination as usize] = value;
            Step::Next(Some(value))
        }
        None => Step::Slow,
    }
}

#[inline(always)]
fn is_taken(kind: Kind, first: u32, second: u32) -> bool {
    match kind {
        Kind::BranchEqual => first == second,
        Kind::BranchUnequal => first != second,
        Kind::BranchLess => (first as i32) < second as i32,
        Kind::BranchNotLess => second as i32 <= first as i32,
        Kind::BranchBelow => first < second,
        _ => second <= first,
    }
}

#[inline(always)]
fn compute(kind: Kind, first: u32, second: u32, constant: u32) -> u32 {
    match kind {
        Kind::LoadConstant => constant,
        Kind::Move => first,
        Kind::AddConstant => first.wrapping_add(constant),
        Kind::LessConstant => u32::from((first as i32) < constant as i32),
        Kind::BelowConstant => u32::from(first < constant),
        Kind::XorConstant => first ^ constant,
        Kind::OrConstant => first | constant,
        Kind::AndConstant => first & constant,
        Kind::ShiftLeftConstant => first << (constant & 31),
        Kind::ShiftRightConstant => first >> (constant & 31),
        Kind::ShiftArithmeticConstant => (first as i32 >> (constant & 31)) as u32,
        Kind::Add => first.wrapping_add(second),
        Kind::Subtract => first.wrapping_sub(second),
        Kind::ShiftLeft => first << (second & 31),
        Kind::Less => u32::from((first as i32) < second as i32),
        Kind::Below => u32::from(first < second),
        Kind::Xor => first ^ second,
        Kind::ShiftRight => first >> (second & 31),
        Kind::ShiftArithmetic => (first as i32 >> (second & 31)) as u32,
        Kind::Or => first | second,
        Kind::And => first & second,
        Kind::Multiply => first.wrapping_mul(second),
        Kind::MultiplyHigh => multiply_high(first, second),
        Kind::MultiplyHighMixed => multiply_high_mixed(first, second),
        Kind::MultiplyHighUnsigned => multiply_high_unsigned(first, second),
        Kind::Divide => divide(first, second),
        Kind::DivideUnsigned => divide_unsigned(first, second),
        Kind::Remainder => remainder(first, second),
        Kind::RemainderUnsigned => remainder_unsigned(first, second),
        _ => unreachable!("it computes something"),
    }
}

/// The functions of operations and of pairs.
macro_rules! handlers {
    ($($kind:ident),+ ; $($pair:ident = $first:ident, $second:ident;)+) => {{
        let mut handlers: [Handler; 256] = [astray; 256];
        $(handlers[Kind::$kind as usize] = |core, code, operations, budget| {
            single(Kind::$kind, None, core, code, operations, budget)
        };)+
        $(handlers[Kind::$pair as usize] = |core, code, operations, budget| {
            let is_chain = must_chain(Kind::$pair);
            pair([Kind::$first, Kind::$second], is_chain, core, code, operations, budget)
        };)+
        handlers
    }};
}

/// For each kind the function that executes it.
static HANDLERS: [Handler; 256] = handlers! {
    Nothing, LoadConstant, Move, AddConstant, LessConstant, BelowConstant, XorConstant, OrConstant,
    AndConstant, ShiftLeftConstant, ShiftRightConstant, ShiftArithmeticConstant, Add, Subtract,
    ShiftLeft, Less, Below, Xor, ShiftRight, ShiftArithmetic, Or, And, Multiply, MultiplyHigh,
    MultiplyHighMixed, MultiplyHighUnsigned, Divide, DivideUnsigned, Remainder, RemainderUnsigned,
    LoadByte, LoadHalf, LoadWord, LoadByteUnsigned, LoadHalfUnsigned, StoreByte, StoreHalf,
    StoreWord, Atomic, JumpRegister, BranchEqual, BranchUnequal, BranchLess, BranchNotLess,
    BranchBelow, BranchNotBelow, CallRegister, GoOn, System;
    ShiftLeftConstantThenOr = ShiftLeftConstant, Or;
    ShiftLeftConstantThenAdd = ShiftLeftConstant, Add;
    ShiftRightConstantThenShiftLeftConstant = ShiftRightConstant, ShiftLeftConstant;
    ShiftRightConstantThenAndConstant = ShiftRightConstant, AndConstant;
    ShiftLeftConstantThenShiftRightConstant = ShiftLeftConstant, ShiftRightConstant;
    MoveThenMove = Move, Move;
    MoveThenLoadWord = Move, LoadWord;
    MoveThenAddConstant = Move, AddConstant;
    LoadConstantThenMove = LoadConstant, Move;
    LoadConstantThenAddConstant = LoadConstant, AddConstant;
    LoadConstantThenLoadConstant = LoadConstant, LoadConstant;
    AddThenAdd = Add, Add;
    AddThenLoadWord = Add, LoadWord;
    AddThenLoadByteUnsigned = Add, LoadByteUnsigned;
    OrThenXor = Or, Xor;
    XorThenAnd = Xor, And;
    XorThenShiftRightConstant = Xor, ShiftRightConstant;
    AndThenXor = And, Xor;
    AddConstantThenAddConstant = AddConstant, AddConstant;
    AddConstantThenStoreWord = AddConstant, StoreWord;
    AddConstantThenLoadWord = AddConstant, LoadWord;
    AddConstantThenMove = AddConstant, Move;
    AddConstantThenBranchUnequal = AddConstant, BranchUnequal;
    AddConstantThenBranchEqual = AddConstant, BranchEqual;
    AddConstantThenBranchBelow = AddConstant, BranchBelow;
    AndConstantThenBranchUnequal = AndConstant, BranchUnequal;
    AndConstantThenBranchEqual = AndConstant, BranchEqual;
    LoadWordThenLoadWord = LoadWord, LoadWord;
    LoadWordThenAddConstant = LoadWord, AddConstant;
    LoadWordThenStoreWord = LoadWord, StoreWord;
    LoadWordThenMove = LoadWord, Move;
    LoadWordThenAdd = LoadWord, Add;
    LoadWordThenBranchEqual = LoadWord, BranchEqual;
    LoadWordThenBranchUnequal = LoadWord, BranchUnequal;
    LoadWordThenJumpRegister = LoadWord, JumpRegister;
    LoadByteUnsignedThenBranchEqual = LoadByteUnsigned, BranchEqual;
    LoadByteUnsignedThenBranchUnequal = LoadByteUnsigned, BranchUnequal;
    LoadByteUnsignedThenAddConstant = LoadByteUnsigned, AddConstant;
    StoreWordThenStoreWord = StoreWord, StoreWord;
    StoreWordThenAddConstant = StoreWord, AddConstant;
    StoreWordThenLoadWord = StoreWord, LoadWord;
    StoreWordThenMove = StoreWord, Move;
    MultiplyThenAdd = Multiply, Add;
    AddConstantThenLoadConstant = AddConstant, LoadConstant;
    LoadConstantThenBranchBelow = LoadConstant, BranchBelow;
    LoadConstantThenBranchEqual = LoadConstant, BranchEqual;
    LoadConstantThenBranchUnequal = LoadConstant, BranchUnequal;
    LoadByteUnsignedThenLoadByteUnsigned = LoadByteUnsigned, LoadByteUnsigned;
    MoveThenBranchNotBelow = Move, BranchNotBelow;
    AddThenLoadByte = Add, LoadByte;
    StoreByteThenStoreByte = StoreByte, StoreByte;
    AddThenBranchBelow = Add, BranchBelow;
    LoadByteThenAndConstant = LoadByte, AndConstant;
    LoadByteUnsignedThenAdd = LoadByteUnsigned, Add;
    XorThenBranchUnequal = Xor, BranchUnequal;
    LoadWordThenShiftRightConstant = LoadWord, ShiftRightConstant;
    LoadWordThenBranchBelow = LoadWord, BranchBelow;
    LoadWordThenBranchNotLess = LoadWord, BranchNotLess;
    StoreByteThenBranchUnequal = StoreByte, BranchUnequal;
    AndConstantThenLoadWord = AndConstant, LoadWord;
    XorThenAndConstant = Xor, AndConstant;
    ShiftRightConstantThenAddConstant = ShiftRightConstant, AddConstant;
};
