//! Laws of the module cache, against a model that keeps everything in one map and counts anew each
//! time. Time is virtual: it passes when a step says so.

use std::collections::BTreeMap;

use kernel::module::Cache;
use kernel::module::CacheConfig;
use kernel::module::Config;
use kernel::module::Deadline;
use kernel::module::Module;
use kernel::time::Duration;
use kernel::time::Instant;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;
use wasm_encoder::CodeSection;
use wasm_encoder::CustomSection;
use wasm_encoder::ExportKind;
use wasm_encoder::ExportSection;
use wasm_encoder::Function;
use wasm_encoder::FunctionSection;
use wasm_encoder::TypeSection;
use wasm_encoder::ValType;

use crate::law::law;

const NAMES: [&str; 5] = ["libimage", "libpdf", "libxlsx", "a", "b\"\\\n"];

#[derive(Clone, Debug)]
enum Step {
    /// Loads under a name the module that gives this number and has so many more bytes.
    Load {
        name: usize,
        number: i32,
        padding: usize,
    },
    Get(usize),
    Remove(usize),
    Clear,
    Pass(u64),
}

#[derive(Clone, Debug)]
struct Kept {
    wasm: Vec<u8>,
    number: i32,
    used: u64,
    /// Which use of the cache was its last.
    turn: usize,
}

struct Model {
    config: CacheConfig,
    kept: BTreeMap<&'static str, Kept>,
    now: u64,
    turn: usize,
    hits: u64,
    expired: u64,
    crowded_out: u64,
}

impl Model {
    fn bytes(&self) -> usize {
        self.kept.values().map(|kept| kept.wasm.len()).sum()
    }

    fn expire(&mut self) {
        let (now, ttl) = (self.now, self.config.ttl.as_nanos() as u64);
        let before = self.kept.len();
        self.kept.retain(|_, kept| now - kept.used <= ttl);
        self.expired += (before - self.kept.len()) as u64;
    }

    fn touch(&mut self, name: &str) -> Option<i32> {
        let (now, turn) = (self.now, self.turn);
        let kept = self.kept.get_mut(name)?;
        (kept.used, kept.turn) = (now, turn);
        self.hits += 1;
        Some(kept.number)
    }

    fn load(&mut self, name: &'static str, wasm: Vec<u8>, number: i32) {
        self.expire();
        if self.kept.get(name).is_some_and(|kept| kept.wasm == wasm) {
            self.touch(name);
            return;
        }
        self.kept.remove(name);
        if self.config.bytes_max < wasm.len() || self.config.modules_max == 0 {
            self.crowded_out += 1;
            return;
        }
        let (used, turn) = (self.now, self.turn);
        self.kept.insert(name, Kept { wasm, number, used, turn });
        while self.config.modules_max < self.kept.len() || self.config.bytes_max < self.bytes() {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.turn);
            let oldest = *oldest.expect("too much is something").0;
            self.kept.remove(oldest);
            self.crowded_out += 1;
        }
    }

    /// Least recently used first.
    fn list(&self) -> Vec<(&str, usize, Instant)> {
        let mut kept: Vec<_> = self.kept.iter().collect();
        kept.sort_by_key(|(_, kept)| kept.turn);
        let shown = kept
            .into_iter()
            .map(|(name, kept)| (*name, kept.wasm.len(), Instant::from_nanos(kept.used)));
        shown.collect()
    }
}

pub(super) fn trials() -> Vec<Trial> {
    let config = (0..5usize, 0..600usize, 0..40u64);
    vec![law(
        "cache::what_is_cached_is_the_models_after_any_sequence",
        (config, vec(step(), 0..60)),
        agrees_with_the_model,
    )]
}

fn step() -> impl Strategy<Value = Step> {
    let name = || 0..NAMES.len();
    prop_oneof![
        10 => (name(), 0..3i32, 0..3usize)
            .prop_map(|(name, number, room)| Step::Load { name, number, padding: 90 * room }),
        4 => name().prop_map(Step::Get),
        1 => name().prop_map(Step::Remove),
        1 => proptest::prelude::Just(Step::Clear),
        6 => (0..25u64).prop_map(Step::Pass),
    ]
}

/// A module whose function `number` gives one, and that has so many bytes without meaning.
fn wasm(number: i32, padding: usize) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("number", ExportKind::Func, 0);
    let mut body = Function::new([]);
    body.instructions().i32_const(number).end();
    let mut code = CodeSection::new();
    code.function(&body);
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    module.section(&CustomSection { name: "padding".into(), data: vec![0; padding].into() });
    module.finish()
}

fn number_of(module: &mut Module<'_>) -> i64 {
    let output = module.call("number", &[], &mut Deadline::never());
    output.expect("it gives a number").int().expect("it gives a number")
}

fn agrees_with_the_model(
    ((modules_max, bytes_max, ttl), steps): ((usize, usize, u64), Vec<Step>),
) -> Result<(), TestCaseError> {
    let config = CacheConfig { modules_max, bytes_max, ttl: Duration::from_nanos(ttl) };
    let mut cache = Cache::new(config);
    let mut model = Model {
        config,
        kept: BTreeMap::new(),
        now: 0,
        turn: 0,
        hits: 0,
        expired: 0,
        crowded_out: 0,
    };
    let mut handles = Vec::new();
    let mut loads = 0;
    for step in steps {
        model.turn += 1;
        let now = Instant::from_nanos(model.now);
        match step {
            Step::Load { name, number, padding } => {
                let bytes = wasm(number, padding);
                let mut module = cache.load(now, &bytes, Config::new(NAMES[name]))?;
                // Never another's code, and never that of earlier bytes.
                prop_assert_eq!(number_of(&mut module), i64::from(number));
                handles.push((module, number));
                loads += 1;
                model.load(NAMES[name], bytes, number);
            }
            Step::Get(name) => {
                model.expire();
                let expected = model.touch(NAMES[name]).map(i64::from);
                let found = cache.get(now, Config::new(NAMES[name]));
                let found = found.map(|mut module| number_of(&mut module));
                prop_assert_eq!(found, expected);
            }
            Step::Remove(name) => {
                let removed = model.kept.remove(NAMES[name]).is_some();
                prop_assert_eq!(cache.remove(NAMES[name]), removed);
            }
            Step::Clear => {
                model.kept.clear();
                cache.clear();
            }
            Step::Pass(nanos) => model.now += nanos,
        }
        prop_assert!(cache.count() <= modules_max && cache.bytes() <= bytes_max);
        prop_assert_eq!(cache.bytes(), model.bytes());
        prop_assert_eq!(cache.list().collect::<Vec<_>>(), model.list());
        let stats = cache.stats();
        prop_assert_eq!(stats.hits, model.hits);
        prop_assert_eq!((stats.expired, stats.crowded_out), (model.expired, model.crowded_out));
    }
    prop_assert!(cache.stats().misses <= loads);
    // What was evicted is still what it was to who holds it.
    for (module, number) in &mut handles {
        prop_assert_eq!(number_of(module), i64::from(*number));
    }
    Ok(())
}
