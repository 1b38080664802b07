//! Power and storage in steps: cuts, what comes after them, and what must lie on the flash.

use devices::flash::CutMode;
use serde_saphyr::Spanned;

use crate::scenario::check_word::number;
use crate::scenario::check_word::number_within;
use crate::scenario::check_word::size;
use crate::scenario::check_word::text;
use crate::scenario::plan::Action;
use crate::scenario::plan::BoardPlan;
use crate::scenario::plan::Condition;
use crate::scenario::plan::FileFact;
use crate::scenario::plan::StoragePath;
use crate::scenario::raw_power::RawCut;
use crate::scenario::raw_power::RawCutPower;
use crate::scenario::raw_power::RawFile;
use crate::scenario::raw_power::RawFlipBit;
use crate::scenario::raw_power::RawTree;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;

/// How far an operation comes unless it is said.
const MODE: CutMode = CutMode::Torn;

/// A mode by its name.
pub(crate) fn mode(text: &str) -> Result<CutMode, Mistake> {
    let known = CutMode::ALL.map(CutMode::name);
    CutMode::from_name(text).ok_or_else(|| Mistake::unknown("mode of a power cut", text, known))
}

/// A cut with an operation of the flash.
pub(crate) fn planned(
    report: &mut Report,
    board: &BoardPlan,
    raw: &Spanned<RawCutPower>,
    cut: &RawCut,
) -> Option<Action> {
    require_flash(report, board, raw)?;
    let given = &cut.mode;
    let mode = match given {
        Some(word) => report.accept(word, mode(&word.value))?,
        None => MODE,
    };
    let Some(word) = &cut.operation else {
        let mistake = Mistake::new("when does power go?")
            .label("`operation` or `during` is missing")
            .hint("write `cut-power: torn` for now, or for example `{ operation: 3 }`");
        report.refuse(raw, mistake);
        return None;
    };
    let after = number_within(report, word, "number of an operation", 1..=u64::from(u32::MAX))?;
    Some(Action::CutPower { mode, operation: Some(after) })
}

/// Keys that go with another kind of cut.
pub(crate) fn refuse_strangers(report: &mut Report, cut: &RawCut) {
    let mut refuse = |word: Option<&Word>, key: &str, owner: &str| {
        if let Some(word) = word {
            let mistake = Mistake::new(format!("`{key}` does not belong here"))
                .label(format!("`{key}` goes with `{owner}`"));
            report.refuse(word, mistake);
        }
    };
    if cut.during.is_some() {
        refuse(cut.mode.as_ref(), "mode", "operation");
        refuse(cut.operation.as_ref(), "operation", "mode");
    } else {
        refuse(cut.again.as_ref(), "again", "during");
        refuse(cut.modes.as_ref().and_then(|modes| modes.first()), "modes", "during");
    }
}

/// The board must have flash for this.
pub(crate) fn require_flash<T>(
    report: &mut Report,
    board: &BoardPlan,
    raw: &Spanned<T>,
) -> Option<()> {
    if board.flash.is_some() {
        return Some(());
    }
    let mistake = Mistake::new("this board has no flash")
        .label("there is nothing that could be cut short or looked at")
        .hint("give it one: `flash: {}` is a blank chip of 1 MiB, all of it `home`");
    report.refuse(raw, mistake);
    None
}

/// A bit that flips.
pub(crate) fn flip_bit(
    report: &mut Report,
    board: &BoardPlan,
    raw: &Spanned<RawFlipBit>,
) -> Option<Action> {
    require_flash(report, board, raw)?;
    let last = board.flash.as_ref()?.image.len() as u64 - 1;
    let at = number(report, &raw.value.at, "byte of the flash", last);
    let bit = number(report, &raw.value.bit, "bit", 7);
    // A chip has less than 32 bits count.
    Some(Action::FlipBit { at: at? as u32, bit: bit? as u8 })
}

/// What a file must be.
pub(crate) fn file(
    report: &mut Report,
    board: &BoardPlan,
    raw: &Spanned<RawFile>,
) -> Option<Condition> {
    require_flash(report, board, raw)?;
    let given = &raw.value;
    let path = report.accept(&given.path, storage_path(board, &given.path.value));
    let is_absent = given.absent.as_ref().is_some_and(|absent| absent.value);
    let mut facts = Vec::new();
    if let Some(word) = &given.is {
        facts.push(FileFact::Is(word.value.clone()));
    }
    if let Some(word) = &given.holds {
        facts.push(FileFact::Holds(text(report, word)?));
    }
    if let Some(word) = &given.size {
        facts.push(FileFact::Size(size(report, word)?));
    }
    if is_absent {
        facts.push(FileFact::Absent);
    }
    if 1 < facts.len() {
        let mistake = Mistake::new("this says several things of the file")
            .label("expected one of `is`, `holds`, `size` and `absent`")
            .hint("write one step for each");
        report.refuse(raw, mistake);
        return None;
    }
    let fact = facts.pop().unwrap_or(FileFact::Exists);
    Some(Condition::File { path: path?, fact })
}

/// What must lie below a directory.
pub(crate) fn tree(
    report: &mut Report,
    board: &BoardPlan,
    raw: &Spanned<RawTree>,
) -> Option<Condition> {
    require_flash(report, board, raw)?;
    let path = report.accept(&raw.value.path, storage_path(board, &raw.value.path.value));
    let paths = raw.value.is.iter().map(|word| word.value.clone());
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    Some(Condition::Tree { path: path?, paths })
}

/// A partition and a path on it.
fn storage_path(board: &BoardPlan, text: &str) -> Result<StoragePath, Mistake> {
    let mistake = || {
        Mistake::new(format!("{} is not a path on the flash", quoted(text)))
            .label("expected a slash, a partition, and perhaps a path on it")
            .hint("write for example `/home/notes.txt`")
    };
    let (partition, path) = match text.strip_prefix('/').ok_or_else(mistake)?.split_once('/') {
        Some((partition, path)) => (partition, path.trim_end_matches('/')),
        None => (text.trim_start_matches('/'), ""),
    };
    let known = board.flash.iter().flat_map(|flash| flash.partitions.keys().map(String::as_str));
    if !known.clone().any(|name| name == partition) {
        return Err(Mistake::unknown("partition", partition, known));
    }
    Ok(StoragePath { partition: partition.into(), path: path.into() })
}
