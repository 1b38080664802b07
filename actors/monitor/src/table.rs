//! The window: a row for each actor, with gauges.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Write;
use sdk::Refusal;
use sdk::abi::process::ProcessState;
use sdk::log::Line;
use sdk::palette;
use sdk::ui::Colour;
use sdk::ui::Geometry;
use sdk::ui::Point;
use sdk::ui::Rectangle;
use sdk::window::Window;

use crate::load::Actor;
use crate::load::Load;

/// Rows of actors that there can be.
const ROWS_MAX: usize = 24;

/// Columns of a name, and of a state where there is room for one.
const NAME_COLUMNS: u16 = 12;
const STATE_COLUMNS: u16 = 10;

/// Windows with fewer columns show a state by its colour alone.
const COLUMNS_WITH_STATE: u16 = 60;

/// Columns of a number, with a gap before it and behind it.
const NUMBER_COLUMNS: u16 = 7;

/// Messages in a mailbox of the usual size.
const MAILBOX: u64 = 16;

const HEADINGS: [&str; GAUGES] = ["MAIL", "FUEL/s", "KiB"];
const GAUGES: usize = 3;

/// One gauge of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Gauge {
    /// Pixels of its bar that are filled.
    filled: u16,
    /// The number beside it, and what it is counted in.
    number: u64,
}

/// What a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    id: u64,
    state: ProcessState,
    gauges: [Gauge; GAUGES],
}

/// The table as it is on the screen.
#[derive(Debug)]
pub(crate) struct Table {
    window: Window,
    rows: Vec<Option<Row>>,
    has_begun: bool,
}

impl Table {
    pub(crate) fn new(window: Window) -> Table {
        Table { window, rows: vec![None; ROWS_MAX], has_begun: false }
    }

    /// Draws what has changed.
    pub(crate) fn draw(&mut self, load: &Load) -> Result<(), Refusal> {
        if !self.has_begun {
            self.draw_ground()?;
            self.has_begun = true;
        }
        let mut actors = load.actors();
        for index in 0..self.row_count() {
            let actor = actors.next();
            let row = actor.map(|actor| self.row(actor, load));
            let before = self.rows[index];
            match (actor, row) {
                (Some(actor), Some(row)) => self.draw_row(index, actor, before, row)?,
                _ if before.is_some() => {
                    self.window.fill(self.stripe(index), palette::GROUND)?;
                }
                _ => (),
            }
            self.rows[index] = row;
        }
        self.draw_sum(load)?;
        self.window.show()
    }

    fn draw_ground(&self) -> Result<(), Refusal> {
        let Geometry { width, cell_height, .. } = self.window.geometry();
        self.window.fill(self.window.picture(), palette::GROUND)?;
        let y = cell_height / 2;
        let (ink, paper) = (palette::DIM, palette::GROUND);
        self.window.text(Point { x: self.column(1), y }, ink, paper, "ACTOR")?;
        if self.has_states() {
            let x = self.column(1 + NAME_COLUMNS);
            self.window.text(Point { x, y }, ink, paper, "STATE")?;
        }
        for (index, heading) in HEADINGS.iter().enumerate() {
            let x = self.column(self.gauge_column(index));
            self.window.text(Point { x, y }, ink, paper, heading)?;
        }
        let origin = Point { x: 0, y: self.body_top().saturating_sub(cell_height / 4) };
        self.window.fill(Rectangle { origin, width, height: 1 }, palette::EDGE)
    }

    /// Draws what differs from what the row has shown before.
    fn draw_row(
        &self,
        index: usize,
        actor: &Actor,
        before: Option<Row>,
        row: Row,
    ) -> Result<(), Refusal> {
        let y = self.stripe(index).origin.y;
        if before.is_none_or(|before| (before.id, before.state) != (row.id, row.state)) {
            self.draw_name(y, actor, row.state)?;
        }
        for (index, gauge) in row.gauges.iter().enumerate() {
            if before.is_none_or(|before| before.gauges[index] != *gauge) {
                self.draw_gauge(y, index, gauge)?;
            }
        }
        Ok(())
    }

