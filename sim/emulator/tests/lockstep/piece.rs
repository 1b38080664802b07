//! Pieces of programs: short runs of instructions that are entered at their start only.

use crate::assembler::*;
use crate::draw::Draw;
use crate::half::half;
use crate::program::DATA;
use crate::program::WILD;

/// What the end of a piece needs: a place that lies so many pieces behind it.
#[derive(Clone, Copy)]
pub(crate) enum Fix {
    Nothing,
    /// A branch or jump in the last word, or in the last half of a word.
    Last(u32),
    /// `auipc` and the word behind it at this offset: an address with 12 low bits.
    Pair(usize, u32),
}

/// Halves of words, and what is filled in later.
pub(crate) struct Piece {
    pub(crate) halves: Vec<u16>,
    pub(crate) fix: Fix,
}

impl Piece {
    pub(crate) fn of(words: &[u32]) -> Piece {
        let halves = words.iter().flat_map(|word| [*word as u16, (word >> 16) as u16]);
        Piece { halves: halves.collect(), fix: Fix::Nothing }
    }

    fn with(words: &[u32], fix: Fix) -> Piece {
        Piece { fix, ..Piece::of(words) }
    }
}

/// A word into a register.
pub(crate) fn load_constant(rd: u32, value: u32) -> [u32; 2] {
    let low = (value << 20) as i32 >> 20;
    [lui(rd, value.wrapping_sub(low as u32)), addi(rd, rd, low)]
}

pub(crate) fn piece(draw: &mut Draw) -> Piece {
    match draw.below(100) {
        0..60 => simple(draw),
        60..72 => branch(draw),
        72..76 => repeat(draw),
        76..79 => jump(draw),
        79..82 => Piece::of(&[draw.one(&[ECALL, ECALL, EBREAK, FENCE, FENCE_I])]),
        82..83 => patch(draw),
        83..84 => reserve(draw),
        84..86 => wild(draw),
        86..90 => pointer(draw),
        90..92 => interrupt(draw),
        92..94 => protect(draw),
        94..97 => status(draw),
        97..98 => leave(draw),
        _ => unknown(draw),
    }
}

/// One instruction or two that go on behind themselves, or trap.
fn simple(draw: &mut Draw) -> Piece {
    if draw.below(4) == 0 {
        return Piece { halves: vec![half(draw)], fix: Fix::Nothing };
    }
    if draw.below(12) == 0 {
        let rd = draw.target();
        return Piece::of(&load_constant(rd, draw.word()));
    }
    Piece::of(&[instruction(draw)])
}

fn instruction(draw: &mut Draw) -> u32 {
    let (rd, rs1, rs2) = (draw.target(), draw.source(), draw.source());
    let constant = draw.below(4096) as i32 - 2048;
    // x8 is a multiple of four and points to where memory is protected. A machine may check a
    // misaligned access as a whole, as QEMU does, or each byte: such go by x2.
    let base = draw.one(&[2, 8]);
    let odd = if base == 2 { draw.one(&[0, 0, 0, 1, 2, 3]) } else { 0 };
    let offset = (draw.below(256) as i32 - 128) * 4 + odd;
    match draw.below(100) {
        0..20 => i(0x13, draw.one(&[0, 2, 3, 4, 6, 7]), rd, rs1, constant),
        20..25 => r(0x13, 1, 0, rd, rs1, draw.below(32)),
        25..30 => r(0x13, 5, draw.below(2) * 32, rd, rs1, draw.below(32)),
        30..42 => r(0x33, draw.below(8), 0, rd, rs1, rs2),
        42..45 => r(0x33, draw.below(2) * 5, 32, rd, rs1, rs2),
        45..57 => r(0x33, draw.below(8), 1, rd, rs1, rs2),
        57..60 => lui(rd, draw.next()),
        60..63 => auipc(rd, draw.next()),
        63..73 => i(0x03, draw.one(&[0, 1, 2, 4, 5]), rd, base, offset),
        73..82 => s(draw.below(3), base, rs2, offset),
        82..92 => {
            let operation = draw.one(&[0, 1, 3, 4, 8, 12, 16, 20, 24, 28]);
            let order = draw.below(4) << 25;
            // QEMU lets `sc` fail where it has to trap; x8 is a multiple of four.
            let base = if operation == 3 { 8 } else { draw.one(&[2, 8]) };
            amo(operation, rd, base, rs2) | order
        }
        _ => register(draw),
    }
}

