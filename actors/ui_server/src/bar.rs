//! The bar at the bottom: a tab for each window, and how the machine is doing.

use alloc::format;
use alloc::string::String;
use core::time::Duration;
use sdk::abi::process::ProcessState;
use sdk::clock::Clock;
use sdk::palette;
use sdk::process::Processes;

use crate::area::Area;
use crate::band::Band;
use crate::band::Style;
use crate::band::Target;
use crate::font::Font;
use crate::theme::Theme;

/// Characters of a tab beside its title.
const TAB_MARGIN: usize = 2;

/// What can be asked for the status. What was not granted is left out of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sources {
    pub(crate) clock: Option<Clock>,
    pub(crate) processes: Option<Processes>,
}

impl Sources {
    /// What the status says now, in few words where there is little room.
    pub(crate) fn status(&self, theme: &Theme) -> String {
        let (gap, unit) = if theme.is_spacious() { ("   ", " KiB") } else { (" ", "K") };
        let mut status = String::new();
        if let Some(processes) = self.processes {
            let records = (0..).map_while(|index| processes.record(index).ok().flatten());
            let alive = records.filter(|record| record.state != ProcessState::Dead);
            let (count, memory) = alive.fold((0u32, 0u64), |(count, memory), record| {
                (count + 1, memory + u64::from(record.memory))
            });
            let kibibytes = memory.div_ceil(1024);
            let noun = if count == 1 { "actor" } else { "actors" };
            status = format!("{count} {noun}{gap}{kibibytes}{unit}{gap}");
        }
        if let Some(now) = self.clock.and_then(|clock| clock.now().ok()) {
            status.push_str(&time(now));
        }
        status
    }
}

/// Hours, minutes and seconds.
fn time(since_power_on: Duration) -> String {
    let seconds = since_power_on.as_secs();
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The bar.
#[derive(Debug, Default)]
pub(crate) struct Bar {
    status: String,
}

/// One window's tab.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tab<'a> {
    pub(crate) title: &'a str,
    pub(crate) is_focused: bool,
}

impl Bar {
    /// Takes a new status and returns where it looks different.
    pub(crate) fn set_status(&mut self, status: String, theme: &Theme) -> Area {
        let before = core::mem::replace(&mut self.status, status);
        if before.len() != self.status.len() {
            // The room for tabs is another one.
            return theme.bar();
        }
        let pairs = before.bytes().zip(self.status.bytes()).enumerate();
        let mut differing = pairs.filter(|(_, (old, new))| old != new).map(|(index, _)| index);
        let Some(first) = differing.next() else { return Area::default() };
        let last = differing.next_back().unwrap_or(first);
        let bar = theme.bar();
        let begin = bar.right - theme.cell_width * (1 + before.len() as i32);
        let left = begin + theme.cell_width * first as i32;
        let right = begin + theme.cell_width * (last + 1) as i32;
        Area { left, right, ..bar }
    }

    /// Where the tab of a window lies, of so many.
    pub(crate) fn tab(&self, index: usize, titles: &[usize], theme: &Theme) -> Area {
        let bar = theme.bar();
        let columns = (bar.width() / theme.cell_width) as usize;
        let room = columns.saturating_sub(self.status.len() + 3);
        let share = room / titles.len().max(1);
        let width = |title: usize| (title + TAB_MARGIN).min(share) as i32 * theme.cell_width;
        let left = bar.left + titles[..index].iter().map(|title| width(*title)).sum::<i32>();
        Area { left, right: left + width(titles[index]), ..bar }
    }

    /// Paints the part that lies in the band.
    pub(crate) fn paint<'a, T: Target>(
        &self,
        band: &mut Band<T>,
        theme: &Theme,
        font: &Font,
        tabs: impl Iterator<Item = (Area, Tab<'a>)>,
    ) {
        let bar = theme.bar();
        band.fill(bar, palette::BAR);
        for (area, tab) in tabs {
            let ink = if tab.is_focused { palette::ACCENT } else { palette::DIM };
            if tab.is_focused {
                band.fill(area, palette::RAISED);
                band.fill(Area { bottom: area.top + 2, ..area }, palette::ACCENT);
            }
            let style = Style { ink, paper: None };
            let inside = Area { right: area.right - theme.cell_width, ..area };
            band.text(inside, theme.bar_text(area), style, tab.title, font);
        }
        let width = theme.cell_width * (1 + self.status.len() as i32);
        let place = theme.bar_text(bar);
        let style = Style { ink: palette::TEXT, paper: None };
        band.text(bar, (bar.right - width, place.1), style, &self.status, font);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_hours_minutes_and_seconds() {
        let shown = [0, 61, 3_599, 90_061].map(|seconds| time(Duration::from_secs(seconds)));
        assert_eq!(shown, ["0:00:00", "0:01:01", "0:59:59", "25:01:01"]);
    }
}
