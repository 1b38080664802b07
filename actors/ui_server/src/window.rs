//! A client's picture with a frame around it.

use alloc::string::String;
use sdk::capability::Owned;
use sdk::palette;

use crate::area::Area;
use crate::band::Band;
use crate::band::Style;
use crate::band::Target;
use crate::font::Font;
use crate::list::DisplayList;
use crate::theme::Theme;

/// Pixels of the line around it.
const EDGE: i32 = 1;

/// Characters of a title that are kept.
const TITLE_MAX: usize = 24;

/// Whose window it is: of a client, the one that it uses a capability with this badge for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) client: u64,
    pub(crate) badge: u64,
}

/// A window.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) key: Key,
    /// How many were opened before it; it stays the same in any order on the desk.
    pub(crate) serial: u32,
    pub(crate) title: String,
    /// Where the client is told what is done to it.
    pub(crate) endpoint: Owned,
    /// Where the client's picture lies on the screen.
    pub(crate) client: Area,
    pub(crate) list: DisplayList,
}

/// The beginning of a title, without what is no text.
pub(crate) fn title(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(TITLE_MAX).collect()
}

/// How much a frame adds on the left, above, on the right and below.
pub(crate) fn frame_around(client: Area, theme: &Theme) -> Area {
    let frame = client.grown(EDGE);
    Area { top: frame.top - theme.bar_height(), ..frame }
}

impl Window {
    /// The window without its shadow.
    pub(crate) fn frame(&self, theme: &Theme) -> Area {
        frame_around(self.client, theme)
    }

    /// All pixels that look different because of it.
    pub(crate) fn extent(&self, theme: &Theme) -> Area {
        let frame = self.frame(theme);
        frame.around(frame.moved(theme.shadow, theme.shadow))
    }

    /// The bar by which it is moved.
    pub(crate) fn title_bar(&self, theme: &Theme) -> Area {
        Area { bottom: self.client.top, ..self.frame(theme) }
    }

    /// Paints the part that lies in the band.
    pub(crate) fn paint<T: Target>(
        &self,
        band: &mut Band<T>,
        theme: &Theme,
        font: &Font,
        is_focused: bool,
    ) {
        let frame = self.frame(theme);
        if !self.extent(theme).touches(band.area()) {
            return;
        }
        let shadow = frame.moved(theme.shadow, theme.shadow);
        band.shade(Area { left: frame.right, ..shadow });
        band.shade(Area { top: frame.bottom, right: frame.right, ..shadow });
        let (edge, bar, ink) = match is_focused {
            true => (palette::RULE, palette::RAISED, palette::ACCENT),
            false => (palette::EDGE, palette::BAR, palette::DIM),
        };
        for side in [
            Area { bottom: frame.top + EDGE, ..frame },
            Area { top: frame.bottom - EDGE, ..frame },
            Area { right: frame.left + EDGE, ..frame },
            Area { left: frame.right - EDGE, ..frame },
        ] {
            band.fill(side, edge);
        }
        let inside = frame.grown(-EDGE);
        let title_bar = Area { bottom: self.client.top - EDGE, ..inside };
        band.fill(title_bar, bar);
        band.fill(Area { top: title_bar.bottom, bottom: self.client.top, ..inside }, edge);
        let style = Style { ink, paper: None };
        let place = theme.bar_text(self.title_bar(theme));
        band.text(title_bar, place, style, &self.title, font);
        if !self.list.hides_ground() {
            band.fill(self.client, palette::GROUND);
        }
        self.list.paint(band, self.client, font);
    }
}
