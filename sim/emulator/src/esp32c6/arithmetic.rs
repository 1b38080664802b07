//! The arithmetic that the chip's ROM has for compilers: floating point, and integers of 64 bits
//! (GCC Internals, chapter "The GCC low-level runtime library"). Arguments are in a0 to a3.

use std::cmp::Ordering;

/// What a function gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing.
    Nothing,
    /// a0.
    Word(u32),
    /// a0 and a1.
    Double(u64),
}

use Value::Double;
use Value::Word;

/// The words of the arguments.
pub(super) type Arguments = [u32; 4];

/// A function of its arguments alone.
pub(super) type Operation = fn(Arguments) -> Value;

fn first(a: Arguments) -> u64 {
    u64::from(a[0]) | u64::from(a[1]) << 32
}

fn second(a: Arguments) -> u64 {
    u64::from(a[2]) | u64::from(a[3]) << 32
}

fn doubles(a: Arguments) -> (f64, f64) {
    (f64::from_bits(first(a)), f64::from_bits(second(a)))
}

fn floats(a: Arguments) -> (f32, f32) {
    (f32::from_bits(a[0]), f32::from_bits(a[1]))
}

fn double(value: f64) -> Value {
    Double(value.to_bits())
}

fn float(value: f32) -> Value {
    Word(value.to_bits())
}

fn signed(value: i64) -> Value {
    Double(value as u64)
}

/// -1, 0 or 1, and for numbers that cannot be compared what makes the comparison fail.
fn order(ordering: Option<Ordering>, unordered: i32) -> Value {
    Word(ordering.map_or(unordered, |ordering| ordering as i32) as u32)
}

fn compare_doubles(a: Arguments, unordered: i32) -> Value {
    let (left, right) = doubles(a);
    order(left.partial_cmp(&right), unordered)
}

fn compare_floats(a: Arguments, unordered: i32) -> Value {
    let (left, right) = floats(a);
    order(left.partial_cmp(&right), unordered)
}

