//! A decoded instruction: what the executing loop branches on. Eight bytes, so that eight of them
//! share a cache line.

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
