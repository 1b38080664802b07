//! Pairs of instructions that are executed as one. Both keep their places, so that counting and
//! traps know nothing of it; only what is said of the first is another kind. Which pairs there are
//! was counted in compiled programs.

use crate::instruction::Kind;
use crate::instruction::Operation;

/// Finds each pair that can be executed at once.
pub(crate) fn fuse(block: &mut [Operation]) {
    let mut place = 1;
    while place < block.len() {
        // What is said of the second alone stays: the first may have to be executed alone as well.
        let pair = pair(block[place - 1].then, block[place].then);
        if let Some(kind) = pair.filter(|kind| !must_chain(*kind) || chain(block, place)) {
            block[place - 1].then = kind;
            place += 1;
        }
        place += 1;
    }
}

/// Whether the second of a pair must take as its first operand what the first has computed.
#[inline(always)]
pub(crate) const fn must_chain(pair: Kind) -> bool {
    matches!(
        pair,
        Kind::ShiftLeftConstantThenOr
            | Kind::ShiftLeftConstantThenAdd
            | Kind::ShiftRightConstantThenShiftLeftConstant
            | Kind::ShiftRightConstantThenAndConstant
            | Kind::ShiftLeftConstantThenShiftRightConstant
            | Kind::LoadConstantThenAddConstant
            | Kind::AddThenLoadWord
            | Kind::AddThenLoadByteUnsigned
            | Kind::AddThenLoadByte
            | Kind::XorThenShiftRightConstant
            | Kind::XorThenAndConstant
            | Kind::XorThenBranchUnequal
            | Kind::AndConstantThenBranchUnequal
            | Kind::AndConstantThenBranchEqual
            | Kind::AddConstantThenBranchUnequal
            | Kind::LoadConstantThenBranchEqual
            | Kind::LoadConstantThenBranchUnequal
            | Kind::ShiftRightConstantThenAddConstant
            | Kind::MultiplyThenAdd
    )
}

/// Whether the operation behind the one at a place takes as its first operand what that one has
/// computed. Operands change places where that changes nothing.
fn chain(block: &mut [Operation], place: usize) -> bool {
    let (kind, computed) = (block[place].then, block[place].destination);
    let Some(second) = block.get_mut(place + 1) else { return false };
    let is_alike = matches!(
        kind,
        Kind::Add | Kind::Or | Kind::Xor | Kind::And | Kind::BranchEqual | Kind::BranchUnequal
    );
    if is_alike && second.second == computed {
        core::mem::swap(&mut second.first, &mut second.second);
    }
    second.first == computed
}

