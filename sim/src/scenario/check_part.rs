//! Parts: what Wokwi's steps mean by `part-id`. They stand under `parts`, or in the `diagram.json`
//! beside a scenario that has none, where Wokwi draws them.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use crate::scenario::check_file::Files;
use crate::scenario::check_word::pin;
use crate::scenario::diagram::Diagram;
use crate::scenario::profile::ProfileName;
use crate::scenario::raw::RawPart;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::word::Entries;

/// A part and the pin that it is wired to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A button.
    Button {
        /// The pin that it drives.
        pin: u8,
        /// The level of that pin while it is pressed.
        pressed: bool,
    },
    /// A LED.
    Led {
        /// The pin that drives it.
        pin: u8,
    },
}

/// The parts of one board by name.
pub(crate) type Parts = BTreeMap<String, Part>;

/// Checks the parts of a board.
pub(crate) fn parts(
    report: &mut Report,
    files: &Files,
    profile: ProfileName,
    raw: Option<&Spanned<Entries<Spanned<RawPart>>>>,
) -> Parts {
    match raw {
        Some(raw) => listed_parts(report, profile, &raw.value),
        None => files.diagram().map_or_else(Parts::new, |text| drawn_parts(profile, &text)),
    }
}

fn listed_parts(
    report: &mut Report,
    profile: ProfileName,
    raw: &Entries<Spanned<RawPart>>,
) -> Parts {
    let mut parts = Parts::new();
    for (name, part) in &raw.0 {
        let (word, is_button) = match (&part.value.button, &part.value.led) {
            (Some(word), None) => (word, true),
            (None, Some(word)) => (word, false),
            _ => {
                let mistake = Mistake::new("a part is either a `button` or a `led`")
                    .label("exactly one of them")
                    .hint("write for example `{ button: gpio4 }`");
                report.refuse(part, mistake);
                continue;
            }
        };
        let Some(pin) = report.accept(word, pin(&word.value, profile)) else { continue };
        let part = if is_button { Part::Button { pin, pressed: false } } else { Part::Led { pin } };
        parts.insert(name.value.clone(), part);
    }
    parts
}

/// The buttons and LEDs of a diagram that are wired to a pin of this board. Parts that we do not
/// know are no mistake: only a step that names one is.
fn drawn_parts(profile: ProfileName, text: &str) -> Parts {
    let Some(diagram) = Diagram::read(text) else { return Parts::new() };
    let has = |pin: &u8| *pin < profile.pins();
    let mut parts = Parts::new();
    for (id, kind) in diagram.parts() {
        let part = match kind {
            "wokwi-pushbutton" | "wokwi-pushbutton-6mm" => {
                let (one, other) = (diagram.reached(id, "1."), diagram.reached(id, "2."));
                let pin = one.pins.iter().chain(&other.pins).copied().find(has);
                // A button that does not lead to ground leads to the supply.
                let pressed = !(one.is_ground || other.is_ground);
                pin.map(|pin| Part::Button { pin, pressed })
            }
            "wokwi-led" => {
                let pin = diagram.reached(id, "A").pins.iter().copied().find(has);
                pin.map(|pin| Part::Led { pin })
            }
            _ => None,
        };
        if let Some(part) = part {
            parts.insert(id.into(), part);
        }
    }
    parts
}
