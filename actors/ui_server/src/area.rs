//! Rectangles of pixels that may lie anywhere, and those that have to be painted again.

/// Some pixels: `right` and `bottom` are behind the last ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) left: i32,
    pub(crate) top: i32,
    pub(crate) right: i32,
    pub(crate) bottom: i32,
}

impl Area {
    pub(crate) fn new(left: i32, top: i32, width: i32, height: i32) -> Area {
        Area { left, top, right: left + width, bottom: top + height }
    }

    pub(crate) fn width(self) -> i32 {
        self.right - self.left
    }

    pub(crate) fn height(self) -> i32 {
        self.bottom - self.top
    }

    pub(crate) fn is_empty(self) -> bool {
        self.right <= self.left || self.bottom <= self.top
    }

    /// How many pixels they are.
    pub(crate) fn size(self) -> i64 {
        if self.is_empty() { 0 } else { i64::from(self.width()) * i64::from(self.height()) }
    }

    /// What both have.
    pub(crate) fn within(self, other: Area) -> Area {
        Area {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The least area that has both.
    pub(crate) fn around(self, other: Area) -> Area {
        Area {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// What is left of it without a part of it: above, below, on the left and on the right.
    pub(crate) fn around_hole(self, hole: Area) -> [Area; 4] {
        let beside = Area { top: hole.top, bottom: hole.bottom, ..self };
        [
            Area { bottom: hole.top, ..self },
            Area { top: hole.bottom, ..self },
            Area { right: hole.left, ..beside },
            Area { left: hole.right, ..beside },
        ]
    }

    pub(crate) fn touches(self, other: Area) -> bool {
        !self.within(other).is_empty()
    }

    /// Whether every pixel of the other one is one of these.
    pub(crate) fn covers(self, other: Area) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }

    pub(crate) fn has(self, x: i32, y: i32) -> bool {
        self.left <= x && x < self.right && self.top <= y && y < self.bottom
    }

    pub(crate) fn moved(self, right: i32, down: i32) -> Area {
        Area {
            left: self.left + right,
            top: self.top + down,
            right: self.right + right,
            bottom: self.bottom + down,
        }
    }

    /// The same with a margin on each side.
    pub(crate) fn grown(self, margin: i32) -> Area {
        Area {
            left: self.left - margin,
            top: self.top - margin,
            right: self.right + margin,
            bottom: self.bottom + margin,
        }
    }
}

/// Areas that are kept apart. When there are more, those that are near each other become one.
const AREAS_MAX: usize = 8;

/// What has to be painted again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Damage {
    areas: [Area; AREAS_MAX],
    count: usize,
}

impl Damage {
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds an area. Two become one where that means no more pixels to paint than both have.
    pub(crate) fn add(&mut self, mut area: Area) {
        if area.is_empty() {
            return;
        }
        loop {
            let growth = |index: usize| {
                let other: Area = self.areas[index];
                area.around(other).size() - area.size() - other.size()
            };
            let nearest = (0..self.count).min_by_key(|index| growth(*index));
            match nearest {
                Some(index) if growth(index) <= 0 || self.count == AREAS_MAX => {
                    area = area.around(self.areas[index]);
                    self.count -= 1;
                    self.areas[index] = self.areas[self.count];
                }
                _ => break,
            }
        }
        self.areas[self.count] = area;
        self.count += 1;
    }

    /// Takes all of it.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Area> + use<> {
        let Damage { areas, count } = core::mem::take(self);
        areas.into_iter().take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn area() -> impl Strategy<Value = Area> {
        (-20..80i32, -20..80i32, 0..50i32, 0..50i32)
            .prop_map(|(left, top, width, height)| Area::new(left, top, width, height))
    }

    proptest! {
        #[test]
        fn damage_covers_every_pixel_that_was_added(
            areas in prop::collection::vec(area(), 0..40)
        ) {
            let mut damage = Damage::default();
            areas.iter().for_each(|area| damage.add(*area));
            let kept: Vec<Area> = damage.take().collect();
            prop_assert!(kept.len() <= AREAS_MAX);
            for area in areas.iter().filter(|area| !area.is_empty()) {
                prop_assert!(kept.iter().any(|kept| kept.covers(*area)));
            }
            prop_assert!(damage.is_empty());
        }

        #[test]
        fn what_two_areas_share_lies_in_both(one in area(), other in area()) {
            let both = one.within(other);
            prop_assert_eq!(both.is_empty(), !one.touches(other));
            if !both.is_empty() {
                prop_assert!(one.covers(both) && other.covers(both));
                prop_assert!(one.around(other).covers(one));
            }
        }
    }
}
