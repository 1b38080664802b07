//! Conditions: what a step looks for, with all its names resolved.

use abi::process::ProcessState;
use serde_saphyr::Spanned;

use crate::scenario::check_word::level;
use crate::scenario::check_word::number;
use crate::scenario::check_word::pin;
use crate::scenario::plan::ActorPlan;
use crate::scenario::plan::BoardPlan;
use crate::scenario::plan::Condition;
use crate::scenario::raw_condition::RawCondition;
use crate::scenario::raw_condition::RawMessage;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::listed;
use crate::scenario::word::Word;

/// What a condition can be about.
const SUBJECTS: [&str; 6] = ["serial", "log", "pin", "actor", "message", "frame"];

/// States that scenarios can name.
const STATES: [ProcessState; 4] =
    [ProcessState::Ready, ProcessState::Waiting, ProcessState::Sleeping, ProcessState::Dead];

/// Checks a condition on this board.
pub(crate) fn condition(
    report: &mut Report,
    board: &BoardPlan,
    raw: &Spanned<RawCondition>,
) -> Option<Condition> {
    let given = &raw.value;
    let subject = subject(report, raw)?;
    refuse_strangers(report, given, subject);
    match subject {
        "serial" => text(report, given.serial.as_ref()?).map(|text| Condition::Serial { text }),
        "log" => {
            let actor = match &given.actor {
                Some(word) => Some(actor(report, board, word)?),
                None => None,
            };
            text(report, given.log.as_ref()?).map(|text| Condition::Log { actor, text })
        }
        "pin" => {
            let word = given.pin.as_ref()?;
            let pin = report.accept(word, pin(&word.value, board.profile));
            let high = match &given.level {
                Some(word) => report.accept(word, level(word)),
                None => missing(report, raw, "level", "high"),
            };
            Some(Condition::Pin { pin: pin?, high: high? })
        }
        "actor" => {
            let actor = actor(report, board, given.actor.as_ref()?);
            let state = match &given.state {
                Some(word) => report.accept(word, state(&word.value)),
                None => missing(report, raw, "state", "dead"),
            };
            Some(Condition::Actor { actor: actor?, state: state? })
        }
        "message" => message(report, board, given.message.as_ref()?),
        _ => {
            let frame = given.frame.as_ref()?;
            text(report, &frame.value.text).map(|text| Condition::Frame { text })
        }
    }
}

/// The one thing that a condition is about.
fn subject(report: &mut Report, raw: &Spanned<RawCondition>) -> Option<&'static str> {
    let given = &raw.value;
    let is_given = [
        given.serial.is_some(),
        given.log.is_some(),
        given.pin.is_some(),
        // Beside a log, `actor` says whose it is.
        given.actor.is_some() && given.log.is_none(),
        given.message.is_some(),
        given.frame.is_some(),
    ];
    let found: Vec<&str> = SUBJECTS
        .into_iter()
        .zip(is_given)
        .filter_map(|(subject, is_given)| is_given.then_some(subject))
        .collect();
    match found.as_slice() {
        [subject] => SUBJECTS.into_iter().find(|known| known == subject),
        [] => {
            let mistake = Mistake::new("this says nothing to look for")
                .label("expected a condition")
                .hint(format!("give one of {}", listed(&SUBJECTS)));
            report.refuse(raw, mistake);
            None
        }
        several => {
            let mistake = Mistake::new("this looks for several things at once")
                .label(format!("{} are given", listed(several)))
                .hint("write one step for each");
            report.refuse(raw, mistake);
            None
        }
    }
}

/// Keys that would be read over, because they belong to another subject.
fn refuse_strangers(report: &mut Report, given: &RawCondition, subject: &str) {
    let strangers =
        [("level", given.level.as_ref(), "pin"), ("state", given.state.as_ref(), "actor")];
    for (key, word, owner) in strangers {
        if let Some(word) = word
            && owner != subject
        {
            let mistake = Mistake::new(format!("`{key}` does not belong to `{subject}`"))
                .label(format!("`{key}` goes with `{owner}`"));
            report.refuse(word, mistake);
        }
    }
}

fn missing<T>(
    report: &mut Report,
    raw: &Spanned<RawCondition>,
    key: &str,
    example: &str,
) -> Option<T> {
    let mistake = Mistake::new(format!("`{key}` is missing"))
        .label(format!("`{key}` belongs here"))
        .hint(format!("add for example `{key}: {example}`"));
    report.refuse(raw, mistake);
    None
}

/// A text to look for; the empty one would be found everywhere.
pub(crate) fn text(report: &mut Report, word: &Word) -> Option<String> {
    let mistake =
        Mistake::new("an empty text is found everywhere").label("expected at least one character");
    let is_empty = word.value.is_empty();
    report.accept(word, if is_empty { Err(mistake) } else { Ok(word.value.clone()) })
}

fn state(text: &str) -> Result<ProcessState, Mistake> {
    let found = STATES.into_iter().find(|state| state.name() == text);
    found.ok_or_else(|| Mistake::unknown("state", text, STATES.map(ProcessState::name)))
}

fn actor(report: &mut Report, board: &BoardPlan, word: &Word) -> Option<String> {
    let names = || board.actors.iter().map(|actor| actor.manifest.name.as_str());
    let found = names().find(|name| *name == word.value).map(String::from);
    report.accept(word, found.ok_or_else(|| Mistake::unknown("actor", &word.value, names())))
}

fn message(report: &mut Report, board: &BoardPlan, raw: &Spanned<RawMessage>) -> Option<Condition> {
    let given = &raw.value;
    let [from, to] = [&given.from, &given.to].map(|end| match end {
        Some(word) => actor(report, board, word).map(Some),
        None => Some(None),
    });
    let text = match &given.text {
        Some(word) => text(report, word).map(Some),
        None => Some(None),
    };
    let (from, to, text) = (from?, to?, text?);
    let opcode = match &given.opcode {
        Some(word) => Some(opcode(report, board, [&to, &from], word)?),
        None => None,
    };
    Some(Condition::Message { from, to, opcode, text })
}

/// An opcode by number, or by the name that one of these actors' programs gives it, the first
/// actor's before the second's. If neither is known, any actor's program will do.
fn opcode(
    report: &mut Report,
    board: &BoardPlan,
    ends: [&Option<String>; 2],
    word: &Word,
) -> Option<u32> {
    if word.value.starts_with(|c: char| c.is_ascii_digit()) {
        let number = number(report, word, "opcode", u64::from(u32::MAX))?;
        return u32::try_from(number).ok();
    }
    let named = ends.into_iter().flatten();
    let mut served: Vec<&ActorPlan> = named
        .filter_map(|name| board.actors.iter().find(|actor| actor.manifest.name == *name))
        .collect();
    if served.is_empty() {
        served.extend(&board.actors);
    }
    let known: Vec<_> = served.into_iter().flat_map(|actor| actor.opcodes).collect();
    let found = known.iter().find(|(_, name)| *name == word.value).map(|(opcode, _)| *opcode);
    let names = known.iter().map(|(_, name)| *name);
    report.accept(word, found.ok_or_else(|| Mistake::unknown("opcode", &word.value, names)))
}
