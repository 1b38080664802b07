//! A second evaluator of RV32IMAC in machine mode, written for being obvious: it fetches, decodes
//! and executes one instruction at a time, from the tables of the specification, and keeps
//! nothing. Compressed instructions are executed as what they are, not expanded.

use crate::assembler::MCAUSE;
use crate::assembler::MEPC;
use crate::assembler::MSCRATCH;
use crate::assembler::MSTATUS;
use crate::assembler::MTVAL;
use crate::assembler::MTVEC;

#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) x: [u32; 32],
    pub(crate) pc: u32,
    pub(crate) memory: Vec<u8>,
    pub(crate) base: u32,
    pub(crate) retired: u64,
    pub(crate) mstatus: u32,
    pub(crate) mtvec: u32,
    pub(crate) mepc: u32,
    pub(crate) mcause: u32,
    pub(crate) mtval: u32,
    pub(crate) mscratch: u32,
    /// Whether something was loaded or stored where the other has devices.
    pub(crate) has_met_devices: bool,
    reserved: Option<u32>,
}

/// Where the other has devices.
const DEVICES: [std::ops::Range<u32>; 4] = [
    0x0010_0000..0x0010_1000,
    0x0200_0000..0x0201_0000,
    0x0c00_0000..0x0c60_0000,
    0x1000_0000..0x1000_0100,
];

/// Cause and value.
type Trapped = (u32, u32);

fn field(word: u32, high: u32, low: u32) -> u32 {
    word << (31 - high) >> (31 - high + low)
}

fn signed(word: u32, high: u32, low: u32) -> i32 {
    (word << (31 - high)) as i32 >> (31 - high + low)
}

impl Reference {
    pub(crate) fn new(base: u32, memory: Vec<u8>) -> Reference {
        let mstatus = 3 << 11;
        Reference {
            x: [0; 32],
            pc: base,
            memory,
            base,
            retired: 0,
            mstatus,
            mtvec: 0,
            mepc: 0,
            mcause: 0,
            mtval: 0,
            mscratch: 0,
            has_met_devices: false,
            reserved: None,
        }
    }

    /// One instruction, or one trap.
    pub(crate) fn step(&mut self) {
        let result = self.fetch().and_then(|word| {
            if word & 3 == 3 { self.whole(word) } else { self.half(word & 0xffff) }
        });
        self.x[0] = 0;
        match result {
            Ok(next) => {
                self.pc = next;
                self.retired += 1;
            }
            Err((cause, value)) => {
                self.mepc = self.pc;
                self.mcause = cause;
                self.mtval = value;
                let enabled = self.mstatus >> 3 & 1;
                self.mstatus = 3 << 11 | enabled << 7;
                self.pc = self.mtvec;
            }
        }
    }

    fn byte(&self, address: u32) -> Option<u8> {
        self.memory.get(address.wrapping_sub(self.base) as usize).copied()
    }

    fn fetch(&self) -> Result<u32, Trapped> {
        let half = |at: u32| -> Result<u32, Trapped> {
            let (Some(low), Some(high)) = (self.byte(at), self.byte(at.wrapping_add(1))) else {
                return Err((1, at));
            };
            Ok(u32::from(low) | u32::from(high) << 8)
        };
        let low = half(self.pc)?;
        if low & 3 != 3 { Ok(low) } else { Ok(low | half(self.pc.wrapping_add(2))? << 16) }
    }

    fn load(&mut self, address: u32, bytes: u32) -> Result<u32, Trapped> {
        self.has_met_devices |= DEVICES.iter().any(|device| device.contains(&address));
        let mut value = 0;
        for offset in 0..bytes {
            let at = address.wrapping_add(offset);
            // An aligned access is one access, whose address is named.
            let named = if address.is_multiple_of(bytes) { address } else { at };
            value |= u32::from(self.byte(at).ok_or((5_u32, named))?) << (8 * offset);
        }
        Ok(value)
    }

