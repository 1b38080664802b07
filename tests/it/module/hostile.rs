//! Bytes that nobody would write: whatever is loaded and called with whatever, it is an answer or an
//! error, the same twice, and never a panic.

use kernel::module::Argument;
use kernel::module::Config;
use kernel::module::Deadline;
use kernel::module::Module;
use kernel::module::Rate;
use kernel::module::Spent;
use kernel::time::Duration;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::prop_assert_eq;
use proptest::test_runner::Config as RunnerConfig;
use proptest::test_runner::TestCaseError;
use proptest::test_runner::TestRunner;

const FUEL: u64 = 200_000;

#[derive(Clone, Debug)]
enum Bytes {
    Random(Vec<u8>),
    /// A module that is valid and does anything.
    Smith(Vec<u8>),
    /// A sound module with some bytes replaced.
    Mutated(Vec<(usize, u8)>),
}

#[derive(Clone, Debug)]
enum Drawn {
    Int(i64),
    Float(f64),
    Bytes(Vec<u8>),
}

pub(super) fn trials() -> Vec<Trial> {
    let case = || (bytes(), vec(drawn(), 0..4));
    let holds = |(bytes, drawn): (Bytes, Vec<Drawn>)| answers_twice_the_same(&bytes, &drawn);
    vec![Trial::test("module::hostile_bytes_are_answered_the_same_twice", move || {
        let config = RunnerConfig { failure_persistence: None, ..RunnerConfig::default() };
        let mut runner = TestRunner::new(config);
        runner.run(&case(), holds).map_err(|error| Failed::from(error.to_string()))
    })]
}

fn bytes() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        1 => vec(any::<u8>(), 0..64).prop_map(Bytes::Random),
        3 => vec(any::<u8>(), 64..2048).prop_map(Bytes::Smith),
        3 => vec((any::<usize>(), any::<u8>()), 0..4).prop_map(Bytes::Mutated),
    ]
}

fn drawn() -> impl Strategy<Value = Drawn> {
    prop_oneof![
        3 => any::<i64>().prop_map(Drawn::Int),
        3 => (-2..3i64).prop_map(Drawn::Int),
        1 => any::<f64>().prop_map(Drawn::Float),
        2 => vec(any::<u8>(), 0..40).prop_map(Drawn::Bytes),
    ]
}

/// Allocates, takes bytes, grows, logs and gives bytes back.
fn sound() -> Vec<u8> {
    let text = r#"(module
        (import "env" "log" (func $log (param i32 i32)))
        (memory (export "memory") 1 9)
        (data (i32.const 8) "hello")
        (table 2 funcref) (elem (i32.const 0) $log)
        (global $top (mut i32) (i32.const 64))
        (func (export "alloc") (param $len i32) (result i32)
            (global.get $top) (global.set $top (i32.add (global.get $top) (local.get $len))))
        (func (export "both") (param $input_ptr i32) (param $input_len i32) (result i64)
            (drop (memory.grow (local.get $input_len)))
            (call $log (local.get $input_ptr) (local.get $input_len))
            (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32))
                (i64.extend_i32_u (local.get 1))))
        (func (export "divide") (param i64 i64) (result i64)
            (i64.div_s (local.get 0) (local.get 1)))
        (func (export "round") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
        (func $deep (export "deep") (param i32) (result i32) (call $deep (local.get 0))))"#;
    wat::parse_str(text).expect("it is right")
}

fn smith(seed: &[u8]) -> Vec<u8> {
    let config = wasm_smith::Config {
        export_everything: true,
        max_imports: 0,
        max_memory32_bytes: 2 << 20,
        max_table_elements: 64,
        min_funcs: 2,
        simd_enabled: false,
        relaxed_simd_enabled: false,
        threads_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        wide_arithmetic_enabled: false,
        max_memories: 1,
        ..wasm_smith::Config::default()
    };
    let mut unstructured = arbitrary::Unstructured::new(seed);
    wasm_smith::Module::new(config, &mut unstructured)
        .map_or_else(|_| Vec::new(), |module| module.to_bytes())
}

fn answers_twice_the_same(bytes: &Bytes, drawn: &[Drawn]) -> Result<(), TestCaseError> {
    let wasm = match bytes {
        Bytes::Random(bytes) => bytes.clone(),
        Bytes::Smith(seed) => smith(seed),
        Bytes::Mutated(changes) => {
            let mut wasm = sound();
            let len = wasm.len();
            changes.iter().for_each(|(place, byte)| wasm[place % len] = *byte);
            wasm
        }
    };
    let (first, second) = (play(&wasm, drawn), play(&wasm, drawn));
    prop_assert_eq!(first, second);
    Ok(())
}

/// Everything that is said: results, or the error, with what it took.
fn play(wasm: &[u8], drawn: &[Drawn]) -> Vec<(String, Spent)> {
    let mut config = Config::new("hostile");
    (config.fuel_limit, config.memory_limit) = (FUEL, 1 << 20);
    let mut module = match Module::load(wasm, config) {
        Ok(module) => module,
        Err(error) => return vec![(error.to_string(), Spent::default())],
    };
    module.export("log", |memory, (pointer, len): (i32, i32)| memory.text(pointer, len).map(drop));
    let arguments: Vec<_> = drawn
        .iter()
        .map(|drawn| match drawn {
            Drawn::Int(number) => Argument::Int(*number),
            Drawn::Float(number) => Argument::Float(*number),
            Drawn::Bytes(bytes) => Argument::Bytes(bytes),
        })
        .collect();
    let functions: Vec<String> = module.functions().map(|(name, _)| name.to_owned()).collect();
    let mut said = Vec::new();
    for function in functions.iter().take(8) {
        // As drawn, and as many zeros as it takes, so that it does run.
        let taken = module.function(function).map_or(0, |found| found.parameters.len());
        for arguments in [&arguments[..], &vec![Argument::Int(0); taken]] {
            let mut deadline = Deadline::after(Duration::from_micros(150), Rate::NANOSECOND);
            said.push(match module.call(function, arguments, &mut deadline) {
                Ok(output) => {
                    let shown = format!("{:?} {:?}", output.values(), output.bytes());
                    (shown, output.spent())
                }
                Err(failure) => (failure.to_string(), failure.spent),
            });
        }
    }
    said.push(session(&mut module, &functions));
    said
}

/// One instance for all functions, refuelled now and then.
fn session(module: &mut Module<'_>, functions: &[String]) -> (String, Spent) {
    let mut session = match module.open() {
        Ok(session) => session,
        Err(failure) => return (failure.to_string(), failure.spent),
    };
    let mut never = Deadline::never();
    let mut said = format!("{:?}", session.write_bytes(b"bytes", &mut never));
    for function in functions.iter().take(4) {
        said += &format!("{:?}", session.call(function, &[], &mut never));
        session.add_fuel(1_000);
        said += &format!("{:?}", session.resume(&mut never));
    }
    said += &format!("{:?}", session.free(3, 4, &mut never));
    (said, session.spent())
}
