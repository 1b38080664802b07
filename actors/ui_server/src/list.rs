//! What a client has drawn, as a list of what is still seen of it.
//!
//! A picture takes many kilobytes, what was drawn to make it a few hundred bytes
//! (`docs/why/0015-display-lists.md`). The list stays short because what is drawn over something
//! takes it out, wholly or from one side. A frame in the making waits behind the picture that is
//! shown until it is finished.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::ui::Colour;
use sdk::ui::Point;
use sdk::ui::Rectangle;

use crate::area::Area;
use crate::area::Damage;
use crate::band::Band;
use crate::band::Style;
use crate::band::Target;
use crate::font::Font;

/// The colour that stands for none.
const NO_PAPER: u32 = 0xff00_0000;

/// Something drawn, in coordinates of the client. Without text it is a filled rectangle.
#[derive(Clone, Copy, Debug)]
struct Item {
    left: u16,
    top: u16,
    right: u16,
    bottom: u16,
    ink: u32,
    paper: u32,
    /// Where its text begins.
    start: u16,
    /// Bytes of its text.
    len: u16,
}

impl Item {
    fn area(&self) -> Area {
        Area {
            left: self.left.into(),
            top: self.top.into(),
            right: self.right.into(),
            bottom: self.bottom.into(),
        }
    }

    fn is_opaque(&self) -> bool {
        self.len == 0 || self.paper != NO_PAPER
    }
}

/// Pixels and characters: how large something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) cell_width: u16,
    pub(crate) cell_height: u16,
}

/// How much a list may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) items: usize,
    /// Bytes of text.
    pub(crate) text: usize,
}

/// Most that one list may keep, whatever its size.
const QUOTA_MAX: Quota = Quota { items: 192, text: 4096 };

impl Quota {
    /// As much as a client of this size needs that writes on all of it.
    pub(crate) fn of(extent: Extent) -> Quota {
        let rows = usize::from(extent.height / extent.cell_height.max(1));
        let columns = usize::from(extent.width / extent.cell_width.max(1));
        let text = rows * columns;
        Quota {
            items: (64 + 6 * rows).min(QUOTA_MAX.items),
            text: (256 + text + text / 4).min(QUOTA_MAX.text),
        }
    }

    /// Bytes of memory that it takes.
    pub(crate) fn bytes(self) -> usize {
        self.items * size_of::<Item>() + self.text
    }
}

/// What happens when a list is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overflow {
    /// Nothing more is drawn.
    Refuse,
    /// What was drawn first is forgotten.
    Forget,
}

/// The list.
#[derive(Debug)]
pub(crate) struct DisplayList {
    extent: Extent,
    quota: Quota,
    overflow: Overflow,
    /// Those that are shown, then those of the frame in the making.
    items: Vec<Item>,
    /// How many are shown.
    shown: usize,
    /// The items' texts in the items' order, with what has been taken out between them.
    text: Vec<u8>,
    /// Whether texts have been taken out since they were last moved together.
    has_gaps: bool,
    /// Where the picture differs from what was last painted, in coordinates of the client.
    damage: Damage,
}

impl DisplayList {
    /// An empty list; the error is that it does not fit into memory.
    pub(crate) fn new(
        extent: Extent,
        quota: Quota,
        overflow: Overflow,
    ) -> Result<DisplayList, TryReserveError> {
        let (mut items, mut text) = (Vec::new(), Vec::new());
        items.try_reserve_exact(quota.items)?;
        text.try_reserve_exact(quota.text)?;
        let damage = Damage::default();
        let has_gaps = false;
        Ok(DisplayList { extent, quota, overflow, items, shown: 0, text, has_gaps, damage })
    }

    pub(crate) fn quota(&self) -> Quota {
        self.quota
    }

    /// Draws a rectangle.
    pub(crate) fn fill(&mut self, rectangle: Rectangle, colour: Colour) -> Result<(), Refusal> {
        let Rectangle { origin, width, height } = rectangle;
        let item = Item {
            left: origin.x,
            top: origin.y,
            right: origin.x.saturating_add(width).min(self.extent.width),
            bottom: origin.y.saturating_add(height).min(self.extent.height),
            ink: colour.0 & 0xff_ffff,
            paper: NO_PAPER,
            start: 0,
            len: 0,
        };
        self.push(item, "")
    }