    fn store(&mut self, address: u32, bytes: u32, value: u32) -> Result<(), Trapped> {
        self.has_met_devices |= DEVICES.iter().any(|device| device.contains(&address));
        for offset in 0..bytes {
            let at = address.wrapping_add(offset);
            let named = if address.is_multiple_of(bytes) { address } else { at };
            self.byte(at).ok_or((7_u32, named))?;
        }
        for offset in 0..bytes {
            let at = address.wrapping_add(offset).wrapping_sub(self.base) as usize;
            self.memory[at] = (value >> (8 * offset)) as u8;
        }
        Ok(())
    }

    fn whole(&mut self, w: u32) -> Result<u32, Trapped> {
        let illegal = Err((2, w));
        let (rd, rs1, rs2) =
            (field(w, 11, 7) as usize, field(w, 19, 15) as usize, field(w, 24, 20) as usize);
        let (a, b, funct3, funct7) = (self.x[rs1], self.x[rs2], field(w, 14, 12), w >> 25);
        let (next, constant) = (self.pc.wrapping_add(4), signed(w, 31, 20) as u32);
        match field(w, 6, 2) {
            0b00000 => {
                let address = a.wrapping_add(constant);
                self.x[rd] = match funct3 {
                    0 => self.load(address, 1)? as i8 as u32,
                    1 => self.load(address, 2)? as i16 as u32,
                    2 => self.load(address, 4)?,
                    4 => self.load(address, 1)?,
                    5 => self.load(address, 2)?,
                    _ => return illegal,
                };
            }
            0b01000 => {
                let offset = signed(w, 31, 25) << 5 | field(w, 11, 7) as i32;
                let Some(bytes) = [1, 2, 4].get(funct3 as usize) else { return illegal };
                self.store(a.wrapping_add(offset as u32), *bytes, b)?;
            }
            0b00011 if funct3 < 2 => (),
            0b00100 => {
                let shift = constant & 31;
                self.x[rd] = match (funct3, funct7) {
                    (0, _) => a.wrapping_add(constant),
                    (1, 0) => a << shift,
                    (2, _) => ((a as i32) < constant as i32).into(),
                    (3, _) => (a < constant).into(),
                    (4, _) => a ^ constant,
                    (5, 0) => a >> shift,
                    (5, 32) => ((a as i32) >> shift) as u32,
                    (6, _) => a | constant,
                    (7, _) => a & constant,
                    _ => return illegal,
                };
            }
            0b00101 => self.x[rd] = self.pc.wrapping_add(w & !0xfff),
            0b01101 => self.x[rd] = w & !0xfff,
            0b01011 if funct3 == 2 => self.x[rd] = self.atomic(w, a, b)?,
            0b01100 => match self.operate(funct7, funct3, a, b) {
                Some(value) => self.x[rd] = value,
                None => return illegal,
            },
            0b11000 => {
                let is_taken = match funct3 {
                    0 => a == b,
                    1 => a != b,
                    4 => (a as i32) < b as i32,
                    5 => b as i32 <= a as i32,
                    6 => a < b,
                    7 => b <= a,
                    _ => return illegal,
                };
                let offset = signed(w, 31, 31) << 12
                    | (field(w, 7, 7) << 11 | field(w, 30, 25) << 5 | field(w, 11, 8) << 1) as i32;
                return Ok(if is_taken { self.pc.wrapping_add(offset as u32) } else { next });
            }
            0b11001 if funct3 == 0 => {
                self.x[rd] = next;
                return Ok(a.wrapping_add(constant) & !1);
            }
            0b11011 => {
                let offset = signed(w, 31, 31) << 20
                    | (field(w, 19, 12) << 12 | field(w, 20, 20) << 11 | field(w, 30, 21) << 1)
                        as i32;
                self.x[rd] = next;
                return Ok(self.pc.wrapping_add(offset as u32));
            }
            0b11100 => return self.system(w, next),
            _ => return illegal,
        }
        Ok(next)
    }

