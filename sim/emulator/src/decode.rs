//! From the bits of an instruction to what it does (Unprivileged ISA, chapters RV32I, M, A,
//! Zicsr, Zifencei).

use crate::compressed::expand;
use crate::instruction::Decoded;
use crate::instruction::Flow;
use crate::instruction::Instruction;
use crate::instruction::Kind;
use crate::register::NOWHERE;

/// The fields of a 32-bit instruction.
#[derive(Clone, Copy)]
struct Word(u32);

impl Word {
    fn rd(self) -> u8 {
        let rd = (self.0 >> 7 & 31) as u8;
        if rd == 0 { NOWHERE } else { rd }
    }

    fn rs1(self) -> u8 {
        (self.0 >> 15 & 31) as u8
    }

    fn rs2(self) -> u8 {
        (self.0 >> 20 & 31) as u8
    }

    fn funct3(self) -> u32 {
        self.0 >> 12 & 7
    }

    fn funct7(self) -> u32 {
        self.0 >> 25
    }

    fn immediate_i(self) -> u32 {
        (self.0 as i32 >> 20) as u32
    }

    fn immediate_s(self) -> u32 {
        (self.0 as i32 >> 25 << 5) as u32 | self.0 >> 7 & 31
    }

    fn immediate_b(self) -> u32 {
        (self.0 as i32 >> 31 << 12) as u32
            | (self.0 >> 7 & 1) << 11
            | (self.0 >> 25 & 63) << 5
            | (self.0 >> 8 & 15) << 1
    }

    fn immediate_j(self) -> u32 {
        (self.0 as i32 >> 31 << 20) as u32
            | self.0 & 0xf_f000
            | (self.0 >> 20 & 1) << 11
            | (self.0 >> 21 & 0x3ff) << 1
    }
}

/// How many bytes the instruction has that begins with these.
pub(crate) fn length(half: u16) -> u32 {
    if half & 3 == 3 { 4 } else { 2 }
}

/// What stands at an address. Of a compressed instruction only the low half of `word` counts.
pub(crate) fn decode(word: u32, pc: u32) -> Decoded {
    let bytes = length(word as u16);
    let (shown, whole) =
        if bytes == 4 { (word, Some(word)) } else { (word & 0xffff, expand(word as u16)) };
    let found = whole.and_then(|whole| whole_instruction(Word(whole), pc, pc.wrapping_add(bytes)));
    let (instruction, flow) = found.unwrap_or_else(|| system(shown));
    Decoded { instruction, flow, bytes }
}

/// What the executing loop does not do itself.
fn system(word: u32) -> (Instruction, Flow) {
    let instruction = Instruction {
        kind: Kind::System,
        destination: NOWHERE,
        first: 0,
        second: 0,
        constant: word,
    };
    (instruction, Flow::Unknown)
}

/// `None` where there is no such instruction.
fn whole_instruction(word: Word, pc: u32, behind: u32) -> Option<(Instruction, Flow)> {
    let make = |kind, constant| Instruction {
        kind,
        destination: word.rd(),
        first: word.rs1(),
        second: word.rs2(),
        constant,
    };
    let next = |kind, constant| Some((make(kind, constant), Flow::Next));
    match word.0 & 0x7f {
        0x03 => next(load(word.funct3())?, word.immediate_i()),
        0x0f if word.funct3() == 0 => next(Kind::Nothing, 0),
        0x0f if word.funct3() == 1 => Some(system(word.0)),
        0x13 => with_constant(word).map(|instruction| (instruction, Flow::Next)),
        0x17 => next(Kind::LoadConstant, pc.wrapping_add(word.0 & 0xffff_f000)),
        0x23 => next(store(word.funct3())?, word.immediate_s()),
        0x2f if is_atomic(word) => next(Kind::Atomic, word.0),
        // `c.mv` stands for an addition to 0.
        0x33 if word.0 & 0xfe0f_f07f == 0x33 => {
            Some((Instruction { first: word.rs2(), ..make(Kind::Move, 0) }, Flow::Next))
        }
        0x33 => next(with_registers(word)?, 0),
        0x37 => next(Kind::LoadConstant, word.0 & 0xffff_f000),
        0x63 => {
            let target = pc.wrapping_add(word.immediate_b());
            Some((make(branch(word.funct3())?, 0), Flow::Branch(target)))
        }
        0x67 if word.funct3() == 0 => {
            Some((make(Kind::JumpRegister, word.immediate_i()), Flow::Unknown))
        }
        0x6f => {
            let target = pc.wrapping_add(word.immediate_j());
            // What follows is known: nothing is left to do but to keep the return address.
            let kind = if word.rd() == NOWHERE { Kind::Nothing } else { Kind::LoadConstant };
            Some((make(kind, behind), Flow::Jump(target)))
        }
        0x73 => Some(system(word.0)),
        _ => None,
    }
}