    /// Draws lines of text.
    pub(crate) fn text(&mut self, at: Point, style: Style, text: &str) -> Result<(), Refusal> {
        let Extent { cell_width, cell_height, .. } = self.extent;
        let mut top = at.y;
        for line in text.split('\n') {
            if self.extent.height <= top {
                break;
            }
            let room = self.extent.width.saturating_sub(at.x).div_ceil(cell_width);
            let line = first_characters(line, room.into());
            if !line.is_empty() {
                // No more characters than there is room for.
                let width = (line.chars().count() as u16).saturating_mul(cell_width);
                let item = Item {
                    left: at.x,
                    top,
                    right: at.x.saturating_add(width).min(self.extent.width),
                    bottom: top.saturating_add(cell_height).min(self.extent.height),
                    ink: style.ink.0 & 0xff_ffff,
                    paper: style.paper.map_or(NO_PAPER, |paper| paper.0 & 0xff_ffff),
                    start: 0,
                    len: line.len() as u16,
                };
                self.push(item, line)?;
            }
            top = top.saturating_add(cell_height);
        }
        Ok(())
    }

    /// The frame in the making is finished: it is the picture from now on.
    pub(crate) fn finish(&mut self) {
        while self.shown < self.items.len() {
            let newest = self.items[self.shown];
            let mut kept = 0;
            for index in 0..self.shown {
                if let Some(item) = self.left_over(self.items[index], newest) {
                    self.items[kept] = item;
                    kept += 1;
                }
            }
            self.items.drain(kept..self.shown);
            self.shown = kept + 1;
            self.has_gaps = true;
            self.damage.add(newest.area());
        }
    }

    /// Where the picture has changed since this was last asked.
    pub(crate) fn take_damage(&mut self) -> impl Iterator<Item = Area> + use<> {
        self.damage.take()
    }

    /// Whether the picture begins with something that covers all of it.
    pub(crate) fn hides_ground(&self) -> bool {
        let Extent { width, height, .. } = self.extent;
        let all = Area::new(0, 0, width.into(), height.into());
        let first = self.items[..self.shown].first();
        first.is_some_and(|item| item.is_opaque() && item.area().covers(all))
    }

    /// Paints the part of the picture that lies in the band and in an area of the screen, in whose
    /// upper left corner the picture begins.
    pub(crate) fn paint<T: Target>(&self, band: &mut Band<T>, client: Area, font: &Font) {
        let seen = client.within(band.area());
        if seen.is_empty() {
            return;
        }
        let own = seen.moved(-client.left, -client.top);
        for item in &self.items[..self.shown] {
            let area = item.area();
            if !area.touches(own) {
                continue;
            }
            let area = area.moved(client.left, client.top);
            match self.words(item) {
                "" => band.fill(area.within(seen), Colour(item.ink)),
                text => {
                    let paper = (item.paper != NO_PAPER).then_some(Colour(item.paper));
                    let style = Style { ink: Colour(item.ink), paper };
                    band.text(area.within(seen), (area.left, area.top), style, text, font);
                }
            }
        }
    }

