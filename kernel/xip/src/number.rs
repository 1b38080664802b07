//! Arithmetic: every operator that takes numbers and gives one, by its opcode.
//!
//! A value is 64 bits wide; one of 32 bits has zeros above it. The loop of the interpreter does the
//! most frequent operators itself. The same functions tell at load time what constants give.

use crate::float::Float;
use crate::trap::Trap;

/// Whether an opcode is of [`unary`].
pub(crate) const fn is_unary(code: u8) -> bool {
    matches!(code, 0x45 | 0x50 | 0x67..=0x69 | 0x79..=0x7B | 0x8B..=0x91 | 0x99..=0x9F | 0xA7..=0xC4)
}

fn f32_of(value: u64) -> f32 {
    f32::from_bits(value as u32)
}

fn f64_of(value: u64) -> f64 {
    f64::from_bits(value)
}

fn of_f32(value: f32) -> u64 {
    u64::from(value.to_bits())
}

fn of_f64(value: f64) -> u64 {
    value.to_bits()
}

fn of_i32(value: i32) -> u64 {
    u64::from(value.cast_unsigned())
}

/// An operator on one number: tests, counts, roots and conversions.
pub(crate) fn unary(code: u8, value: u64) -> Result<u64, Trap> {
    let short = value as u32;
    Ok(match code {
        0x45 => u64::from(short == 0),
        0x50 => u64::from(value == 0),
        0x67 => u64::from(short.leading_zeros()),
        0x68 => u64::from(short.trailing_zeros()),
        0x69 => u64::from(short.count_ones()),
        0x79 => u64::from(value.leading_zeros()),
        0x7A => u64::from(value.trailing_zeros()),
        0x7B => u64::from(value.count_ones()),
        0x8B => u64::from(short & (u32::MAX >> 1)),
        0x8C => u64::from(short ^ (1 << 31)),
        0x8D => of_f32(Float::ceil(f32_of(value))),
        0x8E => of_f32(Float::floor(f32_of(value))),
        0x8F => of_f32(f32_of(value).truncate()),
        0x90 => of_f32(f32_of(value).nearest()),
        0x91 => of_f32(f32_of(value).root()),
        0x99 => value & (u64::MAX >> 1),
        0x9A => value ^ (1 << 63),
        0x9B => of_f64(Float::ceil(f64_of(value))),
        0x9C => of_f64(Float::floor(f64_of(value))),
        0x9D => of_f64(f64_of(value).truncate()),
        0x9E => of_f64(f64_of(value).nearest()),
        0x9F => of_f64(f64_of(value).root()),
        0xA8..=0xAB | 0xAE..=0xB1 => return convert_to_integer(code, value),
        _ => convert(code, value),
    })
}

/// The conversions that cannot fail.
fn convert(code: u8, value: u64) -> u64 {
    let short = value as u32;
    match code {
        0xA7 | 0xAD | 0xBC | 0xBE => u64::from(short),
        0xAC => i64::from(short.cast_signed()).cast_unsigned(),
        0xB2 => of_f32(short.cast_signed() as f32),
        0xB3 => of_f32(short as f32),
        0xB4 => of_f32(value.cast_signed() as f32),
        0xB5 => of_f32(value as f32),
        0xB6 => of_f32((f64_of(value) as f32).canonical()),
        0xB7 => of_f64(f64::from(short.cast_signed())),
        0xB8 => of_f64(f64::from(short)),
        0xB9 => of_f64(value.cast_signed() as f64),
        0xBA => of_f64(value as f64),
        0xBB => of_f64(f64::from(f32_of(value)).canonical()),
        0xBD | 0xBF => value,
        0xC0 => of_i32(i32::from(short as i8)),
        0xC1 => of_i32(i32::from(short as i16)),
        0xC2 => i64::from(value as i8).cast_unsigned(),
        0xC3 => i64::from(value as i16).cast_unsigned(),
        0xC4 => i64::from(value as i32).cast_unsigned(),
        _ => unreachable!("validated code has no opcode {code:#x}"),
    }
}

/// The conversions from floats that trap if there is no such integer.
fn convert_to_integer(code: u8, value: u64) -> Result<u64, Trap> {
    // Every f32 is an f64, with the same integer part.
    let is_short = matches!(code, 0xA8 | 0xA9 | 0xAE | 0xAF);
    let float = if is_short { f64::from(f32_of(value)) } else { f64_of(value) };
    if float.is_nan() {
        return Err(Trap::BadConversion);
    }
    let (below, above) = match code {
        0xA8 | 0xAA => (-2147483649.0, 2147483648.0),
        0xA9 | 0xAB => (-1.0, 4294967296.0),
        // The next float below -2^63.
        0xAE | 0xB0 => (-9223372036854777856.0, 9223372036854775808.0),
        _ => (-1.0, 18446744073709551616.0),
    };
    if float <= below || above <= float {
        return Err(Trap::IntegerOverflow);
    }
    Ok(match code {
        0xA8 | 0xAA => of_i32(float as i32),
        0xA9 | 0xAB => u64::from(float as u32),
        0xAE | 0xB0 => (float as i64).cast_unsigned(),
        _ => float as u64,
    })
}

/// The conversions that take the nearest integer there is: 0 to 7 behind the prefix 0xFC.
pub(crate) fn saturate(code: u32, value: u64) -> u64 {
    match code {
        0 => of_i32(f32_of(value) as i32),
        1 => u64::from(f32_of(value) as u32),
        2 => of_i32(f64_of(value) as i32),
        3 => u64::from(f64_of(value) as u32),
        4 => (f32_of(value) as i64).cast_unsigned(),
        5 => f32_of(value) as u64,
        6 => (f64_of(value) as i64).cast_unsigned(),
        _ => f64_of(value) as u64,
    }
}

