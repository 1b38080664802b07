//! Drawn scenarios: boards, actors of the image, drawn modules that call everything with anything,
//! supervisors, flash, wires; and keys, bytes, pins, interrupts, ends of slices, flipped bits and
//! power cuts that happen to them. The same scenario on wasmi, on wasmtime and in place is the same
//! trace, byte for byte, with the same screens, serial lines, flash and authority.
//!
//! `cargo test -p tests drawn::` plays a few, and
//! `cargo test --release -p tests -- --ignored drawn::` ten thousand. `DRAWN_SEED=…` begins
//! elsewhere, `DRAWN_CASES=…` plays another number. One that differs is made as small as it goes,
//! stays as a file, and the commands that repeat it are printed.

mod draft;
mod cast;
mod step;
mod judge;

use std::cell::Cell;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Once;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::engine::why_on_wasmi;

use crate::drawn::cast::population;
use crate::drawn::draft::Draft;
use crate::drawn::judge::Differs;
use crate::drawn::judge::forget;
use crate::drawn::judge::parted;
use crate::drawn::judge::played;
use crate::drawn::judge::shrunk;
use crate::drawn::judge::smallest;
use crate::drawn::step::steps;
use crate::fuzz::draw::Draw;
use crate::fuzz::import::Import;
use crate::fuzz::import::imports;

/// Scenarios of the short run.
const FEW: u64 = 24;

/// Scenarios of the long one.
const MANY: u64 = 10_000;

/// What a run is worth at least, per scenario: lines of traces.
const LINES_MIN: usize = 20;

/// Both runs.
pub(crate) fn trials() -> Vec<Trial> {
    let short = Trial::test("drawn::no_engine_is_told_from_another", || run(FEW));
    let long = Trial::test("drawn::no_engine_is_told_from_another_in_many_worlds", || run(MANY));
    let small = Trial::test("drawn::what_differs_is_made_as_small_as_it_goes", made_small);
    let bit = Trial::test("drawn::a_bit_of_the_flash_is_a_difference", one_bit);
    vec![short, long.with_ignored_flag(true), small, bit]
}

/// The same scenario is no difference, and one bit more that flips in it is one.
fn one_bit() -> Result<(), Failed> {
    let known = imports();
    let has_flash =
        |draft: &Draft| draft.boards[0].parts.iter().any(|part| part.starts_with("flash"));
    let draft = (1..).map(|seed| draft(seed, &known)).find(has_flash).expect("one in two has it");
    let mut other = draft.clone();
    let board = other.boards[0].name;
    other.steps.insert(0, format!("board: {board}, flip-bit: {{ at: 65535, bit: 0 }}"));
    let folder = folder(draft.seed).with_extension("bit");
    assert_eq!(parted(&draft, &draft, &folder), None);
    let why = parted(&draft, &other, &folder);
    forget(&folder);
    assert!(why.is_some(), "nobody has noticed the bit in {}", other.text());
    Ok(())
}

/// Of all the scenarios with a power cut nothing is left but a board and that step.
fn made_small() -> Result<(), Failed> {
    let known = imports();
    let cuts = |draft: &Draft| draft.steps.iter().any(|step| step.contains("cut-power"));
    let drafts = (1..).map(|seed| draft(seed, &known)).filter(cuts);
    for draft in drafts.take(3) {
        let fails = |draft: &Draft| (cuts(draft) && !draft.boards.is_empty()).then(|| draft.text());
        let (small, text) = smallest(draft, fails);
        assert_eq!(Some(small.text()), text, "the last that failed is the smallest");
        assert_eq!((small.boards.len(), small.steps.len()), (1, 1), "{}", small.text());
        let board = &small.boards[0];
        assert!(board.actors.is_empty() && board.parts.is_empty(), "{}", small.text());
    }
    Ok(())
}

thread_local! {
    /// The seed of the scenario that this thread plays.
    static SEED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Lets every panic say in which scenario it was: one inside a call of the kernel cannot be caught.
fn name_the_case() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if let Some(seed) = SEED.get() {
                eprintln!("drawn scenario {seed}: {}", folder(seed).display());
            }
            usual(panic);
        }));
    });
}

/// Plays so many, unless the environment says otherwise.
fn run(cases: u64) -> Result<(), Failed> {
    name_the_case();
    let known = imports();
    let (first, cases) = (number("DRAWN_SEED", 1), number("DRAWN_CASES", cases));
    let (mut lines, mut preempts, mut modules, mut compiled) = (0, 0, 0, 0);
    for seed in first..first.saturating_add(cases) {
        SEED.set(Some(seed));
        let draft = draft(seed, &known);
        let played = played(&draft, &folder(seed)).map_err(|differs| failed(&draft, &differs))?;
        forget(&folder(seed));
        lines += played.lines;
        preempts += played.preempts;
        modules += draft.files.len();
        compiled += draft.files.iter().filter(|(_, wasm)| why_on_wasmi(wasm).is_none()).count();
    }
    SEED.set(None);
    println!(
        "drawn: {cases} scenarios from seed {first} agree on three engines: {lines} lines, \
         {preempts} slices that ran out, {compiled} of {modules} drawn modules ran on wasmtime"
    );
    // A run in which hardly anything happens, or all of it on one engine, proves nothing.
    if lines < LINES_MIN * cases as usize || 2 * compiled < modules {
        return Err(Failed::from("the drawn scenarios do too little"));
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a person chooses what is drawn")]
fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn folder(seed: u64) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("drawn").join(seed.to_string())
}

/// The scenario of a seed.
fn draft(seed: u64, known: &[Import]) -> Draft {
    let mut draw = Draw::new(seed);
    let names = if draw.one_in(4) { &["left", "right"][..] } else { &["left"] };
    let mut boards: Vec<_> = names.iter().map(|name| population(&mut draw, known, name)).collect();
    let steps = steps(&mut draw, &boards);
    let is_wired = 1 < boards.len() && draw.one_in(2);
    let wires = if is_wired { vec!["left.gpio2 -> right.gpio4".to_owned()] } else { Vec::new() };
    let files = boards.iter_mut().flat_map(|board| std::mem::take(&mut board.files)).collect();
    let boards = boards.into_iter().map(|board| board.board).collect();
    Draft { seed, boards, wires, steps, files }
}

/// What is said of a scenario that differs, made small.
fn failed(draft: &Draft, differs: &Differs) -> Failed {
    let folder = folder(draft.seed);
    let (small, why) = shrunk(draft.clone(), differs, &folder);
    let (engine, file) = (differs.engine.text(), folder.join("scenario.yaml"));
    let (file, first) = (file.display(), &differs.why);
    Failed::from(format!(
        "drawn scenario {}: {engine} is not as wasmi: {first}\n\nmade small: {why}\n\n{}\n\
         to repeat it:\n    cargo run test {file} --engine wasmi --out out/wasmi\n    \
         cargo run test {file} --engine {engine} --out out/{engine} --same-as out/wasmi",
        draft.seed,
        small.text(),
    ))
}
