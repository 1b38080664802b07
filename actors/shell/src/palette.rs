//! The colours: brass and paper on a night sky.

use sdk::ui::Colour;

/// Behind everything.
pub(crate) const BACKGROUND: Colour = Colour(0x10_151d);

/// Behind the title and the status.
pub(crate) const BAR: Colour = Colour(0x1c_2531);

/// The line below the title.
pub(crate) const RULE: Colour = Colour(0x8a_6a32);

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
            Ink::Plain => Colour(0xd5_dce6),
            Ink::Dim => Colour(0x7f_8b9c),
            Ink::Accent => Colour(0xf0_b755),
            Ink::Error => Colour(0xee_7b6c),
            Ink::Entered => Colour(0xff_ffff),
        }
    }
}
