//! What colours mean here.

use sdk::palette;
use sdk::ui::Colour;

/// Behind everything.
pub(crate) const BACKGROUND: Colour = palette::GROUND;

/// What a line of text is, and so its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// What was asked for.
    Plain,
    /// What goes along with it.
    Dim,
    /// What leads the eye.
    Accent,
    /// What went wrong.
    Error,
    /// A command that was entered, behind its prompt.
    Entered,
}

impl Ink {
    pub(crate) const fn colour(self) -> Colour {
        match self {
            Ink::Plain => palette::TEXT,
            Ink::Dim => palette::DIM,
            Ink::Accent => palette::ACCENT,
            Ink::Error => palette::ALARM,
            Ink::Entered => palette::BRIGHT,
        }
    }
}
