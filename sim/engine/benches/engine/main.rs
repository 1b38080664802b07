//! What counting fuel costs: the same program, compiled from Rust, on wasmi and on wasmtime, with and
//! without an account. `cargo bench -p engine`.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the host's clock")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use kernel::limits::RECURSION_MAX;
use kernel::limits::SLICE_FUEL;
use kernel::limits::STACK_MAX;
use metering::Limits;
use metering::interface;
use metering::meter;

/// Every figure is the best of so many runs: the others were disturbed.
const RUNS: usize = 15;

/// How much work is one run.
const ROUNDS: u32 = 20;

const LIMITS: Limits =
    Limits { calls: RECURSION_MAX as u64, values: (STACK_MAX / size_of::<u64>()) as u64 };

fn main() {
    let wasm = compiled();
    let metered = meter(&wasm, &LIMITS).expect("the pass treats what compilers write");
    println!(
        "module               {} bytes, metered {} bytes, counts its stack: {}",
        wasm.len(),
        metered.wasm.len(),
        metered.counts_stack
    );
    let [plain, counted] = [false, true].map(|counts| on_wasmi(&wasm, counts));
    assert_eq!(plain.1, counted.1);
    tell("wasmi", plain.0, counted.0, 1.15);
    let unmetered = on_wasmtime(&wasm);
    let own = on_wasmtime(&metered.wasm);
    assert_eq!((unmetered.1, own.1), (plain.1, plain.1), "all of them do the same");
    tell("wasmtime", unmetered.0, own.0, 1.3);
    println!(
        "wasmtime for wasmi   {:.2}x as fast with fuel",
        counted.0.as_secs_f64() / own.0.as_secs_f64()
    );
}

fn tell(engine: &str, without: Duration, with: Duration, aim: f64) {
    println!(
        "{engine:<9}            {:.2} ms without fuel, {:.2} ms with: {:.3}x (aim {aim}x)",
        without.as_secs_f64() * 1e3,
        with.as_secs_f64() * 1e3,
        with.as_secs_f64() / without.as_secs_f64()
    );
}

/// The program as the actors are compiled, but for speed.
fn compiled() -> Vec<u8> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/engine/compute.rs");
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compute.wasm");
    let done = Command::new("rustc")
        .args(["--edition=2024", "--target=wasm32-unknown-unknown", "--crate-type=cdylib"])
        .args(["-Copt-level=3", "-Cpanic=abort", "-Cstrip=debuginfo", "-o"])
        .args([&output, &source])
        .status();
    assert!(done.expect("rustc can be started").success(), "the program compiles");
    std::fs::read(output).expect("it was just written")
}

/// Time and result on wasmi.
fn on_wasmi(wasm: &[u8], counts: bool) -> (Duration, u32) {
    let mut config = wasmi::Config::default();
    config.consume_fuel(counts).compilation_mode(wasmi::CompilationMode::Eager);
    let engine = wasmi::Engine::new(&config);
    let module = wasmi::Module::new(&engine, wasm).expect("it is valid");
    let mut store = wasmi::Store::new(&engine, ());
    let linker = wasmi::Linker::new(&engine);
    let instance = linker.instantiate_and_start(&mut store, &module).expect("it imports nothing");
    let work = instance.get_func(&store, "work").expect("it is exported");
    best(|| {
        let mut results = [wasmi::Val::I32(0)];
        if !counts {
            work.call(&mut store, &[wasmi::Val::I32(ROUNDS as i32)], &mut results)
                .expect("it ends");
            return results[0].i32().expect("it is a number").cast_unsigned();
        }
        store.set_fuel(SLICE_FUEL).expect("it counts");
        let inputs = [wasmi::Val::I32(ROUNDS as i32)];
        let mut ended = work.call_resumable(&mut store, &inputs, &mut results).expect("it runs");
        loop {
            ended = match ended {
                wasmi::ResumableCall::Finished => break,
                wasmi::ResumableCall::OutOfFuel(call) => {
                    let fuel = store.get_fuel().expect("it counts") + SLICE_FUEL;
                    store.set_fuel(fuel.max(call.required_fuel())).expect("it counts");
                    call.resume(&mut store, &mut results).expect("it runs")
                }
                wasmi::ResumableCall::HostTrap(_) => unreachable!("it calls nobody"),
            };
        }
        results[0].i32().expect("it is a number").cast_unsigned()
    })
}

/// Time and result on wasmtime. A metered module is given slices as a kernel gives them when
/// nobody else is due.
fn on_wasmtime(wasm: &[u8]) -> (Duration, u32) {
    let mut config = wasmtime::Config::new();
    config.cranelift_nan_canonicalization(true).wasm_simd(false).wasm_relaxed_simd(false);
    let engine = wasmtime::Engine::new(&config).expect("this computer has what it takes");
    let module = wasmtime::Module::new(&engine, wasm).expect("it is valid");
    let mut store = wasmtime::Store::new(&engine, ());
    let mut linker = wasmtime::Linker::new(&engine);
    let refuel = |required: u64, fuel: u64| (fuel + SLICE_FUEL).max(required);
    linker.func_wrap(interface::MODULE, interface::REFUEL, refuel).expect("it is new");
    linker.func_wrap(interface::MODULE, interface::MAY_GROW, |_: u64| 1u32).expect("it is new");
    linker.define_unknown_imports_as_traps(&module).expect("the others are never called");
    let instance = linker.instantiate(&mut store, &module).expect("all is there");
    let work = instance.get_typed_func::<u32, u32>(&mut store, "work").expect("it is exported");
    best(|| work.call(&mut store, ROUNDS).expect("it ends"))
}

fn best(mut work: impl FnMut() -> u32) -> (Duration, u32) {
    let runs = (0..RUNS).map(|_| {
        let start = Instant::now();
        let result = work();
        (start.elapsed(), result)
    });
    runs.min().expect("there are some")
}