    fn draw_name(&self, y: u16, actor: &Actor, state: ProcessState) -> Result<(), Refusal> {
        let ink = match state {
            ProcessState::Ready => palette::BRIGHT,
            _ => palette::TEXT,
        };
        let paper = palette::GROUND;
        let mut line = Line::default();
        let width = usize::from(NAME_COLUMNS) - 1;
        // A line that is cut off is still a line.
        let _ = write!(line, "{:<width$.width$} ", actor.record.name());
        self.window.text(Point { x: self.column(1), y }, ink, paper, line.text())?;
        if self.has_states() {
            let ink = match state {
                ProcessState::Ready => palette::CALM,
                _ => palette::DIM,
            };
            let mut line = Line::default();
            let width = usize::from(STATE_COLUMNS) - 1;
            let _ = write!(line, "{:<width$.width$} ", state.name());
            let x = self.column(1 + NAME_COLUMNS);
            self.window.text(Point { x, y }, ink, paper, line.text())?;
        }
        Ok(())
    }

    fn draw_gauge(&self, y: u16, index: usize, gauge: &Gauge) -> Result<(), Refusal> {
        let cell_height = self.window.geometry().cell_height;
        let column = self.gauge_column(index);
        let origin = Point { x: self.column(column), y: y + cell_height / 4 };
        let bar = Rectangle { origin, width: self.bar_width(), height: cell_height / 2 };
        self.window.fill(bar, palette::BAR)?;
        if gauge.filled != 0 {
            let bar = Rectangle { width: gauge.filled, ..bar };
            self.window.fill(bar, self.bar_ink(index, gauge))?;
        }
        let mut line = Line::default();
        let _ = write!(line, "{:>5}", Short(gauge.number));
        let x = self.column(column + self.bar_columns() + 1);
        let (ink, paper) = (palette::TEXT, palette::GROUND);
        self.window.text(Point { x, y }, ink, paper, line.text()).map(|_| ())
    }

    /// The last line: all actors together.
    fn draw_sum(&self, load: &Load) -> Result<(), Refusal> {
        let Geometry { height, cell_height, .. } = self.window.geometry();
        let y = height.saturating_sub(cell_height + cell_height / 4);
        let mut line = Line::default();
        let _ = write!(
            line,
            "{} actors   {} fuel/s   {} KiB",
            load.total(),
            Short(load.fuel_per_second()),
            kibibytes(load.memory())
        );
        let room = self.columns().saturating_sub(2);
        let mut padded = Line::default();
        let width = usize::from(room);
        let _ = write!(padded, "{:<width$.width$}", line.text());
        let at = Point { x: self.column(1), y };
        self.window.text(at, palette::DIM, palette::GROUND, padded.text()).map(|_| ())
    }

    fn row(&self, actor: &Actor, load: &Load) -> Row {
        let record = &actor.record;
        let most = load.actors().map(|other| other.record.memory).max().unwrap_or(0);
        let gauge = |number: u64, whole: u64| Gauge { filled: self.filled(number, whole), number };
        let gauges = [
            gauge(record.queued.into(), MAILBOX),
            gauge(actor.fuel_per_second, load.fuel_per_second()),
            gauge(kibibytes(record.memory.into()), kibibytes(most.into())),
        ];
        Row { id: record.id, state: record.state, gauges }
    }

    /// Pixels of a bar for a part of a whole: at least one for anything, all for the whole.
    fn filled(&self, part: u64, whole: u64) -> u16 {
        if part == 0 || whole == 0 {
            return 0;
        }
        let width = u64::from(self.bar_width());
        (part.min(whole).saturating_mul(width) / whole).max(1) as u16
    }