fn pair(first: Kind, second: Kind) -> Option<Kind> {
    Some(match (first, second) {
        (Kind::ShiftLeftConstant, Kind::Or) => Kind::ShiftLeftConstantThenOr,
        (Kind::ShiftLeftConstant, Kind::Add) => Kind::ShiftLeftConstantThenAdd,
        (Kind::ShiftRightConstant, Kind::ShiftLeftConstant) => {
            Kind::ShiftRightConstantThenShiftLeftConstant
        }
        (Kind::ShiftRightConstant, Kind::AndConstant) => Kind::ShiftRightConstantThenAndConstant,
        (Kind::ShiftLeftConstant, Kind::ShiftRightConstant) => {
            Kind::ShiftLeftConstantThenShiftRightConstant
        }
        (Kind::Move, Kind::Move) => Kind::MoveThenMove,
        (Kind::Move, Kind::LoadWord) => Kind::MoveThenLoadWord,
        (Kind::Move, Kind::AddConstant) => Kind::MoveThenAddConstant,
        (Kind::LoadConstant, Kind::Move) => Kind::LoadConstantThenMove,
        (Kind::LoadConstant, Kind::AddConstant) => Kind::LoadConstantThenAddConstant,
        (Kind::LoadConstant, Kind::LoadConstant) => Kind::LoadConstantThenLoadConstant,
        (Kind::Add, Kind::Add) => Kind::AddThenAdd,
        (Kind::Add, Kind::LoadWord) => Kind::AddThenLoadWord,
        (Kind::Add, Kind::LoadByteUnsigned) => Kind::AddThenLoadByteUnsigned,
        (Kind::Or, Kind::Xor) => Kind::OrThenXor,
        (Kind::Xor, Kind::And) => Kind::XorThenAnd,
        (Kind::Xor, Kind::ShiftRightConstant) => Kind::XorThenShiftRightConstant,
        (Kind::And, Kind::Xor) => Kind::AndThenXor,
        (Kind::AddConstant, Kind::AddConstant) => Kind::AddConstantThenAddConstant,
        (Kind::AddConstant, Kind::StoreWord) => Kind::AddConstantThenStoreWord,
        (Kind::AddConstant, Kind::LoadWord) => Kind::AddConstantThenLoadWord,
        (Kind::AddConstant, Kind::Move) => Kind::AddConstantThenMove,
        (Kind::AddConstant, Kind::BranchUnequal) => Kind::AddConstantThenBranchUnequal,
        (Kind::AddConstant, Kind::BranchEqual) => Kind::AddConstantThenBranchEqual,
        (Kind::AddConstant, Kind::BranchBelow) => Kind::AddConstantThenBranchBelow,
        (Kind::AndConstant, Kind::BranchUnequal) => Kind::AndConstantThenBranchUnequal,
        (Kind::AndConstant, Kind::BranchEqual) => Kind::AndConstantThenBranchEqual,
        (Kind::LoadWord, Kind::LoadWord) => Kind::LoadWordThenLoadWord,
        (Kind::LoadWord, Kind::AddConstant) => Kind::LoadWordThenAddConstant,
        (Kind::LoadWord, Kind::StoreWord) => Kind::LoadWordThenStoreWord,
        (Kind::LoadWord, Kind::Move) => Kind::LoadWordThenMove,
        (Kind::LoadWord, Kind::Add) => Kind::LoadWordThenAdd,
        (Kind::LoadWord, Kind::BranchEqual) => Kind::LoadWordThenBranchEqual,
        (Kind::LoadWord, Kind::BranchUnequal) => Kind::LoadWordThenBranchUnequal,
        (Kind::LoadWord, Kind::JumpRegister) => Kind::LoadWordThenJumpRegister,
        (Kind::LoadByteUnsigned, Kind::BranchEqual) => Kind::LoadByteUnsignedThenBranchEqual,
        (Kind::LoadByteUnsigned, Kind::BranchUnequal) => Kind::LoadByteUnsignedThenBranchUnequal,
        (Kind::LoadByteUnsigned, Kind::AddConstant) => Kind::LoadByteUnsignedThenAddConstant,
        (Kind::StoreWord, Kind::StoreWord) => Kind::StoreWordThenStoreWord,
        (Kind::StoreWord, Kind::AddConstant) => Kind::StoreWordThenAddConstant,
        (Kind::StoreWord, Kind::LoadWord) => Kind::StoreWordThenLoadWord,
        (Kind::StoreWord, Kind::Move) => Kind::StoreWordThenMove,
        (Kind::Multiply, Kind::Add) => Kind::MultiplyThenAdd,
        (Kind::AddConstant, Kind::LoadConstant) => Kind::AddConstantThenLoadConstant,
        (Kind::LoadConstant, Kind::BranchBelow) => Kind::LoadConstantThenBranchBelow,
        (Kind::LoadConstant, Kind::BranchEqual) => Kind::LoadConstantThenBranchEqual,
        (Kind::LoadConstant, Kind::BranchUnequal) => Kind::LoadConstantThenBranchUnequal,
        (Kind::LoadByteUnsigned, Kind::LoadByteUnsigned) => {
            Kind::LoadByteUnsignedThenLoadByteUnsigned
        }
        (Kind::Move, Kind::BranchNotBelow) => Kind::MoveThenBranchNotBelow,
        (Kind::Add, Kind::LoadByte) => Kind::AddThenLoadByte,
        (Kind::StoreByte, Kind::StoreByte) => Kind::StoreByteThenStoreByte,
        (Kind::Add, Kind::BranchBelow) => Kind::AddThenBranchBelow,
        (Kind::LoadByte, Kind::AndConstant) => Kind::LoadByteThenAndConstant,
        (Kind::LoadByteUnsigned, Kind::Add) => Kind::LoadByteUnsignedThenAdd,
        (Kind::Xor, Kind::BranchUnequal) => Kind::XorThenBranchUnequal,
        (Kind::LoadWord, Kind::ShiftRightConstant) => Kind::LoadWordThenShiftRightConstant,
        (Kind::LoadWord, Kind::BranchBelow) => Kind::LoadWordThenBranchBelow,
        (Kind::LoadWord, Kind::BranchNotLess) => Kind::LoadWordThenBranchNotLess,
        (Kind::StoreByte, Kind::BranchUnequal) => Kind::StoreByteThenBranchUnequal,
        (Kind::AndConstant, Kind::LoadWord) => Kind::AndConstantThenLoadWord,
        (Kind::Xor, Kind::AndConstant) => Kind::XorThenAndConstant,
        (Kind::ShiftRightConstant, Kind::AddConstant) => Kind::ShiftRightConstantThenAddConstant,
        _ => return None,
    })
}
