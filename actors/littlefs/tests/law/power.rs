//! Whenever the power goes, the tree is what it was before the operation or what it is after it.

use littlefs::Config;
use littlefs::Error;
use littlefs::Filesystem;
use proptest::prelude::*;

use crate::model::Drawn;
use crate::model::Operation;
use crate::model::Tree;
use crate::model::difference;
use crate::model::drawn;
use crate::model::expect;
use crate::model::perform;
use crate::model::tree;
use crate::ram::Cut;
use crate::ram::Dead;
use crate::ram::Ram;

const CUTS: [Cut; 3] = [Cut::Before, Cut::Half, Cut::Torn];

/// What a person does first after the power came back: it must work.
const PROBE: &str = "probe";

/// What cuts found out.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    cuts: u64,
    second_cuts: u64,
    /// Cuts after which the operation was done.
    done: u64,
}

fn config<const WORD: usize, const SECTOR: usize>(flash: &Ram<WORD, SECTOR>) -> Config {
    Config { block_cycles: Some(5), ..Config::of(flash) }
}

fn mounted<const WORD: usize, const SECTOR: usize>(
    flash: Ram<WORD, SECTOR>,
) -> Result<Filesystem<Ram<WORD, SECTOR>>, Box<(Ram<WORD, SECTOR>, Error<Dead>)>> {
    let config = config(&flash);
    Filesystem::mount(flash, config).map_err(Box::new)
}

/// Does the operations, each once for every erase or program it consists of, with a cut there.
fn cut_everywhere<const WORD: usize, const SECTOR: usize>(
    sectors: usize,
    steps: &[Drawn],
) -> Result<Figures, TestCaseError> {
    let mut flash = Ram::<WORD, SECTOR>::new(sectors);
    let made = config(&flash);
    Filesystem::format(&mut flash, &made).unwrap();
    let mut figures = Figures::default();
    let mut before = Tree::new();
    for drawn in steps {
        let operation = &drawn.of(&before);
        let mut after = before.clone();
        if expect(&mut after, operation).is_err() {
            continue;
        }
        let mut files = mounted(flash.clone().restarted()).map_err(|refused| refused.1).unwrap();
        match perform(&mut files, operation) {
            Ok(()) => (),
            Err(Error::NoSpace) => continue,
            Err(error) => return Err(TestCaseError::fail(format!("{operation:?}: {error}"))),
        }
        let whole = files.into_flash();
        for at in 0..whole.operations() {
            for cut in CUTS {
                figures.cuts += 1;
                let place = format!("{operation:?}, cut {cut:?} at {at} of {}", whole.operations());
                let flash = flash.clone().restarted().with_cut(at, cut);
                let flash = performed(flash, operation);
                prop_assert!(flash.is_dead, "{}: the power was to go", place);
                let flash = if figures.cuts.is_multiple_of(7) {
                    figures.second_cuts += 1;
                    cut_again(flash, figures.cuts % 5, cut)
                } else {
                    flash
                };
                let is_done = recovers(flash.restarted(), &before, &after)
                    .map_err(|words| TestCaseError::fail(format!("{place}: {words}")))?;
                figures.done += u64::from(is_done);
            }
        }
        flash = whole;
        before = after;
    }
    Ok(figures)
}

fn performed<const WORD: usize, const SECTOR: usize>(
    flash: Ram<WORD, SECTOR>,
    operation: &Operation,
) -> Ram<WORD, SECTOR> {
    match mounted(flash) {
        Ok(mut files) => {
            let done = perform(&mut files, operation);
            let flash = files.into_flash();
            assert!(!flash.is_dead || done.is_err(), "what was cut is not said to be done");
            flash
        }
        Err(refused) => refused.0,
    }
}

/// Cuts the power once more, while what the first cut left is finished or soon after.
fn cut_again<const WORD: usize, const SECTOR: usize>(
    flash: Ram<WORD, SECTOR>,
    at: u64,
    cut: Cut,
) -> Ram<WORD, SECTOR> {
    match mounted(flash.restarted().with_cut(at, cut)) {
        Ok(mut files) => {
            let _ = perform(&mut files, &Operation::Write(PROBE.into(), vec![1; 100]));
            files.into_flash()
        }
        Err(refused) => refused.0,
    }
}

