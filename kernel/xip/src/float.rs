//! Floats as every host has them: rounding from `libm`, and one NaN for all that operations make.

/// What WebAssembly asks of a float, with canonical NaN.
pub(crate) trait Float: Copy {
    /// The NaN that operations make: positive and quiet, without a payload.
    fn canonical(self) -> Self;
    fn ceil(self) -> Self;
    fn floor(self) -> Self;
    fn truncate(self) -> Self;
    /// Ties go to the even neighbour.
    fn nearest(self) -> Self;
    fn root(self) -> Self;
    fn least(self, other: Self) -> Self;
    fn most(self, other: Self) -> Self;
}

macro_rules! float {
    ($float:ident, $nan:literal, $ceil:ident, $floor:ident, $trunc:ident, $even:ident, $root:ident) => {
        impl Float for $float {
            fn canonical(self) -> $float {
                if self.is_nan() { $float::from_bits($nan) } else { self }
            }

            fn ceil(self) -> $float {
                libm::$ceil(self).canonical()
            }

            fn floor(self) -> $float {
                libm::$floor(self).canonical()
            }

            fn truncate(self) -> $float {
                libm::$trunc(self).canonical()
            }

            fn nearest(self) -> $float {
                libm::$even(self).canonical()
            }

            fn root(self) -> $float {
                libm::$root(self).canonical()
            }

            fn least(self, other: $float) -> $float {
                if self < other {
                    return self;
                }
                if other < self {
                    return other;
                }
                if self != other {
                    return $float::from_bits($nan);
                }
                // Zeros are equal, but the negative one is the smaller.
                if self.is_sign_negative() { self } else { other }
            }

            fn most(self, other: $float) -> $float {
                if self < other {
                    return other;
                }
                if other < self {
                    return self;
                }
                if self != other {
                    return $float::from_bits($nan);
                }
                if self.is_sign_negative() { other } else { self }
            }
        }
    };
}

float!(f32, 0x7FC0_0000, ceilf, floorf, truncf, roundevenf, sqrtf);
float!(f64, 0x7FF8_0000_0000_0000, ceil, floor, trunc, roundeven, sqrt);