    fn bar_ink(&self, index: usize, gauge: &Gauge) -> Colour {
        match index {
            0 if self.bar_width() <= gauge.filled => palette::ALARM,
            0 => palette::COOL,
            1 => palette::ACCENT,
            _ => palette::CALM,
        }
    }

    fn columns(&self) -> u16 {
        let Geometry { width, cell_width, .. } = self.window.geometry();
        width / cell_width
    }

    fn has_states(&self) -> bool {
        COLUMNS_WITH_STATE <= self.columns()
    }

    /// Where a gauge begins.
    fn gauge_column(&self, index: usize) -> u16 {
        let states = if self.has_states() { STATE_COLUMNS } else { 0 };
        1 + NAME_COLUMNS + states + index as u16 * (self.bar_columns() + NUMBER_COLUMNS)
    }

    fn bar_columns(&self) -> u16 {
        let states = if self.has_states() { STATE_COLUMNS } else { 0 };
        let left = self.columns().saturating_sub(1 + NAME_COLUMNS + states) / GAUGES as u16;
        left.saturating_sub(NUMBER_COLUMNS)
    }

    fn bar_width(&self) -> u16 {
        self.column(self.bar_columns())
    }

    fn column(&self, count: u16) -> u16 {
        self.window.geometry().cell_width.saturating_mul(count)
    }

    /// Where the rows begin.
    fn body_top(&self) -> u16 {
        2 * self.window.geometry().cell_height
    }

    /// The place of a row.
    fn stripe(&self, index: usize) -> Rectangle {
        let Geometry { width, cell_height, .. } = self.window.geometry();
        let y = self.body_top() + index as u16 * self.pitch();
        Rectangle { origin: Point { x: 0, y }, width, height: cell_height }
    }

    /// From one row to the next.
    fn pitch(&self) -> u16 {
        let cell_height = self.window.geometry().cell_height;
        cell_height + cell_height / 8
    }

    /// Rows between the headings and the sum.
    fn row_count(&self) -> usize {
        let Geometry { height, cell_height, .. } = self.window.geometry();
        let body = height.saturating_sub(self.body_top()).saturating_sub(cell_height * 3 / 2);
        usize::from(body / self.pitch()).min(ROWS_MAX)
    }
}

/// Memory as people count it.
fn kibibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1024)
}

/// A number in five characters at most: thousands, millions and so on are rounded down.
struct Short(u64);

impl core::fmt::Display for Short {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut rest = self.0;
        let mut tenths = None;
        let mut unit = ' ';
        for larger in ['k', 'M', 'G', 'T', 'P', 'E'] {
            if rest < 1000 {
                break;
            }
            tenths = Some(rest % 1000 / 100);
            rest /= 1000;
            unit = larger;
        }
        let mut line = Line::default();
        match tenths {
            None => write!(line, "{rest}")?,
            Some(tenths) if rest < 100 => write!(line, "{rest}.{tenths}{unit}")?,
            Some(_) => write!(line, "{rest}{unit}")?,
        }
        f.pad(line.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_whatever_they_are() {
        let shown = [0, 999, 1000, 43_210, 999_999, 1_250_000, u64::MAX];
        let shown = shown.map(|number| format!("{:>5}", Short(number)));
        assert_eq!(shown, ["    0", "  999", " 1.0k", "43.2k", " 999k", " 1.2M", "18.4E"]);
    }

    #[test]
    fn columns_fit_into_the_window() {
        for (columns, has_states) in [(64, true), (53, false), (30, false), (1, false)] {
            let geometry =
                Geometry { width: 6 * columns, height: 180, cell_width: 6, cell_height: 12 };
            let service = sdk::endpoint::Endpoint::slot(1);
            let table = Table::new(Window::new(service, None, geometry));
            assert_eq!(table.has_states(), has_states);
            let end = table.gauge_column(GAUGES);
            assert!(end <= columns || table.bar_columns() == 0, "{columns}: {end}");
        }
    }
}