    fn operate(&self, funct7: u32, funct3: u32, a: u32, b: u32) -> Option<u32> {
        let (wide_a, wide_b) = (i128::from(a as i32), i128::from(b as i32));
        let (plain_a, plain_b) = (i128::from(a), i128::from(b));
        Some(match (funct7, funct3) {
            (0, 0) => a.wrapping_add(b),
            (32, 0) => a.wrapping_sub(b),
            (0, 1) => a << (b & 31),
            (0, 2) => (wide_a < wide_b).into(),
            (0, 3) => (plain_a < plain_b).into(),
            (0, 4) => a ^ b,
            (0, 5) => a >> (b & 31),
            (32, 5) => ((a as i32) >> (b & 31)) as u32,
            (0, 6) => a | b,
            (0, 7) => a & b,
            (1, 0) => (plain_a * plain_b) as u32,
            (1, 1) => ((wide_a * wide_b) >> 32) as u32,
            (1, 2) => ((wide_a * plain_b) >> 32) as u32,
            (1, 3) => ((plain_a * plain_b) >> 32) as u32,
            (1, 4 | 5) if b == 0 => u32::MAX,
            (1, 6 | 7) if b == 0 => a,
            (1, 4) => (wide_a / wide_b) as u32,
            (1, 5) => (plain_a / plain_b) as u32,
            (1, 6) => (wide_a % wide_b) as u32,
            (1, 7) => (plain_a % plain_b) as u32,
            _ => return None,
        })
    }

    fn atomic(&mut self, w: u32, address: u32, b: u32) -> Result<u32, Trapped> {
        let operation = w >> 27;
        let is_known = [0, 1, 3, 4, 8, 12, 16, 20, 24, 28].contains(&operation)
            || operation == 2 && field(w, 24, 20) == 0;
        if !is_known {
            return Err((2, w));
        }
        if !address.is_multiple_of(4) {
            return Err((if operation == 2 { 4 } else { 6 }, address));
        }
        if operation == 2 {
            let value = self.load(address, 4)?;
            self.reserved = Some(address);
            return Ok(value);
        }
        if operation == 3 {
            if self.reserved.take() != Some(address) {
                return Ok(1);
            }
            return self.store(address, 4, b).map(|()| 0);
        }
        let old = self.load(address, 4).map_err(|_| (7_u32, address))?;
        let new = match operation {
            0 => old.wrapping_add(b),
            1 => b,
            4 => old ^ b,
            8 => old | b,
            12 => old & b,
            16 => {
                if (old as i32) < b as i32 {
                    old
                } else {
                    b
                }
            }
            20 => {
                if (old as i32) < b as i32 {
                    b
                } else {
                    old
                }
            }
            24 => {
                if old < b {
                    old
                } else {
                    b
                }
            }
            _ => {
                if old < b {
                    b
                } else {
                    old
                }
            }
        };
        self.store(address, 4, new)?;
        Ok(old)
    }

    fn system(&mut self, w: u32, next: u32) -> Result<u32, Trapped> {
        match w {
            0x0000_0073 => return Err((11, 0)),
            0x0010_0073 => return Err((3, self.pc)),
            0x3020_0073 => {
                let previous = self.mstatus >> 7 & 1;
                self.mstatus = previous << 3 | 1 << 7;
                return Ok(self.mepc);
            }
            _ => (),
        }
        let (funct3, rd, source) = (field(w, 14, 12), field(w, 11, 7), field(w, 19, 15));
        let operand = if funct3 < 4 { self.x[source as usize] } else { source };
        let number = w >> 20;
        let register = match number {
            MSCRATCH => &mut self.mscratch,
            MEPC => &mut self.mepc,
            MCAUSE => &mut self.mcause,
            MTVAL => &mut self.mtval,
            MTVEC => &mut self.mtvec,
            MSTATUS => &mut self.mstatus,
            _ => return Err((2, w)),
        };
        let old = *register;
        let new = match funct3 & 3 {
            1 => operand,
            2 => old | operand,
            3 => old & !operand,
            _ => return Err((2, w)),
        };
        if funct3 & 3 == 1 || source != 0 {
            *register = if number == MEPC { new & !1 } else { new };
        }
        self.x[rd as usize] = old;
        Ok(next)
    }

