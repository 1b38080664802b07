//! The window: three orbits with a planet each, and digits below.

use core::fmt::Write;
use sdk::Refusal;
use sdk::log::Line;
use sdk::palette;
use sdk::ui::Colour;
use sdk::ui::Geometry;
use sdk::ui::Point;
use sdk::ui::Rectangle;
use sdk::window::Window;

use crate::circle::STEPS;
use crate::circle::disc;
use crate::circle::on_circle;
use crate::circle::square;

/// Hours, minutes and seconds, from the sun outwards.
const ORBITS: [Orbit; 3] = [
    Orbit { radius: 28, dots: 12, planet: 10, colour: palette::COOL },
    Orbit { radius: 58, dots: 20, planet: 8, colour: palette::CALM },
    Orbit { radius: 88, dots: 30, planet: 5, colour: palette::ACCENT },
];

/// The sun's size in hundredths of the dial's.
const SUN: i32 = 9;

/// One planet and its way. Sizes are hundredths of the dial's.
struct Orbit {
    radius: i32,
    /// Dots that show the way.
    dots: u32,
    planet: i32,
    colour: Colour,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    /// Where each planet is, in sixtieths of a turn.
    steps: [u32; 3],
    seconds: u64,
    is_stopwatch: bool,
}

/// The window as it is.
#[derive(Debug)]
pub(crate) struct Face {
    window: Window,
    shown: Option<Shown>,
}

impl Face {
    pub(crate) fn new(window: Window) -> Face {
        Face { window, shown: None }
    }

    /// Draws what another time changes.
    pub(crate) fn draw(&mut self, seconds: u64, is_stopwatch: bool) -> Result<(), Refusal> {
        // In twelve hours the first planet goes round once.
        let steps = [seconds / 720 % 60, seconds / 60 % 60, seconds % 60].map(|step| step as u32);
        let shown = Shown { steps, seconds, is_stopwatch };
        if self.shown == Some(shown) {
            return Ok(());
        }
        if self.shown.is_none() {
            self.draw_ground()?;
        }
        for (index, orbit) in ORBITS.iter().enumerate() {
            let before = self.shown.map(|shown| shown.steps[index]);
            if before != Some(steps[index]) {
                self.move_planet(orbit, before, steps[index])?;
            }
        }
        self.draw_digits(&shown)?;
        self.shown = Some(shown);
        self.window.show()
    }

    fn draw_ground(&self) -> Result<(), Refusal> {
        self.window.fill(self.window.picture(), palette::GROUND)?;
        for orbit in &ORBITS {
            for dot in 0..orbit.dots {
                self.window.fill(self.dot(orbit, dot), palette::EDGE)?;
            }
        }
        self.draw_disc(self.centre(), self.scaled(SUN), palette::RULE)
    }

    fn move_planet(&self, orbit: &Orbit, before: Option<u32>, step: u32) -> Result<(), Refusal> {
        let radius = self.scaled(orbit.planet);
        if let Some(before) = before {
            let place = self.place(orbit, before);
            let gone = square(place, radius, radius);
            self.window.fill(gone, palette::GROUND)?;
            for dot in (0..orbit.dots).map(|dot| self.dot(orbit, dot)) {
                if meet(dot, gone) {
                    self.window.fill(dot, palette::EDGE)?;
                }
            }
        }
        self.draw_disc(self.place(orbit, step), radius, orbit.colour)
    }

    fn draw_disc(&self, centre: (i32, i32), radius: i32, colour: Colour) -> Result<(), Refusal> {
        disc(centre, radius).try_for_each(|rectangle| self.window.fill(rectangle, colour))
    }

    /// The time, and since when, in the middle of the last lines.
    fn draw_digits(&self, shown: &Shown) -> Result<(), Refusal> {
        let Geometry { height, cell_height, .. } = self.window.geometry();
        let (hours, minutes) = (shown.seconds / 3600, shown.seconds / 60 % 60);
        let mut line = Line::default();
        // A line that is cut off is still a line.
        let _ = write!(line, "{hours}:{minutes:02}:{:02}", shown.seconds % 60);
        let y = height.saturating_sub(cell_height * 5 / 2);
        self.draw_middle(y, palette::BRIGHT, line.text())?;
        let (since, ink) = match shown.is_stopwatch {
            true => ("stopwatch", palette::ACCENT),
            false => ("since power-on", palette::DIM),
        };
        let is_new = self.shown.is_none_or(|before| before.is_stopwatch != shown.is_stopwatch);
        if !is_new {
            return Ok(());
        }
        self.draw_middle(height.saturating_sub(cell_height * 3 / 2), ink, since)
    }

    fn draw_middle(&self, y: u16, ink: Colour, text: &str) -> Result<(), Refusal> {
        let Geometry { width, cell_width, .. } = self.window.geometry();
        let columns = usize::from(width / cell_width).saturating_sub(2);
        let mut line = Line::default();
        let _ = write!(line, "{text:^columns$.columns$}");
        let at = Point { x: cell_width, y };
        self.window.text(at, ink, palette::GROUND, line.text()).map(|_| ())
    }

    fn dot(&self, orbit: &Orbit, index: u32) -> Rectangle {
        let (right, down) = on_circle(self.scaled(orbit.radius), index * STEPS / orbit.dots);
        let (x, y) = self.centre();
        let Rectangle { origin, .. } = square((x + right, y + down), 0, 0);
        Rectangle { origin, width: 2, height: 2 }
    }

    fn place(&self, orbit: &Orbit, step: u32) -> (i32, i32) {
        let (right, down) = on_circle(self.scaled(orbit.radius), step);
        let (x, y) = self.centre();
        (x + right, y + down)
    }

    fn centre(&self) -> (i32, i32) {
        (i32::from(self.window.geometry().width) / 2, self.radius() + self.radius() / 10)
    }

    /// Half of the dial's size.
    fn radius(&self) -> i32 {
        let Geometry { width, height, cell_height, .. } = self.window.geometry();
        let room = i32::from(height) - 3 * i32::from(cell_height);
        room.min(i32::from(width)).max(0) * 10 / 22
    }

    /// So many hundredths of the dial's radius.
    fn scaled(&self, hundredths: i32) -> i32 {
        self.radius() * hundredths / 100
    }
}

/// Whether two rectangles have a pixel in common.
fn meet(one: Rectangle, other: Rectangle) -> bool {
    let overlap = |a: u16, a_size: u16, b: u16, b_size: u16| {
        a < b.saturating_add(b_size) && b < a.saturating_add(a_size)
    };
    overlap(one.origin.x, one.width, other.origin.x, other.width)
        && overlap(one.origin.y, one.height, other.origin.y, other.height)
}
