//! What a call promises, shown by modules of a few instructions each.

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::engine::Value;
use crate::fault::Fault;
use crate::module::Config;
use crate::module::Deadline;
use crate::module::ErrorKind;
use crate::module::Memory;
use crate::module::Module;
use crate::module::ModuleError;
use crate::module::Rate;
use crate::time::Duration;

const COUNTER: &str = r#"(module
    (memory (export "memory") 1)
    (global $count (mut i32) (i32.const 0))
    (func (export "count") (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (i32.store8 (i32.const 9) (i32.add (i32.load8_u (i32.const 9)) (i32.const 1)))
        (i32.add (global.get $count) (i32.load8_u (i32.const 9))))
    (func (export "trap") unreachable)
    (func (export "spin") (result i32) (loop (br 0)) (i32.const 0))
    (func (export "steps") (param i32) (result i32)
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 7))
    (func (export "greedy") (if (i32.eq (memory.grow (i32.const 9999)) (i32.const -1))
        (then unreachable)))
    (func (export "modest") (result i32) (memory.grow (i32.const 9999))))"#;

/// Answers with its input turned round, laid where it lies.
const REVERSE: &str = r#"(module
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 16))
    (func (export "alloc") (param $len i32) (result i32)
        (global.get $top)
        (global.set $top (i32.add (global.get $top) (local.get $len))))
    (func (export "dealloc") (param $pointer i32) (param $len i32)
        (global.set $top (local.get $pointer)))
    (func $reverse (export "reverse") (param $input_ptr i32) (param $input_len i32) (result i64)
        (local $left i32) (local $right i32) (local $byte i32)
        (local.set $left (local.get $input_ptr))
        (local.set $right (i32.sub (i32.add (local.get $left) (local.get $input_len)) (i32.const 1)))
        (block $done (loop $next
            (br_if $done (i32.ge_s (local.get $left) (local.get $right)))
            (local.set $byte (i32.load8_u (local.get $left)))
            (i32.store8 (local.get $left) (i32.load8_u (local.get $right)))
            (i32.store8 (local.get $right) (local.get $byte))
            (local.set $left (i32.add (local.get $left) (i32.const 1)))
            (local.set $right (i32.sub (local.get $right) (i32.const 1)))
            (br $next)))
        (i64.or (i64.shl (i64.extend_i32_u (local.get $input_ptr)) (i64.const 32))
            (i64.extend_i32_u (local.get $input_len))))
    (func (export "pair") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
    (func (export "wild") (result i64) (i64.const 0xffffffff_00000008)))"#;

fn module<'host>(text: &str) -> Module<'host> {
    Module::load(&wat::parse_str(text).unwrap(), Config::new("m")).unwrap()
}

fn refusal(text: &str) -> ModuleError {
    Module::load(&wat::parse_str(text).unwrap(), Config::new("m")).map(drop).unwrap_err()
}

fn call(module: &mut Module<'_>, function: &str) -> Result<i64, ModuleError> {
    let ended = module.call(function, &[], &mut Deadline::never());
    ended.map_err(|failure| failure.error).and_then(|output| output.int())
}

#[test]
fn every_call_has_memory_and_globals_of_its_own() {
    let mut module = module(COUNTER);
    for _ in 0..3 {
        assert_eq!(call(&mut module, "count"), Ok(2));
    }
    let mut session = module.open().unwrap();
    for count in 1..4 {
        let counted = session.call("count", &[], &mut Deadline::never());
        assert_eq!(counted, Ok([Value::I32(2 * count)].to_vec()));
    }
}

#[test]
fn a_call_that_fails_leaves_the_module_usable() {
    let mut module = module(COUNTER);
    module.set_fuel_limit(100_000);
    let out_of_memory = ModuleError::OutOfMemory { wanted: 10_000 << 16, limit: 64 << 20 };
    let failures = [
        ("trap", ModuleError::Trapped(Fault::Unreachable)),
        ("greedy", out_of_memory),
        ("nothing", call(&mut module, "nothing").unwrap_err()),
    ];
    for (function, error) in failures {
        assert_eq!(call(&mut module, function), Err(error));
        assert_eq!(call(&mut module, "count"), Ok(2));
    }
    let spinning = call(&mut module, "spin").unwrap_err();
    assert!(matches!(spinning, ModuleError::OutOfFuel { used: 99_000..=100_000 }), "{spinning}");
    assert_eq!(call(&mut module, "count"), Ok(2));
}

