//! What both engines do with the same bytes.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::call::Answer;
use crate::call::Call;
use crate::call::Host;
use crate::call::Reply;
use crate::engine::Engine;
use crate::engine::Entry;
use crate::engine::Exit;
use crate::engine::LoadError;
use crate::engine::Module;
use crate::engine::Wasm;
use crate::manifest::EngineKind;
use crate::personality;

const BOTH: [EngineKind; 2] = [EngineKind::Wasmi, EngineKind::InPlace];

/// What such modules may have.
const MEMORY_MAX: usize = 3 << 16;

/// A host that answers each call with its first word, and every second one later.
#[derive(Default)]
struct Parrot {
    calls: Vec<(Call, usize)>,
}

impl Host for Parrot {
    fn call(&mut self, call: Call, memory: &mut [u8]) -> Reply {
        self.calls.push((call, memory.len()));
        let leaves = self.calls.len().is_multiple_of(2);
        let answer = if leaves { Answer::Leave } else { Answer::Now(call.words[0]) };
        Reply { answer, fuel: 10 }
    }
}

fn engine(kind: EngineKind) -> Engine<Parrot> {
    let mut engine = Engine::new(kind, 0);
    personality::define(&mut engine);
    engine
}

fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the module is well written")
}

/// All that can be seen of a module from its bytes to its end, with so much fuel at a time.
fn story(kind: EngineKind, wasm: &[u8], slice: u64) -> Result<String, LoadError> {
    let mut engine = engine(kind);
    let module = engine.load(Wasm::Passing(wasm))?;
    let mut instance = engine.instantiate(&module, MEMORY_MAX)?;
    let mut text = format!(
        "{} {} {} {}\n",
        module.memory_size(),
        instance.memory_size(),
        instance.start_fuel(),
        instance.message_buffer(),
    );
    let mut entries = Vec::new();
    if instance.is_handler() {
        entries.push(Entry::Message { opcode: u32::MAX, sender: 1 << 63, len: 4 });
    }
    if instance.has_start() {
        entries.push(Entry::Start);
    }
    let mut host = Parrot::default();
    while let Some(entry) = entries.pop() {
        instance.set_fuel(slice);
        let mut exit;
        (host, exit) = instance.enter(host, entry);
        loop {
            let (fuel, required) = (instance.fuel(), instance.fuel_required());
            text += &format!("{exit:?} {fuel} {required:?} {}\n", instance.memory_size());
            (host, exit) = match exit {
                Exit::Left => instance.answer(host, u64::MAX - 6),
                Exit::OutOfFuel => {
                    let required = required.expect("it says what it needs");
                    instance.set_fuel(fuel + slice.max(required - fuel));
                    instance.refuel(host)
                }
                Exit::Finished(_) => break,
                Exit::Faulted(_) => return Ok(format!("{text} {:?}", host.calls)),
            };
        }
    }
    Ok(format!("{text} {} {:?}", instance.message_buffer(), host.calls))
}

fn the_same(text: &str) -> Result<String, LoadError> {
    let wasm = wasm(text);
    let mut told = Err(LoadError::NoEntry);
    for slice in [1, 40, 20_000] {
        let [wasmi, in_place] = BOTH.map(|kind| story(kind, &wasm, slice));
        assert_eq!(wasmi, in_place, "{text}");
        told = wasmi;
    }
    told
}

