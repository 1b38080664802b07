//! What every scenario can use without bringing it along: the actors of the first image, the
//! fonts that fit the screens, and the keys of the keyboard.

use std::borrow::Cow;

use devices::keyboard;
use image::program::Program;
use kernel::manifest::Region;

use crate::scenario::catalogue::Catalogue;
use crate::scenario::catalogue::UnknownKey;
use crate::scenario::profile::ProfileName;

/// The image as a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Stock;

impl Catalogue for Stock {
    fn programs(&self) -> &[Program] {
        image::PROGRAMS
    }

    fn regions(&self, profile: ProfileName) -> Vec<Region> {
        let font = image::font(profile.font()).expect("the image has the profiles' fonts");
        vec![Region { name: "font".to_owned(), bytes: Cow::Borrowed(font.psf) }]
    }

    fn check_chord(&self, chord: &str) -> Result<(), UnknownKey> {
        let known = || keyboard::names().map(str::to_owned).collect();
        keyboard::chord(chord).map(drop).map_err(|key| UnknownKey { key, known: known() })
    }
}
