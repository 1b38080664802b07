//! All windows, which lies on which, and what of the screen has to be painted again.
//!
//! The highest window has the focus. Whoever draws without a window draws on the desk itself, below
//! all windows and over what others drew there.

use alloc::string::String;
use alloc::vec::Vec;
use sdk::Handle;
use sdk::Refusal;
use sdk::capability::Owned;
use sdk::ui::Geometry;

use crate::area::Area;
use crate::area::Damage;
use crate::band::Band;
use crate::band::Target;
use crate::bar::Bar;
use crate::bar::Tab;
use crate::cursor;
use crate::font::Font;
use crate::list::DisplayList;
use crate::list::Extent;
use crate::list::Overflow;
use crate::list::Quota;
use crate::sky;
use crate::theme::Theme;
use crate::window;
use crate::window::Key;
use crate::window::Window;

/// Windows that there can be.
const WINDOWS_MAX: usize = 8;

/// Bytes that the lists of one client may take, so that there is room for those of others.
const CLIENT_BYTES_MAX: usize = 9 * 1024;

/// What those who have no window may draw.
const GROUND_QUOTA: Quota = Quota { items: 64, text: 1536 };

/// Characters of a moved window that stay on the screen.
const HOLD: i32 = 4;

/// What lies at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The title of the window at this index.
    Title(usize),
    /// The picture of the window at this index.
    Client(usize),
    /// The tab of the window at this index.
    Tab(usize),
    Nothing,
}

/// The desktop.
pub(crate) struct Desk {
    pub(crate) theme: Theme,
    font: Font,
    /// From the lowest to the highest.
    windows: Vec<Window>,
    ground: DisplayList,
    bar: Bar,
    damage: Damage,
    opened: u32,
}

impl Desk {
    /// An empty desk, to be painted; `None` if it does not fit into memory.
    pub(crate) fn new(font: Font, screen: Area) -> Option<Desk> {
        let theme = Theme::new(&font, screen);
        let mut windows = Vec::new();
        windows.try_reserve_exact(WINDOWS_MAX).ok()?;
        let extent = extent_of(screen, &theme);
        let ground = DisplayList::new(extent, GROUND_QUOTA, Overflow::Forget).ok()?;
        let mut damage = Damage::default();
        damage.add(screen);
        let bar = Bar::default();
        Some(Desk { theme, font, windows, ground, bar, damage, opened: 0 })
    }

    /// The window that has the focus.
    pub(crate) fn focused(&self) -> Option<&Window> {
        self.windows.last()
    }

    /// The window at this index, from the lowest.
    pub(crate) fn window(&self, index: usize) -> &Window {
        &self.windows[index]
    }

    /// Opens a window of so many columns and rows, or of the size that suits the screen, and gives
    /// it the focus. Who has one already gets it again.
    pub(crate) fn open(
        &mut self,
        key: Key,
        endpoint: Handle,
        cells: Option<(u16, u16)>,
        title: &str,
    ) -> Result<Geometry, Refusal> {
        if let Some(index) = self.windows.iter().position(|window| window.key == key) {
            let window = &mut self.windows[index];
            window.endpoint = Owned::new(endpoint);
            window.title = window::title(title);
            let geometry = geometry_of(window.client, &self.theme);
            self.raise(index);
            self.spoil_focus();
            return Ok(geometry);
        }
        let client = self.place(self.size_for(cells));
        let extent = extent_of(client, &self.theme);
        let quota = Quota::of(extent);
        let theirs = self.windows.iter().filter(|window| window.key.client == key.client);
        let taken: usize = theirs.map(|window| window.list.quota().bytes()).sum();
        let is_too_much = CLIENT_BYTES_MAX < taken + quota.bytes();
        if self.windows.len() == WINDOWS_MAX || is_too_much {
            return Err(Refusal::NoRoom);
        }
        let list = DisplayList::new(extent, quota, Overflow::Refuse);
        let list = list.map_err(|_| Refusal::NoRoom)?;
        let (serial, endpoint) = (self.opened, Owned::new(endpoint));
        self.opened += 1;
        let title = window::title(title);
        self.spoil_focus();
        self.windows.push(Window { key, serial, title, endpoint, client, list });
        self.spoil(self.windows.len() - 1);
        self.spoil_area(self.theme.bar());
        Ok(geometry_of(client, &self.theme))
    }

    pub(crate) fn has_window(&self, key: Key) -> bool {
        self.windows.iter().any(|window| window.key == key)
    }

    /// Where somebody's drawings go.
    pub(crate) fn list(&mut self, key: Key) -> &mut DisplayList {
        match self.windows.iter_mut().find(|window| window.key == key) {
            Some(window) => &mut window.list,
            None => &mut self.ground,
        }
    }

    /// Somebody's frame is finished.
    pub(crate) fn finish(&mut self, key: Key) {
        let screen = self.theme.screen();
        let (client, list) = match self.windows.iter_mut().find(|window| window.key == key) {
            Some(window) => (window.client, &mut window.list),
            None => (screen, &mut self.ground),
        };
        list.finish();
        for area in list.take_damage() {
            self.damage.add(area.moved(client.left, client.top).within(client).within(screen));
        }
    }