/// An exchange with a register that both machines have, or neither.
fn register(draw: &mut Draw) -> u32 {
    let (rd, rs1) = (draw.target(), draw.source());
    let operation = draw.one(&[1, 2, 3, 5, 6, 7]);
    let word = |number: u32, rd: u32, rs1: u32| r(0x73, operation, 0, rd, rs1, 0) | number << 20;
    match draw.below(8) {
        0..3 => word(draw.one(&[MSCRATCH, MSCRATCH, MTVAL, MCAUSE]), rd, rs1),
        // QEMU keeps the lowest bit, which is always 0.
        3 => r(0x73, draw.one(&[5, 6, 7]), 0, rd, rs1 & 30, 0) | MEPC << 20,
        // Read only, or without effect: mvendorid, marchid, mimpid, mhartid.
        4 => r(0x73, 2, 0, rd, 0, 0) | draw.one(&[0xf11, 0xf12, 0xf13, 0xf14, MIP, MTVEC]) << 20,
        // Written although it is read only. QEMU takes bits of a register that is 0 for no write.
        5 => {
            let operation = draw.one(&[1, 5, 6, 7]);
            let number = draw.one(&[0xf11, 0xf14, 0xc00]);
            r(0x73, operation, 0, rd, rs1 | 1, 0) | number << 20
        }
        // Not there.
        6 => word(draw.one(&[0x000, 0x800, 0x7c0, 0xbc0, 0xfc0, 0xcc0]), rd, rs1),
        // Counters count differently, but are closed to user mode alike.
        _ => r(0x73, 2, 0, 0, 0, 0) | draw.one(&[0xc00, 0xc02, 0xc80, 0xb00, 0xb02]) << 20,
    }
}

/// Forwards, over a few pieces.
fn branch(draw: &mut Draw) -> Piece {
    let skip = draw.below(6);
    if draw.below(4) == 0 {
        let half = draw.one(&[0xa001, 0xc001, 0xe001, 0x2001]) | draw.below(8) << 7;
        // A jump has no register in those bits.
        let half = if half & 0x4000 == 0 { half & !0x380 } else { half };
        return Piece { halves: vec![half as u16], fix: Fix::Last(skip) };
    }
    let word = match draw.below(8) {
        0 => jal(draw.target(), 0),
        _ => b(draw.one(&[0, 1, 4, 5, 6, 7]), draw.source(), draw.source(), 0),
    };
    Piece::with(&[word], Fix::Last(skip))
}

/// Some simple pieces a few times.
fn repeat(draw: &mut Draw) -> Piece {
    let mut piece = Piece::of(&[addi(4, 0, draw.below(6) as i32 + 1)]);
    for _ in 0..draw.below(8) + 1 {
        piece.halves.append(&mut simple(draw).halves);
    }
    let back = (piece.halves.len() as i32 - 2 + 2) * -2;
    piece.halves.append(&mut Piece::of(&[addi(4, 4, -1), bne(4, 0, back)]).halves);
    piece
}

/// To an address in a register.
fn jump(draw: &mut Draw) -> Piece {
    let through = draw.one(&[1, 5, 9]);
    let skip = draw.below(6);
    let mut piece = Piece::with(&[auipc(through, 0)], Fix::Pair(0, skip));
    let how = draw.below(3);
    if how == 0 {
        piece.halves.append(&mut Piece::of(&[jalr(draw.target(), through, 0)]).halves);
        return piece;
    }
    piece.halves.append(&mut Piece::of(&[addi(through, through, 0)]).halves);
    // `c.jr` and `c.jalr`.
    piece.halves.push((0x8002 | (how - 1) << 12 | through << 7) as u16);
    piece
}

/// Writes a new instruction over the last one of the piece.
fn patch(draw: &mut Draw) -> Piece {
    let [high, low] = load_constant(5, instruction(draw));
    let (from, store) = (auipc(6, 0), sw(5, 6, 12));
    // Both machines see their own stores at once, with a fence or without.
    let words = match draw.below(2) {
        0 => [high, low, from, store, FENCE_I, NOP],
        _ => [high, low, from, NOP, store, NOP],
    };
    Piece::of(&words)
}

/// `lr`, something that does not store, and `sc` to the same place or another one. After a store
/// of its own a processor may let `sc` fail, as QEMU does, or not.
fn reserve(draw: &mut Draw) -> Piece {
    let base = draw.one(&[2, 8]);
    let other = draw.one(&[0, 0, 0, 4]);
    Piece::of(&[
        addi(9, base, 0),
        amo(2, draw.target(), 9, 0),
        addi(9, 8, other),
        r(0x33, draw.below(8), draw.below(2), draw.one(&[1, 5, 6]), draw.source(), draw.source()),
        amo(3, draw.target(), 9, draw.source()),
    ])
}