/// Whether the operation turned out to be done; or what is wrong, in words.
fn recovers<const WORD: usize, const SECTOR: usize>(
    flash: Ram<WORD, SECTOR>,
    before: &Tree,
    after: &Tree,
) -> Result<bool, String> {
    let config = config(&flash);
    // Who only looks sees the same tree as who finishes.
    let looked = Filesystem::mount_read_only(flash.clone(), config);
    let mut looked = looked.map_err(|(_, error)| format!("mount for reading: {error}"))?;
    let seen = tree(&mut looked).map_err(|error| format!("look: {error}"))?;
    if looked.flash().operations() != 0 {
        return Err("looking has written".into());
    }
    let mut files = mounted(flash).map_err(|refused| format!("mount: {}", refused.1))?;
    let mut found = tree(&mut files).map_err(|error| format!("read: {error}"))?;
    if seen != found {
        return Err(format!("looking and finishing differ: {}", difference(&seen, &found)));
    }
    found.remove(PROBE);
    if found != *before && found != *after {
        let (old, new) = (difference(before, &found), difference(after, &found));
        return Err(format!("not before: {old}; nor after: {new}"));
    }
    is_usable(files, &found)?;
    Ok(found == *after)
}

/// Does something of each kind and looks that nothing else has changed.
fn is_usable<const WORD: usize, const SECTOR: usize>(
    mut files: Filesystem<Ram<WORD, SECTOR>>,
    expected: &Tree,
) -> Result<(), String> {
    let operations = [
        Operation::Write(PROBE.into(), vec![7; 30]),
        Operation::CreateDir("probes".into()),
        Operation::Rename(PROBE.into(), "probes/probe".into()),
        Operation::Remove("probes/probe".into()),
        Operation::Remove("probes".into()),
    ];
    let _ = files.remove(PROBE);
    for operation in operations {
        match perform(&mut files, &operation) {
            Ok(()) => (),
            // What made room has worked, or there was nothing to undo.
            Err(Error::NoSpace | Error::NotFound) => (),
            Err(error) => return Err(format!("then {operation:?}: {error}")),
        }
    }
    let mut files = mounted(files.into_flash().restarted())
        .map_err(|refused| format!("mount again: {}", refused.1))?;
    if files.flash().operations() != 0 {
        return Err("what was consistent was written to".into());
    }
    let mut found = tree(&mut files).map_err(|error| format!("read again: {error}"))?;
    found.retain(|path, _| path != PROBE && !path.starts_with("probes"));
    if found == *expected { Ok(()) } else { Err(format!("then: {}", difference(expected, &found))) }
}

fn cases(part: u32) -> ProptestConfig {
    let all = ProptestConfig::default();
    ProptestConfig { cases: all.cases.div_ceil(part), failure_persistence: None, ..all }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_cut_on_a_small_flash_leaves_before_or_after(
        steps in prop::collection::vec(drawn(1200), 1..60)
    ) {
        let figures = cut_everywhere::<1, 512>(24, &steps)?;
        println!("small: {figures:?}");
    }

    #[test]
    fn a_cut_on_a_real_flash_leaves_before_or_after(
        steps in prop::collection::vec(drawn(9000), 1..40)
    ) {
        let figures = cut_everywhere::<4, 4096>(64, &steps)?;
        println!("real: {figures:?}");
    }

    #[test]
    fn a_cut_with_long_words_leaves_before_or_after(
        steps in prop::collection::vec(drawn(1200), 1..40)
    ) {
        let figures = cut_everywhere::<16, 512>(32, &steps)?;
        println!("long words: {figures:?}");
    }
}

#[test]
fn a_cut_while_a_blank_flash_is_formatted_leaves_it_blank_or_formatted() {
    let mut whole = Ram::<4, 4096>::new(16);
    let made = config(&whole);
    Filesystem::format(&mut whole, &made).unwrap();
    for at in 0..whole.operations() {
        for cut in CUTS {
            let mut flash = Ram::<4, 4096>::new(16).with_cut(at, cut);
            assert_eq!(Filesystem::format(&mut flash, &made), Err(Error::Flash(Dead)));
            match mounted(flash.restarted()) {
                Ok(mut files) => assert!(tree(&mut files).unwrap().is_empty()),
                Err(refused) => assert_eq!(refused.1, Error::Blank, "cut {cut:?} at {at}"),
            }
        }
    }
}
