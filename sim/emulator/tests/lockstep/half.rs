//! Compressed instructions that neither jump nor change the registers that a program relies on.

use crate::draw::Draw;

/// x2, x3, x4 and x8.
fn is_kept(register: u32) -> bool {
    matches!(register, 2 | 3 | 4 | 8)
}

/// Any 16 bits that do no harm, reserved ones among them.
pub(crate) fn half(draw: &mut Draw) -> u16 {
    loop {
        let half = draw.next() & 0xffff;
        if is_harmless(half) {
            return half as u16;
        }
    }
}

fn is_harmless(half: u32) -> bool {
    let (kind, rd) = (half >> 13, half >> 7 & 31);
    let (near_rd, near_rs1) = (half >> 2 & 7, half >> 7 & 7);
    match (half & 3, kind) {
        // `c.addi4spn` and `c.lw` write what three bits name; x8 is the first of them.
        (0, 0) => near_rd != 0,
        (0, 2) => near_rd != 0 && near_rs1 == 0,
        (0, 6) => near_rs1 == 0,
        // Floating point that there is not, and a reserved row.
        (0, _) => true,
        (1, 0 | 2 | 3) => !is_kept(rd),
        (1, 4) => near_rs1 != 0,
        // Jumps and branches are pieces of their own.
        (1, _) => false,
        (2, 0 | 2) => !is_kept(rd),
        (2, 4) => half >> 2 & 31 != 0 && !is_kept(rd),
        (2, _) => true,
        _ => false,
    }
}