    fn half(&mut self, h: u32) -> Result<u32, Trapped> {
        let illegal = Err((2, h));
        let next = self.pc.wrapping_add(2);
        let near = |low: u32| 8 + field(h, low + 2, low) as usize;
        let (rd, rs2) = (field(h, 11, 7) as usize, field(h, 6, 2) as usize);
        let small = (signed(h << 19, 31, 31) << 5) as u32 | field(h, 6, 2);
        let shift = field(h, 6, 2);
        let bit = |from: u32, to: u32| (h >> from & 1) << to;
        let word = bit(5, 6) | field(h, 12, 10) << 3 | bit(6, 2);
        let target = |offset: u32, sign: u32| {
            let offset = ((offset << (31 - sign)) as i32 >> (31 - sign)) as u32;
            self.pc.wrapping_add(offset)
        };
        let jump = bit(12, 11)
            | bit(11, 4)
            | field(h, 10, 9) << 8
            | bit(8, 10)
            | bit(7, 6)
            | bit(6, 7)
            | field(h, 5, 3) << 1
            | bit(2, 5);
        let branch = bit(12, 8)
            | field(h, 11, 10) << 3
            | field(h, 6, 5) << 6
            | field(h, 4, 3) << 1
            | bit(2, 5);
        match (h & 3, h >> 13) {
            (0, 0) => {
                let value = field(h, 12, 11) << 4 | field(h, 10, 7) << 6 | bit(6, 2) | bit(5, 3);
                if value == 0 {
                    return illegal;
                }
                self.x[near(2)] = self.x[2].wrapping_add(value);
            }
            (0, 2) => self.x[near(2)] = self.load(self.x[near(7)].wrapping_add(word), 4)?,
            (0, 6) => self.store(self.x[near(7)].wrapping_add(word), 4, self.x[near(2)])?,
            (1, 0) => self.x[rd] = self.x[rd].wrapping_add(small),
            (1, 1) => {
                let to = target(jump, 11);
                self.x[1] = next;
                return Ok(to);
            }
            (1, 2) => self.x[rd] = small,
            (1, 3) if rd == 2 => {
                let value = bit(12, 9) | bit(6, 4) | bit(5, 6) | field(h, 4, 3) << 7 | bit(2, 5);
                if value == 0 {
                    return illegal;
                }
                self.x[2] = self.x[2].wrapping_add(((value << 22) as i32 >> 22) as u32);
            }
            (1, 3) if small == 0 => return illegal,
            (1, 3) => self.x[rd] = small << 12,
            (1, 4) => {
                let (d, s) = (near(7), near(2));
                self.x[d] = match (field(h, 11, 10), field(h, 12, 12), field(h, 6, 5)) {
                    (0, 0, _) => self.x[d] >> shift,
                    (1, 0, _) => ((self.x[d] as i32) >> shift) as u32,
                    (2, _, _) => self.x[d] & small,
                    (3, 0, 0) => self.x[d].wrapping_sub(self.x[s]),
                    (3, 0, 1) => self.x[d] ^ self.x[s],
                    (3, 0, 2) => self.x[d] | self.x[s],
                    (3, 0, 3) => self.x[d] & self.x[s],
                    _ => return illegal,
                };
            }
            (1, 5) => return Ok(target(jump, 11)),
            (1, 6) if self.x[near(7)] == 0 => return Ok(target(branch, 8)),
            (1, 7) if self.x[near(7)] != 0 => return Ok(target(branch, 8)),
            (1, 6 | 7) => (),
            (2, 0) if field(h, 12, 12) == 0 => self.x[rd] <<= shift,
            (2, 2) if rd != 0 => {
                let offset = bit(12, 5) | field(h, 6, 4) << 2 | field(h, 3, 2) << 6;
                self.x[rd] = self.load(self.x[2].wrapping_add(offset), 4)?;
            }
            (2, 4) => match (field(h, 12, 12), rd, rs2) {
                (0, 0, 0) => return illegal,
                (0, _, 0) => return Ok(self.x[rd] & !1),
                (0, _, _) => self.x[rd] = self.x[rs2],
                (_, 0, 0) => return Err((3, self.pc)),
                (_, _, 0) => {
                    let to = self.x[rd] & !1;
                    self.x[1] = next;
                    return Ok(to);
                }
                _ => self.x[rd] = self.x[rd].wrapping_add(self.x[rs2]),
            },
            (2, 6) => {
                let offset = field(h, 12, 9) << 2 | field(h, 8, 7) << 6;
                self.store(self.x[2].wrapping_add(offset), 4, self.x[rs2])?;
            }
            _ => return illegal,
        }
        Ok(next)
    }
}
