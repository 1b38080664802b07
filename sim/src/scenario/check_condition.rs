//! Conditions: what a step looks for, with all its names resolved.

use abi::exit::ExitKind;
use abi::process::ProcessState;
use serde_saphyr::Spanned;

use crate::scenario::check_grant::Objects;
use crate::scenario::check_power::file;
use crate::scenario::check_power::tree;
use crate::scenario::check_word::level;
use crate::scenario::check_word::number;
use crate::scenario::check_word::number_within;
use crate::scenario::check_word::pin;
use crate::scenario::check_word::text;
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
const SUBJECTS: [&str; 9] =
    ["serial", "log", "pin", "actor", "message", "frame", "file", "tree", "power"];

/// States that scenarios can name.
const STATES: [ProcessState; 4] =
    [ProcessState::Ready, ProcessState::Waiting, ProcessState::Sleeping, ProcessState::Dead];

/// What a condition can say of an actor.
const FACTS: [&str; 5] = ["state", "restarts", "generation", "exited", "reaches"];

/// Exits that scenarios can name.
const EXITS: [ExitKind; 4] =
    [ExitKind::Normal, ExitKind::Killed, ExitKind::Abnormal, ExitKind::Linked];

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
            let fact = fact(report, raw)?;
            about_actor(report, board, actor, fact)
        }
        "message" => message(report, board, given.message.as_ref()?),
        "file" => file(report, board, given.file.as_ref()?),
        "tree" => tree(report, board, given.tree.as_ref()?),
        "power" => {
            let word = given.power.as_ref()?;
            report.accept(word, power(&word.value)).map(|on| Condition::Power { on })
        }
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
        given.file.is_some(),
        given.tree.is_some(),
        given.power.is_some(),
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
    let facts = facts(given).map(|(key, word)| (key, word, "actor"));
    let strangers = [("level", given.level.as_ref(), "pin")].into_iter().chain(facts);
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

/// All that could be said of an actor.
fn facts(given: &RawCondition) -> [(&'static str, Option<&Word>); FACTS.len()] {
    let words = [&given.state, &given.restarts, &given.generation, &given.exited, &given.reaches];
    std::array::from_fn(|index| (FACTS[index], words[index].as_ref()))
}

/// The one thing that is said of an actor.
fn fact<'c>(
    report: &mut Report,
    raw: &'c Spanned<RawCondition>,
) -> Option<(&'static str, &'c Word)> {
    let given = facts(&raw.value).into_iter().filter_map(|(key, word)| Some((key, word?)));
    let given: Vec<(&str, &Word)> = given.collect();
    match given.as_slice() {
        [fact] => return Some(*fact),
        [] => {
            let mistake = Mistake::new("this says nothing about the actor")
                .label("what does it do?")
                .hint(format!("give one of {}", listed(&FACTS)));
            report.refuse(raw, mistake);
        }
        [_, (_, second), ..] => {
            let names: Vec<&str> = given.iter().map(|(key, _)| *key).collect();
            let mistake = Mistake::new("this looks for several things at once")
                .label(format!("{} are given", listed(&names)))
                .hint("write one step for each");
            report.refuse(second, mistake);
        }
    }
    None
}

fn about_actor(
    report: &mut Report,
    board: &BoardPlan,
    actor: Option<String>,
    (key, word): (&str, &Word),
) -> Option<Condition> {
    match key {
        "state" => {
            let state = report.accept(word, state(&word.value))?;
            Some(Condition::Actor { actor: actor?, state })
        }
        "restarts" => {
            let count = number(report, word, "number of restarts", u64::from(u32::MAX))?;
            Some(Condition::Restarts { actor: actor?, count: u32::try_from(count).ok()? })
        }
        "generation" => {
            let lives = 1..=u64::from(u32::MAX >> 1);
            let generation = number_within(report, word, "generation", lives)?;
            let generation = u32::try_from(generation).ok()?;
            Some(Condition::Generation { actor: actor?, generation })
        }
        "exited" => {
            let found = EXITS.into_iter().find(|kind| kind.name() == word.value);
            let unknown = || Mistake::unknown("exit", &word.value, EXITS.map(ExitKind::name));
            let kind = report.accept(word, found.ok_or_else(unknown))?;
            Some(Condition::Exited { actor: actor?, kind })
        }
        _ => {
            let object = report.accept(word, Objects::of(board).find(&word.value))?;
            Some(Condition::Reaches { actor: actor?, object })
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

fn power(text: &str) -> Result<bool, Mistake> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Mistake::unknown("state of power", text, ["on", "off"])),
    }
}

fn state(text: &str) -> Result<ProcessState, Mistake> {
    let found = STATES.into_iter().find(|state| state.name() == text);
    found.ok_or_else(|| Mistake::unknown("state", text, STATES.map(ProcessState::name)))
}

/// The actor that a word names.
pub(crate) fn actor(report: &mut Report, board: &BoardPlan, word: &Word) -> Option<String> {
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
