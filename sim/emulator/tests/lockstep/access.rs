//! What a load or store touches, read off its bits.

/// First address and count of bytes; `None` if these bits are neither load nor store.
pub(crate) fn accessed(word: u32, x: &[u32; 32]) -> Option<(u32, u32)> {
    let base = |register: u32| x[(register & 31) as usize];
    let near = base(8 + (word >> 7 & 7));
    let near_offset = (word >> 10 & 7) << 3 | (word >> 6 & 1) << 2 | (word >> 5 & 1) << 6;
    let load = (word as i32 >> 20) as u32;
    let store = (word as i32 >> 25 << 5) as u32 | word >> 7 & 31;
    let stack_load = (word >> 12 & 1) << 5 | (word >> 4 & 7) << 2 | (word >> 2 & 3) << 6;
    let stack_store = (word >> 9 & 15) << 2 | (word >> 7 & 3) << 6;
    let (address, bytes) = match (word & 3, word >> 13 & 7, word & 0x7f) {
        (3, _, 0x03) => (base(word >> 15).wrapping_add(load), 1 << (word >> 12 & 3)),
        (3, _, 0x23) => (base(word >> 15).wrapping_add(store), 1 << (word >> 12 & 3)),
        (0, 2 | 6, _) => (near.wrapping_add(near_offset), 4),
        (2, 2, _) => (x[2].wrapping_add(stack_load), 4),
        (2, 6, _) => (x[2].wrapping_add(stack_store), 4),
        _ => return None,
    };
    Some((address, bytes))
}
