//! What is on a chip before it is flashed: nothing, something of ours, or somebody else's.

use emulator::esp32c6::partition::TABLE;
use emulator::esp32c6::partition::Table;

use crate::partition::HOME;
use crate::partition::IMAGE;

/// Where to begin to read: at the table of partitions.
pub(super) const AT: usize = TABLE as usize;

/// Where applications are, as long as nobody says otherwise.
const APPLICATION: usize = 0x1_0000;

/// Bytes to read: up to the first sector of the application.
pub(super) const LEN: usize = APPLICATION + 0x1000 - AT;

/// The application's description, behind the headers of its image and of the first segment
/// (ESP-IDF, `esp_app_desc.h`): a magic number, a version, a name.
const DESCRIPTION: usize = APPLICATION - AT + 0x20;
const MAGIC: [u8; 4] = 0xabcd_5432_u32.to_le_bytes();
const VERSION: usize = 0x10;
const NAME: usize = 0x30;
const TEXT_BYTES: usize = 32;

/// What our firmware is called: its package.
const OURS: &str = "board_esp32c6";

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The flash is erased.
    Nothing,
    /// Firmware of ours with its partitions.
    Ours,
    /// Something else: in words.
    Other(String),
}

impl Found {
    /// What these bytes of a flash are, from [`AT`] on.
    pub(super) fn of(bytes: &[u8]) -> Found {
        if bytes.iter().all(|byte| *byte == u8::MAX) {
            return Found::Nothing;
        }
        let description = bytes.get(DESCRIPTION..).filter(|rest| rest.starts_with(&MAGIC));
        let Some(description) = description else {
            return Found::Other("something that is no application".to_owned());
        };
        let (name, version) = (text(description, NAME), text(description, VERSION));
        // Where the table is, it is read at its place in a whole flash.
        let flash = [&vec![u8::MAX; AT][..], bytes].concat();
        let table = Table::read(&flash);
        if name == OURS && [IMAGE, HOME].iter().all(|name| table.find(name).is_some()) {
            return Found::Ours;
        }
        Found::Other(format!("the application `{name}` {version}").trim_end().to_owned())
    }
}

/// Text of a description. Whatever a terminal might obey is left out.
fn text(description: &[u8], at: usize) -> String {
    let bytes = description.get(at..at + TEXT_BYTES).unwrap_or_default();
    let text = bytes.iter().take_while(|byte| **byte != 0).filter(|byte| byte.is_ascii_graphic());
    text.map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A flash with our partitions and an application of this name.
    fn with(name: &str) -> Vec<u8> {
        let mut flash = crate::partition::flash(b"orrery", &[]).unwrap();
        let at = AT + DESCRIPTION;
        flash[at..at + 4].copy_from_slice(&MAGIC);
        flash[at + VERSION..at + NAME + TEXT_BYTES].fill(0);
        flash[at + VERSION..at + VERSION + 5].copy_from_slice(b"1.2.3");
        flash[at + NAME..at + NAME + name.len()].copy_from_slice(name.as_bytes());
        flash[AT..AT + LEN].to_vec()
    }

    #[test]
    fn ours_is_known_by_its_name_and_its_partitions() {
        assert_eq!(Found::of(&with(OURS)), Found::Ours);
        let other = Found::Other("the application `blink` 1.2.3".to_owned());
        assert_eq!(Found::of(&with("blink")), other);
        let mut moved = with(OURS);
        moved[..0xc00].fill(u8::MAX);
        assert_eq!(Found::of(&moved), Found::Other(format!("the application `{OURS}` 1.2.3")));
    }

    #[test]
    fn an_erased_flash_is_nothing_and_anything_else_is_somebody_s() {
        assert_eq!(Found::of(&vec![u8::MAX; LEN]), Found::Nothing);
        for len in [1, 0x20, 0xc00, DESCRIPTION, DESCRIPTION + 4, LEN] {
            assert!(matches!(Found::of(&vec![0; len]), Found::Other(_)), "{len}");
        }
        let other = Found::of(&with("bl\x1b[2Jink"));
        assert_eq!(other, Found::Other("the application `bl[2Jink` 1.2.3".to_owned()));
    }
}
