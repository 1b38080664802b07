//! How fast modules run beside wasmi, and what they take on the heap.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::time::Duration;
use std::time::Instant;
use xip::ExternType;
use xip::Given;
use xip::Host;
use xip::Instance;

/// Fuel for one run.
const FUEL: u64 = 1 << 40;

struct Nobody;

impl Host for Nobody {
    fn call(&mut self, _: usize, _: &[u64], _: &mut [u8], _: &mut u64) -> Option<u64> {
        Some(0)
    }

    fn may_grow(&mut self, _: usize, desired: usize) -> bool {
        desired <= 1 << 22
    }
}

const PROGRAMS: [(&str, &str, i32); 6] = [
    ("calls: fibonacci", FIBONACCI, 20),
    ("bytes: sieve", SIEVE, 1),
    ("shifts: crc", CRC, 1),
    ("words: sort", SORT, 250),
    ("64 bits: mixing", MIX, 40_000),
    ("floats: matrices", MATRICES, 20),
];

const FIBONACCI: &str = r#"(module (func $f (export "f") (param i32) (result i32)
  (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
    (else (i32.add (call $f (i32.sub (local.get 0) (i32.const 1)))
      (call $f (i32.sub (local.get 0) (i32.const 2))))))))"#;

const SIEVE: &str = r#"(module (memory 1) (func (export "f") (param i32) (result i32)
  (local $i i32) (local $j i32) (local $count i32)
  (loop $again
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))
    (local.set $count (i32.const 0)) (local.set $i (i32.const 2))
    (loop $next
      (block $no (br_if $no (i32.eqz (i32.load8_u (local.get $i))))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $j (i32.add (local.get $i) (local.get $i)))
        (block $done (loop $strike
          (br_if $done (i32.le_u (i32.const 65536) (local.get $j)))
          (i32.store8 (local.get $j) (i32.const 0))
          (local.set $j (i32.add (local.get $j) (local.get $i))) (br $strike))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536))))
    (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  (local.get $count)))"#;

const CRC: &str = r#"(module (memory 1) (func (export "f") (param i32) (result i32)
  (local $i i32) (local $crc i32) (local $bit i32)
  (loop $again (local.set $i (i32.const 0))
    (loop $byte
      (local.set $crc (i32.xor (local.get $crc) (i32.load8_u (local.get $i))))
      (local.set $bit (i32.const 8))
      (loop $bits
        (local.set $crc (i32.xor (i32.shr_u (local.get $crc) (i32.const 1))
          (i32.and (i32.const 0xEDB88320)
            (i32.sub (i32.const 0) (i32.and (local.get $crc) (i32.const 1))))))
        (br_if $bits (local.tee $bit (i32.sub (local.get $bit) (i32.const 1)))))
      (br_if $byte (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536))))
    (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  (local.get $crc)))"#;

const SORT: &str = r#"(module (memory 1) (func (export "f") (param $n i32) (result i32)
  (local $i i32) (local $j i32) (local $key i32) (local $seed i32)
  (loop $fill
    (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.store (i32.shl (local.get $i) (i32.const 2)) (local.get $seed))
    (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
  (local.set $i (i32.const 1))
  (loop $outer
    (local.set $key (i32.load (i32.shl (local.get $i) (i32.const 2))))
    (local.set $j (local.get $i))
    (block $placed (loop $inner
      (br_if $placed (i32.eqz (local.get $j)))
      (br_if $placed (i32.le_s
        (i32.load (i32.shl (i32.sub (local.get $j) (i32.const 1)) (i32.const 2))) (local.get $key)))
      (i32.store (i32.shl (local.get $j) (i32.const 2))
        (i32.load (i32.shl (i32.sub (local.get $j) (i32.const 1)) (i32.const 2))))
      (local.set $j (i32.sub (local.get $j) (i32.const 1))) (br $inner)))
    (i32.store (i32.shl (local.get $j) (i32.const 2)) (local.get $key))
    (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
  (i32.load (i32.const 400))))"#;

const MIX: &str = r#"(module (func (export "f") (param i32) (result i32) (local $a i64) (local $b i64)
  (loop $again
    (local.set $a (i64.add (local.get $a) (i64.const 0x9E3779B97F4A7C15)))
    (local.set $b (i64.mul (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 30)))
      (i64.const 0xBF58476D1CE4E5B9)))
    (local.set $b (i64.mul (i64.xor (local.get $b) (i64.shr_u (local.get $b) (i64.const 27)))
      (i64.const 0x94D049BB133111EB)))
    (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  (i32.wrap_i64 (local.get $b))))"#;

