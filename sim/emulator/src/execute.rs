//! The loop that executes decoded blocks. It touches registers and memory only; whatever looks at
//! privileged state, traps, or wants attention leaves it as an [`Exit`].
//!
//! Whether a block fits into what is left until the next event is asked once for each block, so
//! that single instructions are not counted one by one.

use crate::arithmetic::divide;
use crate::arithmetic::divide_unsigned;
use crate::arithmetic::multiply_high;
use crate::arithmetic::multiply_high_mixed;
use crate::arithmetic::multiply_high_unsigned;
use crate::arithmetic::remainder;
use crate::arithmetic::remainder_unsigned;
use crate::cache::Block;
use crate::cache::JUMPS;
use crate::cache::Jump;
use crate::cache::Link;
use crate::cache::NONE;
use crate::cache::Origin;
use crate::cache::jump_place;
use crate::exception::Trap;
use crate::exception::Width;
use crate::instruction::Instruction;
use crate::instruction::Kind;
use crate::world::World;

/// Why the loop was left. What is left of the budget does not count what was not executed.
pub(crate) enum Exit {
    /// The next block does not fit into the budget.
    Budget(u32),
    /// It is not known which block follows this one.
    Behind(u32),
    /// It is not known which block follows on this way out of one.
    Taken(u32),
    /// It is not known which block begins there.
    Jump(u32),
    /// An instruction did not complete.
    Trap(u32, Trap),
    /// A privileged instruction, or none at all, is to be executed: its address and bits, and
    /// where it ends.
    System(u32, u32, u32),
    /// A device or decoded code changed: look at it before this instruction.
    Attention(u32),
}

/// Decoded code.
#[derive(Clone, Copy)]
pub(crate) struct Code<'a> {
    pub(crate) instructions: &'a [Instruction],
    pub(crate) origins: &'a [Origin],
    pub(crate) blocks: &'a [Block],
    pub(crate) links: &'a [Link],
    pub(crate) jumps: &'a [Jump; JUMPS],
    pub(crate) user_bit: u32,
}

