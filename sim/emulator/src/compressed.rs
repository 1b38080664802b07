//! Compressed instructions become the instructions that they stand for (Unprivileged ISA, chapter
//! "C" Extension).

/// The whole instruction that 16 bits stand for on a processor of 32 bits without floating point;
/// `None` where the encoding is reserved.
pub(crate) fn expand(half: u16) -> Option<u32> {
    let half = u32::from(half);
    match half & 3 {
        0 => quadrant_0(half),
        1 => quadrant_1(half),
        2 => quadrant_2(half),
        _ => None,
    }
}

const OP: u32 = 0x33;
const OP_IMMEDIATE: u32 = 0x13;
const SP: u32 = 2;

fn bits(word: u32, high: u32, low: u32) -> u32 {
    (word >> low) & ((1 << (high - low + 1)) - 1)
}

/// The registers x8 to x15 that three bits can name.
fn near(three: u32) -> u32 {
    8 + (three & 7)
}

fn sign_extended(value: u32, width: u32) -> u32 {
    (((value << (32 - width)) as i32) >> (32 - width)) as u32
}

fn immediate(opcode: u32, funct3: u32, rd: u32, rs1: u32, value: u32) -> u32 {
    opcode | rd << 7 | funct3 << 12 | rs1 << 15 | (value & 0xfff) << 20
}

fn register(funct7: u32, funct3: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    OP | rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25
}

fn load_word(rd: u32, rs1: u32, offset: u32) -> u32 {
    immediate(0x03, 2, rd, rs1, offset)
}

fn store_word(rs2: u32, rs1: u32, offset: u32) -> u32 {
    0x23 | (offset & 31) << 7 | 2 << 12 | rs1 << 15 | rs2 << 20 | (offset >> 5) << 25
}

fn jump(rd: u32, offset: u32) -> u32 {
    let offset = bits(offset, 20, 20) << 31
        | bits(offset, 10, 1) << 21
        | bits(offset, 11, 11) << 20
        | bits(offset, 19, 12) << 12;
    0x6f | rd << 7 | offset
}

fn branch(funct3: u32, rs1: u32, offset: u32) -> u32 {
    let offset = bits(offset, 12, 12) << 31
        | bits(offset, 10, 5) << 25
        | bits(offset, 4, 1) << 8
        | bits(offset, 11, 11) << 7;
    0x63 | funct3 << 12 | rs1 << 15 | offset
}

fn quadrant_0(half: u32) -> Option<u32> {
    let (rd, rs1) = (near(bits(half, 4, 2)), near(bits(half, 9, 7)));
    let word_offset = bits(half, 12, 10) << 3 | bits(half, 6, 6) << 2 | bits(half, 5, 5) << 6;
    match bits(half, 15, 13) {
        0 => {
            let value = bits(half, 12, 11) << 4
                | bits(half, 10, 7) << 6
                | bits(half, 6, 6) << 2
                | bits(half, 5, 5) << 3;
            (value != 0).then(|| immediate(OP_IMMEDIATE, 0, rd, SP, value))
        }
        2 => Some(load_word(rd, rs1, word_offset)),
        6 => Some(store_word(rd, rs1, word_offset)),
        _ => None,
    }
}

fn quadrant_1(half: u32) -> Option<u32> {
    let rd = bits(half, 11, 7);
    let small = sign_extended(bits(half, 12, 12) << 5 | bits(half, 6, 2), 6);
    match bits(half, 15, 13) {
        0 => Some(immediate(OP_IMMEDIATE, 0, rd, rd, small)),
        1 => Some(jump(1, jump_offset(half))),
        2 => Some(immediate(OP_IMMEDIATE, 0, rd, 0, small)),
        3 if rd == SP => {
            let value = bits(half, 12, 12) << 9
                | bits(half, 6, 6) << 4
                | bits(half, 5, 5) << 6
                | bits(half, 4, 3) << 7
                | bits(half, 2, 2) << 5;
            let value = sign_extended(value, 10);
            (value != 0).then(|| immediate(OP_IMMEDIATE, 0, SP, SP, value))
        }
        3 => (small != 0).then_some(0x37 | rd << 7 | (small & 0xf_ffff) << 12),
        4 => arithmetic(half),
        5 => Some(jump(0, jump_offset(half))),
        6 => Some(branch(0, near(bits(half, 9, 7)), branch_offset(half))),
        _ => Some(branch(1, near(bits(half, 9, 7)), branch_offset(half))),
    }
}

fn jump_offset(half: u32) -> u32 {
    let offset = bits(half, 12, 12) << 11
        | bits(half, 11, 11) << 4
        | bits(half, 10, 9) << 8
        | bits(half, 8, 8) << 10
        | bits(half, 7, 7) << 6
        | bits(half, 6, 6) << 7
        | bits(half, 5, 3) << 1
        | bits(half, 2, 2) << 5;
    sign_extended(offset, 12)
}

fn branch_offset(half: u32) -> u32 {
    let offset = bits(half, 12, 12) << 8
        | bits(half, 11, 10) << 3
        | bits(half, 6, 5) << 6
        | bits(half, 4, 3) << 1
        | bits(half, 2, 2) << 5;
    sign_extended(offset, 9)
}

fn arithmetic(half: u32) -> Option<u32> {
    let rd = near(bits(half, 9, 7));
    let rs2 = near(bits(half, 4, 2));
    let shift = bits(half, 6, 2);
    let is_wide = bits(half, 12, 12) == 1;
    let operation = match bits(half, 11, 10) {
        0 => immediate(OP_IMMEDIATE, 5, rd, rd, shift),
        1 => immediate(OP_IMMEDIATE, 5, rd, rd, shift | 0x400),
        2 => {
            let small = sign_extended(bits(half, 12, 12) << 5 | shift, 6);
            return Some(immediate(OP_IMMEDIATE, 7, rd, rd, small));
        }
        _ => match bits(half, 6, 5) {
            0 => register(0x20, 0, rd, rd, rs2),
            1 => register(0, 4, rd, rd, rs2),
            2 => register(0, 6, rd, rd, rs2),
            _ => register(0, 7, rd, rd, rs2),
        },
    };
    // Shifts by 32 and more, and arithmetic on half of a register, are for wider processors.
    (!is_wide).then_some(operation)
}

fn quadrant_2(half: u32) -> Option<u32> {
    let rd = bits(half, 11, 7);
    let rs2 = bits(half, 6, 2);
    let has_twelve = bits(half, 12, 12) == 1;
    match bits(half, 15, 13) {
        0 => (!has_twelve).then(|| immediate(OP_IMMEDIATE, 1, rd, rd, rs2)),
        2 => {
            let offset = bits(half, 12, 12) << 5 | bits(half, 6, 4) << 2 | bits(half, 3, 2) << 6;
            (rd != 0).then(|| load_word(rd, SP, offset))
        }
        4 => match (has_twelve, rd, rs2) {
            (false, 0, 0) => None,
            (false, _, 0) => Some(immediate(0x67, 0, 0, rd, 0)),
            (false, _, _) => Some(register(0, 0, rd, 0, rs2)),
            (true, 0, 0) => Some(0x0010_0073),
            (true, _, 0) => Some(immediate(0x67, 0, 1, rd, 0)),
            (true, _, _) => Some(register(0, 0, rd, rd, rs2)),
        },
        6 => {
            let offset = bits(half, 12, 9) << 2 | bits(half, 8, 7) << 6;
            Some(store_word(rs2, SP, offset))
        }
        _ => None,
    }
}