    fn words(&self, item: &Item) -> &str {
        let start = usize::from(item.start);
        let bytes = self.text.get(start..start + usize::from(item.len));
        bytes.and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn push(&mut self, mut item: Item, text: &str) -> Result<(), Refusal> {
        if item.area().is_empty() {
            return Ok(());
        }
        let is_in_parts = self.make_room(&item, text.len())?;
        // The room has been reserved, so neither of these allocates.
        item.start = self.text.len() as u16;
        self.text.extend_from_slice(text.as_bytes());
        self.items.push(item);
        if is_in_parts {
            self.finish();
        }
        Ok(())
    }

    /// Makes room for an item. A frame that is longer than the room is shown in parts; the answer
    /// is whether this is one of them.
    fn make_room(&mut self, item: &Item, bytes: usize) -> Result<bool, Refusal> {
        if self.has_room(bytes) {
            return Ok(false);
        }
        self.finish();
        self.gather();
        if !self.has_room(bytes) {
            self.drop_covered(item, bytes);
        }
        while !self.has_room(bytes) {
            if self.overflow == Overflow::Refuse || self.items.is_empty() {
                return Err(Refusal::NoRoom);
            }
            let forgotten = self.items.remove(0);
            self.shown -= 1;
            self.has_gaps = true;
            self.damage.add(forgotten.area());
            self.gather();
        }
        Ok(true)
    }

    /// Takes out what an item will cover, if that makes room for it.
    fn drop_covered(&mut self, newest: &Item, bytes: usize) {
        if !newest.is_opaque() {
            return;
        }
        // Field by field: a client that draws on and on into a full list asks this each time.
        let is_covered = |item: &Item| {
            newest.left <= item.left
                && item.right <= newest.right
                && newest.top <= item.top
                && item.bottom <= newest.bottom
        };
        let covered = self.items.iter().filter(|item| is_covered(item));
        let freed = covered.map(|item| usize::from(item.len)).reduce(|sum, len| sum + len);
        if freed.is_some_and(|freed| self.text.len() - freed + bytes <= self.quota.text) {
            self.items.retain(|item| !is_covered(item));
            self.shown = self.items.len();
            self.has_gaps = true;
            self.gather();
        }
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.items.len() < self.quota.items && self.text.len() + bytes <= self.quota.text
    }

    /// Moves the texts together.
    fn gather(&mut self) {
        if !core::mem::take(&mut self.has_gaps) {
            return;
        }
        let mut end = 0;
        for item in &mut self.items {
            let (start, len) = (usize::from(item.start), usize::from(item.len));
            self.text.copy_within(start..start + len, end);
            item.start = end as u16;
            end += len;
        }
        self.text.truncate(end);
    }

    /// What is left of an item under a newer one.
    fn left_over(&self, mut item: Item, newest: Item) -> Option<Item> {
        let (below, above) = (item.area(), newest.area());
        if !above.touches(below) {
            return Some(item);
        }
        if !newest.is_opaque() {
            // The same letters at the same place, maybe in another ink.
            let is_same =
                !item.is_opaque() && below == above && self.words(&item) == self.words(&newest);
            return (!is_same).then_some(item);
        }
        if above.covers(below) {
            return None;
        }
        if newest.top <= item.top && item.bottom <= newest.bottom {
            if newest.left <= item.left {
                self.cut_left(&mut item, newest.right);
            } else if item.right <= newest.right {
                self.cut_right(&mut item, newest.left);
            }
        } else if newest.left <= item.left && item.right <= newest.right && item.len == 0 {
            if newest.top <= item.top {
                item.top = newest.bottom;
            } else if item.bottom <= newest.bottom {
                item.bottom = newest.top;
            }
        }
        Some(item)
    }

    /// Takes away what lies left of a column; of text, whole characters.
    fn cut_left(&self, item: &mut Item, column: u16) {
        if item.len == 0 {
            item.left = column;
            return;
        }
        let count = (column - item.left) / self.extent.cell_width;
        let gone = first_characters(self.words(item), count.into()).len() as u16;
        item.start += gone;
        item.len -= gone;
        item.left += count * self.extent.cell_width;
    }

    /// Takes away what lies right of a column; of text, whole characters.
    fn cut_right(&self, item: &mut Item, column: u16) {
        if item.len == 0 {
            item.right = column;
            return;
        }
        let count = (column - item.left).div_ceil(self.extent.cell_width);
        item.len = first_characters(self.words(item), count.into()).len() as u16;
        let width = count.saturating_mul(self.extent.cell_width);
        item.right = item.right.min(item.left.saturating_add(width));
    }
}

/// The beginning of a text, so many characters long.
fn first_characters(text: &str, count: usize) -> &str {
    match text.char_indices().nth(count) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

#[cfg(test)]
mod tests;