fn load(funct3: u32) -> Option<Kind> {
    Some(match funct3 {
        0 => Kind::LoadByte,
        1 => Kind::LoadHalf,
        2 => Kind::LoadWord,
        4 => Kind::LoadByteUnsigned,
        5 => Kind::LoadHalfUnsigned,
        _ => return None,
    })
}

fn store(funct3: u32) -> Option<Kind> {
    Some(match funct3 {
        0 => Kind::StoreByte,
        1 => Kind::StoreHalf,
        2 => Kind::StoreWord,
        _ => return None,
    })
}

fn branch(funct3: u32) -> Option<Kind> {
    Some(match funct3 {
        0 => Kind::BranchEqual,
        1 => Kind::BranchUnequal,
        4 => Kind::BranchLess,
        5 => Kind::BranchNotLess,
        6 => Kind::BranchBelow,
        7 => Kind::BranchNotBelow,
        _ => return None,
    })
}

fn with_constant(word: Word) -> Option<Instruction> {
    let value = word.immediate_i();
    let shift = value & 31;
    let (kind, constant) = match (word.funct3(), word.funct7()) {
        (0, _) if word.rd() == NOWHERE => (Kind::Nothing, 0),
        (0, _) if word.rs1() == 0 => (Kind::LoadConstant, value),
        (0, _) if value == 0 => (Kind::Move, 0),
        (0, _) => (Kind::AddConstant, value),
        (1, 0) => (Kind::ShiftLeftConstant, shift),
        (2, _) => (Kind::LessConstant, value),
        (3, _) => (Kind::BelowConstant, value),
        (4, _) => (Kind::XorConstant, value),
        (5, 0) => (Kind::ShiftRightConstant, shift),
        (5, 0x20) => (Kind::ShiftArithmeticConstant, shift),
        (6, _) => (Kind::OrConstant, value),
        (7, _) => (Kind::AndConstant, value),
        _ => return None,
    };
    let (destination, first) = (word.rd(), word.rs1());
    Some(Instruction { kind, destination, first, second: 0, constant })
}

fn with_registers(word: Word) -> Option<Kind> {
    Some(match (word.funct7(), word.funct3()) {
        (0, 0) => Kind::Add,
        (0x20, 0) => Kind::Subtract,
        (0, 1) => Kind::ShiftLeft,
        (0, 2) => Kind::Less,
        (0, 3) => Kind::Below,
        (0, 4) => Kind::Xor,
        (0, 5) => Kind::ShiftRight,
        (0x20, 5) => Kind::ShiftArithmetic,
        (0, 6) => Kind::Or,
        (0, 7) => Kind::And,
        (1, 0) => Kind::Multiply,
        (1, 1) => Kind::MultiplyHigh,
        (1, 2) => Kind::MultiplyHighMixed,
        (1, 3) => Kind::MultiplyHighUnsigned,
        (1, 4) => Kind::Divide,
        (1, 5) => Kind::DivideUnsigned,
        (1, 6) => Kind::Remainder,
        (1, 7) => Kind::RemainderUnsigned,
        _ => return None,
    })
}

/// `lr.w`, `sc.w` and the nine operations.
fn is_atomic(word: Word) -> bool {
    let operation = word.0 >> 27;
    let is_known = match operation {
        0x02 => word.rs2() == 0,
        0x00 | 0x01 | 0x03 | 0x04 | 0x08 | 0x0c | 0x10 | 0x14 | 0x18 | 0x1c => true,
        _ => false,
    };
    is_known && word.funct3() == 2
}