    /// Somebody is dead: his windows go. His capability has gone already.
    pub(crate) fn remove(&mut self, client: u64) {
        for index in (0..self.windows.len()).rev() {
            if self.windows[index].key.client == client {
                self.spoil(index);
                let window = self.windows.remove(index);
                window.endpoint.keep();
                self.spoil_focus();
            }
        }
    }

    /// Puts a window on top of all others.
    pub(crate) fn raise(&mut self, index: usize) {
        if index + 1 == self.windows.len() {
            return;
        }
        self.spoil_focus();
        self.windows[index..].rotate_left(1);
        self.spoil(self.windows.len() - 1);
        self.spoil_focus();
    }

    /// Gives the focus to the window that has not had it for the longest time.
    pub(crate) fn raise_lowest(&mut self) {
        if !self.windows.is_empty() {
            self.raise(0);
        }
    }

    /// Moves a window's frame to a place, or as near to it as leaves something to hold it by.
    pub(crate) fn move_to(&mut self, serial: u32, left: i32, top: i32) {
        let Some(index) = self.windows.iter().position(|window| window.serial == serial) else {
            return;
        };
        let (desk, hold) = (self.theme.desk(), HOLD * self.theme.cell_width);
        let frame = self.windows[index].frame(&self.theme);
        let lowest = (desk.bottom - self.theme.bar_height()).max(desk.top);
        let top = top.clamp(desk.top - 1, lowest);
        let left = left.max(desk.left + hold - frame.width()).min(desk.right - hold);
        if (left, top) == (frame.left, frame.top) {
            return;
        }
        self.spoil(index);
        let window = &mut self.windows[index];
        window.client = window.client.moved(left - frame.left, top - frame.top);
        self.spoil(index);
    }

    /// What lies at a place of the screen.
    pub(crate) fn part_at(&self, x: i32, y: i32) -> Part {
        if self.theme.bar().has(x, y) {
            let tab = self.tabs().position(|(area, _)| area.has(x, y));
            let serial = tab.and_then(|place| self.serials().nth(place));
            let index = self.windows.iter().position(|window| Some(window.serial) == serial);
            return index.map_or(Part::Nothing, Part::Tab);
        }
        for (index, window) in self.windows.iter().enumerate().rev() {
            if window.client.has(x, y) {
                return Part::Client(index);
            }
            if window.frame(&self.theme).has(x, y) {
                return Part::Title(index);
            }
        }
        Part::Nothing
    }

    /// Takes a new status for the bar.
    pub(crate) fn set_status(&mut self, status: String) {
        let differing = self.bar.set_status(status, &self.theme);
        self.spoil_area(differing);
    }

    /// An area of the screen has to be painted again.
    pub(crate) fn spoil_area(&mut self, area: Area) {
        self.damage.add(area.within(self.theme.screen()));
    }

    /// Paints what has to be, with an arrow at a place, and shows it.
    pub(crate) fn repaint<T: Target>(
        &mut self,
        band: &mut Band<T>,
        arrow: Option<(i32, i32)>,
    ) -> Result<(), Refusal> {
        if self.damage.is_empty() {
            return Ok(());
        }
        for area in self.damage.take() {
            self.repaint_area(band, arrow, area, self.windows.len())?;
        }
        band.target.flush()
    }

    /// Paints an area that so many of the lowest windows have a part of. What one of them hides is
    /// painted apart from the rest, because there it is all that has to be painted.
    fn repaint_area<T: Target>(
        &self,
        band: &mut Band<T>,
        arrow: Option<(i32, i32)>,
        area: Area,
        count: usize,
    ) -> Result<(), Refusal> {
        if area.is_empty() {
            return Ok(());
        }
        let Some(below) = count.checked_sub(1) else {
            return self.repaint_part(band, arrow, area);
        };
        let hidden = self.windows[below].frame(&self.theme).within(area);
        if hidden.is_empty() {
            return self.repaint_area(band, arrow, area, below);
        }
        self.repaint_part(band, arrow, hidden)?;
        for side in area.around_hole(hidden) {
            self.repaint_area(band, arrow, side, below)?;
        }
        Ok(())
    }

    fn repaint_part<T: Target>(
        &self,
        band: &mut Band<T>,
        arrow: Option<(i32, i32)>,
        area: Area,
    ) -> Result<(), Refusal> {
        let mut rest = area;
        while !rest.is_empty() {
            rest = band.begin(rest);
            self.paint(band);
            if let Some(place) = arrow {
                cursor::paint(band, place);
            }
            band.write()?;
        }
        Ok(())
    }

    /// Paints all layers that are seen in the band, from the lowest to the highest.
    fn paint<T: Target>(&self, band: &mut Band<T>) {
        let hides = |window: &Window| window.frame(&self.theme).covers(band.area());
        let lowest = self.windows.iter().rposition(hides);
        if lowest.is_none() {
            sky::paint(band, self.theme.desk());
            self.ground.paint(band, self.theme.screen(), &self.font);
        }
        for (index, window) in self.windows.iter().enumerate().skip(lowest.unwrap_or(0)) {
            let is_focused = index + 1 == self.windows.len();
            window.paint(band, &self.theme, &self.font, is_focused);
        }
        if self.theme.bar().touches(band.area()) {
            self.bar.paint(band, &self.theme, &self.font, self.tabs());
        }
    }

