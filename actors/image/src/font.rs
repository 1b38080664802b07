//! The fonts that the ui server can be given: PSF2 with a unicode table.
//!
//! They are Spleen by Frederic Cambus (BSD-2-Clause), cut down to the characters that a terminal
//! needs; licence and origin lie beside them.

/// One font.
#[derive(Clone, Copy, Debug)]
pub struct Font {
    /// Its name: family and cell size.
    pub name: &'static str,
    /// The file.
    pub psf: &'static [u8],
}

/// The fonts, the largest first.
pub static FONTS: &[Font] = &[
    Font { name: "spleen-8x16", psf: include_bytes!("../../ui_server/fonts/spleen-8x16.psf") },
    Font { name: "spleen-6x12", psf: include_bytes!("../../ui_server/fonts/spleen-6x12.psf") },
];

/// The font of this name.
pub fn font(name: &str) -> Option<&'static Font> {
    FONTS.iter().find(|font| font.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_are_psf2_with_a_unicode_table() {
        for font in FONTS {
            assert_eq!(font.psf[..4], [0x72, 0xb5, 0x4a, 0x86], "{}", font.name);
            assert_eq!(font.psf[12] & 1, 1, "{}", font.name);
        }
    }
}
