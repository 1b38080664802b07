//! Decoded instructions, and the operations that are executed for them. Eight bytes, so that eight
//! of them share a cache line.

use crate::exception::Privilege;

/// What an instruction does. Constants of the program counter are computed when it is decoded:
/// `lui` and `auipc` are both `LoadConstant`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Nothing,
    LoadConstant,
    Move,
    AddConstant,
    LessConstant,
    BelowConstant,
    XorConstant,
    OrConstant,
    AndConstant,
    ShiftLeftConstant,
    ShiftRightConstant,
    ShiftArithmeticConstant,
    Add,
    Subtract,
    ShiftLeft,
    Less,
    Below,
    Xor,
    ShiftRight,
    ShiftArithmetic,
    Or,
    And,
    Multiply,
    MultiplyHigh,
    MultiplyHighMixed,
    MultiplyHighUnsigned,
    Divide,
    DivideUnsigned,
    Remainder,
    RemainderUnsigned,
    LoadByte,
    LoadHalf,
    LoadWord,
    LoadByteUnsigned,
    LoadHalfUnsigned,
    StoreByte,
    StoreHalf,
    StoreWord,
    /// `lr.w`, `sc.w` and all of `amo*.w`; which one, its word says.
    Atomic,
    JumpRegister,
    BranchEqual,
    BranchUnequal,
    BranchLess,
    BranchNotLess,
    BranchBelow,
    BranchNotBelow,
    /// A jump by a register that keeps the return address, which stands behind it.
    CallRegister,
    /// The end of a block: its constant is the place of the next one.
    GoOn,
    /// Everything that looks at or changes privileged state, and what is no instruction: leaves
    /// the executing loop, with its word as the constant.
    System,
    // The first of two instructions that are executed as one.
    ShiftLeftConstantThenOr,
    ShiftLeftConstantThenAdd,
    ShiftRightConstantThenShiftLeftConstant,
    ShiftRightConstantThenAndConstant,
    ShiftLeftConstantThenShiftRightConstant,
    MoveThenMove,
    MoveThenLoadWord,
    MoveThenAddConstant,
    LoadConstantThenMove,
    LoadConstantThenAddConstant,
    LoadConstantThenLoadConstant,
    AddThenAdd,
    AddThenLoadWord,
    AddThenLoadByteUnsigned,
    OrThenXor,
    XorThenAnd,
    XorThenShiftRightConstant,
    AndThenXor,
    AddConstantThenAddConstant,
    AddConstantThenStoreWord,
    AddConstantThenLoadWord,
    AddConstantThenMove,
    AddConstantThenBranchUnequal,
    AddConstantThenBranchEqual,
    AddConstantThenBranchBelow,
    AndConstantThenBranchUnequal,
    AndConstantThenBranchEqual,
    LoadWordThenLoadWord,
    LoadWordThenAddConstant,
    LoadWordThenStoreWord,
    LoadWordThenMove,
    LoadWordThenAdd,
    LoadWordThenBranchEqual,
    LoadWordThenBranchUnequal,
    LoadWordThenJumpRegister,
    LoadByteUnsignedThenBranchEqual,
    LoadByteUnsignedThenBranchUnequal,
    LoadByteUnsignedThenAddConstant,
    StoreWordThenStoreWord,
    StoreWordThenAddConstant,
    StoreWordThenLoadWord,
    StoreWordThenMove,
    MultiplyThenAdd,
    AddConstantThenLoadConstant,
    LoadConstantThenBranchBelow,
    LoadConstantThenBranchEqual,
    LoadConstantThenBranchUnequal,
    LoadByteUnsignedThenLoadByteUnsigned,
    MoveThenBranchNotBelow,
    AddThenLoadByte,
    StoreByteThenStoreByte,
    AddThenBranchBelow,
    LoadByteThenAndConstant,
    LoadByteUnsignedThenAdd,
    XorThenBranchUnequal,
    LoadWordThenShiftRightConstant,
    LoadWordThenBranchBelow,
    LoadWordThenBranchNotLess,
    StoreByteThenBranchUnequal,
    AndConstantThenLoadWord,
    XorThenAndConstant,
    ShiftRightConstantThenAddConstant,
}

/// One instruction. What `constant` means depends on the kind: of a branch it is the number of its
/// link, which is given when a block is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Instruction {
    pub(crate) kind: Kind,
    /// Where the result goes; [`crate::register::NOWHERE`] instead of x0.
    pub(crate) destination: u8,
    pub(crate) first: u8,
    pub(crate) second: u8,
    pub(crate) constant: u32,
}

/// What is executed: an instruction, the header of a block, or its end. What it does itself, the
/// operation before it says.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(8))]
pub(crate) struct Operation {
    /// What the operation behind it does.
    pub(crate) then: Kind,
    pub(crate) destination: u8,
    pub(crate) first: u8,
    pub(crate) second: u8,
    pub(crate) constant: u32,
}

impl Operation {
    /// An instruction. What is behind it is not known yet.
    pub(crate) fn new(instruction: Instruction) -> Operation {
        let Instruction { destination, first, second, constant, .. } = instruction;
        Operation { then: Kind::Nothing, destination, first, second, constant }
    }

    /// The header of a block of so many instructions that begins there.
    pub(crate) fn header(count: u8, privilege: Privilege, pc: u32) -> Operation {
        let first = u8::from(privilege == Privilege::User);
        Operation { then: Kind::Nothing, destination: count, first, second: 0, constant: pc }
    }

    /// The end of a block, or an address.
    pub(crate) fn end(constant: u32) -> Operation {
        Operation { then: Kind::Nothing, destination: 0, first: 0, second: 0, constant }
    }

    /// How many instructions the block of a header has.
    #[inline(always)]
    pub(crate) fn count(&self) -> u64 {
        u64::from(self.destination)
    }

    /// The privilege that the block of a header was decoded for.
    pub(crate) fn privilege(&self) -> Privilege {
        if self.first == 0 { Privilege::Machine } else { Privilege::User }
    }
}

/// Where the program goes on after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Behind it.
    Next,
    /// There.
    Jump(u32),
    /// There or behind it.
    Branch(u32),
    /// Only execution tells.
    Unknown,
}

/// An instruction as found at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) instruction: Instruction,
    pub(crate) flow: Flow,
    /// 2 or 4.
    pub(crate) bytes: u32,
}