#[test]
fn a_module_that_copes_with_a_refused_growth_succeeds() {
    assert_eq!(call(&mut module(COUNTER), "modest"), Ok(-1));
}

#[test]
fn virtual_time_ends_at_the_same_instruction_each_time() {
    let mut module = module(COUNTER);
    let mut spin = || {
        let mut deadline = Deadline::after(Duration::from_micros(50), Rate::NANOSECOND);
        module.call("spin", &[], &mut deadline).unwrap_err()
    };
    let (first, second) = (spin(), spin());
    assert_eq!(first, second);
    assert!(matches!(first.error, ModuleError::Timeout { used: 49_000..=50_000 }), "{first}");
}

#[test]
fn a_watched_call_ends_when_the_callers_clock_says_so() {
    let mut module = module(COUNTER);
    let mut looks = 0;
    let mut has_passed = || {
        looks += 1;
        looks == 5
    };
    let failure =
        module.call("spin", &[], &mut Deadline::never().watched(&mut has_passed)).unwrap_err();
    assert_eq!(
        failure.error.to_string(),
        format!("timed out after {} instructions", failure.spent.fuel)
    );
    assert_eq!(looks, 5);
    // Four slices of a tenth of a millisecond each.
    assert!((399_000..=400_000).contains(&failure.spent.fuel), "{}", failure.spent.fuel);
}

#[test]
fn watching_does_not_change_what_is_executed() {
    let mut module = module(COUNTER);
    let arguments = [5_000_000.into()];
    let whole = module.call("steps", &arguments, &mut Deadline::never()).unwrap();
    let mut has_passed = || false;
    let mut watched = Deadline::never().watched(&mut has_passed);
    let sliced = module.call("steps", &arguments, &mut watched).unwrap();
    assert_eq!((whole.int(), whole.spent()), (sliced.int(), sliced.spent()));
}

#[test]
fn a_session_out_of_fuel_goes_on_when_it_is_given_some() {
    let mut module = module(COUNTER);
    module.set_fuel_limit(1_000);
    let whole = {
        let mut session = module.open().unwrap();
        session.add_fuel(1_000_000);
        session.call("steps", &[9_999.into()], &mut Deadline::never()).unwrap();
        session.spent()
    };
    let mut session = module.open().unwrap();
    let mut never = Deadline::never();
    let failure = session.call("steps", &[9_999.into()], &mut never).unwrap_err();
    assert!(matches!(failure.error, ModuleError::OutOfFuel { .. }), "{failure}");
    assert!(session.fuel_remaining() < 1_000);
    let refused = session.call("count", &[], &mut never).unwrap_err();
    assert_eq!(refused.to_string(), "a call of this session is suspended: resume it");
    session.add_fuel(1_000_000);
    assert_eq!(session.resume(&mut never), Ok([Value::I32(7)].to_vec()));
    assert_eq!(session.spent(), whole);
    assert!(session.resume(&mut never).is_err());
}

#[test]
fn a_session_that_trapped_is_not_entered_again() {
    let mut module = module(COUNTER);
    let mut session = module.open().unwrap();
    let mut never = Deadline::never();
    assert!(session.call("trap", &[], &mut never).unwrap_err().error.is_panic());
    let refused = session.call("count", &[], &mut never).unwrap_err();
    assert_eq!(refused.to_string(), "a call of this session broke off: open another");
    assert_eq!(call(&mut module, "count"), Ok(2));
}

#[test]
fn bytes_go_in_and_come_out() {
    let mut module = module(REVERSE);
    let mut never = Deadline::never();
    let output = module.call("reverse", &["stressed".into()], &mut never).unwrap();
    assert_eq!(output.text(), Ok("desserts"));
    let named = module.call_named("reverse", &[("input", "abc".into())], &mut never).unwrap();
    assert_eq!(named.bytes(), Ok(&b"cba"[..]));
    let pair = module.call("pair", &["both".into()], &mut never).unwrap();
    assert_eq!(pair.bytes(), Ok(&b"both"[..]));
    assert_eq!(pair.int(), Err(ModuleError::WrongResult { wanted: "one whole number" }));
    let wild = module.call("wild", &[], &mut never).unwrap();
    assert_eq!(
        wild.bytes().unwrap_err().to_string(),
        "it answered with 8 bytes at 4294967295, outside its memory of 65536 bytes"
    );
    let empty = module.call("reverse", &["".into()], &mut never).unwrap();
    assert_eq!(empty.bytes(), Ok(&b""[..]));
}

