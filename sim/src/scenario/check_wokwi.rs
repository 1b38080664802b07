//! The steps that Wokwi's automation has too, with their parameters resolved.

use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde_saphyr::Spanned;

use crate::scenario::check_board::Board;
use crate::scenario::check_file::Files;
use crate::scenario::check_part::Part;
use crate::scenario::check_word::duration;
use crate::scenario::check_word::number;
use crate::scenario::check_word::pin;
use crate::scenario::check_word::text;
use crate::scenario::plan::Action;
use crate::scenario::plan::Condition;
use crate::scenario::plan::Touch;
use crate::scenario::raw_step::RawSerial;
use crate::scenario::raw_wokwi::RawExpectPin;
use crate::scenario::raw_wokwi::RawScreenshot;
use crate::scenario::raw_wokwi::RawSetControl;
use crate::scenario::raw_wokwi::RawTap;
use crate::scenario::raw_wokwi::RawTouch;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;

/// How long Wokwi's `touch` lasts unless it says so.
const TOUCH: Duration = Duration::from_millis(50);

/// `write-serial`.
pub(crate) fn write_serial(report: &mut Report, raw: &RawSerial) -> Option<Action> {
    match raw {
        RawSerial::Text(text) => Some(Action::WriteSerial(text.clone().into_bytes())),
        RawSerial::Bytes(words) => {
            let bytes: Vec<Option<u8>> = words
                .iter()
                .map(|word| number(report, word, "byte", 255)?.try_into().ok())
                .collect();
            let bytes: Option<Vec<u8>> = bytes.into_iter().collect();
            bytes.map(Action::WriteSerial)
        }
    }
}

/// `expect-pin`.
pub(crate) fn expect_pin(
    report: &mut Report,
    board: &Board,
    raw: &RawExpectPin,
) -> Option<Condition> {
    let pin = match board.parts.get(&raw.part_id.value) {
        // A part has one pin that matters, whatever it is called there.
        Some(Part::Button { pin, .. } | Part::Led { pin }) => Some(*pin),
        None => {
            let name = &raw.name.value;
            let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
            let name = if is_number { format!("gpio{name}") } else { name.clone() };
            report.accept(&raw.name, pin(&name, board.plan.profile))
        }
    };
    let high = number(report, &raw.value, "level", 1).map(|level| level == 1);
    Some(Condition::Pin { pin: pin?, high: high? })
}

/// `set-control`. Its only control so far is a button's.
pub(crate) fn set_control(
    report: &mut Report,
    board: &Board,
    raw: &RawSetControl,
) -> Option<Action> {
    let id = &raw.part_id;
    let buttons = board
        .parts
        .iter()
        .filter(|(_, part)| matches!(part, Part::Button { .. }))
        .map(|(id, _)| id);
    let Some(Part::Button { pin, pressed }) = board.parts.get(&id.value) else {
        let mistake = Mistake::unknown("button", &id.value, buttons.map(String::as_str));
        let mistake = if board.parts.is_empty() {
            mistake.hint("say how it is wired: `parts: { btn1: { button: gpio4 } }`")
        } else {
            mistake
        };
        report.refuse(id, mistake);
        return None;
    };
    if raw.name.value != "pressed" {
        report.refuse(&raw.name, Mistake::unknown("control", &raw.name.value, ["pressed"]));
        return None;
    }
    let value = number(report, &raw.value, "state of a button", 1)?;
    Some(Action::SetPin { pin: *pin, high: (value == 1) == *pressed })
}

/// `touch`.
pub(crate) fn tap(report: &mut Report, board: &Board, raw: &RawTap) -> Option<Action> {
    let duration = match &raw.duration {
        Some(word) => duration(report, word)?,
        None => TOUCH,
    };
    let wait = match raw.wait.as_ref().map(|word| (word, word.value.as_str())) {
        None | Some((_, "false")) => false,
        Some((_, "true")) => true,
        Some((word, other)) => {
            report.refuse(word, Mistake::unknown("answer", other, ["true", "false"]));
            return None;
        }
    };
    touch_at(report, board, [&raw.x, &raw.y], Touch::Tap { duration, wait })
}

/// `touch-press`, `touch-move` and `touch-release`.
pub(crate) fn touch(
    report: &mut Report,
    board: &Board,
    raw: &RawTouch,
    touch: Touch,
) -> Option<Action> {
    touch_at(report, board, [&raw.x, &raw.y], touch)
}

fn touch_at(report: &mut Report, board: &Board, place: [&Word; 2], touch: Touch) -> Option<Action> {
    let (width, height) = board.plan.profile.screen();
    let x = number(report, place[0], "column of this screen", u64::from(width) - 1);
    let y = number(report, place[1], "row of this screen", u64::from(height) - 1);
    Some(Action::Touch { x: x?.try_into().ok()?, y: y?.try_into().ok()?, touch })
}

/// `take-screenshot`.
pub(crate) fn take_screenshot(
    report: &mut Report,
    files: &Files,
    place: &Spanned<RawScreenshot>,
) -> Option<Action> {
    let raw = &place.value;
    if raw.save_to.is_none() && raw.compare_with.is_none() {
        let mistake = Mistake::new("this picture would be seen by nobody")
            .label("expected `save-to` or `compare-with`")
            .hint("or write `snapshot: frame`");
        report.refuse(place, mistake);
        return None;
    }
    let save_to = match &raw.save_to {
        Some(word) => Some(report.accept(word, output_path(&word.value))?),
        None => None,
    };
    let compare_with = match &raw.compare_with {
        Some(word) => Some(files.find(report, word)?),
        None => None,
    };
    Some(Action::TakeScreenshot { save_to, compare_with })
}

/// A path that stays inside the run's output.
fn output_path(text: &str) -> Result<PathBuf, Mistake> {
    let is_inside = |part: Component| matches!(part, Component::Normal(_) | Component::CurDir);
    let path = Path::new(text);
    if path.file_name().is_some() && path.components().all(is_inside) {
        return Ok(path.into());
    }
    Err(Mistake::new(format!("{} leaves the output folder", quoted(text)))
        .label("expected a relative path without `..`")
        .hint("write for example `save-to: screen.png`"))
}

/// `wait-serial`.
pub(crate) fn wait_serial(report: &mut Report, raw: &Word) -> Option<Condition> {
    text(report, raw).map(|text| Condition::Serial { text })
}