/// Executes from the start of a block until something ends it. `left` is how many instructions
/// may be executed.
pub(crate) fn execute(world: &mut World, code: Code, first: u32, left: &mut u64) -> Exit {
    let mut block = &code.blocks[first as usize];
    let mut budget = *left;
    'blocks: loop {
        let count = u64::from(block.count);
        if budget < count {
            *left = budget;
            return Exit::Budget(block.pc);
        }
        budget -= count;
        world.recent.push(block.pc);
        let start = block.start as usize;
        let mut rest = code.instructions[start..start + block.slots as usize].iter();
        // Where the instruction came from that was taken last.
        macro_rules! origin {
            () => {
                &code.origins[start + block.slots as usize - rest.len() - 1]
            };
        }
        // How to leave the loop before an instruction, with its address.
        macro_rules! leave {
            ($exit:expr) => {{
                let origin = origin!();
                *left = budget + u64::from(origin.remaining);
                return $exit(origin.pc);
            }};
        }
        macro_rules! attend {
            () => {
                if world.wants_attention() {
                    let origin = origin!();
                    *left = budget + u64::from(origin.remaining) - 1;
                    return Exit::Attention(origin.behind);
                }
            };
        }
        macro_rules! x {
            ($register:expr) => {
                world.registers.words[$register as usize]
            };
        }
        macro_rules! load {
            ($instruction:expr, $width:expr, $bytes:literal, $extend:expr) => {{
                let address = x!($instruction.first).wrapping_add($instruction.constant);
                match world.memory.quick_read::<$bytes>(address) {
                    Some(bytes) => x!($instruction.destination) = $extend(bytes),
                    None => {
                        let unexecuted = u64::from(origin!().remaining);
                        match world.load(budget + unexecuted, address, $width) {
                            Ok(value) => {
                                let bytes = value.to_le_bytes();
                                let bytes = std::array::from_fn(|index| bytes[index]);
                                x!($instruction.destination) = $extend(bytes);
                            }
                            Err(trap) => {
                                leave!(|pc| Exit::Trap(pc, trap))
                            }
                        }
                        attend!();
                    }
                }
            }};
        }
        macro_rules! store {
            ($instruction:expr, $width:expr, $type:ty) => {{
                let address = x!($instruction.first).wrapping_add($instruction.constant);
                let value = x!($instruction.second);
                if !world.memory.quick_write(address, (value as $type).to_le_bytes()) {
                    let unexecuted = u64::from(origin!().remaining);
                    let done = world.store(budget + unexecuted, address, $width, value);
                    if let Err(trap) = done {
                        leave!(|pc| Exit::Trap(pc, trap))
                    }
                    attend!();
                }
            }};
        }
        macro_rules! jump {
            ($i:expr) => {{
                let link = &code.links[$i.constant as usize];
                budget += u64::from(link.unexecuted);
                let next = link.block;
                // A loop of one block does not wait until it is known where that is.
                if next == block.own {
                    continue 'blocks;
                }
                if next == NONE {
                    *left = budget;
                    return Exit::Taken($i.constant);
                }
                block = &code.blocks[next as usize];
                continue 'blocks;
            }};
        }
        macro_rules! set {
            ($i:expr, $value:expr) => {
                x!($i.destination) = $value
            };
        }
        macro_rules! one {
            (Nothing, $i:expr) => {
                ()
            };
            (LoadConstant, $i:expr) => {
                set!($i, $i.constant)
            };
            (Move, $i:expr) => {
                set!($i, x!($i.first))
            };
            (AddConstant, $i:expr) => {
                set!($i, x!($i.first).wrapping_add($i.constant))
            };
            (LessConstant, $i:expr) => {
                set!($i, u32::from((x!($i.first) as i32) < $i.constant as i32))
            };
            (BelowConstant, $i:expr) => {
                set!($i, u32::from(x!($i.first) < $i.constant))
            };
            (XorConstant, $i:expr) => {
                set!($i, x!($i.first) ^ $i.constant)
            };
            (OrConstant, $i:expr) => {
                set!($i, x!($i.first) | $i.constant)
            };
            (AndConstant, $i:expr) => {
                set!($i, x!($i.first) & $i.constant)
            };
            (ShiftLeftConstant, $i:expr) => {
                set!($i, x!($i.first) << ($i.constant & 31))
            };
            (ShiftRightConstant, $i:expr) => {
                set!($i, x!($i.first) >> ($i.constant & 31))
            };
            (ShiftArithmeticConstant, $i:expr) => {
                set!($i, ((x!($i.first) as i32) >> ($i.constant & 31)) as u32)
            };
            (Add, $i:expr) => {
                set!($i, x!($i.first).wrapping_add(x!($i.second)))
            };
            (Subtract, $i:expr) => {
                set!($i, x!($i.first).wrapping_sub(x!($i.second)))
            };
            (ShiftLeft, $i:expr) => {
                set!($i, x!($i.first) << (x!($i.second) & 31))
            };
            (Less, $i:expr) => {
                set!($i, u32::from((x!($i.first) as i32) < x!($i.second) as i32))
            };
            (Below, $i:expr) => {
                set!($i, u32::from(x!($i.first) < x!($i.second)))
            };
            (Xor, $i:expr) => {
                set!($i, x!($i.first) ^ x!($i.second))
            };
            (ShiftRight, $i:expr) => {
                set!($i, x!($i.first) >> (x!($i.second) & 31))
            };
            (ShiftArithmetic, $i:expr) => {
                set!($i, ((x!($i.first) as i32) >> (x!($i.second) & 31)) as u32)
            };
            (Or, $i:expr) => {
                set!($i, x!($i.first) | x!($i.second))
            };
            (And, $i:expr) => {
                set!($i, x!($i.first) & x!($i.second))
            };
            (Multiply, $i:expr) => {
                set!($i, x!($i.first).wrapping_mul(x!($i.second)))
            };
            (MultiplyHigh, $i:expr) => {
                set!($i, multiply_high(x!($i.first), x!($i.second)))
            };
            (MultiplyHighMixed, $i:expr) => {
                set!($i, multiply_high_mixed(x!($i.first), x!($i.second)))
            };
            (MultiplyHighUnsigned, $i:expr) => {
                set!($i, multiply_high_unsigned(x!($i.first), x!($i.second)))
            };
            (Divide, $i:expr) => {
                set!($i, divide(x!($i.first), x!($i.second)))
            };
            (DivideUnsigned, $i:expr) => {
                set!($i, divide_unsigned(x!($i.first), x!($i.second)))
            };
            (Remainder, $i:expr) => {
                set!($i, remainder(x!($i.first), x!($i.second)))
            };
            (RemainderUnsigned, $i:expr) => {
                set!($i, remainder_unsigned(x!($i.first), x!($i.second)))
            };
            (LoadByte, $i:expr) => {
                load!($i, Width::Byte, 1, |[byte]: [u8; 1]| byte as i8 as u32)
            };
            (LoadHalf, $i:expr) => {
                load!($i, Width::Half, 2, |half| i16::from_le_bytes(half) as u32)
            };
            (LoadWord, $i:expr) => {
                load!($i, Width::Word, 4, u32::from_le_bytes)
            };
            (LoadByteUnsigned, $i:expr) => {
                load!($i, Width::Byte, 1, |[byte]: [u8; 1]| u32::from(byte))
            };
            (LoadHalfUnsigned, $i:expr) => {
                load!($i, Width::Half, 2, |half| u32::from(u16::from_le_bytes(half)))
            };
            (StoreByte, $i:expr) => {
                store!($i, Width::Byte, u8)
            };
            (StoreHalf, $i:expr) => {
                store!($i, Width::Half, u16)
            };
            (StoreWord, $i:expr) => {
                store!($i, Width::Word, u32)
            };
            (Atomic, $i:expr) => {{
                let unexecuted = u64::from(origin!().remaining);
                match world.atomic(budget + unexecuted, *$i) {
                    Ok(value) => set!($i, value),
                    Err(trap) => leave!(|pc| Exit::Trap(pc, trap)),
                }
                attend!();
            }};
            (JumpRegister, $i:expr) => {{
                let target = x!($i.first).wrapping_add($i.constant) & !1;
                set!($i, block.behind);
                let jump = &code.jumps[jump_place(target)];
                if jump.key == target | code.user_bit {
                    block = &code.blocks[jump.block as usize];
                    continue 'blocks;
                }
                *left = budget;
                return Exit::Jump(target);
            }};
            (BranchEqual, $i:expr) => {
                if x!($i.first) == x!($i.second) {
                    jump!($i)
                }
            };
            (BranchUnequal, $i:expr) => {
                if x!($i.first) != x!($i.second) {
                    jump!($i)
                }
            };
            (BranchLess, $i:expr) => {
                if (x!($i.first) as i32) < x!($i.second) as i32 {
                    jump!($i)
                }
            };
            (BranchNotLess, $i:expr) => {
                if x!($i.second) as i32 <= x!($i.first) as i32 {
                    jump!($i)
                }
            };
            (BranchBelow, $i:expr) => {
                if x!($i.first) < x!($i.second) {
                    jump!($i)
                }
            };
            (BranchNotBelow, $i:expr) => {
                if x!($i.second) <= x!($i.first) {
                    jump!($i)
                }
            };
            (System, $i:expr) => {{
                let behind = block.behind;
                leave!(|pc| Exit::System(pc, $i.constant, behind))
            }};
        }
        macro_rules! two {
            ($first:ident, $second:ident, $i:expr) => {{
                one!($first, $i);
                let Some(second) = rest.next() else { break };
                one!($second, second)
            }};
        }
        while let Some(i) = rest.next() {
            match i.kind {
                Kind::Nothing => one!(Nothing, i),
                Kind::LoadConstant => one!(LoadConstant, i),
                Kind::Move => one!(Move, i),
                Kind::AddConstant => one!(AddConstant, i),
                Kind::LessConstant => one!(LessConstant, i),
                Kind::BelowConstant => one!(BelowConstant, i),
                Kind::XorConstant => one!(XorConstant, i),
                Kind::OrConstant => one!(OrConstant, i),
                Kind::AndConstant => one!(AndConstant, i),
                Kind::ShiftLeftConstant => one!(ShiftLeftConstant, i),
                Kind::ShiftRightConstant => one!(ShiftRightConstant, i),
                Kind::ShiftArithmeticConstant => one!(ShiftArithmeticConstant, i),
                Kind::Add => one!(Add, i),
                Kind::Subtract => one!(Subtract, i),
                Kind::ShiftLeft => one!(ShiftLeft, i),
                Kind::Less => one!(Less, i),
                Kind::Below => one!(Below, i),
                Kind::Xor => one!(Xor, i),
                Kind::ShiftRight => one!(ShiftRight, i),
                Kind::ShiftArithmetic => one!(ShiftArithmetic, i),
                Kind::Or => one!(Or, i),
                Kind::And => one!(And, i),
                Kind::Multiply => one!(Multiply, i),
                Kind::MultiplyHigh => one!(MultiplyHigh, i),
                Kind::MultiplyHighMixed => one!(MultiplyHighMixed, i),
                Kind::MultiplyHighUnsigned => one!(MultiplyHighUnsigned, i),
                Kind::Divide => one!(Divide, i),
                Kind::DivideUnsigned => one!(DivideUnsigned, i),
                Kind::Remainder => one!(Remainder, i),
                Kind::RemainderUnsigned => one!(RemainderUnsigned, i),
                Kind::LoadByte => one!(LoadByte, i),
                Kind::LoadHalf => one!(LoadHalf, i),
                Kind::LoadWord => one!(LoadWord, i),
                Kind::LoadByteUnsigned => one!(LoadByteUnsigned, i),
                Kind::LoadHalfUnsigned => one!(LoadHalfUnsigned, i),
                Kind::StoreByte => one!(StoreByte, i),
                Kind::StoreHalf => one!(StoreHalf, i),
                Kind::StoreWord => one!(StoreWord, i),
                Kind::Atomic => one!(Atomic, i),
                Kind::JumpRegister => one!(JumpRegister, i),
                Kind::BranchEqual => one!(BranchEqual, i),
                Kind::BranchUnequal => one!(BranchUnequal, i),
                Kind::BranchLess => one!(BranchLess, i),
                Kind::BranchNotLess => one!(BranchNotLess, i),
                Kind::BranchBelow => one!(BranchBelow, i),
                Kind::BranchNotBelow => one!(BranchNotBelow, i),
                Kind::System => one!(System, i),
                Kind::ShiftLeftConstantThenOr => two!(ShiftLeftConstant, Or, i),
                Kind::ShiftLeftConstantThenAdd => two!(ShiftLeftConstant, Add, i),
                Kind::ShiftRightConstantThenShiftLeftConstant => {
                    two!(ShiftRightConstant, ShiftLeftConstant, i)
                }
                Kind::ShiftRightConstantThenAndConstant => two!(ShiftRightConstant, AndConstant, i),
                Kind::ShiftLeftConstantThenShiftRightConstant => {
                    two!(ShiftLeftConstant, ShiftRightConstant, i)
                }
                Kind::MoveThenMove => two!(Move, Move, i),
                Kind::MoveThenLoadWord => two!(Move, LoadWord, i),
                Kind::MoveThenAddConstant => two!(Move, AddConstant, i),
                Kind::LoadConstantThenMove => two!(LoadConstant, Move, i),
                Kind::LoadConstantThenAddConstant => two!(LoadConstant, AddConstant, i),
                Kind::LoadConstantThenLoadConstant => two!(LoadConstant, LoadConstant, i),
                Kind::AddThenAdd => two!(Add, Add, i),
                Kind::AddThenLoadWord => two!(Add, LoadWord, i),
                Kind::AddThenLoadByteUnsigned => two!(Add, LoadByteUnsigned, i),
                Kind::OrThenXor => two!(Or, Xor, i),
                Kind::XorThenAnd => two!(Xor, And, i),
                Kind::XorThenShiftRightConstant => two!(Xor, ShiftRightConstant, i),
                Kind::AndThenXor => two!(And, Xor, i),
                Kind::AddConstantThenAddConstant => two!(AddConstant, AddConstant, i),
                Kind::AddConstantThenStoreWord => two!(AddConstant, StoreWord, i),
                Kind::AddConstantThenLoadWord => two!(AddConstant, LoadWord, i),
                Kind::AddConstantThenMove => two!(AddConstant, Move, i),
                Kind::AddConstantThenBranchUnequal => two!(AddConstant, BranchUnequal, i),
                Kind::AddConstantThenBranchEqual => two!(AddConstant, BranchEqual, i),
                Kind::AddConstantThenBranchBelow => two!(AddConstant, BranchBelow, i),
                Kind::AndConstantThenBranchUnequal => two!(AndConstant, BranchUnequal, i),
                Kind::AndConstantThenBranchEqual => two!(AndConstant, BranchEqual, i),
                Kind::LoadWordThenLoadWord => two!(LoadWord, LoadWord, i),
                Kind::LoadWordThenAddConstant => two!(LoadWord, AddConstant, i),
                Kind::LoadWordThenStoreWord => two!(LoadWord, StoreWord, i),
                Kind::LoadWordThenMove => two!(LoadWord, Move, i),
                Kind::LoadWordThenAdd => two!(LoadWord, Add, i),
                Kind::LoadWordThenBranchEqual => two!(LoadWord, BranchEqual, i),
                Kind::LoadWordThenBranchUnequal => two!(LoadWord, BranchUnequal, i),
                Kind::LoadWordThenJumpRegister => two!(LoadWord, JumpRegister, i),
                Kind::LoadByteUnsignedThenBranchEqual => two!(LoadByteUnsigned, BranchEqual, i),
                Kind::LoadByteUnsignedThenBranchUnequal => two!(LoadByteUnsigned, BranchUnequal, i),
                Kind::LoadByteUnsignedThenAddConstant => two!(LoadByteUnsigned, AddConstant, i),
                Kind::StoreWordThenStoreWord => two!(StoreWord, StoreWord, i),
                Kind::StoreWordThenAddConstant => two!(StoreWord, AddConstant, i),
                Kind::StoreWordThenLoadWord => two!(StoreWord, LoadWord, i),
                Kind::StoreWordThenMove => two!(StoreWord, Move, i),
                Kind::MultiplyThenAdd => two!(Multiply, Add, i),
                Kind::AddConstantThenLoadConstant => two!(AddConstant, LoadConstant, i),
                Kind::LoadConstantThenBranchBelow => two!(LoadConstant, BranchBelow, i),
                Kind::LoadConstantThenBranchEqual => two!(LoadConstant, BranchEqual, i),
                Kind::LoadConstantThenBranchUnequal => two!(LoadConstant, BranchUnequal, i),
                Kind::LoadByteUnsignedThenLoadByteUnsigned => {
                    two!(LoadByteUnsigned, LoadByteUnsigned, i)
                }
                Kind::MoveThenBranchNotBelow => two!(Move, BranchNotBelow, i),
                Kind::AddThenLoadByte => two!(Add, LoadByte, i),
                Kind::StoreByteThenStoreByte => two!(StoreByte, StoreByte, i),
                Kind::AddThenBranchBelow => two!(Add, BranchBelow, i),
                Kind::LoadByteThenAndConstant => two!(LoadByte, AndConstant, i),
                Kind::LoadByteUnsignedThenAdd => two!(LoadByteUnsigned, Add, i),
                Kind::XorThenBranchUnequal => two!(Xor, BranchUnequal, i),
                Kind::LoadWordThenShiftRightConstant => two!(LoadWord, ShiftRightConstant, i),
                Kind::LoadWordThenBranchBelow => two!(LoadWord, BranchBelow, i),
                Kind::LoadWordThenBranchNotLess => two!(LoadWord, BranchNotLess, i),
                Kind::StoreByteThenBranchUnequal => two!(StoreByte, BranchUnequal, i),
                Kind::AndConstantThenLoadWord => two!(AndConstant, LoadWord, i),
                Kind::XorThenAndConstant => two!(Xor, AndConstant, i),
                Kind::ShiftRightConstantThenAddConstant => two!(ShiftRightConstant, AddConstant, i),
            }
        }
        // Going on behind a block is apart from jumping, so that the host predicts a branch as a
        // branch.
        let next = block.next;
        if next == NONE {
            *left = budget;
            return Exit::Behind(block.own);
        }
        block = &code.blocks[next as usize];
    }
}