/// Jumps, loads or stores where nothing is. x3 says where a jump comes back to.
fn wild(draw: &mut Draw) -> Piece {
    let outside = WILD.wrapping_add(draw.below(64));
    let [high, low] = load_constant(9, outside);
    let last = match draw.below(4) {
        0 => lw(draw.target(), 9, 4),
        1 => s(draw.below(3), 9, draw.source(), 8),
        2 => amo(draw.one(&[0, 2]), draw.target(), 9, 0),
        _ => jalr(draw.target(), 9, 0),
    };
    Piece::with(&[auipc(3, 0), addi(3, 3, 0), high, low, last], Fix::Pair(0, 0))
}

/// Another place for x2 or x8 in data.
fn pointer(draw: &mut Draw) -> Piece {
    let place = DATA + 0x400 + draw.below(0x800 / 4) * 4;
    match draw.below(2) {
        0 => Piece::of(&load_constant(2, place + 0x2000 + draw.one(&[0, 0, 0, 0, 1, 2]))),
        _ => Piece::of(&load_constant(8, place)),
    }
}

/// The software interrupt: where it is enabled it comes at once. Else it waits, ends a sleep, and
/// comes when it is enabled.
fn interrupt(draw: &mut Draw) -> Piece {
    let raise = [lui(6, 0x0200_0000), addi(7, 0, 1), sw(7, 6, 0)];
    let enable = [addi(5, 0, 8), csrrw(0, MIE, draw.one(&[5, 5, 0]))];
    let show = csrrs(draw.target(), MIP, 0);
    if draw.below(2) == 0 {
        return Piece::of(&[&enable[..], &raise, &[show]].concat());
    }
    let sleep = [addi(5, 0, 8), csrrc(0, MSTATUS, 5), csrrw(0, MIE, 5)];
    Piece::of(&[&sleep[..], &raise, &[show, WFI, csrrs(0, MSTATUS, 5)]].concat())
}

/// Another place for one of the first two entries of memory protection.
fn protect(draw: &mut Draw) -> Piece {
    let entry = draw.below(2);
    let place = DATA + 0x400 + draw.below(16) * 0x80;
    let [high, low] = load_constant(5, place >> 2 | draw.one(&[0, 1, 3, 7, 15]));
    let number = 0x3b0 + entry;
    Piece::of(&[high, low, csrrw(0, number, 5), csrrs(draw.target(), number, 0)])
}

/// Interrupts on and off, the privilege of loads and of what `mret` leads to.
fn status(draw: &mut Draw) -> Piece {
    let bits = draw.one(&[1 << 3, 1 << 3, 1 << 7, 3 << 11, 1 << 17, 1 << 17]);
    let [high, low] = load_constant(5, bits);
    let change = if draw.below(2) == 0 { csrrs(0, MSTATUS, 5) } else { csrrc(0, MSTATUS, 5) };
    Piece::of(&[high, low, change, csrrs(draw.target(), MSTATUS, 0)])
}

/// `mret` to the next piece but one.
fn leave(draw: &mut Draw) -> Piece {
    let skip = draw.below(3);
    Piece::with(&[auipc(5, 0), addi(5, 5, 0), csrrw(0, MEPC, 5), MRET], Fix::Pair(0, skip))
}

/// What no instruction is, as a rule.
fn unknown(draw: &mut Draw) -> Piece {
    let any = draw.next();
    let rd = draw.target() << 7;
    let fields = any & !0xfff | rd;
    Piece::of(&[match draw.below(6) {
        // Custom, 64-bit, floating point and vector instructions, and longer ones.
        0 => {
            let opcodes =
                [0x0b, 0x2b, 0x5b, 0x7b, 0x6b, 0x1b, 0x3b, 0x07, 0x27, 0x43, 0x53, 0x57, 0x77];
            fields | draw.one(&opcodes)
        }
        // Arithmetic with any function.
        1 | 2 => fields | draw.one(&[0x13, 0x33, 0x33]),
        // Atomic operations with any function, on data.
        3 => {
            let fields = if fields >> 27 == 2 { fields | 1 << 27 } else { fields };
            fields & !(31 << 15) | 8 << 15 | 0x2f
        }
        // Loads, stores, branches and jumps of no known size or condition.
        4 => {
            let (opcode, functions): (u32, &[u32]) = draw.one(&[
                (0x03, &[3, 6, 7][..]),
                (0x23, &[3, 4, 5, 6, 7][..]),
                (0x63, &[2, 3][..]),
                (0x67, &[1, 2, 3, 4, 5, 6, 7][..]),
            ]);
            fields & !(7 << 12) | draw.one(functions) << 12 | opcode
        }
        // A fence with any fields.
        _ => fields & !(7 << 12) | 0x0f,
    }])
}