#[test]
fn a_session_passes_data_by_pointer() {
    let mut module = module(REVERSE);
    let mut never = Deadline::never();
    let mut session = module.open().unwrap();
    let pointer = session.write_bytes(b"live", &mut never).unwrap();
    let arguments = [pointer.into(), 4.into()];
    session.call("reverse", &arguments, &mut never).unwrap();
    assert_eq!(session.read_bytes(pointer, 4), Ok(&b"evil"[..]));
    session.free(pointer, 4, &mut never).unwrap();
    assert_eq!(session.write_bytes(b"next", &mut never), Ok(pointer));
    assert!(session.read_bytes(u32::MAX, 1).is_err());
    assert_eq!(session.memory_used(), 65_536);
}

#[test]
fn bytes_need_an_allocator() {
    let mut module = module(
        r#"(module (memory (export "memory") 1)
        (func (export "take") (param i32 i32)))"#,
    );
    let failure = module.call("take", &["x".into()], &mut Deadline::never()).unwrap_err();
    assert_eq!(failure.to_string(), "it exports no memory and allocator for bytes");
    let null = r#"(module (memory (export "memory") 1)
        (func (export "malloc") (param i32) (result i32) (i32.const 0))
        (func (export "take") (param i32 i32)))"#;
    let mut module = self::module(null);
    let failure = module.call("take", &["x".into()], &mut Deadline::never()).unwrap_err();
    assert_eq!(failure.error, ModuleError::OutOfMemory { wanted: 65_537, limit: 64 << 20 });
}

const HOSTED: &str = r#"(module
    (import "env" "log" (func $log (param i32 i32)))
    (import "env" "add" (func $add (param i32 i64) (result i64)))
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func $inner (result i64) (return_call $add (i32.const 40) (i64.const 2)))
    (func (export "greet") (result i64) (call $log (i32.const 0) (i32.const 5)) (call $inner))
    (func (export "tail") (result i64) (return_call $add (i32.const 1) (i64.const 2)))
    (func (export "wild") (call $log (i32.const -1) (i32.const 5)))
    (export "direct" (func $add)))"#;

#[test]
fn host_functions_borrow_what_they_like() {
    let mut lines: Vec<String> = Vec::new();
    let mut module = module(HOSTED);
    module.export("log", |memory: &mut Memory<'_>, (pointer, len): (i32, i32)| {
        lines.push(memory.text(pointer, len)?.to_string());
        Ok(())
    });
    module.export("add", |_, (left, right): (i32, i64)| Ok(i64::from(left) + right));
    assert_eq!(call(&mut module, "greet"), Ok(42));
    assert_eq!(call(&mut module, "tail"), Ok(3));
    let mut never = Deadline::never();
    let direct = module.call("direct", &[1.into(), 1.into()], &mut never).unwrap();
    assert_eq!(direct.int(), Ok(2));
    assert_eq!(
        call(&mut module, "wild").unwrap_err().to_string(),
        "the host function `log` refused: 5 bytes at 4294967295 are outside its memory"
    );
    drop(module);
    assert_eq!(lines, ["hello"]);
}

#[test]
fn host_functions_must_be_there_under_their_type() {
    let mut module = module(HOSTED);
    module.export("log", |_, (_, _): (i32, i32)| Ok(()));
    assert_eq!(
        call(&mut module, "greet").unwrap_err().to_string(),
        "it imports `env.add`, which the host does not export"
    );
    module.export("add", |_, (_,): (i64,)| Ok(0_i32));
    assert_eq!(
        call(&mut module, "greet").unwrap_err().to_string(),
        "it imports `env.add` as (i32, i64) -> i64, but it is (i64) -> i32"
    );
}

