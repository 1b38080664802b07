//! Encodes instructions: one function for each format, one for each instruction that tests name
//! often.

pub(crate) fn r(opcode: u32, funct3: u32, funct7: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    opcode | rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25
}

pub(crate) fn i(opcode: u32, funct3: u32, rd: u32, rs1: u32, value: i32) -> u32 {
    assert!((-2048..4096).contains(&value), "twelve bits");
    opcode | rd << 7 | funct3 << 12 | rs1 << 15 | (value as u32 & 0xfff) << 20
}

pub(crate) fn s(funct3: u32, rs1: u32, rs2: u32, value: i32) -> u32 {
    let value = value as u32;
    0x23 | (value & 31) << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | (value >> 5 & 127) << 25
}

pub(crate) fn b(funct3: u32, rs1: u32, rs2: u32, offset: i32) -> u32 {
    let offset = offset as u32;
    let low = (offset >> 11 & 1) << 7 | (offset >> 1 & 15) << 8;
    let high = (offset >> 5 & 63) << 25 | (offset >> 12 & 1) << 31;
    0x63 | low | funct3 << 12 | rs1 << 15 | rs2 << 20 | high
}

pub(crate) fn lui(rd: u32, value: u32) -> u32 {
    0x37 | rd << 7 | value & 0xffff_f000
}

pub(crate) fn auipc(rd: u32, value: u32) -> u32 {
    0x17 | rd << 7 | value & 0xffff_f000
}

pub(crate) fn jal(rd: u32, offset: i32) -> u32 {
    let offset = offset as u32;
    let middle = offset & 0xf_f000 | (offset >> 11 & 1) << 20;
    0x6f | rd << 7 | middle | (offset >> 1 & 0x3ff) << 21 | (offset >> 20 & 1) << 31
}

pub(crate) fn jalr(rd: u32, rs1: u32, offset: i32) -> u32 {
    i(0x67, 0, rd, rs1, offset)
}

pub(crate) fn addi(rd: u32, rs1: u32, value: i32) -> u32 {
    i(0x13, 0, rd, rs1, value)
}

pub(crate) fn add(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r(0x33, 0, 0, rd, rs1, rs2)
}

pub(crate) fn lw(rd: u32, rs1: u32, offset: i32) -> u32 {
    i(0x03, 2, rd, rs1, offset)
}

pub(crate) fn sw(rs2: u32, rs1: u32, offset: i32) -> u32 {
    s(2, rs1, rs2, offset)
}

pub(crate) fn beq(rs1: u32, rs2: u32, offset: i32) -> u32 {
    b(0, rs1, rs2, offset)
}

pub(crate) fn bne(rs1: u32, rs2: u32, offset: i32) -> u32 {
    b(1, rs1, rs2, offset)
}

/// An atomic operation by its five bits.
pub(crate) fn amo(operation: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    r(0x2f, 2, operation << 2, rd, rs1, rs2)
}

pub(crate) fn csrrw(rd: u32, csr: u32, rs1: u32) -> u32 {
    0x73 | rd << 7 | 1 << 12 | rs1 << 15 | csr << 20
}

pub(crate) fn csrrs(rd: u32, csr: u32, rs1: u32) -> u32 {
    0x73 | rd << 7 | 2 << 12 | rs1 << 15 | csr << 20
}

pub(crate) fn csrrc(rd: u32, csr: u32, rs1: u32) -> u32 {
    0x73 | rd << 7 | 3 << 12 | rs1 << 15 | csr << 20
}

pub(crate) const NOP: u32 = 0x13;
pub(crate) const ECALL: u32 = 0x73;
pub(crate) const EBREAK: u32 = 0x0010_0073;
pub(crate) const MRET: u32 = 0x3020_0073;
pub(crate) const WFI: u32 = 0x1050_0073;
pub(crate) const FENCE: u32 = 0x0ff0_000f;
pub(crate) const FENCE_I: u32 = 0x100f;

pub(crate) const MSTATUS: u32 = 0x300;
pub(crate) const MISA: u32 = 0x301;
pub(crate) const MIE: u32 = 0x304;
pub(crate) const MTVEC: u32 = 0x305;
pub(crate) const MCOUNTEREN: u32 = 0x306;
pub(crate) const MCOUNTINHIBIT: u32 = 0x320;
pub(crate) const MSCRATCH: u32 = 0x340;
pub(crate) const MEPC: u32 = 0x341;
pub(crate) const MCAUSE: u32 = 0x342;
pub(crate) const MTVAL: u32 = 0x343;
pub(crate) const MIP: u32 = 0x344;