#[test]
fn a_module_is_refused_by_both_in_the_same_words() {
    let start = r#"(func (export "_start"))"#;
    let refused = [
        String::from("(module)"),
        String::from(r#"(module (func (export "_start") (param i32)))"#),
        String::from(r#"(module (global (export "_start") i32 (i32.const 0)))"#),
        format!(r#"(module {start} (func (export "_initialize") (result i32) (i32.const 1)))"#),
        format!(r#"(module (import "env" "nothing" (func)) {start})"#),
        format!(r#"(module (import "sys" "sys_exit" (func)) {start})"#),
        format!(r#"(module (import "env" "sys_exit" (memory 1)) {start})"#),
        format!(r#"(module {start} (func (result i32) (i64.const 1)))"#),
        format!(r#"(module {start} (memory (export "memory") 4))"#),
        format!(r#"(module {start} (memory 1) (data (i32.const 65535) "ab"))"#),
        format!(r#"(module {start} (table 1 funcref) (elem (i32.const 1) 0))"#),
        format!(r#"(module {start} (table 5000 funcref))"#),
        format!(r#"(module {start} (start 1) (func (loop (br 0))))"#),
        format!(r#"(module {start} (start 1) (func unreachable))"#),
        format!(r#"(module {start} (start 1) (func (call 1)))"#),
        format!(r#"(module {start} (func (export "_initialize") (loop (br 0))))"#),
        format!(
            r#"(module (import "env" "sys_exit" (func $exit (param i32))) {start}
                (func (export "_initialize") (call $exit (i32.const 1))))"#
        ),
        format!(
            r#"(module (import "env" "sys_exit" (func $exit (param i32))) {start} (start $go)
                (func $go (call $exit (i32.const 1))))"#
        ),
        format!(
            r#"(module {start} (memory 1) (func (export "_initialize")
                (drop (memory.grow (i32.const 9))) unreachable))"#
        ),
        String::from(
            r#"(module (memory (export "memory") 1)
                (global (export "MESSAGE_BUFFER") i32 (i32.const 65000))
                (func (export "handle_message") (param i32 i64 i32 i32) (result i32)
                  (i32.const 0)))"#,
        ),
        String::from(
            r#"(module (memory (export "memory") 3)
                (func (export "handle_message") (param i32 i64 i32 i32) (result i32)
                  (i32.const 0)))"#,
        ),
    ];
    for text in refused {
        assert!(the_same(&text).is_err(), "{text}");
    }
}

#[test]
fn a_module_runs_the_same_on_both_however_little_fuel_there_is_at_a_time() {
    let handler = r#"(func (export "handle_message") (param i32 i64 i32 i32) (result i32)"#;
    let imports = r#"(import "env" "sys_log" (func $log (param i32 i32)))
        (import "sys" "sys_exit" (func $exit (param i32)))
        (import "mk" "mk_send_u32" (func $send (param i64 i32 i32) (result i32)))
        (import "mk" "mk_time_ms" (func $time (result i64)))"#;
    let run = [
        format!(
            r#"(module {imports} (memory (export "memory") 1)
                (table $t 2 funcref) (global $g (mut i32) (i32.const 7))
                (func (export "_initialize")
                  (global.set $g (table.grow $t (ref.null func) (i32.const 3))))
                (func (export "_start") (local i32)
                  (call $log (i32.const 3) (table.grow $t (ref.null func) (i32.const 3)))
                  (loop $again
                    (call $log (global.get $g) (i32.sub (i32.const 0) (local.get 0)))
                    (drop (call $send (call $time) (memory.grow (i32.const 1)) (i32.const -1)))
                    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                    (br_if $again (i32.lt_u (local.get 0) (i32.const 9)))))
                {handler} (call $log (local.get 0) (local.get 2)) (i32.const 5)))"#
        ),
        format!(
            r#"(module {imports} (memory 1) (func (export "_start")
                (call $log (i32.const 1) (i32.const 2)) (return_call $log (i32.const 3) (i32.const 4)))
                {handler} (return_call $send (local.get 1) (local.get 0) (local.get 3))))"#
        ),
        format!(
            r#"(module {imports} (export "_start" (func $time_of)) (func $time_of
            (drop (i64.div_u (call $time) (i64.extend_i32_u (memory.size))))) (memory 0))"#
        ),
        format!(r#"(module (memory (export "memory") 1 (pagesize 1)) {handler} (i32.const 0)))"#),
    ];
    for text in run {
        let told = the_same(&text);
        assert!(told.is_ok_and(|told| told.contains("Call") || !text.contains("$log")), "{text}");
    }
}

#[test]
fn the_same_bytes_are_checked_once_and_lasting_ones_stay_where_they_lie() {
    let wasm: &'static [u8] = Box::leak(wasm(r#"(module (func (export "_start")))"#).into());
    let mut engine = engine(EngineKind::InPlace);
    let mut load = |wasm| match engine.load(wasm) {
        Ok(Module::InPlace(module)) => module,
        _ => panic!("it is run in place"),
    };
    let lasting = load(Wasm::Lasting(wasm));
    assert_eq!(lasting.bytes().as_ptr(), wasm.as_ptr());
    let again = wasm.to_vec();
    let same = load(Wasm::Passing(&again));
    assert_eq!(same.bytes().as_ptr(), wasm.as_ptr());
    drop((lasting, same));
    let copied = load(Wasm::Passing(wasm));
    assert_ne!(copied.bytes().as_ptr(), wasm.as_ptr());
}
