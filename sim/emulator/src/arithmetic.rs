//! Signed division, which never traps (Unprivileged ISA, chapter "M" Extension).

/// Rounds towards zero. By zero: all ones; what overflows stays as it is.
pub(crate) fn divide(dividend: u32, divisor: u32) -> u32 {
    if divisor == 0 {
        return u32::MAX;
    }
    (dividend as i32).wrapping_div(divisor as i32) as u32
}

/// Has the sign of the dividend. By zero: the dividend; of an overflow: 0.
pub(crate) fn remainder(dividend: u32, divisor: u32) -> u32 {
    if divisor == 0 {
        return dividend;
    }
    (dividend as i32).wrapping_rem(divisor as i32) as u32
}
