//! The loop that executes decoded blocks. It touches registers and memory only; whatever looks at
//! privileged state, traps, or wants attention leaves it as an [`Exit`].
//!
//! Whether a block fits into what is left until the next event is asked once for each block, so
//! that single instructions are not counted one by one.

use crate::arithmetic::divide;
use crate::arithmetic::remainder;
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
    let mut current = first;
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
        let side = loop {
            let Some(i) = rest.next() else { break BEHIND };
            macro_rules! set {
                ($value:expr) => {
                    x!(i.destination) = $value
                };
            }
            macro_rules! branch {
                ($condition:expr) => {
                    if $condition { break TAKEN } else { break BEHIND }
                };
            }
            match i.kind {
                Kind::Nothing => (),
                Kind::LoadConstant => set!(i.constant),
                Kind::Move => set!(x!(i.first)),
                Kind::AddConstant => set!(x!(i.first).wrapping_add(i.constant)),
                Kind::LessConstant => set!(u32::from((x!(i.first) as i32) < i.constant as i32)),
                Kind::BelowConstant => set!(u32::from(x!(i.first) < i.constant)),
                Kind::XorConstant => set!(x!(i.first) ^ i.constant),
                Kind::OrConstant => set!(x!(i.first) | i.constant),
                Kind::AndConstant => set!(x!(i.first) & i.constant),
                Kind::ShiftLeftConstant => set!(x!(i.first) << (i.constant & 31)),
                Kind::ShiftRightConstant => set!(x!(i.first) >> (i.constant & 31)),
                Kind::ShiftArithmeticConstant => {
                    set!(((x!(i.first) as i32) >> (i.constant & 31)) as u32)
                }
                Kind::Add => set!(x!(i.first).wrapping_add(x!(i.second))),
                Kind::Subtract => set!(x!(i.first).wrapping_sub(x!(i.second))),
                Kind::ShiftLeft => set!(x!(i.first) << (x!(i.second) & 31)),
                Kind::Less => set!(u32::from((x!(i.first) as i32) < x!(i.second) as i32)),
                Kind::Below => set!(u32::from(x!(i.first) < x!(i.second))),
                Kind::Xor => set!(x!(i.first) ^ x!(i.second)),
                Kind::ShiftRight => set!(x!(i.first) >> (x!(i.second) & 31)),
                Kind::ShiftArithmetic => {
                    set!(((x!(i.first) as i32) >> (x!(i.second) & 31)) as u32)
                }
                Kind::Or => set!(x!(i.first) | x!(i.second)),
                Kind::And => set!(x!(i.first) & x!(i.second)),
                Kind::Multiply => set!(x!(i.first).wrapping_mul(x!(i.second))),
                Kind::MultiplyHigh => {
                    let product = i64::from(x!(i.first) as i32) * i64::from(x!(i.second) as i32);
                    set!((product >> 32) as u32);
                }
                Kind::MultiplyHighMixed => {
                    let product = i64::from(x!(i.first) as i32) * i64::from(x!(i.second));
                    set!((product >> 32) as u32);
                }
                Kind::MultiplyHighUnsigned => {
                    set!((u64::from(x!(i.first)) * u64::from(x!(i.second)) >> 32) as u32);
                }
                Kind::Divide => set!(divide(x!(i.first), x!(i.second))),
                Kind::DivideUnsigned => {
                    set!(x!(i.first).checked_div(x!(i.second)).unwrap_or(u32::MAX))
                }
                Kind::Remainder => set!(remainder(x!(i.first), x!(i.second))),
                Kind::RemainderUnsigned => {
                    let dividend = x!(i.first);
                    set!(dividend.checked_rem(x!(i.second)).unwrap_or(dividend));
                }
                Kind::LoadByte => {
                    load!(i, Width::Byte, 1, |[byte]: [u8; 1]| byte as i8 as u32);
                }
                Kind::LoadHalf => {
                    load!(i, Width::Half, 2, |half| i16::from_le_bytes(half) as u32);
                }
                Kind::LoadWord => load!(i, Width::Word, 4, u32::from_le_bytes),
                Kind::LoadByteUnsigned => {
                    load!(i, Width::Byte, 1, |[byte]: [u8; 1]| u32::from(byte));
                }
                Kind::LoadHalfUnsigned => {
                    load!(i, Width::Half, 2, |half| u32::from(u16::from_le_bytes(half)));
                }
                Kind::StoreByte => store!(i, Width::Byte, u8),
                Kind::StoreHalf => store!(i, Width::Half, u16),
                Kind::StoreWord => store!(i, Width::Word, u32),
                Kind::Atomic => {
                    let unexecuted = rest.len() as u64 + 1;
                    match world.atomic(budget + unexecuted, *i) {
                        Ok(value) => set!(value),
                        Err(trap) => {
                            leave!(|place: usize| Exit::Trap(code.addresses[place], trap))
                        }
                    }
                    attend!();
                }
                Kind::Jump => {
                    set!(block.exits[BEHIND]);
                    break TAKEN;
                }
                Kind::JumpRegister => {
                    let target = x!(i.first).wrapping_add(i.constant) & !1;
                    set!(block.exits[BEHIND]);
                    let jump = &code.jumps[jump_place(target)];
                    if jump.key == target | code.user_bit {
                        current = jump.block;
                        block = &code.blocks[current as usize];
                        continue 'blocks;
                    }
                    *left = budget;
                    return Exit::Jump(target);
                }
                Kind::BranchEqual => branch!(x!(i.first) == x!(i.second)),
                Kind::BranchUnequal => branch!(x!(i.first) != x!(i.second)),
                Kind::BranchLess => branch!((x!(i.first) as i32) < x!(i.second) as i32),
                Kind::BranchNotLess => branch!(x!(i.second) as i32 <= x!(i.first) as i32),
                Kind::BranchBelow => branch!(x!(i.first) < x!(i.second)),
                Kind::BranchNotBelow => branch!(x!(i.second) <= x!(i.first)),
                Kind::System => {
                    let behind = block.exits[BEHIND];
                    leave!(|place: usize| {
                        Exit::System(code.addresses[place], i.constant, behind)
                    })
                }
            }
        };
        let next = block.links[side];
        // A loop of one block does not wait until it is known where that is.
        if next == current {
            continue;
        }
        if next == NONE {
            *left = budget;
            return Exit::Link(current, side);
        }
        current = next;
        block = &code.blocks[current as usize];
    }
}