/// An operator on two numbers.
pub(crate) fn binary(code: u8, left: u64, right: u64) -> Result<u64, Trap> {
    match code {
        0x46..=0x4F | 0x6A..=0x78 => short_binary(code, left as u32, right as u32),
        0x51..=0x5A | 0x7C..=0x8A => long_binary(code, left, right),
        0x5B..=0x60 => Ok(compare(code - 0x5B, f32_of(left), f32_of(right))),
        0x61..=0x66 => Ok(compare(code - 0x61, f64_of(left), f64_of(right))),
        0x92..=0x98 => Ok(float_binary(code, f32_of(left), f32_of(right))),
        _ => Ok(double_binary(code, f64_of(left), f64_of(right))),
    }
}

fn short_binary(code: u8, left: u32, right: u32) -> Result<u64, Trap> {
    let (signed, other) = (left.cast_signed(), right.cast_signed());
    Ok(u64::from(match code {
        0x46 => u32::from(left == right),
        0x47 => u32::from(left != right),
        0x48 => u32::from(signed < other),
        0x49 => u32::from(left < right),
        0x4A => u32::from(other < signed),
        0x4B => u32::from(right < left),
        0x4C => u32::from(signed <= other),
        0x4D => u32::from(left <= right),
        0x4E => u32::from(other <= signed),
        0x4F => u32::from(right <= left),
        0x6A => left.wrapping_add(right),
        0x6B => left.wrapping_sub(right),
        0x6C => left.wrapping_mul(right),
        0x6D => {
            divisor(u64::from(right))?;
            signed.checked_div(other).ok_or(Trap::IntegerOverflow)?.cast_unsigned()
        }
        0x6E => left.checked_div(right).ok_or(Trap::IntegerDivisionByZero)?,
        0x6F => {
            divisor(u64::from(right))?;
            signed.wrapping_rem(other).cast_unsigned()
        }
        0x70 => left.checked_rem(right).ok_or(Trap::IntegerDivisionByZero)?,
        0x71 => left & right,
        0x72 => left | right,
        0x73 => left ^ right,
        0x74 => left.wrapping_shl(right),
        0x75 => signed.wrapping_shr(right).cast_unsigned(),
        0x76 => left.wrapping_shr(right),
        0x77 => left.rotate_left(right & 31),
        _ => left.rotate_right(right & 31),
    }))
}

fn long_binary(code: u8, left: u64, right: u64) -> Result<u64, Trap> {
    let (signed, other) = (left.cast_signed(), right.cast_signed());
    Ok(match code {
        0x51 => u64::from(left == right),
        0x52 => u64::from(left != right),
        0x53 => u64::from(signed < other),
        0x54 => u64::from(left < right),
        0x55 => u64::from(other < signed),
        0x56 => u64::from(right < left),
        0x57 => u64::from(signed <= other),
        0x58 => u64::from(left <= right),
        0x59 => u64::from(other <= signed),
        0x5A => u64::from(right <= left),
        0x7C => left.wrapping_add(right),
        0x7D => left.wrapping_sub(right),
        0x7E => left.wrapping_mul(right),
        0x7F => {
            divisor(right)?;
            signed.checked_div(other).ok_or(Trap::IntegerOverflow)?.cast_unsigned()
        }
        0x80 => left.checked_div(right).ok_or(Trap::IntegerDivisionByZero)?,
        0x81 => {
            divisor(right)?;
            signed.wrapping_rem(other).cast_unsigned()
        }
        0x82 => left.checked_rem(right).ok_or(Trap::IntegerDivisionByZero)?,
        0x83 => left & right,
        0x84 => left | right,
        0x85 => left ^ right,
        0x86 => left.wrapping_shl(right as u32),
        0x87 => signed.wrapping_shr(right as u32).cast_unsigned(),
        0x88 => left.wrapping_shr(right as u32),
        0x89 => left.rotate_left(right as u32 & 63),
        _ => left.rotate_right(right as u32 & 63),
    })
}

fn divisor(value: u64) -> Result<(), Trap> {
    if value == 0 { Err(Trap::IntegerDivisionByZero) } else { Ok(()) }
}

/// The six comparisons in the order of their opcodes.
fn compare<F: PartialOrd>(code: u8, left: F, right: F) -> u64 {
    u64::from(match code {
        0 => left == right,
        1 => left != right,
        2 => left < right,
        3 => right < left,
        4 => left <= right,
        _ => right <= left,
    })
}

fn float_binary(code: u8, left: f32, right: f32) -> u64 {
    of_f32(match code {
        0x92 => (left + right).canonical(),
        0x93 => (left - right).canonical(),
        0x94 => (left * right).canonical(),
        0x95 => (left / right).canonical(),
        0x96 => left.least(right),
        0x97 => left.most(right),
        _ => libm::copysignf(left, right),
    })
}

fn double_binary(code: u8, left: f64, right: f64) -> u64 {
    of_f64(match code {
        0xA0 => (left + right).canonical(),
        0xA1 => (left - right).canonical(),
        0xA2 => (left * right).canonical(),
        0xA3 => (left / right).canonical(),
        0xA4 => left.least(right),
        0xA5 => left.most(right),
        _ => libm::copysign(left, right),
    })
}