#[test]
fn what_cannot_be_loaded_is_refused_each_in_its_own_words() {
    let load = |bytes: &[u8]| Module::load(bytes, Config::new("m")).map(drop).unwrap_err();
    assert_eq!(load(b"").to_string(), "it is empty");
    assert_eq!(
        load(b"\x7fELF\x02\x01\x01\0\0\0").to_string(),
        "it is no wasm module: it begins with 7f 45 4c 46 02 01 01 00"
    );
    assert!(matches!(load(b"\0asm\x01\0\0\0\xff"), ModuleError::Invalid(_)));
    assert!(matches!(refusal("(component)"), ModuleError::NotWasm { .. }));
    let wasi = r#"(module (import "wasi_snapshot_preview1" "fd_write"
        (func (param i32 i32 i32 i32) (result i32))))"#;
    assert_eq!(
        refusal(wasi).to_string(),
        "it imports `wasi_snapshot_preview1.fd_write`: modules are given no WASI"
    );
    assert_eq!(
        refusal(r#"(module (import "env" "memory" (memory 1)))"#).to_string(),
        "it imports `env.memory` as something other than a function, but it is a function, as all \
         that there is"
    );
    assert_eq!(
        refusal(r#"(module (import "js" "log" (func)))"#).to_string(),
        "it imports `js.log`, which the host does not export"
    );
    for outside in [
        "(module (memory 1 1 shared))",
        "(module (func v128.const i64x2 0 0 drop))",
        "(module (memory i64 1))",
        "(module (memory 1) (memory 1))",
        "(module (func i64.const 0 i64.const 0 i64.mul_wide_s drop drop))",
        "(module (memory 1) (func (result i32) i32.const 0 i32.atomic.load))",
        "(module (tag))",
        "(module (type (struct)))",
    ] {
        let error = refusal(outside);
        assert!(matches!(error, ModuleError::OutsideProfile(_)), "{outside}: {error}");
    }
}

#[test]
fn a_start_function_has_its_bound_and_cannot_call() {
    let endless = "(module (func $f (loop br 0)) (start $f) (func (export \"f\")))";
    assert_eq!(
        call(&mut module(endless), "f").unwrap_err().to_string(),
        "it does not start: its start function takes more than 200000 instructions"
    );
    let mut poor = module(endless);
    poor.set_fuel_limit(100);
    assert_eq!(call(&mut poor, "f"), Err(ModuleError::OutOfFuel { used: 100 }));
    let calling = r#"(module (import "env" "log" (func $log)) (start $log) (func (export "f")))"#;
    let mut calling = module(calling);
    calling.export("log", |_, (): ()| Ok(()));
    assert_eq!(
        call(&mut calling, "f").unwrap_err().to_string(),
        "it does not start: the start function may not call the host"
    );
    let large = r#"(module (memory 2000) (func (export "f")))"#;
    let error = ModuleError::OutOfMemory { wanted: 2_000 << 16, limit: 64 << 20 };
    assert_eq!(call(&mut module(large), "f"), Err(error));
}

/// Each of these takes native stack until the next slice.
#[test]
fn no_loop_of_growing_fills_the_native_stack() {
    let text = r#"(module (memory 1) (table 1 funcref)
        (func (export "memory") (loop (drop (memory.grow (i32.const 9999))) (br 0)))
        (func (export "table")
            (loop (drop (table.grow (ref.null func) (i32.const 1))) (br 0))))"#;
    let wasm = wat::parse_str(text).unwrap();
    let on_small_stack = std::thread::Builder::new().stack_size(384 * 1024).spawn(move || {
        let mut module = Module::load(&wasm, Config::new("m")).unwrap();
        module.set_fuel_limit(50_000_000);
        ["memory", "table"].map(|function| call(&mut module, function).unwrap_err().kind())
    });
    let ended = on_small_stack.unwrap().join().unwrap();
    assert_eq!(ended, [ErrorKind::Fuel; 2]);
}

/// wasmi names the table by the number of its store, which counts up in a process.
#[test]
fn why_an_instance_cannot_be_made_is_said_alike_each_time() {
    let mut module =
        module(r#"(module (table 1 funcref) (func $f (export "f")) (elem (i32.const 5) $f))"#);
    for _ in 0..2 {
        assert_eq!(
            call(&mut module, "f").unwrap_err().to_string(),
            "it does not start: an element segment does not fit"
        );
    }
}

#[test]
fn code_is_shared_between_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<crate::module::Library>();
}