    /// The tabs, in the order in which the windows were opened.
    fn tabs(&self) -> impl Iterator<Item = (Area, Tab<'_>)> {
        let focus = self.focused().map(|window| window.serial);
        let mut lengths = [0; WINDOWS_MAX];
        let count = self.windows.len();
        for (place, serial) in self.serials().enumerate() {
            lengths[place] = self.by_serial(serial).map_or(0, |title| title.chars().count());
        }
        self.serials().enumerate().map(move |(place, serial)| {
            let area = self.bar.tab(place, &lengths[..count], &self.theme);
            let title = self.by_serial(serial).unwrap_or_default();
            (area, Tab { title, is_focused: focus == Some(serial) })
        })
    }

    /// The windows' serial numbers, ascending.
    fn serials(&self) -> impl Iterator<Item = u32> {
        let mut serials = [u32::MAX; WINDOWS_MAX];
        for (place, window) in serials.iter_mut().zip(&self.windows) {
            *place = window.serial;
        }
        serials.sort_unstable();
        serials.into_iter().take(self.windows.len())
    }

    fn by_serial(&self, serial: u32) -> Option<&str> {
        let window = self.windows.iter().find(|window| window.serial == serial);
        window.map(|window| &*window.title)
    }

    /// A window has to be painted again with its shadow.
    fn spoil(&mut self, index: usize) {
        self.spoil_area(self.windows[index].extent(&self.theme));
    }

    /// What shows which window has the focus has to be painted again.
    fn spoil_focus(&mut self) {
        if let Some(window) = self.focused() {
            let frame = window.frame(&self.theme);
            let title = window.title_bar(&self.theme);
            self.spoil_area(title);
            self.spoil_area(Area { right: frame.left + 1, ..frame });
            self.spoil_area(Area { left: frame.right - 1, ..frame });
            self.spoil_area(Area { top: frame.bottom - 1, ..frame });
        }
        self.spoil_area(self.theme.bar());
    }

    /// Width and height of a new client. Without a wish it is all of a small screen's desk, and
    /// most of a large one's.
    fn size_for(&self, cells: Option<(u16, u16)>) -> (i32, i32) {
        let Theme { cell_width, cell_height, .. } = self.theme;
        let desk = self.theme.desk();
        // The edges of a window that takes all lie off the screen.
        let whole = (desk.width(), desk.height() - self.theme.bar_height() + 1);
        let wish = match cells {
            Some((columns, rows)) => {
                (i32::from(columns.max(1)) * cell_width, i32::from(rows.max(1)) * cell_height)
            }
            None if self.theme.is_spacious() => {
                let (width, height) = (desk.width() * 5 / 8, desk.height() * 3 / 4);
                (width / cell_width * cell_width, height / cell_height * cell_height)
            }
            None => whole,
        };
        (wish.0.min(whole.0).max(1), wish.1.min(whole.1).max(1))
    }

    /// Finds the place for a new client of this size where it hides the least.
    fn place(&self, (width, height): (i32, i32)) -> Area {
        let (desk, margin) = (self.theme.desk(), self.theme.margin);
        let frame = window::frame_around(Area::new(0, 0, width, height), &self.theme);
        let room = desk.grown(-margin);
        let (right, bottom) = (room.right - frame.width(), room.bottom - frame.height());
        let middle = (desk.width() - frame.width()) / 2;
        let (left, right) = (room.left.min(middle), right.max(middle));
        let highest = (desk.height() - frame.height()) / 2;
        let (top, bottom) = (room.top.min(highest).max(-1), bottom.max(highest).max(-1));
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        let hidden = |(x, y): (i32, i32)| -> i64 {
            let frame = frame.moved(x - frame.left, y - frame.top);
            let frames = self.windows.iter().map(|window| window.frame(&self.theme));
            frames.map(|other| frame.within(other).size()).sum()
        };
        // Where all are equal, the first window lies on the left, others on the right.
        let skipped = usize::from(!self.windows.is_empty());
        let order = corners.iter().cycle().skip(skipped).take(corners.len());
        let (x, y) = order.copied().min_by_key(|corner| hidden(*corner)).unwrap_or((left, top));
        Area::new(x - frame.left, y - frame.top, width, height)
    }
}

/// What a client is told about its picture.
fn geometry_of(client: Area, theme: &Theme) -> Geometry {
    let Extent { width, height, cell_width, cell_height } = extent_of(client, theme);
    Geometry { width, height, cell_width, cell_height }
}

fn extent_of(client: Area, theme: &Theme) -> Extent {
    let pixels = |count: i32| u16::try_from(count).unwrap_or(u16::MAX);
    Extent {
        width: pixels(client.width()),
        height: pixels(client.height()),
        cell_width: pixels(theme.cell_width),
        cell_height: pixels(theme.cell_height),
    }
}

#[cfg(test)]
mod tests;
