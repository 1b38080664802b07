//! Drawn actors that call every function of every personality with anything, in drawn worlds: the
//! kernel never panics, every poll is bounded, no record is lost, the same seed gives the same
//! trace, and nothing is left of those who ended.
//!
//! `PROPTEST_CASES` says how many worlds, 256 if nothing does. The long run is
//! `PROPTEST_CASES=20000 cargo test --release -p tests fuzz::`; it says how many calls were
//! answered, which are hundreds of millions. A case that fails names the one command that repeats
//! it.

pub(crate) mod draw;
pub(crate) mod import;
mod memory;
mod role;
mod statement;
mod argument;
pub(crate) mod guest;
pub(crate) mod smith;
mod board;
mod reaper;
mod clerk;
mod world;
mod course;

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Once;

use abi::rights::Rights;
use kernel::BootReason;
use kernel::limits::MAILBOX_MESSAGES;
use kernel::manifest::ActorManifest;
use kernel::manifest::ChildSpec;
use kernel::manifest::EngineKind;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use kernel::trace::Capacity;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;

use crate::fuzz::course::Course;
use crate::fuzz::course::KINDS;
use crate::fuzz::course::Outcome;
use crate::fuzz::draw::Draw;
use crate::fuzz::guest::guest;
use crate::fuzz::import::Import;
use crate::fuzz::import::imports;
use crate::fuzz::memory::PAGE;
use crate::fuzz::smith::mutated;
use crate::fuzz::smith::smith;
use crate::fuzz::world::World;
use crate::fuzz::world::world;

/// Polls of a world before its end.
const POLLS: usize = 150;

/// Polls of a module that was changed.
const MUTANT_POLLS: usize = 12;

/// Worlds that show every kind of record.
const KINDS_CASES: u32 = 256;

/// How one case goes; says what came of it.
type Case = fn(&[Import], u64) -> Outcome;

/// Every case.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("whatever_actors_do_the_kernel_lives_and_gets_everything_back", life),
        trial("whatever_bytes_are_a_module_they_run_or_are_refused", mutant),
    ]
}

fn trial(name: &'static str, case: Case) -> Trial {
    Trial::test(format!("fuzz::{name}"), move || run(name, case))
}

thread_local! {
    /// The law and the seed of the case that this thread is in.
    static CASE: Cell<Option<(&'static str, u64)>> = const { Cell::new(None) };
}

/// Lets every panic say in which case it was. It is said here, because a panic inside a call of the
/// kernel cannot be caught: wasmi does not unwind.
fn name_the_case() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if let Some((name, seed)) = CASE.get() {
                eprintln!("{}", repeat(name, seed));
            }
            usual(panic);
        }));
    });
}

/// The command that repeats a case.
fn repeat(name: &str, seed: u64) -> String {
    format!(
        "to repeat it: PROPTEST_CASES=1 PROPTEST_RNG_SEED={seed} \
        cargo test --release -p tests fuzz::{name}"
    )
}

/// All cases of a law.
fn run(name: &'static str, case: Case) -> Result<(), Failed> {
    let config = Config::default();
    let first = match config.rng_seed {
        RngSeed::Random => 0,
        RngSeed::Fixed(seed) => seed,
    };
    name_the_case();
    let known = imports();
    let (mut calls, mut kinds) = (0, 0);
    for number in 0..u64::from(config.cases) {
        let seed = first.wrapping_add(number);
        CASE.set(Some((name, seed)));
        let outcome = catch_unwind(AssertUnwindSafe(|| case(&known, seed)));
        CASE.set(None);
        let outcome = outcome.map_err(|_| repeat(name, seed))?;
        calls += outcome.calls;
        kinds |= outcome.kinds;
    }
    println!("fuzz::{name}: {} cases, {calls} calls answered", config.cases);
    // The mutants are too short-lived to do everything.
    if KINDS_CASES <= config.cases && kinds != 0 && kinds.count_ones() != KINDS {
        return Err(Failed::from(format!("of the kinds of records only {kinds:b} were seen")));
    }
    Ok(())
}

/// A world lives and ends; every eighth twice.
fn life(known: &[Import], seed: u64) -> Outcome {
    let is_twice = seed.is_multiple_of(8);
    let outcome = live(known, seed, is_twice);
    if is_twice {
        assert_eq!(live(known, seed, true), outcome, "the same seed, the same trace");
    }
    outcome
}

fn live(known: &[Import], seed: u64, is_hashed: bool) -> Outcome {
    let mut draw = Draw::new(seed);
    let World { manifest, is_passing, is_armed } = world(&mut draw, known);
    let is_cut_short = is_armed || draw.one_in(8);
    let polls = POLLS + draw.below(POLLS);
    let mut course = match Course::boot(&manifest, Draw::new(draw.word()), is_hashed) {
        Ok(course) => course,
        // Not every drawn manifest makes sense; those that do not are refused before they run.
        Err(_) => return Outcome { calls: 0, hash: None, kinds: 0 },
    };
    course.live(polls);
    if is_cut_short {
        course.power_off();
    } else {
        course.end();
        course.check_end(is_passing);
    }
    course.outcome()
}

/// A module with some of it changed runs for a while, or is refused as what it is.
fn mutant(known: &[Import], seed: u64) -> Outcome {
    let mut draw = Draw::new(seed);
    let module = match draw.one_in(3) {
        true => smith(&mut draw, known).unwrap_or_default(),
        false => guest(&mut draw, known, &[], &[]),
    };
    let wasm = mutated(&mut draw, &module);
    let every = [GrantObject::Log, GrantObject::Clock, GrantObject::Spawner(None)];
    let actor = ActorManifest {
        name: "mutant".into(),
        program: Program::Wasm(wasm.into()),
        priority: 8,
        memory: 2 * PAGE,
        shared: 0,
        mailbox: MAILBOX_MESSAGES,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: every.map(|object| Grant { object, rights: Rights::ALL }).to_vec(),
    };
    let manifest = Manifest {
        identity: "fuzz".into(),
        places: 3,
        supervisors: Vec::new(),
        actors: vec![actor],
        regions: Vec::new(),
        arena: 8 * PAGE,
        trace: Capacity::one_poll(3),
        engine: EngineKind::Wasmi,
    };
    let mut course = match Course::boot(&manifest, Draw::new(draw.word()), false) {
        Ok(course) => course,
        Err(error) => {
            assert!(matches!(error.reason, BootReason::Load(_)), "{error}");
            return Outcome { calls: 0, hash: None, kinds: 0 };
        }
    };
    course.live(MUTANT_POLLS);
    course.power_off();
    Outcome { kinds: 0, ..course.outcome() }
}
