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
use crate::atomic::operate;
use crate::bus::Alignment;
use crate::bus::load;
use crate::bus::store;
use crate::cache::BEHIND;
use crate::cache::Block;
use crate::cache::JUMPS;
use crate::cache::Jump;
use crate::cache::NONE;
use crate::cache::TAKEN;
use crate::cache::jump_place;
use crate::exception::Trap;
use crate::exception::Width;
use crate::instruction::Instruction;
use crate::instruction::Kind;
use crate::machine::Bus;
use crate::machine::Lines;
use crate::machine::Machine;
use crate::memory::Memory;
use crate::recent::Recent;
use crate::register::Registers;

/// Why the loop was left. What is left of the budget does not count what was not executed.
pub(crate) enum Exit {
    /// The next block does not fit into the budget.
    Budget(u32),
    /// It is not known which block follows on this way out of this one.
    Link(u32, usize),
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
    pub(crate) addresses: &'a [u32],
    pub(crate) blocks: &'a [Block],
    pub(crate) jumps: &'a [Jump; JUMPS],
    pub(crate) user_bit: u32,
}

/// What instructions work on.
pub(crate) struct World<'a> {
    pub(crate) registers: &'a mut Registers,
    pub(crate) reservation: &'a mut Option<u32>,
    pub(crate) memory: &'a mut Memory,
    pub(crate) lines: &'a mut Lines,
    pub(crate) machine: &'a mut dyn Machine,
    pub(crate) recent: &'a mut Recent,
    pub(crate) alignment: Alignment,
    /// The tick at which the budget is used up.
    pub(crate) deadline: u64,
}

impl World<'_> {
    fn load(&mut self, left: u64, address: u32, width: Width) -> Result<u32, Trap> {
        let now = self.deadline - left;
        let mut bus = Bus { now, memory: self.memory, lines: self.lines };
        load(self.machine, &mut bus, self.alignment, address, width)
    }

    fn store(&mut self, left: u64, address: u32, width: Width, value: u32) -> Result<(), Trap> {
        let now = self.deadline - left;
        let mut bus = Bus { now, memory: self.memory, lines: self.lines };
        store(self.machine, &mut bus, self.alignment, address, width, value)
    }

    fn atomic(&mut self, left: u64, instruction: Instruction) -> Result<u32, Trap> {
        let now = self.deadline - left;
        let first = self.registers.words[usize::from(instruction.first)];
        let second = self.registers.words[usize::from(instruction.second)];
        let mut bus = Bus { now, memory: self.memory, lines: self.lines };
        operate(self.machine, &mut bus, self.reservation, instruction, first, second)
    }

    fn wants_attention(&self) -> bool {
        self.lines.is_changed() || self.memory.has_stale_code()
    }
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
        let mut rest = code.instructions[start..start + block.count as usize].iter();
        // How to leave the loop before an instruction, with its place in the flat store.
        macro_rules! leave {
            ($exit:expr) => {{
                let unexecuted = rest.len() + 1;
                *left = budget + unexecuted as u64;
                let place = start + block.count as usize - unexecuted;
                return $exit(place);
            }};
        }
        macro_rules! attend {
            () => {
                if world.wants_attention() {
                    *left = budget + rest.len() as u64;
                    let place = start + block.count as usize - rest.len();
                    let is_inside = rest.len() != 0;
                    let pc = if is_inside { code.addresses[place] } else { block.exits[BEHIND] };
                    return Exit::Attention(pc);
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
                        let unexecuted = rest.len() as u64 + 1;
                        match world.load(budget + unexecuted, address, $width) {
                            Ok(value) => {
                                let bytes = value.to_le_bytes();
                                let bytes = std::array::from_fn(|index| bytes[index]);
                                x!($instruction.destination) = $extend(bytes);
                            }
                            Err(trap) => {
                                leave!(|place: usize| Exit::Trap(code.addresses[place], trap))
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
                    let unexecuted = rest.len() as u64 + 1;
                    let done = world.store(budget + unexecuted, address, $width, value);
                    if let Err(trap) = done {
                        leave!(|place: usize| Exit::Trap(code.addresses[place], trap))
                    }
                    attend!();
                }
            }};
        }
        macro_rules! jump {
            () => {{
                let next = block.links[TAKEN];
                // A loop of one block does not wait until it is known where that is.
                if next == block.own {
                    continue 'blocks;
                }
                if next == NONE {
                    *left = budget;
                    return Exit::Link(block.own, TAKEN);
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
                let unexecuted = rest.len() as u64 + 1;
                match world.atomic(budget + unexecuted, *$i) {
                    Ok(value) => set!($i, value),
                    Err(trap) => leave!(|place: usize| Exit::Trap(code.addresses[place], trap)),
                }
                attend!();
            }};
            (Jump, $i:expr) => {{
                set!($i, block.exits[BEHIND]);
                jump!()
            }};
            (JumpRegister, $i:expr) => {{
                let target = x!($i.first).wrapping_add($i.constant) & !1;
                set!($i, block.exits[BEHIND]);
                let jump = &code.jumps[jump_place(target)];
                if jump.key == target | code.user_bit {
                    block = &code.blocks[jump.block as usize];
                    continue 'blocks;
                }
                *left = budget;
                return Exit::Jump(target);
            }};
            (BranchEqual, $i:expr) => {
                if x!($i.first) == x!($i.second) { jump!() } else { break }
            };
            (BranchUnequal, $i:expr) => {
                if x!($i.first) != x!($i.second) { jump!() } else { break }
            };
            (BranchLess, $i:expr) => {
                if (x!($i.first) as i32) < x!($i.second) as i32 {
                    jump!()
                } else {
                    break;
                }
            };
            (BranchNotLess, $i:expr) => {
                if x!($i.second) as i32 <= x!($i.first) as i32 { jump!() } else { break }
            };
            (BranchBelow, $i:expr) => {
                if x!($i.first) < x!($i.second) { jump!() } else { break }
            };
            (BranchNotBelow, $i:expr) => {
                if x!($i.second) <= x!($i.first) { jump!() } else { break }
            };
            (System, $i:expr) => {{
                let behind = block.exits[BEHIND];
                leave!(|place: usize| Exit::System(code.addresses[place], $i.constant, behind))
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
                Kind::Jump => one!(Jump, i),
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
                Kind::MoveThenJump => two!(Move, Jump, i),
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
                Kind::AddConstantThenJump => two!(AddConstant, Jump, i),
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
                Kind::StoreWordThenJump => two!(StoreWord, Jump, i),
                Kind::MultiplyThenAdd => two!(Multiply, Add, i),
            }
        }
        // Going on behind a block is apart from jumping, so that the host predicts a branch as a
        // branch.
        let next = block.links[BEHIND];
        if next == NONE {
            *left = budget;
            return Exit::Link(block.own, BEHIND);
        }
        block = &code.blocks[next as usize];
    }
}
