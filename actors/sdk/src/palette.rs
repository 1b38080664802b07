//! The colours of the desktop: brass and paper on a night sky. Programs that use them look as if
//! they belonged together, on the large screen and on the panel.

use crate::ui::Colour;

/// Behind all windows.
pub const DESK: Colour = Colour(0x0b_0f16);

/// Lines drawn on the desk, hardly lighter than it.
pub const ORBIT: Colour = Colour(0x18_202c);

/// What is a little more than a line there.
pub const PLANET: Colour = Colour(0x2c_3a4d);

/// Behind a window's picture.
pub const GROUND: Colour = Colour(0x12_1821);

/// Behind bars, and the empty part of a gauge.
pub const BAR: Colour = Colour(0x1c_2531);

/// A bar that stands out among others.
pub const RAISED: Colour = Colour(0x2a_3647);

/// Lines around what is not in use.
pub const EDGE: Colour = Colour(0x33_4155);

/// Lines around what is in use.
pub const RULE: Colour = Colour(0xa8_8140);

/// What leads the eye.
pub const ACCENT: Colour = Colour(0xf0_b755);

/// Text.
pub const TEXT: Colour = Colour(0xd5_dce6);

/// What goes along with it.
pub const DIM: Colour = Colour(0x7f_8b9c);

/// The brightest.
pub const BRIGHT: Colour = Colour(0xff_ffff);

/// What went wrong, or is nearly full.
pub const ALARM: Colour = Colour(0xee_7b6c);

/// What goes well.
pub const CALM: Colour = Colour(0x6f_c2a8);

/// What is neither well nor bad.
pub const COOL: Colour = Colour(0x74_a3e0);
