//! What lies behind everything: an orrery, drawn in the colours of the night.

use sdk::palette;
use sdk::ui::Colour;

use crate::area::Area;
use crate::band::Band;
use crate::band::Target;

/// A body on its circle. Distances are 64ths of the desk's height, the direction is given by its
/// cosine and sine in 256ths.
struct Planet {
    orbit: i32,
    radius: i32,
    direction: (i32, i32),
    colour: Colour,
}

const PLANETS: [Planet; 5] = [
    Planet { orbit: 8, radius: 4, direction: (-222, 128), colour: palette::ORBIT },
    Planet { orbit: 14, radius: 6, direction: (181, -181), colour: palette::PLANET },
    Planet { orbit: 21, radius: 7, direction: (-88, -240), colour: palette::ORBIT },
    Planet { orbit: 30, radius: 14, direction: (-236, 98), colour: palette::PLANET },
    Planet { orbit: 44, radius: 10, direction: (246, 70), colour: palette::ORBIT },
];

/// Of the sun, in 256ths of the desk's height; planets are measured so, too.
const SUN: i32 = 12;

/// Paints the part that lies in the band.
pub(crate) fn paint<T: Target>(band: &mut Band<T>, desk: Area) {
    band.fill(desk, palette::DESK);
    let centre = (desk.left + desk.width() / 2, desk.top + desk.height() / 2);
    for planet in &PLANETS {
        let orbit = desk.height() * planet.orbit / 64;
        ring(band, desk, centre, orbit);
        let (cosine, sine) = planet.direction;
        let place = (centre.0 + orbit * cosine / 256, centre.1 + orbit * sine / 256);
        disc(band, desk, place, desk.height() * planet.radius / 512, planet.colour);
    }
    disc(band, desk, centre, desk.height() * SUN / 512, palette::RULE);
}

/// A circle's line: what is no farther than a pixel from it.
fn ring<T: Target>(band: &mut Band<T>, desk: Area, centre: (i32, i32), radius: i32) {
    let seen = band.area().within(desk);
    let (mut inside, mut outside) = (Reach::default(), Reach::default());
    for y in rows(band, desk, centre, radius) {
        let down = (y - centre.1) * (y - centre.1);
        let from = inside.at(radius * radius - 2 * radius - down).map_or(0, |inside| inside + 1);
        let Some(to) = outside.at(radius * radius + 2 * radius - down) else { continue };
        let spans = [(centre.0 - to, centre.0 - from), (centre.0 + from, centre.0 + to)];
        for (left, right) in spans {
            let span = Area { left, top: y, right: right + 1, bottom: y + 1 };
            if span.touches(seen) {
                band.fill(span.within(seen), palette::ORBIT);
            }
        }
    }
}

fn disc<T: Target>(
    band: &mut Band<T>,
    desk: Area,
    centre: (i32, i32),
    radius: i32,
    colour: Colour,
) {
    let mut reach = Reach::default();
    for y in rows(band, desk, centre, radius) {
        let down = (y - centre.1) * (y - centre.1);
        if let Some(half) = reach.at(radius * radius + radius - down) {
            let span = Area::new(centre.0 - half, y, 2 * half + 1, 1);
            band.fill(span.within(desk), colour);
        }
    }
}

/// How far a circle reaches in a row: a square root that changes little from row to row.
#[derive(Debug, Default)]
struct Reach(Option<i32>);

impl Reach {
    /// The square root, rounded down; `None` of what is negative.
    fn at(&mut self, square: i32) -> Option<i32> {
        if square < 0 {
            return None;
        }
        let mut root = self.0.unwrap_or_else(|| square.isqrt());
        while square < root * root {
            root -= 1;
        }
        while (root + 1) * (root + 1) <= square {
            root += 1;
        }
        self.0 = Some(root);
        self.0
    }
}

/// The rows of a circle that the band has, if it has any of its columns.
fn rows<T>(band: &Band<T>, desk: Area, centre: (i32, i32), radius: i32) -> core::ops::Range<i32>
where
    T: Target,
{
    let seen = band.area().within(desk);
    let (from, to) = (seen.left - centre.0, seen.right - centre.0);
    if radius + 1 < from || to < -radius {
        return 0..0;
    }
    seen.top.max(centre.1 - radius - 1)..seen.bottom.min(centre.1 + radius + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_root_that_follows_is_the_root(squares in prop::collection::vec(-9..90_000i32, 1..40)) {
            let mut reach = Reach::default();
            for square in squares {
                let root = (0 <= square).then(|| square.isqrt());
                prop_assert_eq!(reach.at(square), root);
            }
        }
    }
}
