//! Places on a circle, and discs, in whole numbers.

use sdk::ui::Point;
use sdk::ui::Rectangle;

/// Sixtieths of a turn.
pub(crate) const STEPS: u32 = 60;

/// 1024 times the sines of the sixtieths of the first quarter.
const SINES: [i32; 16] =
    [0, 107, 213, 316, 416, 512, 602, 685, 761, 828, 887, 935, 974, 1002, 1018, 1024];

/// How far right of and below the centre a place lies, so many sixtieths clockwise from the top.
pub(crate) fn on_circle(radius: i32, step: u32) -> (i32, i32) {
    let scaled = |sine: i32| (radius * sine + 512).div_euclid(1024);
    (scaled(sine(step)), -scaled(sine(step + STEPS / 4)))
}

/// 1024 times the sine of so many sixtieths of a turn.
fn sine(step: u32) -> i32 {
    let (half, quarter) = (STEPS / 2, STEPS / 4);
    let step = step % STEPS;
    let (sign, step) = if step < half { (1, step) } else { (-1, step - half) };
    let step = if step <= quarter { step } else { half - step };
    sign * SINES[step as usize]
}

/// A disc as rectangles, the widest first; those that are higher are less wide.
pub(crate) fn disc(centre: (i32, i32), radius: i32) -> impl Iterator<Item = Rectangle> {
    let half = move |down: i32| (radius * radius + radius - down * down).max(0).isqrt();
    let is_first = move |down: &i32| *down == radius || half(*down) != half(*down + 1);
    (0..=radius).filter(is_first).map(move |down| {
        let across = half(down);
        square(centre, across, down)
    })
}

/// A rectangle around a centre.
pub(crate) fn square(centre: (i32, i32), across: i32, down: i32) -> Rectangle {
    let pixels = |count: i32| u16::try_from(count.max(0)).unwrap_or(u16::MAX);
    let origin = Point { x: pixels(centre.0 - across), y: pixels(centre.1 - down) };
    Rectangle { origin, width: pixels(2 * across + 1), height: pixels(2 * down + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_goes_from_the_top_to_the_right() {
        let places = [0, 15, 30, 45, 60].map(|step| on_circle(100, step));
        assert_eq!(places, [(0, -100), (100, 0), (0, 100), (-100, 0), (0, -100)]);
    }

    #[test]
    fn every_place_of_a_circle_has_its_distance() {
        for step in 0..STEPS {
            let (x, y) = on_circle(80, step);
            let distance = (x * x + y * y).isqrt();
            assert!((79..=81).contains(&distance), "{step}: {distance}");
        }
    }

    #[test]
    fn a_disc_has_the_pixels_that_are_no_farther_than_its_radius() {
        for radius in 0..12 {
            let rectangles: Vec<Rectangle> = disc((20, 20), radius).collect();
            for (x, y) in (0..40).flat_map(|x| (0..40).map(move |y| (x, y))) {
                let is_inside = rectangles.iter().any(|Rectangle { origin, width, height }| {
                    (i32::from(origin.x)..i32::from(origin.x + width)).contains(&x)
                        && (i32::from(origin.y)..i32::from(origin.y + height)).contains(&y)
                });
                let distance = (x - 20) * (x - 20) + (y - 20) * (y - 20);
                assert_eq!(is_inside, distance <= radius * radius + radius, "{radius}: {x} {y}");
            }
        }
    }
}