const MATRICES: &str = r#"(module (memory 2) (func (export "f") (param $n i32) (result i32)
  (local $i i32) (local $j i32) (local $k i32) (local $sum f64)
  (loop $rows (local.set $j (i32.const 0))
    (loop $columns (local.set $k (i32.const 0)) (local.set $sum (f64.const 0))
      (loop $products
        (local.set $sum (f64.add (local.get $sum) (f64.mul
          (f64.load (i32.shl (i32.add (i32.mul (local.get $i) (local.get $n)) (local.get $k)) (i32.const 3)))
          (f64.load (i32.shl (i32.add (i32.mul (local.get $k) (local.get $n)) (local.get $j)) (i32.const 3))))))
        (br_if $products (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $n))))
      (f64.store offset=65536 (i32.shl (i32.add (i32.mul (local.get $i) (local.get $n)) (local.get $j)) (i32.const 3))
        (f64.add (local.get $sum) (f64.const 0.5)))
      (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $n))))
    (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
  (i32.wrap_i64 (i64.load offset=65544 (i32.const 0)))))"#;

/// The best of many short runs, in which nobody else had the processor.
fn time(mut run: impl FnMut() -> (u64, u64)) -> (Duration, (u64, u64)) {
    let mut best = (Duration::MAX, (0, 0));
    for _ in 0..40 {
        let start = Instant::now();
        let outcome = run();
        best = best.min((start.elapsed(), outcome));
    }
    best
}

fn ours(wasm: &[u8], argument: i32) -> (Duration, (u64, u64)) {
    let module = xip::Module::new(wasm).expect("it is valid");
    let given = Given {
        fuel: 0,
        calls_max: 256,
        values_max: 8192,
        tables_max: 4,
        elements_max: 4096,
        globals: &[],
        spare: 0,
        memory_reserved: 0,
        memory: None,
        tables: &[],
    };
    let function = module.export("f").expect("it has one");
    assert!(matches!(function.kind, ExternType::Function(_)));
    time(|| {
        let mut instance = Instance::open(&module, &given, &mut Nobody).expect("it opens");
        instance.set_fuel(FUEL);
        let arguments = [u64::from(argument.cast_unsigned())];
        assert_eq!(instance.enter(function.index, &arguments, &mut Nobody), xip::Exit::Finished);
        (instance.results()[0], FUEL - instance.fuel())
    })
}

fn theirs(wasm: &[u8], argument: i32) -> (Duration, (u64, u64)) {
    let mut config = wasmi::Config::default();
    config
        .consume_fuel(true)
        .compilation_mode(wasmi::CompilationMode::Eager)
        .set_max_recursion_depth(256)
        .set_max_stack_height(64 * 1024)
        .set_min_stack_height(256);
    let engine = wasmi::Engine::new(&config);
    let module = wasmi::Module::new(&engine, wasm).expect("it is valid");
    time(|| {
        let mut store = wasmi::Store::new(&engine, ());
        store.set_fuel(FUEL).expect("fuel is counted");
        let instance = wasmi::Instance::new(&mut store, &module, &[]).expect("it opens");
        let function = instance.get_typed_func::<i32, i32>(&store, "f").expect("it has one");
        let result = function.call(&mut store, argument).expect("it returns");
        (u64::from(result.cast_unsigned()), FUEL - store.get_fuel().expect("fuel is counted"))
    })
}

fn main() {
    println!("{:20} {:>10} {:>10} {:>8} {:>8}", "", "xip", "wasmi", "part", "ns/fuel");
    for (name, text, argument) in PROGRAMS {
        let wasm = wat::parse_str(text).expect("it is well written");
        let (ours, ours_seen) = ours(&wasm, argument);
        let (theirs, theirs_seen) = theirs(&wasm, argument);
        assert_eq!(ours_seen, theirs_seen, "{name}: results and fuel");
        let part = theirs.as_secs_f64() / ours.as_secs_f64();
        let pace = ours.as_secs_f64() * 1e9 / ours_seen.1 as f64;
        println!("{name:20} {ours:>10.2?} {theirs:>10.2?} {part:>8.2} {pace:>8.2}");
    }
    for program in image::PROGRAMS {
        let module = xip::Module::new(program.wasm).expect("it is valid");
        let (size, heap) = (program.wasm.len(), module.heap_bytes());
        println!("{:20} {size:>7} bytes {heap:>6} of heap", program.name);
    }
}