/// By name. A division by zero gives 0: what it gives is undefined.
pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("__adddf3", |a| double(doubles(a).0 + doubles(a).1)),
    ("__subdf3", |a| double(doubles(a).0 - doubles(a).1)),
    ("__muldf3", |a| double(doubles(a).0 * doubles(a).1)),
    ("__divdf3", |a| double(doubles(a).0 / doubles(a).1)),
    ("__negdf2", |a| double(-doubles(a).0)),
    ("__addsf3", |a| float(floats(a).0 + floats(a).1)),
    ("__subsf3", |a| float(floats(a).0 - floats(a).1)),
    ("__mulsf3", |a| float(floats(a).0 * floats(a).1)),
    ("__divsf3", |a| float(floats(a).0 / floats(a).1)),
    ("__negsf2", |a| float(-floats(a).0)),
    ("__eqdf2", |a| compare_doubles(a, 1)),
    ("__nedf2", |a| compare_doubles(a, 1)),
    ("__ltdf2", |a| compare_doubles(a, 1)),
    ("__ledf2", |a| compare_doubles(a, 1)),
    ("__gtdf2", |a| compare_doubles(a, -1)),
    ("__gedf2", |a| compare_doubles(a, -1)),
    ("__unorddf2", |a| Word(u32::from(doubles(a).0.partial_cmp(&doubles(a).1).is_none()))),
    ("__eqsf2", |a| compare_floats(a, 1)),
    ("__nesf2", |a| compare_floats(a, 1)),
    ("__ltsf2", |a| compare_floats(a, 1)),
    ("__lesf2", |a| compare_floats(a, 1)),
    ("__gtsf2", |a| compare_floats(a, -1)),
    ("__gesf2", |a| compare_floats(a, -1)),
    ("__unordsf2", |a| Word(u32::from(floats(a).0.partial_cmp(&floats(a).1).is_none()))),
    ("__extendsfdf2", |a| double(f64::from(floats(a).0))),
    ("__truncdfsf2", |a| float(doubles(a).0 as f32)),
    ("__fixdfsi", |a| Word(doubles(a).0 as i32 as u32)),
    ("__fixdfdi", |a| signed(doubles(a).0 as i64)),
    ("__fixunsdfsi", |a| Word(doubles(a).0 as u32)),
    ("__fixunsdfdi", |a| Double(doubles(a).0 as u64)),
    ("__fixsfsi", |a| Word(floats(a).0 as i32 as u32)),
    ("__fixsfdi", |a| signed(floats(a).0 as i64)),
    ("__fixunssfsi", |a| Word(floats(a).0 as u32)),
    ("__fixunssfdi", |a| Double(floats(a).0 as u64)),
    ("__floatsidf", |a| double(f64::from(a[0] as i32))),
    ("__floatunsidf", |a| double(f64::from(a[0]))),
    ("__floatdidf", |a| double(first(a) as i64 as f64)),
    ("__floatundidf", |a| double(first(a) as f64)),
    ("__floatsisf", |a| float(a[0] as i32 as f32)),
    ("__floatunsisf", |a| float(a[0] as f32)),
    ("__floatdisf", |a| float(first(a) as i64 as f32)),
    ("__floatundisf", |a| float(first(a) as f32)),
    ("__ashldi3", |a| Double(first(a) << (a[2] & 63))),
    ("__lshrdi3", |a| Double(first(a) >> (a[2] & 63))),
    ("__ashrdi3", |a| signed(first(a) as i64 >> (a[2] & 63))),
    ("__muldi3", |a| Double(first(a).wrapping_mul(second(a)))),
    ("__negdi2", |a| Double(first(a).wrapping_neg())),
    ("__divdi3", |a| signed((first(a) as i64).checked_div(second(a) as i64).unwrap_or(0))),
    ("__moddi3", |a| signed((first(a) as i64).checked_rem(second(a) as i64).unwrap_or(0))),
    ("__udivdi3", |a| Double(first(a).checked_div(second(a)).unwrap_or(0))),
    ("__umoddi3", |a| Double(first(a).checked_rem(second(a)).unwrap_or(0))),
    ("__mulsi3", |a| Word(a[0].wrapping_mul(a[1]))),
    ("__divsi3", |a| Word((a[0] as i32).checked_div(a[1] as i32).unwrap_or(0) as u32)),
    ("__modsi3", |a| Word((a[0] as i32).checked_rem(a[1] as i32).unwrap_or(0) as u32)),
    ("__udivsi3", |a| Word(a[0].checked_div(a[1]).unwrap_or(0))),
    ("__umodsi3", |a| Word(a[0].checked_rem(a[1]).unwrap_or(0))),
    ("__clzsi2", |a| Word(a[0].leading_zeros())),
    ("__clzdi2", |a| Word(first(a).leading_zeros())),
    ("__ctzsi2", |a| Word(a[0].trailing_zeros())),
    ("__ctzdi2", |a| Word(first(a).trailing_zeros())),
    ("__ffssi2", |a| Word(if a[0] == 0 { 0 } else { a[0].trailing_zeros() + 1 })),
    ("__ffsdi2", |a| Word(if first(a) == 0 { 0 } else { first(a).trailing_zeros() + 1 })),
    ("__popcountsi2", |a| Word(a[0].count_ones())),
    ("__popcountdi2", |a| Word(first(a).count_ones())),
    ("__paritysi2", |a| Word(a[0].count_ones() & 1)),
    ("__bswapsi2", |a| Word(a[0].swap_bytes())),
    ("__bswapdi2", |a| Double(first(a).swap_bytes())),
    ("__cmpdi2", |a| Word(((first(a) as i64).cmp(&(second(a) as i64)) as i32 + 1) as u32)),
    ("__ucmpdi2", |a| Word((first(a).cmp(&second(a)) as i32 + 1) as u32)),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn result(name: &str, arguments: Arguments) -> Value {
        let found = OPERATIONS.iter().find(|(known, _)| *known == name);
        found.unwrap().1(arguments)
    }

    fn words(value: f64) -> [u32; 2] {
        [value.to_bits() as u32, (value.to_bits() >> 32) as u32]
    }

    #[test]
    fn doubles_are_pairs_of_words_with_the_low_one_first() {
        let ([a, b], [c, d]) = (words(1.5), words(-0.25));
        assert_eq!(result("__adddf3", [a, b, c, d]), Double(1.25_f64.to_bits()));
        assert_eq!(result("__divdf3", [a, b, c, d]), Double((-6.0_f64).to_bits()));
        assert_eq!(result("__fixdfsi", [a, b, 0, 0]), Word(1));
    }

    #[test]
    fn a_comparison_with_no_number_fails_whichever_it_is() {
        let ([a, b], [c, d]) = (words(f64::NAN), words(1.0));
        for name in ["__ltdf2", "__ledf2"] {
            assert_eq!(result(name, [a, b, c, d]), Word(1), "{name}");
        }
        for name in ["__gtdf2", "__gedf2"] {
            assert_eq!(result(name, [a, b, c, d]), Word(u32::MAX), "{name}");
        }
        assert_eq!(result("__unorddf2", [a, b, c, d]), Word(1));
        assert_eq!(result("__ltdf2", [c, d, c, d]), Word(0));
    }

    #[test]
    fn sixty_four_bits_are_divided_shifted_and_compared() {
        assert_eq!(result("__udivdi3", [0, 1, 3, 0]), Double((1 << 32) / 3));
        assert_eq!(result("__moddi3", [-7_i32 as u32, u32::MAX, 4, 0]), Double(-3_i64 as u64));
        assert_eq!(result("__ashrdi3", [0, 0x8000_0000, 63, 0]), Double(u64::MAX));
        assert_eq!(result("__cmpdi2", [u32::MAX, u32::MAX, 0, 0]), Word(0));
        assert_eq!(result("__ucmpdi2", [u32::MAX, u32::MAX, 0, 0]), Word(2));
        assert_eq!(result("__divdi3", [1, 0, 0, 0]), Double(0));
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let mut names: Vec<&str> = OPERATIONS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), OPERATIONS.len());
    }
}
