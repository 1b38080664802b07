//! Multiplication and division, which never trap (Unprivileged ISA, chapter "M" Extension).

/// The upper word of the product of two signed numbers.
pub(crate) fn multiply_high(first: u32, second: u32) -> u32 {
    ((i64::from(first as i32) * i64::from(second as i32)) >> 32) as u32
}

/// The upper word of the product of a signed and an unsigned number.
pub(crate) fn multiply_high_mixed(first: u32, second: u32) -> u32 {
    ((i64::from(first as i32) * i64::from(second)) >> 32) as u32
}

/// The upper word of the product of two unsigned numbers.
pub(crate) fn multiply_high_unsigned(first: u32, second: u32) -> u32 {
    ((u64::from(first) * u64::from(second)) >> 32) as u32
}

/// Rounds towards zero. By zero: all ones; what overflows stays as it is.
pub(crate) fn divide(dividend: u32, divisor: u32) -> u32 {
    if divisor == 0 {
        return u32::MAX;
    }
    (dividend as i32).wrapping_div(divisor as i32) as u32
}

/// By zero: all ones.
pub(crate) fn divide_unsigned(dividend: u32, divisor: u32) -> u32 {
    dividend.checked_div(divisor).unwrap_or(u32::MAX)
}

/// Has the sign of the dividend. By zero: the dividend; of an overflow: 0.
pub(crate) fn remainder(dividend: u32, divisor: u32) -> u32 {
    if divisor == 0 {
        return dividend;
    }
    (dividend as i32).wrapping_rem(divisor as i32) as u32
}

/// By zero: the dividend.
pub(crate) fn remainder_unsigned(dividend: u32, divisor: u32) -> u32 {
    dividend.checked_rem(divisor).unwrap_or(dividend)
}
