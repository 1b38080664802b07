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

    /// The control character that stands in a line where this ink begins. No other control
    /// character stands there.
    pub(crate) const fn mark(self) -> char {
        (self as u8 + 1) as char
    }

    /// The inverse of [`Ink::mark`].
    pub(crate) fn of_mark(character: char) -> Option<Ink> {
        let inks = [Ink::Plain, Ink::Dim, Ink::Accent, Ink::Error, Ink::Entered];
        inks.into_iter().find(|ink| ink.mark() == character)
    }

    /// What a number of a VT100's sequence for colours means (ECMA-48, chapter 8.3.117); `None` is
    /// what the line began with, or no colour.
    pub(crate) fn of_number(number: u8) -> Option<Ink> {
        match number {
            1 | 37 | 97 => Some(Ink::Entered),
            2 | 30 | 90 => Some(Ink::Dim),
            31 | 91 => Some(Ink::Error),
            32..=36 | 92..=96 => Some(Ink::Accent),
            _ => None,
        }
    }

    /// The sequence that gives a terminal this ink.
    pub(crate) const fn sequence(self) -> &'static str {
        match self {
            Ink::Plain => "\x1b[0m",
            Ink::Dim => "\x1b[0;2m",
            Ink::Accent => "\x1b[0;36m",
            Ink::Error => "\x1b[0;31m",
            Ink::Entered => "\x1b[0;1m",
        }
    }
}
