//! What happens to a board in a step: keys, pins, interrupts, and slices that are cut short.

use crate::scenario::catalogue::Catalogue;
use crate::scenario::check_board::Board;
use crate::scenario::check_condition::actor;
use crate::scenario::check_grant::interrupt;
use crate::scenario::check_word::level;
use crate::scenario::check_word::number;
use crate::scenario::check_word::pin;
use crate::scenario::plan::Action;
use crate::scenario::raw_step::RawPreempt;
use crate::scenario::raw_step::RawSetPin;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::word::Word;

/// A key or a chord.
pub(crate) fn press(report: &mut Report, catalogue: &dyn Catalogue, word: &Word) -> Option<Action> {
    if let Err(unknown) = catalogue.check_chord(&word.value) {
        let known = unknown.known.iter().map(String::as_str);
        let mistake = Mistake::unknown("key", &unknown.key, known);
        let mistake = mistake.label("a key such as `Enter`, or a chord such as `Ctrl+C`");
        report.refuse(word, mistake);
        return None;
    }
    Some(Action::Press(word.value.clone()))
}

/// A level on an input pin.
pub(crate) fn set_pin(report: &mut Report, board: &Board, raw: &RawSetPin) -> Option<Action> {
    let pin = report.accept(&raw.pin, pin(&raw.pin.value, board.plan.profile));
    let high = report.accept(&raw.level, level(&raw.level));
    Some(Action::SetPin { pin: pin?, high: high? })
}

/// An interrupt line.
pub(crate) fn raise(report: &mut Report, word: &Word) -> Option<Action> {
    report.accept(word, interrupt(&word.value)).map(Action::Interrupt)
}

/// The end of a slice.
pub(crate) fn preempt(report: &mut Report, board: &Board, raw: &RawPreempt) -> Option<Action> {
    let actor = actor(report, &board.plan, &raw.actor);
    let fuel = number(report, &raw.fuel, "fuel count", u64::MAX);
    Some(Action::Preempt { actor: actor?, fuel: fuel? })
}
