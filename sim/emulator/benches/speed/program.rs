//! Programs that are encoded here, so that no toolchain is needed. Each executes some 400 million
//! instructions, and then says that all is well to the finisher, which QEMU's machine has as well.

use crate::assembler::add;
use crate::assembler::addi;
use crate::assembler::bne;
use crate::assembler::jal;
use crate::assembler::lui;
use crate::assembler::lw;
use crate::assembler::r;
use crate::assembler::sw;

const OP: u32 = 0x33;
const OP_IMMEDIATE: u32 = 0x13;

/// A program and its name.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) words: Vec<u32>,
}

/// All of them.
pub(crate) fn programs() -> [Program; 3] {
    [
        Program { name: "count", words: repeat(0x0beb_c000, &[]) },
        Program { name: "integer", words: repeat(0x02a6_2000, &integer()) },
        Program { name: "memory", words: repeat(0x0001_0000, &memory()) },
    ]
}

/// Does something so many times: x31 counts down.
fn repeat(times: u32, what: &[u32]) -> Vec<u32> {
    let mut words = vec![lui(31, times), addi(1, 0, 1)];
    words.extend(what);
    let back = -(4 * what.len() as i32) - 4;
    words.extend([addi(31, 31, -1), bne(31, 0, back)]);
    // The finisher, and what it is told.
    words.extend([lui(5, 0x0010_0000), lui(6, 0x5000), addi(6, 6, 0x555), sw(6, 5, 0), jal(0, 0)]);
    words
}

/// A shift register with an addition: chains of dependent instructions.
fn integer() -> Vec<u32> {
    let shift_left = |rd, rs1, places| r(OP_IMMEDIATE, 1, 0, rd, rs1, places);
    let shift_right = |rd, rs1, places| r(OP_IMMEDIATE, 5, 0, rd, rs1, places);
    let xor = |rd, rs1, rs2| r(OP, 4, 0, rd, rs1, rs2);
    vec![
        shift_left(2, 1, 13),
        xor(1, 1, 2),
        shift_right(2, 1, 17),
        xor(1, 1, 2),
        shift_left(2, 1, 5),
        xor(1, 1, 2),
        add(3, 3, 1),
    ]
}

/// Copies a page word by word.
fn memory() -> Vec<u32> {
    vec![
        lui(10, 0x8000_1000),
        lui(11, 0x8000_2000),
        addi(12, 0, 1024),
        lw(13, 10, 0),
        sw(13, 11, 0),
        addi(10, 10, 4),
        addi(11, 11, 4),
        addi(12, 12, -1),
        bne(12, 0, -20),
    ]
}
